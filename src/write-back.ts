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
  cachedOrRead,
  listOf,
  openCache,
  readThrough,
  type StoreCacheOptions,
} from './read-through.js';
import { Turns } from './turns.js';
import { Writer, type WriterOptions } from './writer.js';

/** What `new WriteBackCache` takes. */
export interface WriteBackOptions<K, V> extends StoreCacheOptions<K, V> {
  /** Largest number of dirty entries, 1000 if not given: a whole number above 0. */
  maxDirty?: number;
  /** How many entries are written at once, 100 if not given: a whole number above 0. */
  batchSize?: number;
  /** How often a write that failed is tried again, 3 times if not given, before it is given up. */
  retries?: number;
  /** Pause before the first retry, 100 ms if not given; each further one is twice as long. */
  retryDelayMs?: number;
  /**
   * Called for every entry that could not be written, with the error of the store; the entry stays
   * dirty. Whoever waits for the write hears what this throws in place of the error.
   */
  onWriteError?: (error: unknown, key: K, value: V) => void;
}

/** The cache inside, for the checkers of the test suite. Not exported by the package. */
export let cacheBehind: <K, V>(cache: WriteBackCache<K, V>) => LRUCache<K, V>;

/**
 * An LRU cache in front of a store, synchronous or not: reads what it has not, and writes what was
 * set when it is evicted, when `maxDirty` is reached, or by `sync`. After pylru's
 * `WriteBackCacheManager`.
 *
 * Deletes reach the store at once. What was set since the last `sync` is lost with the process.
 * `undefined` cannot be a value: setting it deletes the key.
 */
export class WriteBackCache<K, V> {
  readonly #store: Dict<K, V>;
  readonly #cache: LRUCache<K, V>;
  readonly #writer: Writer<K, V>;
  /** The order of the calls that change a key. */
  readonly #calls = new Turns<K>();

  static {
    cacheBehind = (cache) => cache.#cache;
  }

  /** Throws as `new LRUCache` does, and `INVALID_STORE`; `INVALID_OPTIONS` for a bad number. */
  constructor(options: WriteBackOptions<K, V>) {
    this.#cache = openCache(options, (key) => this.#writer.writeSoon(key));
    this.#store = options.store;
    this.#writer = new Writer(this.#store, checkOptions(options));
  }

  /** Number of entries in the cache. Dirty ones that were evicted are not counted. */
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
   * The value of a key, read from the store if it is neither cached nor dirty, once for all who ask
   * meanwhile. It becomes the most recently used. Rejects with the error of the store. What is
   * cached is given at once, also while it is being read anew.
   */
  get(key: K): Promise<V | undefined> {
    return readThrough(async () =>
      this.#writer.has(key) ? this.#getDirty(key) : cachedOrRead(this.#cache, key),
    );
  }

  /**
   * The value of a key, read from the store even if it is cached, as `fetch` does it with
   * `forceRefresh`: for a store that others change, too. A dirty value is newer than what the store
   * has, and given without asking. A read of the key that is under way is waited for and not
   * repeated, so that what it gives may be as old as that. If the store has no value, none is
   * cached any more. Rejects with the error of the store; what is cached stays then.
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
   * The values of many keys, with one call of the store's `getMany`, if it has one, for all that
   * have to be read. The Map has the keys that have a value, in the order given. The dirty ones are
   * used first, then the others, each in that order. Rejects with the error of the store; with
   * `INVALID_KEYS` if the keys are no list, as a string is not; with `INVALID_BATCH` if what
   * `getMany` gives is none.
   */
  async getMany(keys: Iterable<K>): Promise<Map<K, V>> {
    const asked = [...new Set(listOf(keys))];
    return readThrough(() => this.#getMany(asked));
  }

  async #getMany(asked: readonly K[]): Promise<Map<K, V>> {
    const dirty = new Map<K, V>();
    const clean = asked.filter((key) => {
      if (this.#writer.has(key)) dirty.set(key, this.#getDirty(key));
      return !dirty.has(key);
    });
    const read = await this.#cache.fetchMany(clean);
    const found = new Map<K, V>();
    for (const key of asked) {
      const value = dirty.has(key) ? dirty.get(key) : read.get(key);
      if (value !== undefined) found.set(key, value);
    }
    return found;
  }

  /** The value of a key if it is cached or dirty. The order stays, and the store is not asked. */
  peek(key: K): V | undefined {
    return this.#writer.has(key) ? this.#writer.get(key) : this.#cache.peek(key);
  }

  /** Whether the cache or the store has a key. The order stays. */
  async has(key: K): Promise<boolean> {
    return this.#writer.has(key) || this.#cache.has(key) || hasKey(this.#store, key);
  }

  /** The keys of the store, then those it does not have yet. Throws `NO_KEYS` as the store may. */
  async *keys(): AsyncGenerator<K, void, unknown> {
    const unwritten = new Set(this.#writer.keys());
    for await (const key of keysOf(this.#store)) {
      unwritten.delete(key);
      yield key;
    }
    yield* unwritten;
  }

  /**
   * Stores a value in the cache; the store gets it later. Resolves at once if there is room for a
   * dirty entry, else when there is. Rejects, with nothing changed, with the error of the store if
   * it fails to make room, or as `LRUCache.set` throws.
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
   * Deletes a key from the store, then from the cache; a value that was not written never will be.
   * Rejects with the error of the store: a dirty value stays then, any other is no longer cached.
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
   * Empties the store, then the cache; what was not written never will be. Rejects with the error
   * of the store, or `NO_KEYS`: dirty values stay then, all others are no longer cached.
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
   * Writes every value that was set so far, and resolves when the store has all of them. Rejects
   * with the first error when all were tried; those that failed stay dirty. What is set meanwhile
   * may stay dirty, too.
   */
  async sync(): Promise<void> {
    await this.#calls.idle();
    await this.#writer.writeAll();
  }

  /** As `sync`, and empties the cache. The store keeps what it has. */
  async flush(): Promise<void> {
    await this.sync();
    this.#cache.clear();
  }

  /** What has been counted. Throws `NO_STATS` without `recordStats`. */
  stats(): LRUCache.Stats {
    return this.#cache.stats();
  }

  /**
   * As `sync`, and frees the cache: what is asked for afterwards fails with code `DISPOSED`.
   * Rejects as `sync` does; then nothing is lost, and the cache can still be used.
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
