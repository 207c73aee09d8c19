// The model of the soak: a cache with ages and sizes over a Map, in which every operation is cheap.
//
// CacheModel (test/support/model.ts) says the same with all that a cache can be told, for small
// caches; here the sum of the sizes is kept too, so that millions of operations on thousands of
// entries can be compared.

/** A value, known by its number. */
export interface Value {
  readonly id: number;
}

/** One entry. A ttl of 0 is none; the size of an entry of a cache without sizes is 0. */
export interface Row {
  value: Value;
  start: number;
  ttl: number;
  size: number;
}

/** What a `dispose` or an `onInsert` is told. */
export type Told = readonly [value: Value, key: unknown, reason: string];

/** The bounds of a cache; 0 is none. */
export interface Bounds {
  readonly max: number;
  readonly maxSize: number;
}

/** A cache as the soak uses it. */
export class SoakModel {
  /** Least recently used first. */
  readonly rows = new Map<unknown, Row>();
  bounds: Bounds;
  total = 0;
  now = 0;
  told: Told[] = [];

  constructor(bounds: Bounds) {
    this.bounds = bounds;
  }

  isStale({ start, ttl }: Row): boolean {
    return ttl !== 0 && this.now - start > ttl;
  }

  get(key: unknown, isRenewed: boolean): Value | undefined {
    const row = this.rows.get(key);
    if (row === undefined) return undefined;
    if (this.isStale(row)) {
      this.#drop(key, row, 'expire');
      return undefined;
    }
    if (isRenewed && row.ttl !== 0) row.start = this.now;
    this.#touch(key, row);
    return row.value;
  }

  peek(key: unknown): Value | undefined {
    const row = this.rows.get(key);
    return row === undefined || this.isStale(row) ? undefined : row.value;
  }

  set(key: unknown, value: Value, ttl: number, size: number): void {
    const start = ttl === 0 ? 0 : this.now;
    const row = this.rows.get(key);
    if (row === undefined) {
      while (this.rows.size >= this.bounds.max || this.#exceeds(this.total + size)) {
        this.#dropOldest();
      }
      this.rows.set(key, { value, start, ttl, size });
      this.total += size;
      this.told.push([value, key, 'add']);
      return;
    }
    if (row.value !== value) this.told.push([row.value, key, 'set']);
    const reason = row.value === value ? 'update' : 'replace';
    this.total += size - row.size;
    Object.assign(row, { value, start, ttl, size });
    this.#touch(key, row);
    this.#shed();
    this.told.push([value, key, reason]);
  }

  delete(key: unknown): boolean {
    const row = this.rows.get(key);
    if (row !== undefined) this.#drop(key, row, 'delete');
    return row !== undefined;
  }

  pop(): Value | undefined {
    return this.rows.size === 0 ? undefined : this.#dropOldest();
  }

  clear(): void {
    for (const [key, row] of this.rows) this.#drop(key, row, 'delete');
  }

  purge(): boolean {
    const { size } = this.rows;
    for (const [key, row] of this.rows) if (this.isStale(row)) this.#drop(key, row, 'expire');
    return this.rows.size < size;
  }

  resize(bounds: Bounds): void {
    this.bounds = bounds;
    while (this.rows.size > bounds.max) this.#dropOldest();
    this.#shed();
  }

  /** What is left of a ttl: Infinity if there is none, 0 if there is no entry. */
  remainingTtl(key: unknown): number {
    const row = this.rows.get(key);
    if (row === undefined) return 0;
    return row.ttl === 0 ? Number.POSITIVE_INFINITY : row.ttl - (this.now - row.start);
  }

  #exceeds(total: number): boolean {
    return this.bounds.maxSize !== 0 && total > this.bounds.maxSize;
  }

  #shed(): void {
    while (this.#exceeds(this.total)) this.#dropOldest();
  }

  #touch(key: unknown, row: Row): void {
    this.rows.delete(key);
    this.rows.set(key, row);
  }

  #drop(key: unknown, row: Row, reason: string): void {
    this.rows.delete(key);
    this.total -= row.size;
    this.told.push([row.value, key, reason]);
  }

  #dropOldest(): Value {
    const [key, row] = this.rows.entries().next().value as [unknown, Row];
    this.#drop(key, row, 'evict');
    return row.value;
  }
}
