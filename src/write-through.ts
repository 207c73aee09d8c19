// The write-through cache: the store is written first, then the cache.
//
// W1  While no write is under way, what is cached is what the store has.
// W2  A write that fails leaves its key uncached: nobody can tell whether it came about, so the
//     next read asks the store. The cache and the store never disagree.
// W3  The writes of one key reach the store one after another, in the order of the calls.

import { type Dict, empty, hasKey, keysOf } from './dict.js';
import type { LRUCache } from './index.js';
import {
  ANEW,
  cachedOrRead,
  listOf,
  openCache,
  readThrough,
  type StoreCacheOptions,
} from './read-through.js';
import { Turns } from './turns.js';

/** What `new WriteThroughCache` takes. */
export type WriteThroughOptions<K, V> = StoreCacheOptions<K, V>;

/** The cache inside, for the checkers of the test suite. Not exported by the package. */
export let cacheWithin: <K, V>(cache: WriteThroughCache<K, V>) => LRUCache<K, V>;

/**
 * An LRU cache in front of a store, synchronous or not: reads what it has not, and writes at once.
 * After pylru's `WriteThroughCacheManager`.
 *
 * Every write has reached the store when its promise resolves; if the store fails, the promise
 * rejects with its error. `undefined` cannot be a value: setting it deletes the key.
 */
export class WriteThroughCache<K, V> {
  readonly #store: Dict<K, V>;
  readonly #cache: LRUCache<K, V>;
  readonly #turns = new Turns<K>();

  static {
    cacheWithin = (cache) => cache.#cache;
  }

  /** Throws as `new LRUCache` does, and `INVALID_STORE`. */
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
   * The value of a key, read from the store if it is not cached, once for all who ask meanwhile. It
   * becomes the most recently used. Rejects with the error of the store. What is cached is given at
   * once, also while it is being read anew.
   */
  get(key: K): Promise<V | undefined> {
    return readThrough(async () => cachedOrRead(this.#cache, key));
  }

  /**
   * The value of a key, read from the store even if it is cached, as `fetch` does it with
   * `forceRefresh`: for a store that others change, too. A read of the key that is under way is
   * waited for and not repeated, so that what it gives may be as old as that. If the store has no
   * value, none is cached any more. Rejects with the error of the store; what is cached stays then.
   */
  async refresh(key: K): Promise<V | undefined> {
    const value = await readThrough(() => this.#cache.fetch(key, ANEW));
    if (value === undefined) this.#cache.delete(key);
    return value;
  }

  /**
   * The values of many keys, with one call of the store's `getMany`, if it has one, for all that
   * are not cached. The Map has the keys that have a value, in the order given. Rejects with the
   * error of the store; with `INVALID_KEYS` if the keys are no list, as a string is not; with
   * `INVALID_BATCH` if what `getMany` gives is none.
   */
  async getMany(keys: Iterable<K>): Promise<Map<K, V>> {
    const asked = listOf(keys);
    return readThrough(() => this.#cache.fetchMany(asked));
  }

  /** The value of a key if it is cached. The order stays, and the store is not asked. */
  peek(key: K): V | undefined {
    return this.#cache.peek(key);
  }

  /** Whether the cache or the store has a key. The order stays. */
  async has(key: K): Promise<boolean> {
    return this.#cache.has(key) || hasKey(this.#store, key);
  }

  /** The keys of the store. Throws `NO_KEYS` if it has no method `keys`. */
  keys(): AsyncGenerator<K, void, unknown> {
    return keysOf(this.#store);
  }

  /**
   * Writes a value to the store, then to the cache. Rejects with the error of the store, or as
   * `LRUCache.set` throws if the value has no size; the key is not cached then.
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

  /** What has been counted. Throws `NO_STATS` without `recordStats`. */
  stats(): LRUCache.Stats {
    return this.#cache.stats();
  }

  /**
   * Waits for the writes under way, and frees the cache. The store stays as it is. What is asked
   * for afterwards fails with code `DISPOSED`.
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
