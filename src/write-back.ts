// The write-back cache: values are written to the store later, many at once.
//
// B1  A value that was set is read back at once and from then on: from the cache, from the dirty
//     entries, or, when it was written, from the store. None is lost while the store fails.
// B2  What is cached is dirty or what the store has. A failure of which nobody can tell what it
//     left behind (a delete, a clear) leaves its keys uncached or dirty.
// B3  The calls that change one key take effect in their order, and a set is never undone by a
//     delete before it.
// B4  There are at most `maxDirty` dirty entries, evicted ones counted; a set that would be one
//     more waits until another has been written.
//
// Which entries are dirty, and how they are written, is writer.ts.

import { type Dict, empty, hasKey, keysOf } from './dict.js';
import { type LRUCache, LRUCacheTypeError } from './index.js';
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
import { Writer, type WriterOptions } from './writer.js';

/** The options of `new WriteBackCache`. */
export interface WriteBackOptions<K, V> extends StoreCacheOptions<K, V> {
  /**
   * The largest number of dirty entries, that is, of entries that the store does not have yet: a
   * whole number above 0. A `set` that would make one more waits until another is written.
   *
   * @default 1000
   */
  maxDirty?: number;
  /**
   * How many entries are written at once: a whole number above 0.
   *
   * @default 100
   */
  batchSize?: number;
  /**
   * How often a write that failed is tried again before it is given up for the time being.
   *
   * @default 3
   */
  retries?: number;
  /**
   * The pause before the first retry, in ms. Each further pause is twice as long.
   *
   * @default 100
   */
  retryDelayMs?: number;
  /**
   * Called for every entry whose write was given up, with the error of the store. The entry stays
   * dirty. If this throws, calls that wait for the write reject with what it threw.
   *
   * @default undefined
   */
  onWriteError?: (error: unknown, key: K, value: V) => void;
}

/** The cache inside, for the checkers of the test suite. Not exported by the package. */
export let cacheBehind: <K, V>(cache: WriteBackCache<K, V>) => LRUCache<K, V>;

/** Whether a key is dirty, for the same. */
export let isDirty: <K, V>(cache: WriteBackCache<K, V>, key: K) => boolean;

/**
 * An LRU cache in front of a store: reads missing keys from the store, and writes values later,
 * when they are evicted, when there are `maxDirty` of them, or when `sync` is called. After pylru's
 * `WriteBackCacheManager`.
 *
 * Deletes reach the store at once. If the process ends, what was set since the last `sync` is lost.
 * `undefined` cannot be a value: setting it deletes the key.
 *
 * @example
 * ```ts
 * import { WriteBackCache } from 'wasm-lru/stores';
 *
 * const store = new Map<string, number>();
 * const counters = new WriteBackCache({ store, max: 1000 });
 * for (let visit = 1; visit <= 100; visit++) await counters.set('visits', visit);
 * console.log(counters.dirtySize, store.get('visits')); // 1 undefined
 * await counters.sync();
 * console.log(counters.dirtySize, store.get('visits')); // 0 100
 * ```
 */
export class WriteBackCache<K, V> {
  readonly #store: Dict<K, V>;
  readonly #cache: LRUCache<K, V>;
  readonly #writer: Writer<K, V>;
  /** The order of the calls that change a key. */
  readonly #calls = new Turns<K>();

  static {
    cacheBehind = (cache) => cache.#cache;
    isDirty = (cache, key) => cache.#writer.has(key);
  }

  /**
   * An empty cache in front of a store. Throws as `new LRUCache` does, `INVALID_STORE` if the store
   * lacks a method, and `INVALID_OPTIONS` for a number that is out of range.
   */
  constructor(options: WriteBackOptions<K, V>) {
    this.#cache = openCache(options, (key) => this.#writer.writeSoon(key));
    this.#store = options.store;
    this.#writer = new Writer(this.#store, checkOptions(options));
  }

  /** Number of entries in the cache. Dirty entries that were evicted are not counted. */
  get size(): number {
    return this.#cache.size;
  }

  /** Largest number of entries in the cache; 0 if it is not bounded. */
  get max(): number {
    return this.#cache.max;
  }

  /** Number of entries whose value the store does not have yet. */
  get dirtySize(): number {
    return this.#writer.size;
  }

  /**
   * The value of a key, read from the store if it is neither cached nor dirty; concurrent reads of
   * a key share one request. The key becomes the most recently used. Rejects with the error of the
   * store.
   */
  get(key: K): Promise<V | undefined> {
    return readThrough(async () => {
      const known = this.#use(key);
      return known === undefined ? this.#cache.fetch(key) : known;
    });
  }

  /**
   * The value of a key, read from the store even if it is cached: for a store that others change,
   * too. A dirty value is newer than the store's, and is returned without asking. If a read of the
   * key is already under way, its result is returned. If the store has no value, the key is no
   * longer cached. If the store fails, rejects with the store's error, and the cached value stays.
   */
  async refresh(key: K): Promise<V | undefined> {
    const value = await readThrough(async () =>
      this.#writer.has(key) ? this.#getDirty(key) : this.#cache.fetch(key, ANEW),
    );
    // If it was set this very moment, it is dirty, and will be back.
    if (value === undefined) this.#cache.delete(key);
    return value;
  }

  /**
   * The values of many keys. All that are neither cached nor dirty are read with one call of the
   * store's `getMany`, if it has one. The Map contains the keys that have a value, in the order
   * given. Keys at hand are used before those that are read.
   *
   * Rejects with the error of the store, with `INVALID_KEYS` if the keys are not a list (a string
   * is not), and with `INVALID_BATCH` if `getMany` returns anything but a list.
   */
  async getMany(keys: Iterable<K>): Promise<Map<K, V>> {
    const asked = listOf(keys);
    return readThrough(() => readMany(this.#cache, asked, (key) => this.#use(key)));
  }

  /** The value of a key if it is cached or dirty. Neither uses the key nor asks the store. */
  peek(key: K): V | undefined {
    return this.#writer.has(key) ? this.#writer.get(key) : this.#cache.peek(key);
  }

  /** Whether the cache or the store has a key. Does not use the key. */
  async has(key: K): Promise<boolean> {
    return this.#writer.has(key) || this.#cache.has(key) || hasKey(this.#store, key);
  }

  /**
   * The keys of the store, then those that it does not have yet. Keys that are set or deleted
   * during the iteration may or may not be among them. Throws `NO_KEYS` if the store has no method
   * `keys`.
   */
  async *keys(): AsyncGenerator<K, void, unknown> {
    this.#checkOpen();
    const unwritten = new Set(this.#writer.keys());
    for await (const key of keysOf(this.#store)) {
      unwritten.delete(key);
      yield key;
    }
    yield* unwritten;
  }

  /**
   * Stores a value in the cache; the store gets it later. Resolves at once if there is room for
   * another dirty entry, and otherwise when there is. If no room can be made because the store
   * fails, rejects with the store's error and changes nothing. Invalid values reject as
   * `LRUCache.set` would throw.
   */
  async set(key: K, value: V): Promise<void> {
    if (value === undefined) await this.delete(key);
    else if (this.#calls.isFree(key) && this.#writer.hasRoom(key)) this.#accept(key, value);
    else {
      await this.#calls.run([key], async () => {
        while (!this.#writer.hasRoom(key)) await this.#writer.makeRoom();
        this.#accept(key, value);
      });
    }
  }

  /**
   * Deletes a key from the store, then from the cache; a dirty value is never written. If the store
   * fails, rejects with the store's error: a dirty value stays, and any other is no longer cached.
   */
  delete(key: K): Promise<void> {
    return this.#calls.run([key], () =>
      this.#writer.turns.run([key], async () => {
        this.#checkOpen();
        try {
          await this.#store.delete(key);
          this.#writer.forget(key);
        } finally {
          this.#cache.delete(key);
        }
      }),
    );
  }

  /**
   * Empties the store, then the cache; dirty values are never written. If the store fails, or has
   * neither `clear` nor `keys` (`NO_KEYS`), rejects with that error: dirty values stay, and all
   * others are no longer cached.
   */
  clear(): Promise<void> {
    return this.#calls.runAlone(() =>
      this.#writer.turns.runAlone(async () => {
        this.#checkOpen();
        try {
          await empty(this.#store);
          this.#writer.forgetAll();
        } finally {
          this.#cache.clear();
        }
      }),
    );
  }

  /**
   * Writes every value that was set so far, and resolves when the store has all of them. If writes
   * fail, rejects with the first error after all have been tried; the entries that failed stay
   * dirty, and values that are set in the meantime may.
   */
  async sync(): Promise<void> {
    await this.#calls.idle();
    await this.#writer.writeAll();
  }

  /**
   * Writes every dirty value as `sync` does, then empties the cache. The store keeps its values.
   */
  async flush(): Promise<void> {
    await this.sync();
    this.#cache.clear();
  }

  /** The counts of the cache. Throws `NO_STATS` without the option `recordStats`. */
  stats(): LRUCache.Stats {
    return this.#cache.stats();
  }

  /**
   * Writes every dirty value as `sync` does, then frees the cache: every later call fails with code
   * `DISPOSED`. If a write fails, rejects with the store's error; nothing is lost, and the cache
   * can still be used.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#calls.runAlone(async () => {
      await this.#writer.writeAll();
      this.#cache[Symbol.dispose]();
    });
  }

  #accept(key: K, value: V): void {
    // First, as it may throw. What it evicts is written soon.
    this.#cache.set(key, value);
    this.#writer.put(key, value);
    // Too large for the cache: as if it had been evicted.
    if (this.#cache.peek(key) === undefined) this.#writer.writeSoon(key);
  }

  /** The value of an entry that is dirty or cached, which is used. */
  #use(key: K): V | undefined {
    return this.#writer.has(key) ? this.#getDirty(key) : useCached(this.#cache, key);
  }

  /** The value of a dirty entry, which is used: one that was evicted comes back. */
  #getDirty(key: K): V {
    const value = this.#writer.get(key) as V;
    if (this.#cache.get(key) === undefined) this.#cache.set(key, value);
    return value;
  }

  /** Throws `DISPOSED`. */
  #checkOpen(): void {
    void this.#cache.size;
  }
}

const whole = (name: string, value: number, least: number): number => {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `${name} must be a whole number, at least ${least}`,
  );
};

function checkOptions<K, V>(options: WriteBackOptions<K, V>): WriterOptions<K, V> {
  const { maxDirty = 1000, batchSize = 100, retries = 3, retryDelayMs = 100 } = options;
  const { onWriteError } = options;
  if (onWriteError !== undefined && typeof onWriteError !== 'function') {
    throw new LRUCacheTypeError('INVALID_CALLBACK', 'onWriteError must be a function');
  }
  return {
    maxDirty: whole('maxDirty', maxDirty, 1),
    batchSize: whole('batchSize', batchSize, 1),
    retries: whole('retries', retries, 0),
    retryDelayMs: whole('retryDelayMs', retryDelayMs, 0),
    onWriteError,
  };
}
