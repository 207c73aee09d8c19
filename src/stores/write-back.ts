// The write-back cache: it writes values to the store later, many at once.
//
// WB1  A value that was set can be read at once and from then on: from the cache, from the dirty
//      entries or, after it was written, from the store. No value is lost while the store fails, or
//      if the cache loses entries, as it may when the host interrupts one of its operations: the
//      dirty entries are authoritative, and cached values are copies.
// WB2  A cached value is dirty, or equals that of the store. If a delete or a clear fails, it is
//      not known what the store still has, so its keys are uncached or dirty.
// WB3  The calls that change one key take effect in their order, and a set is never undone by a
//      delete before it.
// WB4  There are at most `maxDirty` dirty entries, including evicted ones; a set that would add one
//      more waits until another has been written.
// WB5  A call that runs out of stack is done or not done. Most calls ask for headroom before they
//      begin; a set that need not wait, and the evictions it causes, may be interrupted anywhere.
//
// writer.ts knows which entries are dirty, and writes them.

import { type LRUCache, LRUCacheTypeError } from '../index.js';
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
import { Writer, type WriterOptions } from './writer.js';

/** The options of `new WriteBackCache`. */
export interface WriteBackOptions<K, V> extends StoreCacheOptions<K, V> {
  /** The largest number of dirty entries: a whole number above 0; 1000 by default. */
  maxDirty?: number;
  /** How many entries are written at once: a whole number above 0; 100 by default. */
  batchSize?: number;
  /** How often a failed write is retried before it is given up; 3 times by default. */
  retries?: number;
  /**
   * The pause before the first retry in ms, 100 by default; each further pause is twice as long.
   */
  retryDelayMs?: number;
  /**
   * Called for every entry that could not be written, with the error of the store; the entry stays
   * dirty. If this throws, callers that wait for the write get that error in place of the store's.
   */
  onWriteError?: (error: unknown, key: K, value: V) => void;
}

const OPTIONS: readonly (keyof WriteBackOptions<unknown, unknown>)[] = [
  ...(['maxDirty', 'batchSize', 'retries', 'retryDelayMs', 'onWriteError'] as const),
];

/** The cache inside, for the checkers of the test suite. The package does not export it. */
export let cacheBehind: <K, V>(cache: WriteBackCache<K, V>) => LRUCache<K, V>;

/** Whether a key is dirty, for the checkers of the test suite. */
export let isDirty: <K, V>(cache: WriteBackCache<K, V>, key: K) => boolean;

/**
 * An LRU cache in front of a store, synchronous or not. It reads missing keys from the store, and
 * writes a value that was set when it is evicted, when `maxDirty` is reached, or when `sync` is
 * called. After pylru's `WriteBackCacheManager`.
 *
 * Deletes reach the store at once. Values set since the last `sync` are lost if the process ends.
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
  /** The number of calls that may be reading from the store. */
  #reads = 0;

  static {
    cacheBehind = (cache) => cache.#cache;
    isDirty = (cache, key) => cache.#writer.has(key);
  }

  /**
   * Throws what `new LRUCache` throws; `INVALID_STORE`; or `INVALID_OPTIONS` for an invalid number,
   * or an option that has no meaning here.
   */
  constructor(options: WriteBackOptions<K, V>) {
    const onEvict = (key: K) => this.#writer.writeSoon(key);
    this.#cache = openCache(options, { options: OPTIONS, onEvict });
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

  /** Number of entries whose value has not been written to the store yet. */
  get dirtySize(): number {
    return this.#writer.size;
  }

  /**
   * The value of a key. A key that is neither cached nor dirty is read from the store; concurrent
   * reads of it share one request. It becomes the most recently used. Rejects with the error of the
   * store.
   */
  async get(key: K): Promise<V | undefined> {
    const known = this.#use(key);
    if (known !== undefined) return known;
    return this.#read(async () => {
      const set = this.#use(key);
      return set === undefined ? this.#cache.fetch(key) : set;
    });
  }

  /**
   * The value of a key, read from the store even if it is cached, for a store that others change,
   * too. A dirty value is newer than the store's, and is returned without a read. If a read of the
   * key is already in flight, returns its result, which may be as old as that read. If the store
   * has no value, the cached value is removed. Rejects with the error of the store; then the cached
   * value stays.
   */
  async refresh(key: K): Promise<V | undefined> {
    const value = await this.#read(async () =>
      this.#writer.has(key) ? this.#getDirty(key) : this.#cache.fetch(key, ANEW),
    );
    // If the key was set at this very moment, it is dirty, and the next `get` caches it again.
    if (value === undefined) this.#cache.delete(key);
    return value;
  }

  /**
   * The values of many keys. Keys that are neither cached nor dirty are read from the store, with
   * one call of its `getMany` if it has that method. The Map has the keys that have a value, in the
   * order given. Cached and dirty keys are used first, then the keys that were read. Rejects with
   * the error of the store; with `INVALID_KEYS` if `keys` is not a list (a string is rejected);
   * with `INVALID_BATCH` if the store's `getMany` returns something else than values or pairs.
   */
  async getMany(keys: Iterable<K>): Promise<Map<K, V>> {
    const asked = listOf(keys);
    return this.#read(() => readMany(this.#cache, this.#store, asked, (key) => this.#use(key)));
  }

  /** The value of a key if it is cached or dirty. Does not read the store or change the order. */
  peek(key: K): V | undefined {
    return this.#writer.has(key) ? this.#writer.get(key) : this.#cache.peek(key);
  }

  /** Whether the cache or the store has a key. Does not change the order. */
  async has(key: K): Promise<boolean> {
    return this.#writer.has(key) || this.#cache.has(key) || hasKey(this.#store, key);
  }

  /**
   * The keys of the store, then those that it does not have yet. Changes made during the iteration
   * may or may not show. Throws `NO_KEYS` if the store has no method `keys`.
   */
  async *keys(): AsyncGenerator<K, void, unknown> {
    needHeadroom();
    this.#checkOpen();
    const unwritten = new Set(this.#writer.keys());
    for await (const key of keysOf(this.#store)) {
      unwritten.delete(key);
      yield key;
    }
    yield* unwritten;
  }

  /**
   * Stores a value in the cache, to be written to the store later. Resolves at once if there is
   * room for a dirty entry, otherwise when there is. If no room can be made because the store
   * fails, rejects with the store's error and changes nothing. Invalid values reject as
   * `LRUCache.set` would throw.
   */
  async set(key: K, value: V): Promise<void> {
    if (value === undefined) await this.delete(key);
    else if (this.#calls.isFree(key) && this.#writer.hasRoom(key)) await this.#accept(key, value);
    else {
      await this.#calls.run([key], async () => {
        while (!this.#writer.hasRoom(key)) await this.#writer.makeRoom();
        await this.#accept(key, value);
      });
    }
  }

  /**
   * Deletes a key from the store, then from the cache; a dirty value is dropped without being
   * written. Rejects with the error of the store; then a dirty value stays, and a clean one is no
   * longer cached.
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
   * Empties the store, then the cache; dirty values are dropped without being written. Rejects with
   * the error of the store, or `NO_KEYS`; then dirty values stay, and clean ones are no longer
   * cached.
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
   * fail, rejects with the first error after all were tried; values that failed stay dirty. Values
   * that are set in the meantime may stay dirty, too.
   */
  async sync(): Promise<void> {
    needHeadroom();
    await this.#writeAll();
  }

  /** Does what `sync` does, then empties the cache. The store keeps its values. */
  async flush(): Promise<void> {
    needHeadroom();
    await this.#writeAll();
    this.#cache.clear();
  }

  /** The counts of the cache. Throws `NO_STATS` without the option `recordStats`. */
  stats(): LRUCache.Stats {
    return this.#cache.stats();
  }

  /**
   * Does what `sync` does, then frees the cache: any later call fails with code `DISPOSED`. If
   * `sync` rejects, so does this; then nothing is lost, and the cache can still be used.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#calls.runAlone(async () => {
      await this.#writer.writeAll();
      this.#cache[Symbol.dispose]();
    });
  }

  async #writeAll(): Promise<void> {
    await this.#calls.idle();
    await this.#writer.writeAll();
  }

  /** Caches a value, and makes it dirty, before it returns. If that fails, it is neither (WB5). */
  async #accept(key: K, value: V): Promise<void> {
    // A set aborts a read of its key, which the host must not interrupt.
    if (this.#reads > 0) needHeadroom();
    try {
      // First, since it refuses invalid values. Entries that it evicts are written soon.
      this.#cache.set(key, value);
      this.#writer.put(key, value);
      // A value too large for the cache is treated as if it had been evicted.
      if (this.#cache.peek(key) === undefined) this.#writer.writeSoon(key);
    } catch (error) {
      // From here on, the stack is empty.
      await undefined;
      const isCached = this.#cache.peek(key) === value;
      if (isCached && this.#writer.get(key) !== value) this.#cache.delete(key);
      throw error;
    }
  }

  /** Reads from the store, as `readThrough` does, and counts the reads in flight. */
  async #read<T>(read: () => Promise<T>): Promise<T> {
    this.#reads += 1;
    try {
      return await readThrough(read);
    } finally {
      this.#reads -= 1;
    }
  }

  /** The value of an entry that is dirty or cached, which uses the entry. */
  #use(key: K): V | undefined {
    return this.#writer.has(key) ? this.#getDirty(key) : useCached(this.#cache, key);
  }

  /** The value of a dirty entry, which uses the entry: if it was evicted, it is cached again. */
  #getDirty(key: K): V {
    const value = this.#writer.get(key) as V;
    try {
      if (this.#cache.get(key) === undefined) this.#cache.set(key, value);
    } catch {
      // The value is known, even if it cannot be cached: its size cannot be calculated any more, or
      // the clock throws.
    }
    return value;
  }

  /** Throws `DISPOSED`. */
  #checkOpen(): void {
    void this.#cache.size;
  }
}

const wholeNumber = (name: string, value: number, least: number): number => {
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
    maxDirty: wholeNumber('maxDirty', maxDirty, 1),
    batchSize: wholeNumber('batchSize', batchSize, 1),
    retries: wholeNumber('retries', retries, 0),
    retryDelayMs: wholeNumber('retryDelayMs', retryDelayMs, 0),
    onWriteError,
  };
}
