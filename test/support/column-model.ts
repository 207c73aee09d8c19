// The model of a cache with ttls and sizes, in its most obvious form: rows, newest first.
//
// Everything is O(size) and nothing is clever. What callbacks would be told is in `told`.

import type { Told } from './model.js';

/** One entry. A ttl of 0 is none; the size of an entry of a cache without sizes is 0. */
export interface Row<K, V> {
  readonly key: K;
  value: V;
  start: number;
  ttl: number;
  size: number;
}

/** What may be changed in the middle of life, as of a cache. */
export interface ColumnSettings {
  ttl: number;
  updateAgeOnGet: boolean;
  updateAgeOnHas: boolean;
  allowStale: boolean;
  noDeleteOnStaleGet: boolean;
  noUpdateTTL: boolean;
  noDisposeOnSet: boolean;
}

/** What a `set` may be given. */
export interface ColumnSetOptions {
  ttl?: number;
  size?: number;
  start?: number;
  noUpdateTTL?: boolean;
  noDisposeOnSet?: boolean;
}

/** What a model is made of; a bound of 0 is none. */
export interface ColumnBounds<V> {
  readonly max: number;
  readonly maxSize: number;
  readonly maxEntrySize: number;
  /** Whether `maxEntrySize` was not given and stands for `maxSize`. */
  readonly isEntrySizeImplied?: boolean;
  sizeOf(value: V): number;
  now(): number;
}

/** A cache with ttls and sizes, as plain as can be. */
export class ColumnModel<K, V> {
  /** Newest first. */
  rows: Row<K, V>[] = [];
  told: Told<K, V>[] = [];
  readonly settings: ColumnSettings;
  max: number;
  maxSize: number;
  /** Size at which it evicts: `max`, or less after a refused growth. */
  limit: number;
  maxEntrySize: number;
  readonly #bounds: ColumnBounds<V>;

  constructor(bounds: ColumnBounds<V>, settings: ColumnSettings) {
    this.#bounds = bounds;
    this.settings = { ...settings };
    this.max = bounds.max;
    this.maxSize = bounds.maxSize;
    this.maxEntrySize = bounds.maxEntrySize;
    this.limit = bounds.max === 0 ? 2 ** 25 : bounds.max;
  }

  get size(): number {
    return this.rows.length;
  }

  get total(): number {
    return this.rows.reduce((sum, { size }) => sum + size, 0);
  }

  /** Whether entries have sizes. */
  get isWeighed(): boolean {
    return this.maxEntrySize !== 0;
  }

  isStale({ start, ttl }: Row<K, V>): boolean {
    return ttl !== 0 && this.#bounds.now() - start > ttl;
  }

  /** The entries that an iteration shows, newest first. */
  shown(): [K, V][] {
    return this.rows
      .filter((row) => this.settings.allowStale || !this.isStale(row))
      .map(({ key, value }) => [key, value]);
  }

  find(key: K): Row<K, V> | undefined {
    return this.rows.find((row) => Object.is(row.key, key));
  }

  get(key: K, options: Partial<ColumnSettings> = {}): V | undefined {
    const { updateAgeOnGet, allowStale, noDeleteOnStaleGet } = { ...this.settings, ...options };
    const row = this.find(key);
    if (row === undefined) return undefined;
    if (this.isStale(row)) {
      if (!noDeleteOnStaleGet) this.#tell([this.#drop(row, 'expire')]);
      return allowStale ? row.value : undefined;
    }
    if (updateAgeOnGet && row.ttl !== 0) row.start = this.#bounds.now();
    this.#touch(row);
    return row.value;
  }

  has(key: K, options: Partial<ColumnSettings> = {}): boolean {
    const { updateAgeOnHas } = { ...this.settings, ...options };
    const row = this.find(key);
    if (row === undefined || this.isStale(row)) return false;
    if (updateAgeOnHas && row.ttl !== 0) row.start = this.#bounds.now();
    return true;
  }

  peek(key: K, options: Partial<ColumnSettings> = {}): V | undefined {
    const { allowStale } = { ...this.settings, ...options };
    const row = this.find(key);
    return row === undefined || (this.isStale(row) && !allowStale) ? undefined : row.value;
  }

  /** Returns what was evicted, the oldest first. */
  set(key: K, value: V | undefined, options: ColumnSetOptions = {}): [K, V][] {
    if (value === undefined) {
      this.delete(key);
      return [];
    }
    const { ttl, noUpdateTTL, noDisposeOnSet } = { ...this.settings, ...options };
    const size = this.isWeighed ? (options.size ?? this.#bounds.sizeOf(value)) : 0;
    if (size > this.maxEntrySize || (this.maxSize !== 0 && size > this.maxSize)) {
      this.#delete(key, 'set');
      return [];
    }
    const start = ttl === 0 ? 0 : (options.start ?? this.#bounds.now());
    const row = this.find(key);
    const gone: Told<K, V>[] = [];
    let reason = 'add';
    if (row === undefined) {
      while (this.size >= this.limit || this.#isOver(this.total + size)) {
        gone.push(this.#dropOldest());
      }
      this.rows.unshift({ key, value, start, ttl, size });
    } else {
      reason = row.value === value ? 'update' : 'replace';
      if (row.value !== value && !noDisposeOnSet) gone.push(['dispose', row.value, key, 'set']);
      Object.assign(row, { value, size }, noUpdateTTL ? {} : { start, ttl });
      this.#touch(row);
      while (this.#isOver(this.total)) gone.push(this.#dropOldest());
    }
    this.#tell(gone, [['onInsert', value, key, reason]]);
    return gone.filter((told) => told[3] === 'evict').map(([, old, oldKey]) => [oldKey, old]);
  }

  delete(key: K): boolean {
    return this.#delete(key, 'delete');
  }

  pop(): V | undefined {
    const value = this.rows.at(-1)?.value;
    if (this.size > 0) this.#tell([this.#dropOldest()]);
    return value;
  }

  clear(): void {
    this.#tell(this.rows.toReversed().map((row) => this.#drop(row, 'delete')));
    this.limit = this.max === 0 ? 2 ** 25 : this.max;
  }

  purgeStale(): boolean {
    const stale = this.rows.filter((row) => this.isStale(row)).reverse();
    this.#tell(stale.map((row) => this.#drop(row, 'expire')));
    return stale.length > 0;
  }

  resize({ max = this.max, maxSize = this.maxSize }: { max?: number; maxSize?: number }): void {
    this.max = max;
    if (this.#bounds.isEntrySizeImplied === true) this.maxEntrySize = maxSize;
    this.maxSize = maxSize;
    this.limit = max === 0 ? 2 ** 25 : max;
    const gone: Told<K, V>[] = [];
    while (this.size > this.limit || this.#isOver(this.total)) gone.push(this.#dropOldest());
    this.#tell(gone);
  }

  /** What is left of a ttl: Infinity if there is none, 0 if there is no entry. */
  getRemainingTTL(key: K): number {
    const row = this.find(key);
    if (row === undefined) return 0;
    return row.ttl === 0 ? Number.POSITIVE_INFINITY : row.ttl - (this.#bounds.now() - row.start);
  }

  #isOver(total: number): boolean {
    return this.maxSize !== 0 && total > this.maxSize;
  }

  #delete(key: K, reason: string): boolean {
    const row = this.find(key);
    if (row !== undefined) this.#tell([this.#drop(row, reason)]);
    return row !== undefined;
  }

  #touch(row: Row<K, V>): void {
    this.rows = [row, ...this.rows.filter((other) => other !== row)];
  }

  #drop(row: Row<K, V>, reason: string): Told<K, V> {
    this.rows = this.rows.filter((other) => other !== row);
    return ['dispose', row.value, row.key, reason];
  }

  #dropOldest(): Told<K, V> {
    return this.#drop(this.rows.at(-1) as Row<K, V>, 'evict');
  }

  #tell(gone: Told<K, V>[], inserted: Told<K, V>[] = []): void {
    const after = gone.map(
      ([, value, key, reason]): Told<K, V> => ['disposeAfter', value, key, reason],
    );
    this.told.push(...gone, ...inserted, ...after);
  }
}
