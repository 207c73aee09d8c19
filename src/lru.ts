// LRUCache: the class people use, after lru-cache 11.
//
// It owns the interface: arguments, their defaults, and what is reported of a call. What an
// operation does is store.ts, loads are loads.ts; where a key's slot is, and what is in it, is
// entries.ts; which slot was used when is the engine's.
//
// L1  Nothing in here calls a public method of the cache, so that a subclass may override any.
// L2  A cache without ttl, sizes, callbacks, loads and statistics goes to its entries directly.
//     `get` and `set` hold no more than that: V8 inlines them, and all that they call, into a loop
//     of the caller's only if it is little. A flag is compared with true, which is one instruction;
//     V8 takes a dozen to find out whether a field is truthy.
// L3  Objects that callers pass are read, each property once, and never written, but for `status`.
// L4  The class does not name itself in its body: the bundler would give it a second name there,
//     which errors and heap snapshots would show.

/// <reference lib="esnext.disposable" preserve="true" />

import { NIL } from '../assembly/layout.js';
import { clear, pop, purge, resize } from './bulk.js';
import { metrics } from './channels.js';
import { sharedEngine } from './engines.js';
import type { ColumnEntries } from './entries-columns.js';
import { keepName, LRUCacheError, LRUCacheTypeError } from './errors.js';
import { storeOf } from './iterable.js';
import { LoadingCache } from './loading.js';
import { has, peek } from './lookups.js';
import * as options from './options.js';
import { poisonIfTrap } from './poison.js';
import { dumpOf, infoOf, loadInto, remainingTtlOf } from './snapshot.js';
import { newStats } from './stats.js';
import { getByStore, publish, setByStore, statusFor } from './status.js';
import type { Store } from './store.js';
import type * as types from './types.js';
import { warnUnbounded } from './warning.js';

/** @internal The entries behind a cache, for the checkers of the test suite. */
export function entriesOf<K, V, FC>(cache: LRUCache<K, V, FC>): ColumnEntries<K, V> {
  return storeOf(cache).entries;
}

/** Warns who made a cache without a bound, by a stack that ends at its `new`. */
function warnOfNoBound(): void {
  warnUnbounded(LRUCache);
}

/**
 * A cache that evicts the least recently used entry when it is full: by number (`max`), by the sum
 * of sizes (`maxSize`), and with a `ttl` by age. `get` and `set` are uses; `has`, `peek` and
 * iteration are not.
 *
 * Keys are compared as in `Map`. A value of `undefined` cannot be stored: setting it deletes the
 * key. `get`, `set`, `has`, `peek`, `delete` and `pop` take constant time; strings are hashed in
 * time proportional to their length. `FC` is the type of the context of `fetch` and `memo`.
 */
export class LRUCache<
  K = NonNullable<unknown>,
  V = NonNullable<unknown>,
  FC = unknown,
> extends LoadingCache<K, V, FC> {
  static {
    keepName(this, 'LRUCache');
  }

  readonly #entries: ColumnEntries<K, V>;
  readonly #store: Store<K, V, FC>;
  /** What `Object.prototype.toString` calls it. */
  [Symbol.toStringTag] = 'LRUCache';

  /** The engine caches get here: `wasm`, or `pure` where the host refuses WebAssembly. */
  static get engine(): types.EngineKind {
    return sharedEngine().engine.kind;
  }

  /**
   * An empty cache, by the options given or those of another cache. It takes memory as it fills,
   * not for its `max`.
   *
   * Throws `LRUCacheTypeError` or `LRUCacheRangeError` with code `INVALID_OPTIONS`, `INVALID_MAX`,
   * `INVALID_SIZE`, `INVALID_TTL`, `INVALID_CALLBACK` or `ENGINE_UNAVAILABLE`, before anything is
   * allocated.
   */
  constructor(given: options.Options<K, V, FC> | LRUCache<K, V, FC>) {
    const checked = options.checkOptions<K, V, FC>(given as options.OptionsBase<K, V, FC>);
    super(checked);
    this.#store = storeOf(this);
    this.#entries = this.#store.entries;
    if (checked.max === 0 && checked.maxSize === 0 && !checked.ttlAutopurge) warnOfNoBound();
  }

  /** Number of entries, stale ones counted, and those in flight not. */
  get size(): number {
    return this.#store.entries.size;
  }

  /** Largest number of entries; 0 if it is not bounded. */
  get max(): number {
    return this.#store.max;
  }

  /** Largest sum of sizes; 0 if it is not bounded. */
  get maxSize(): number {
    return this.#store.maxSize;
  }

  /** Sum of the sizes of all entries; 0 if there are none. */
  get calculatedSize(): number {
    return this.#store.entries.total;
  }

  /** The engine this cache runs on. */
  get engine(): types.EngineKind {
    return this.#store.entries.engine.kind;
  }

  /**
   * The value of a key, which becomes the most recently used; `undefined` if absent or stale. A
   * stale entry is removed, and returned with `allowStale`.
   */
  get(key: K, getOptions?: types.GetOptions<K, V, FC>): V | undefined {
    const entries = this.#entries;
    if (getOptions === undefined && entries.isPlainToRead === true && !metrics.hasSubscribers) {
      try {
        return entries.items[entries.touch(key) * 2 + 1] as V | undefined;
      } catch (error) {
        entries.failure = error;
        entries.isPlainToRead = false;
        entries.isPlainToWrite = false;
        throw poisonIfTrap(entries.engine, error);
      }
    }
    return getByStore(this, key, getOptions);
  }

  /**
   * Stores a value under a key, which becomes the most recently used; the least recently used
   * entries are evicted to keep `max` and `maxSize`. `undefined` deletes the key instead, and so
   * does a value above `maxEntrySize`.
   *
   * Throws `INVALID_SIZE`, `INVALID_TTL`, `INVALID_CLOCK`, or `OUT_OF_MEMORY` if the host refuses
   * memory for the first entry or ttl, with nothing changed. Refused later, it makes the cache
   * evict at the size it has, until `clear` or `resize`.
   */
  set(key: K, value: V | undefined, setOptions?: types.SetOptions<K, V, FC>): this {
    const entries = this.#entries;
    if (
      setOptions === undefined &&
      value !== undefined &&
      entries.isPlainToWrite === true &&
      this.ttl === 0 &&
      this.sizeCalculation === undefined &&
      !metrics.hasSubscribers
    ) {
      try {
        entries.write(entries.put(key), key, value);
      } catch (error) {
        entries.failure = error;
        entries.isPlainToRead = false;
        entries.isPlainToWrite = false;
        throw poisonIfTrap(entries.engine, error);
      }
    } else {
      setByStore(this, key, value, setOptions);
    }
    return this;
  }

  /** As `set`, and returns the entries that were evicted for it, the oldest first. */
  setWithEvicted(key: K, value: V, setOptions?: types.SetOptions<K, V, FC>): [K, V][] {
    const evicted: [K, V][] = [];
    const status = statusFor(this, 'set', key, setOptions?.status);
    this.#store.set(key, value, setOptions, status, evicted);
    return evicted;
  }

  /** Whether a key is there and fresh. The order stays; its age does, but for `updateAgeOnHas`. */
  has(key: K, hasOptions?: types.HasOptions<K, V, FC>): boolean {
    const status = statusFor(this, 'has', key, hasOptions?.status);
    return publish(status, has(this.#store, key, hasOptions?.updateAgeOnHas, status));
  }

  /** The value of a key, or `undefined`; a stale one only with `allowStale`. Nothing changes. */
  peek(key: K, peekOptions?: types.PeekOptions<K, V, FC>): V | undefined {
    const status = statusFor(this, 'peek', key, peekOptions?.status);
    return publish(status, peek(this.#store, key, peekOptions?.allowStale, status));
  }

  /** Removes a key, and aborts its load; returns whether there was either. */
  delete(key: K): boolean {
    const entries = this.#entries;
    if (!entries.isPlainToWrite || metrics.hasSubscribers) {
      return this.#store.delete(key, 'delete');
    }
    try {
      const slot = entries.remove(key);
      if (slot !== NIL) entries.erase(slot);
      return slot !== NIL;
    } catch (error) {
      entries.failure = error;
      entries.cut = -1;
      entries.isPlainToRead = false;
      entries.isPlainToWrite = false;
      throw poisonIfTrap(entries.engine, error);
    }
  }

  /** Removes the least recently used entry and returns its value, stale or not. */
  pop(): V | undefined {
    return pop(this.#store);
  }

  /** Removes every entry and aborts every load. `dispose` hears of the oldest first. */
  clear(): void {
    clear(this.#store);
  }

  /** Removes every stale entry, the oldest first; returns whether there was one. O(size). */
  purgeStale(): boolean {
    return purge(this.#store);
  }

  /**
   * Changes `max`, `maxSize` or both. Smaller ones evict the least recently used entries at once. A
   * `maxEntrySize` that was not given changes with `maxSize`.
   * Throws `INVALID_MAX` or `INVALID_SIZE`, with nothing changed. O(entries evicted).
   */
  resize(bounds: number | { max?: number; maxSize?: number }): void {
    const { max, maxSize } =
      typeof bounds === 'object' && bounds !== null ? bounds : { max: bounds };
    const isSized = maxSize !== undefined;
    if (max !== undefined || !isSized) options.checkMax(max);
    if (isSized) options.checkMaxSize('maxSize', maxSize);
    if (isSized && !this.#entries.isWeighed) {
      throw new LRUCacheTypeError('INVALID_SIZE', 'This cache was made without maxSize');
    }
    resize(this.#store, max ?? this.#store.max, maxSize ?? this.#store.maxSize);
  }

  /**
   * Value, size and age of a key, stale or not; `undefined` if absent. `ttl` is what is left of it,
   * negative if stale, and `start` is now. The order stays.
   */
  info(key: K): types.Entry<V> | undefined {
    return infoOf(this.#store, key);
  }

  /** What is left of a key's ttl in ms: Infinity if it has none, 0 if absent. */
  getRemainingTTL(key: K): types.Milliseconds {
    return remainingTtlOf(this.#store, key);
  }

  /** Every entry, stale or not, for `load`: least recently used first. O(size). */
  dump(): [K, types.Entry<V>][] {
    return dumpOf(this.#store);
  }

  /**
   * Replaces every entry by those of a dump, in their order: the last is the most recently used.
   * Throws `INVALID_ENTRIES`, with nothing changed, or as `set`, with what came before it loaded.
   */
  load(dump: Iterable<readonly [K, types.Entry<V>]>): void {
    loadInto(this.#store, dump);
  }

  /** What has been counted so far. Throws `NO_STATS` without `recordStats`. */
  stats(): types.Stats {
    return { ...this.#countedStats() };
  }

  /** Counts from 0 again. Throws `NO_STATS` without `recordStats`. */
  resetStats(): void {
    Object.assign(this.#countedStats(), newStats());
  }

  /**
   * Removes every entry, telling `dispose`, aborts every load, and frees all memory now instead of
   * when the cache is collected. Any later use of its entries, of `size` too, throws with code
   * `DISPOSED`; disposing again does nothing.
   */
  [Symbol.dispose](): void {
    if (!this.#store.isDisposed) clear(this.#store, true);
  }

  #countedStats(): types.Stats {
    const { stats } = this.#store;
    if (stats !== undefined) return stats;
    throw new LRUCacheError('NO_STATS', 'stats needs the option recordStats');
  }
}

/** The types of the interface, under the names they have in lru-cache. */
export declare namespace LRUCache {
  export type Size = types.Size;
  export type Milliseconds = types.Milliseconds;
  export type Count = types.Count;
  export type DisposeReason = types.DisposeReason;
  export type Disposer<K, V> = types.Disposer<K, V>;
  export type InsertReason = types.InsertReason;
  export type Inserter<K, V> = types.Inserter<K, V>;
  export type SizeCalculator<K, V> = types.SizeCalculator<K, V>;
  export type Fetcher<K, V, FC = unknown> = types.Fetcher<K, V, FC>;
  export type FetcherOptions<K, V, FC = unknown> = types.FetcherOptions<K, V, FC>;
  export type FetcherFetchOptions<K, V, FC = unknown> = types.FetcherFetchOptions<K, V, FC>;
  export type FetchOptions<K, V, FC> = types.FetchOptions<K, V, FC>;
  export type FetchOptionsWithContext<K, V, FC> = types.FetchOptionsWithContext<K, V, FC>;
  export type FetchOptionsNoContext<
    K,
    V,
    FC extends undefined | void = undefined,
  > = types.FetchOptionsNoContext<K, V, FC>;
  export type BatchResult<K, V> = types.BatchResult<K, V>;
  export type BatchFetcher<K, V, FC = unknown> = types.BatchFetcher<K, V, FC>;
  export type BatchFetcherOptions<K, V, FC = unknown> = types.BatchFetcherOptions<K, V, FC>;
  export type FetchManyOptions<K, V, FC> = types.FetchManyOptions<K, V, FC>;
  export type FetchManyOptionsWithContext<K, V, FC> = types.FetchManyOptionsWithContext<K, V, FC>;
  export type Memoizer<K, V, FC = unknown> = types.Memoizer<K, V, FC>;
  export type MemoizerOptions<K, V, FC = unknown> = types.MemoizerOptions<K, V, FC>;
  export type MemoizerMemoOptions<K, V, FC = unknown> = types.MemoizerMemoOptions<K, V, FC>;
  export type MemoOptions<K, V, FC = unknown> = types.MemoOptions<K, V, FC>;
  export type MemoOptionsWithContext<K, V, FC> = types.MemoOptionsWithContext<K, V, FC>;
  export type MemoOptionsNoContext<
    K,
    V,
    FC extends undefined | void = undefined,
  > = types.MemoOptionsNoContext<K, V, FC>;
  export type GetOptions<K, V, FC> = types.GetOptions<K, V, FC>;
  export type PeekOptions<K, V, FC> = types.PeekOptions<K, V, FC>;
  export type HasOptions<K, V, FC> = types.HasOptions<K, V, FC>;
  export type SetOptions<K, V, FC> = types.SetOptions<K, V, FC>;
  export type Status<K, V, FC = unknown> = types.Status<K, V, FC>;
  export type Stats = types.Stats;
  export type Entry<V> = types.Entry<V>;
  export type OptionsBase<K, V, FC> = options.OptionsBase<K, V, FC>;
  export type OptionsMaxLimit<K, V, FC> = options.OptionsMaxLimit<K, V, FC>;
  export type OptionsTTLLimit<K, V, FC> = options.OptionsTTLLimit<K, V, FC>;
  export type OptionsSizeLimit<K, V, FC> = options.OptionsSizeLimit<K, V, FC>;
  export type Options<K, V, FC> = options.Options<K, V, FC>;
}
