// The model: an LRU cache in its most obvious form, over a Map in order of use.
//
// Everything is O(size) and nothing is clever. Suites compare caches with it after every step.

/** What a callback was told: kind of callback, value, key, reason. */
export type Told<K, V> = readonly [
  kind: 'dispose' | 'disposeAfter' | 'onInsert',
  value: V,
  key: K,
  reason: string,
];

/** A cache as plain as can be. `told` collects what callbacks would be called with, in order. */
export class ModelCache<K, V> {
  /** Oldest first, as a Map keeps the order of insertion. */
  readonly #values = new Map<K, V>();
  max: number;
  told: Told<K, V>[] = [];

  constructor(max: number) {
    this.max = max;
  }

  get size(): number {
    return this.#values.size;
  }

  /** Newest first. */
  entries(): [K, V][] {
    return [...this.#values].reverse();
  }

  has(key: K): boolean {
    return this.#values.has(key);
  }

  peek(key: K): V | undefined {
    return this.#values.get(key);
  }

  get(key: K): V | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.#touch(key, value);
    return value;
  }

  set(key: K, value: V | undefined): void {
    if (value === undefined) {
      this.delete(key);
      return;
    }
    const old = this.#values.get(key);
    const gone: Told<K, V>[] = [];
    if (old !== undefined) {
      if (old !== value) gone.push(['dispose', old, key, 'set']);
      this.#touch(key, value);
    } else {
      if (this.size === this.max) gone.push(this.#dropOldest());
      this.#values.set(key, value);
    }
    const reason = old === undefined ? 'add' : old === value ? 'update' : 'replace';
    this.#tell(gone, [['onInsert', value, key, reason]]);
  }

  delete(key: K): boolean {
    const value = this.#values.get(key);
    if (value === undefined) return false;
    this.#values.delete(key);
    this.#tell([['dispose', value, key, 'delete']]);
    return true;
  }

  pop(): V | undefined {
    if (this.size === 0) return undefined;
    const gone = this.#dropOldest();
    this.#tell([gone]);
    return gone[1];
  }

  clear(): void {
    const gone = [...this.#values].map(
      ([key, value]): Told<K, V> => ['dispose', value, key, 'delete'],
    );
    this.#values.clear();
    this.#tell(gone);
  }

  resize(max: number): void {
    const gone: Told<K, V>[] = [];
    while (this.size > max) gone.push(this.#dropOldest());
    this.max = max;
    this.#tell(gone);
  }

  #touch(key: K, value: V): void {
    this.#values.delete(key);
    this.#values.set(key, value);
  }

  #dropOldest(): Told<K, V> {
    const [key, value] = this.#values.entries().next().value as [K, V];
    this.#values.delete(key);
    return ['dispose', value, key, 'evict'];
  }

  #tell(gone: Told<K, V>[], inserted: Told<K, V>[] = []): void {
    const after = gone.map(
      ([, value, key, reason]): Told<K, V> => ['disposeAfter', value, key, reason],
    );
    this.told.push(...gone, ...inserted, ...after);
  }
}
