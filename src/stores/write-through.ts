// The write-through cache: the store is written first, then the cache.
//
// WT1  While no write is in flight, a cached value equals that of the store.
// WT2  A write that fails leaves its key uncached: it is not known whether the store has made the
//      change, so the next read asks the store. The cache and the store never disagree.
// WT3  The writes of one key reach the store one after another, in the order of the calls.
// WT4  A call that finds the stack used up is not done: it asks for headroom before it begins.

import type { LRUCache } from '../index.js';
import { type Dict, empty, hasKey, keysOf } from './dict.js';
import { needHeadroom } from './headroom.js';
import {
  ANEW,
  listOf,
  openCache,
  readMany,
  readThrough,
  type StoreCacheOptions,
  useCached,
} from './read-through.js';
import { Turns } from './turns.js';

/** The options of `new WriteThroughCache`. */
export type WriteThroughOptions<K, V> = StoreCacheOptions<K, V>;

/** The cache inside, for the checkers of the test suite. Not exported by the package. */
export let cacheWithin: <K, V>(cache: WriteThroughCache<K, V>) => LRUCache<K, V>;

/**
 * An LRU cache in front of a store, synchronous or not. It reads missing keys from the store, and
 * writes to the store at once. After pylru's `WriteThroughCacheManager`.
 *
 * Every write has reached the store when its promise resolves; if the store fails, the promise
 * rejects with the store's error. `undefined` cannot be a value: setting it deletes the key.
 *
 * @example
 * ```ts
 * import { WriteThroughCache } from 'wasm-lru/stores';
 *
 * const store = new Map([['ada', 1815]]);
 * const cache = new WriteThroughCache({ store, max: 1000 });
 * await cache.set('grace', 1906);
 * console.log(await cache.get('ada'), store.get('grace')); // 1815 1906
 * ```
 */
export class WriteThroughCache<K, V> {
  readonly #store: Dict<K, V>;
  readonly #cache: LRUCache<K, V>;
  readonly #turns = new Turns<K>();

  static {
    cacheWithin = (cache) => cache.#cache;
  }

  /**
   * Throws as `new LRUCache` does, and `INVALID_STORE`; `INVALID_OPTIONS` for an option that has no
   * meaning here.
   */
  constructor(options: WriteThroughOptions<K, V>) {
    this.#cache = openCache(options);
    this.#store = options.store;
  }

  /** Number of entries in the cache. */
  get size(): number {
    return this.#cache.size;
  }

  /** Largest number of entries in the cache; 0 if it is not bounded. */
  get max(): number {
    return this.#cache.max;
  }

  /**
   * The value of a key. A key that is not cached is read from the store; concurrent reads of it
   * share one request. It becomes the most recently used. Rejects with the error of the store.
   */
  async get(key: K): Promise<V | undefined> {
    const cached = useCached(this.#cache, key);
    return cached === undefined ? readThrough(() => this.#cache.fetch(key)) : cached;
  }

  /**
   * The value of a key, read from the store even if it is cached, for a store that others change,
   * too. If a read of the key is already in flight, returns its result, which may be as old as that
   * read. If the store has no value, the cached value is removed. Rejects with the error of the
   * store; then the cached value stays.
   */
  async refresh(key: K): Promise<V | undefined> {
    const value = await readThrough(() => this.#cache.fetch(key, ANEW));
    if (value === undefined) this.#cache.delete(key);
    return value;
  }

  /**
   * The values of many keys. Keys that are not cached are read from the store, with one call of its
   * `getMany` if it has that method. The Map has the keys that have a value, in the order given.
   * Rejects with the error of the store; with `INVALID_KEYS` if `keys` is not a list (a string is
   * rejected); with `INVALID_BATCH` if the store's `getMany` returns something else than values or
   * pairs.
   */
  async getMany(keys: Iterable<K>): Promise<Map<K, V>> {
    const asked = listOf(keys);
    const cache = this.#cache;
    return readThrough(() => readMany(cache, this.#store, asked, (key) => useCached(cache, key)));
  }

  /** The value of a key if it is cached. Does not read the store or change the order. */
  peek(key: K): V | undefined {
    return this.#cache.peek(key);
  }

  /** Whether the cache or the store has a key. Does not change the order. */
  async has(key: K): Promise<boolean> {
    return this.#cache.has(key) || hasKey(this.#store, key);
  }

  /** The keys of the store, in its order. Throws `NO_KEYS` if the store has no method `keys`. */
  async *keys(): AsyncGenerator<K, void, unknown> {
    needHeadroom();
    this.#checkOpen();
    yield* keysOf(this.#store);
  }

  /**
   * Writes a value to the store, then to the cache. Rejects with the error of the store, or, if the
   * value has no valid size, as `LRUCache.set` would throw; then the key is not cached.
   */
  set(key: K, value: V): Promise<void> {
    if (value === undefined) return this.delete(key);
    return this.#change(
      key,
      () => this.#store.set(key, value),
      () => this.#cache.set(key, value),
    );
  }

  /** Deletes a key from the store, then from the cache. Rejects with the error of the store. */
  delete(key: K): Promise<void> {
    return this.#change(
      key,
      () => this.#store.delete(key),
      () => this.#cache.delete(key),
    );
  }

  /** Empties the store, then the cache. Rejects with the error of the store, or `NO_KEYS`. */
  clear(): Promise<void> {
    return this.#turns.runAlone(async () => {
      this.#checkOpen();
      try {
        await empty(this.#store);
      } finally {
        this.#cache.clear();
      }
    });
  }

  /** The counts of the cache. Throws `NO_STATS` without the option `recordStats`. */
  stats(): LRUCache.Stats {
    return this.#cache.stats();
  }

  /**
   * Waits for the writes in flight, then frees the cache: any later call fails with code
   * `DISPOSED`. The store stays as it is.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#turns.runAlone(async () => this.#cache[Symbol.dispose]());
  }

  #change(key: K, write: () => unknown, apply: () => void): Promise<void> {
    return this.#turns.run([key], async () => {
      this.#checkOpen();
      try {
        await write();
        apply();
      } catch (error) {
        this.#cache.delete(key);
        throw error;
      }
    });
  }

  /** Throws `DISPOSED`. */
  #checkOpen(): void {
    void this.#cache.size;
  }
}
