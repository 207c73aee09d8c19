// The model: an LRU cache with ttls and sizes in its most obvious form, over a Map in order of use.
//
// It is the one that suites compare caches with, and nothing in it is clever. Without ttls and
// sizes it is a plain LRU cache. What callbacks would be told is in `told`.

/** What a callback was told: kind of callback, value, key, reason. */
export type Told<K, V> = readonly [
  kind: 'dispose' | 'disposeAfter' | 'onInsert',
  value: V,
  key: K,
  reason: string,
];

/** One entry. A ttl of 0 is none; the size of an entry of a cache without sizes is 0. */
export interface Row<K, V> {
  readonly key: K;
  value: V;
  start: number;
  ttl: number;
  size: number;
}

/** What a `set` may be given. */
export interface SetOptions {
  ttl?: number;
  size?: number;
  start?: number;
  noUpdateTTL?: boolean;
  noDisposeOnSet?: boolean;
}

/** What may be changed in the middle of life, as of a cache: all of it off, and no ttl. */
export const settingsOff = {
  ttl: 0,
  updateAgeOnGet: false,
  updateAgeOnHas: false,
  allowStale: false,
  noDeleteOnStaleGet: false,
  noUpdateTTL: false,
  noDisposeOnSet: false,
};
export type Settings = typeof settingsOff;

/** The bounds of a cache; 0 is none, and one of them is not. */
export interface Bounds {
  readonly max?: number;
  readonly maxSize?: number;
  readonly maxEntrySize?: number;
}

/** What a model asks of its surroundings. */
export interface Surroundings<V> {
  sizeOf(value: V): number;
  now(): number;
}

const nowhere: Surroundings<unknown> = { sizeOf: () => 1, now: () => 0 };
const limitOf = (max: number): number => (max === 0 ? 2 ** 25 : max);

/** A cache, as plain as can be. */
export class CacheModel<K, V> {
  told: Told<K, V>[] = [];
  readonly settings: Settings;
  max: number;
  maxSize: number;
  maxEntrySize: number;
  /** Size at which it evicts: `max`, or less after a refused growth. */
  limit: number;
  /** Oldest first, as a Map keeps the order of insertion. */
  readonly #rows = new Map<K, Row<K, V>>();
  /** Without one of its own, an entry may be as large as all of them. */
  readonly #isEntrySizeImplied: boolean;
  readonly #around: Surroundings<V>;

  constructor(
    { max = 0, maxSize = 0, maxEntrySize = 0 }: Bounds,
    settings: Settings = settingsOff,
    around: Surroundings<V> = nowhere,
  ) {
    this.settings = { ...settings };
    this.max = max;
    this.maxSize = maxSize;
    this.#isEntrySizeImplied = maxEntrySize === 0;
    this.maxEntrySize = maxEntrySize === 0 ? maxSize : maxEntrySize;
    this.limit = limitOf(max);
    this.#around = around;
  }

  /** The entries, stale ones too, newest first. */
  get rows(): Row<K, V>[] {
    return [...this.#rows.values()].reverse();
  }

  set rows(rows: readonly Row<K, V>[]) {
    this.#rows.clear();
    for (const row of rows.toReversed()) this.#rows.set(row.key, row);
  }

  get size(): number {
    return this.#rows.size;
  }

  get total(): number {
    let sum = 0;
    for (const { size } of this.#rows.values()) sum += size;
    return sum;
  }

  /** Whether entries have sizes. */
  get isWeighed(): boolean {
    return this.maxEntrySize !== 0;
  }

  isStale({ start, ttl }: Row<K, V>): boolean {
    return ttl !== 0 && this.#around.now() - start > ttl;
  }

  /** The entries that an iteration shows, newest first. */
  entries(): [K, V][] {
    return this.rows
      .filter((row) => this.settings.allowStale || !this.isStale(row))
      .map(({ key, value }) => [key, value]);
  }

  find(key: K): Row<K, V> | undefined {
    return this.#rows.get(key);
  }

  get(key: K, options: Partial<Settings> = {}): V | undefined {
    const { updateAgeOnGet, allowStale, noDeleteOnStaleGet } = { ...this.settings, ...options };
    const row = this.find(key);
    if (row === undefined) return undefined;
    if (this.isStale(row)) {
      if (!noDeleteOnStaleGet) this.#tell([this.#drop(row, 'expire')]);
      return allowStale ? row.value : undefined;
    }
    if (updateAgeOnGet && row.ttl !== 0) row.start = this.#around.now();
    this.#touch(row);
    return row.value;
  }

  has(key: K, options: Partial<Settings> = {}): boolean {
    const { updateAgeOnHas } = { ...this.settings, ...options };
    const row = this.find(key);
    if (row === undefined || this.isStale(row)) return false;
    if (updateAgeOnHas && row.ttl !== 0) row.start = this.#around.now();
    return true;
  }

  peek(key: K, options: Partial<Settings> = {}): V | undefined {
    const { allowStale } = { ...this.settings, ...options };
    const row = this.find(key);
    return row === undefined || (this.isStale(row) && !allowStale) ? undefined : row.value;
  }

  /** Returns what was evicted, the oldest first. */
  set(key: K, value: V | undefined, options: SetOptions = {}): [K, V][] {
    if (value === undefined) {
      this.delete(key);
      return [];
    }
    const { ttl, noUpdateTTL, noDisposeOnSet } = { ...this.settings, ...options };
    const size = this.isWeighed ? (options.size ?? this.#around.sizeOf(value)) : 0;
    if (size > this.maxEntrySize || (this.maxSize !== 0 && size > this.maxSize)) {
      this.#delete(key, 'set');
      return [];
    }
    const start = ttl === 0 ? 0 : (options.start ?? this.#around.now());
    const row = this.find(key);
    const gone: Told<K, V>[] = [];
    let reason = 'add';
    if (row === undefined) {
      while (this.size >= this.limit || this.#isOver(size)) {
        gone.push(this.#dropOldest());
      }
      this.#rows.set(key, { key, value, start, ttl, size });
    } else {
      reason = row.value === value ? 'update' : 'replace';
      if (row.value !== value && !noDisposeOnSet) gone.push(['dispose', row.value, key, 'set']);
      Object.assign(row, { value, size }, noUpdateTTL ? {} : { start, ttl });
      this.#touch(row);
      while (this.#isOver()) gone.push(this.#dropOldest());
    }
    this.#tell(gone, [['onInsert', value, key, reason]]);
    return gone.filter((told) => told[3] === 'evict').map(([, old, oldKey]) => [oldKey, old]);
  }

  delete(key: K): boolean {
    return this.#delete(key, 'delete');
  }

  pop(): V | undefined {
    if (this.size === 0) return undefined;
    const gone = this.#dropOldest();
    this.#tell([gone]);
    return gone[1];
  }

  clear(): void {
    this.#tell([...this.#rows.values()].map((row) => this.#drop(row, 'delete')));
    this.limit = limitOf(this.max);
  }

  purgeStale(): boolean {
    const stale = [...this.#rows.values()].filter((row) => this.isStale(row));
    this.#tell(stale.map((row) => this.#drop(row, 'expire')));
    return stale.length > 0;
  }

  /** Takes a number for `max`, as the cache does. */
  resize(bounds: number | Bounds): void {
    const { max = this.max, maxSize = this.maxSize } =
      typeof bounds === 'number' ? { max: bounds } : bounds;
    this.max = max;
    if (this.#isEntrySizeImplied) this.maxEntrySize = maxSize;
    this.maxSize = maxSize;
    this.limit = limitOf(max);
    const gone: Told<K, V>[] = [];
    while (this.size > this.limit || this.#isOver()) gone.push(this.#dropOldest());
    this.#tell(gone);
  }

  /** What is left of a ttl: Infinity if there is none, 0 if there is no entry. */
  getRemainingTTL(key: K): number {
    const row = this.find(key);
    if (row === undefined) return 0;
    return row.ttl === 0 ? Number.POSITIVE_INFINITY : row.ttl - (this.#around.now() - row.start);
  }

  /** Whether the entries, and one more of this size, are too large. */
  #isOver(size = 0): boolean {
    return this.maxSize !== 0 && this.total + size > this.maxSize;
  }

  #delete(key: K, reason: string): boolean {
    const row = this.find(key);
    if (row !== undefined) this.#tell([this.#drop(row, reason)]);
    return row !== undefined;
  }

  #touch(row: Row<K, V>): void {
    this.#rows.delete(row.key);
    this.#rows.set(row.key, row);
  }

  #drop(row: Row<K, V>, reason: string): Told<K, V> {
    this.#rows.delete(row.key);
    return ['dispose', row.value, row.key, reason];
  }

  #dropOldest(): Told<K, V> {
    return this.#drop(this.#rows.values().next().value as Row<K, V>, 'evict');
  }

  #tell(gone: Told<K, V>[], inserted: Told<K, V>[] = []): void {
    const after = gone.map(
      ([, value, key, reason]): Told<K, V> => ['disposeAfter', value, key, reason],
    );
    this.told.push(...gone, ...inserted, ...after);
  }
}
