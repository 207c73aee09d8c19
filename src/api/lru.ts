// LRUCache: the class people use, after lru-cache 11.
//
// It owns the interface: arguments, their defaults, and what is reported of a call. What an
// operation does is store.ts, loads are loads.ts; where a key's slot is, and what is in it, is
// entries.ts; which slot was used when is the engine's.
//
// L1  Nothing in here calls a public method of the cache, so that a subclass may override any.
// L2  A cache without ttl, sizes, callbacks, loads and statistics goes to its entries directly; a
//     `get` does with all but a ttl, and counts if there are statistics. `get` and `set` hold no
//     more than that: V8 inlines them, and all that they call, into a loop of the caller's only if
//     it is little.
// L3  Objects that callers pass are read, each property once, and never written, but for `status`.
// L4  The class does not name itself in its body: the bundler would give it a second name there,
//     which errors and heap snapshots would show.

/// <reference lib="esnext.disposable" preserve="true" />

import { NIL } from '../../assembly/layout.js';
import { clear, deleteWhere, invalidateTag, pop, purge, resize } from '../cache/bulk.js';
import { metrics } from '../cache/channels.js';
import { deleteMany, getMany, hasMany, setMany } from '../cache/many.js';
import { dumpOf, infoOf, loadInto, remainingTtlOf } from '../cache/snapshot.js';
import { countGet, newStats } from '../cache/stats.js';
import { getByStore, hasByStore, peekByStore, setByStore } from '../cache/status.js';
import type { Store } from '../cache/store.js';
import { checkFunction, checkMax } from '../common/check.js';
import { keepName, LRUCacheError, LRUCacheTypeError } from '../common/errors.js';
import type * as options from '../common/options.js';
import type * as types from '../common/types.js';
import { warnUnbounded } from '../common/warning.js';
import { hostFor } from '../engine/lifetime.js';
import { type Entries, PATH_FAST, PATH_SLOW } from '../entries/entries.js';
import { checkMaxSize, checkOptions } from './check-options.js';
import { storeOf } from './iterable.js';
import { LoadingCache } from './loading.js';

/** @internal The entries behind a cache, for the checkers of the test suite. */
export function entriesOf<K, V, FC>(cache: LRUCache<K, V, FC>): Entries<K, V> {
  return storeOf(cache).entries;
}

/** Warns of a cache without a bound, with a stack that ends at its `new`. */
function warnOfNoBound(): void {
  warnUnbounded(LRUCache);
}

/**
 * A cache that evicts the least recently used entry when it is full. Entries are bounded by number
 * (`max`), by the sum of their sizes (`maxSize`), and in age (`ttl`). `get` and `set` use an entry;
 * `has`, `peek` and iteration do not.
 *
 * Keys are compared as in a `Map`. `undefined` cannot be stored as a value: setting it deletes the
 * key. `get`, `set`, `has`, `peek`, `delete` and `pop` take constant time, apart from hashing a
 * string. `FC` is the type of the context of `fetch` and `memo`.
 *
 * @example
 * ```ts
 * import { LRUCache } from 'wasm-lru';
 *
 * const cache = new LRUCache<string, number>({ max: 2 });
 * cache.set('a', 1).set('b', 2);
 * cache.get('a');
 * cache.set('c', 3);
 * console.log([...cache.keys()]); // [ 'c', 'a' ]
 * ```
 */
export class LRUCache<
  K = NonNullable<unknown>,
  V = NonNullable<unknown>,
  FC = unknown,
> extends LoadingCache<K, V, FC> {
  static {
    keepName(this, 'LRUCache');
  }

  readonly #entries: Entries<K, V>;
  readonly #store: Store<K, V, FC>;
  readonly #stats: types.Stats | undefined;
  /** The name of the class, as `Object.prototype.toString` shows it. */
  [Symbol.toStringTag] = 'LRUCache';

  /** The engine of new caches on this host: `wasm`, or `pure` if the host refuses WebAssembly. */
  static get engine(): types.EngineKind {
    return hostFor().kind;
  }

  /**
   * An empty cache with the given options, or with the options of another cache. It takes memory as
   * it fills, whatever its `max` is.
   *
   * Throws `LRUCacheTypeError` or `LRUCacheRangeError` with code `INVALID_OPTIONS`, `INVALID_MAX`,
   * `INVALID_SIZE`, `INVALID_TTL`, `INVALID_CALLBACK` or `ENGINE_UNAVAILABLE`, before anything is
   * allocated.
   */
  constructor(given: options.Options<K, V, FC> | LRUCache<K, V, FC>) {
    const checked = checkOptions<K, V, FC>(given as options.OptionsBase<K, V, FC>);
    super(checked);
    this.#store = storeOf(this);
    this.#entries = this.#store.entries;
    this.#stats = this.#store.stats;
    if (checked.max === 0 && checked.maxSize === 0 && !checked.ttlAutopurge) warnOfNoBound();
  }

  /** Number of entries. Stale entries are counted; loads in flight are not. */
  get size(): number {
    return this.#store.entries.size;
  }

  /** Largest number of entries, or 0 if there is no bound. */
  get max(): number {
    return this.#store.max;
  }

  /** Largest sum of the sizes of all entries, or 0 if there is no bound. */
  get maxSize(): number {
    return this.#store.maxSize;
  }

  /** Sum of the sizes of all entries, or 0 if the cache keeps no sizes. */
  get calculatedSize(): number {
    return this.#store.entries.total;
  }

  /** The engine that this cache runs on. */
  get engine(): types.EngineKind {
    return this.#store.entries.kind;
  }

  /**
   * Returns the value of a key, which becomes the most recently used, or `undefined` if the key is
   * absent or stale. A stale entry is removed; with `allowStale`, its value is returned once.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 100 });
   * cache.set('a', 1);
   * console.log(cache.get('a'), cache.get('b')); // 1 undefined
   * ```
   */
  get(key: K, getOptions?: types.GetOptions<K, V, FC>): V | undefined {
    const entries = this.#entries;
    if (getOptions === undefined && entries.path !== PATH_SLOW && !metrics.hasSubscribers) {
      try {
        const slot = entries.touch(key);
        if (this.#stats !== undefined) countGet(this.#stats, slot);
        return entries.items[slot * 2 + 1] as V | undefined;
      } catch (error) {
        throw entries.failed(error);
      }
    }
    return getByStore(this.#store, key, getOptions);
  }

  /**
   * Stores a value under a key, which becomes the most recently used. The least recently used
   * entries are evicted to keep `max` and `maxSize`. `undefined` deletes the key instead, and so
   * does a value that is larger than `maxEntrySize`.
   *
   * Throws `INVALID_SIZE`, `INVALID_TTL`, `INVALID_CLOCK`, or `OUT_OF_MEMORY` if the host refuses
   * memory for the first entry or ttl, and changes nothing. If the host refuses memory later, the
   * cache evicts at the number of entries that it has, until `clear` or `resize`.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, string>({ max: 100 });
   * cache.set('session', 'ada', { ttl: 60_000 }).set('theme', 'dark');
   * console.log(cache.size, cache.getRemainingTTL('theme')); // 2 Infinity
   * ```
   */
  set(key: K, value: V | undefined, setOptions?: types.SetOptions<K, V, FC>): this {
    const entries = this.#entries;
    if (
      setOptions === undefined &&
      value !== undefined &&
      entries.path === PATH_FAST &&
      this.ttl === 0 &&
      this.sizeCalculation === undefined &&
      !metrics.hasSubscribers
    ) {
      try {
        entries.write(entries.put(key), key, value);
      } catch (error) {
        entries.failure = error;
        entries.path = PATH_SLOW;
        throw entries.failed(error);
      }
    } else {
      setByStore(this.#store, key, value, setOptions);
    }
    return this;
  }

  /**
   * Stores a value as `set` does, and returns the entries that were evicted for it, the least
   * recently used first.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 1 });
   * cache.set('a', 1);
   * console.log(cache.setWithEvicted('b', 2)); // [ [ 'a', 1 ] ]
   * ```
   */
  setWithEvicted(key: K, value: V, setOptions?: types.SetOptions<K, V, FC>): [K, V][] {
    const evicted: [K, V][] = [];
    setByStore(this.#store, key, value, setOptions, evicted);
    return evicted;
  }

  /**
   * Whether a key is stored and fresh. Does not use the entry; with `updateAgeOnHas`, its ttl
   * starts anew.
   */
  has(key: K, hasOptions?: types.HasOptions<K, V, FC>): boolean {
    return hasByStore(this.#store, key, hasOptions);
  }

  /**
   * Returns the value of a key without using the entry, or `undefined` if the key is absent. A
   * stale value is returned only with `allowStale`.
   */
  peek(key: K, peekOptions?: types.PeekOptions<K, V, FC>): V | undefined {
    return peekByStore(this.#store, key, peekOptions);
  }

  /** Removes a key and aborts its load. Returns whether there was an entry or a load. */
  delete(key: K): boolean {
    const entries = this.#entries;
    if (entries.path !== PATH_FAST || metrics.hasSubscribers) {
      return this.#store.delete(key, 'delete');
    }
    try {
      const slot = entries.find(key);
      if (slot === NIL) return false;
      entries.remove(slot);
      entries.erase(slot);
      return true;
    } catch (error) {
      entries.failure = error;
      entries.path = PATH_SLOW;
      throw entries.failed(error);
    }
  }

  /**
   * Returns the values of many keys, in their order: the same as a `get` of each, with the same
   * options. If a `get` throws, those of the keys before it are done.
   *
   * In a large cache without a ttl, the numbers among many keys are found together, which takes
   * less time than a loop of `get`. In others, and for other keys, it is a loop that makes an array
   * of the keys and one of the values, and takes more time than a loop of `get` without them.
   *
   * Throws `INVALID_KEYS` if `keys` is not a list; a string is none.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const names = new LRUCache<number, string>({ max: 100 });
   * names.set(1, 'ada').set(2, 'grace');
   * console.log(names.getMany([2, 3, 1])); // [ 'grace', undefined, 'ada' ]
   * ```
   */
  getMany(keys: Iterable<K>, getOptions?: types.GetOptions<K, V, FC>): (V | undefined)[] {
    return getMany(this.#store, keys, getOptions);
  }

  /**
   * Stores many values, in their order: the same as a `set` of each pair, with the same options. If
   * a `set` throws, those of the pairs before it are done.
   *
   * Throws `INVALID_KEYS` if `entries` is not a list, or `INVALID_ENTRIES` if something in it is
   * not a pair, and changes nothing.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const names = new LRUCache<number, string>({ max: 100 });
   * names.setMany([[1, 'ada'], [2, 'grace']]);
   * console.log(names.size); // 2
   * ```
   */
  setMany(
    entries: Iterable<readonly [K, V | undefined]>,
    setOptions?: types.SetOptions<K, V, FC>,
  ): this {
    setMany(this.#store, entries, setOptions);
    return this;
  }

  /**
   * Whether each of many keys is stored and fresh, in their order: the same as a `has` of each.
   * Throws `INVALID_KEYS` if `keys` is not a list.
   */
  hasMany(keys: Iterable<K>, hasOptions?: types.HasOptions<K, V, FC>): boolean[] {
    return hasMany(this.#store, keys, hasOptions);
  }

  /**
   * Removes many keys and aborts their loads, in their order: the same as a `delete` of each.
   * Returns how many of them were there. Throws `INVALID_KEYS` if `keys` is not a list.
   */
  deleteMany(keys: Iterable<K>): number {
    return deleteMany(this.#store, keys);
  }

  /**
   * Removes the least recently used entry, stale or not, and returns its value, or `undefined` if
   * the cache is empty.
   */
  pop(): V | undefined {
    return pop(this.#store);
  }

  /**
   * Removes every entry and aborts every load. `dispose` is called for the least recently used
   * entry first.
   */
  clear(): void {
    clear(this.#store);
  }

  /**
   * Removes every entry that was stored with a tag, and aborts every load of such a key or with
   * that tag. A load that names the tag only with its result, and began before, is not stored.
   * Returns the number of entries removed, to which the time it takes is in proportion.
   *
   * Throws `INVALID_TAGS` if the tag is no string.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const pages = new LRUCache<string, string>({ max: 100 });
   * pages.set('/ada', 'Ada', { tags: ['user:1'] });
   * pages.set('/', 'Home', { tags: ['user:1', 'user:2'] });
   * pages.set('/grace', 'Grace', { tags: ['user:2'] });
   * console.log(pages.invalidateTag('user:1'), [...pages.keys()]); // 2 [ '/grace' ]
   * ```
   */
  invalidateTag(tag: string): number {
    return invalidateTag(this.#store, tag);
  }

  /**
   * Removes every entry, stale or not, for whose value and key a function returns something truthy,
   * and aborts its load. Returns the number of entries removed. An error that the function throws
   * is thrown, with nothing removed. Takes time in proportion to `size`.
   *
   * Throws `INVALID_CALLBACK` if the argument is not a function.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 100 });
   * cache.set('a:1', 1).set('a:2', 2).set('b:1', 3);
   * console.log(cache.deleteWhere((_, key) => key.startsWith('a:')), cache.size); // 2 1
   * ```
   */
  deleteWhere(predicate: (value: V, key: K) => unknown): number {
    checkFunction('predicate', predicate);
    return deleteWhere(this.#store, predicate);
  }

  /**
   * Removes every stale entry, the least recently used first. Returns whether there was one. Takes
   * time in proportion to `size`.
   */
  purgeStale(): boolean {
    return purge(this.#store);
  }

  /**
   * Changes `max`, `maxSize` or both. A smaller bound evicts the least recently used entries at
   * once. If `maxEntrySize` was not given to the constructor, it changes with `maxSize`.
   *
   * Throws `INVALID_MAX` or `INVALID_SIZE`, and changes nothing. Takes time in proportion to the
   * number of entries that are evicted.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 3 });
   * cache.set('a', 1).set('b', 2).set('c', 3);
   * cache.resize(2);
   * console.log([...cache.keys()], cache.max); // [ 'c', 'b' ] 2
   * ```
   */
  resize(bounds: number | { max?: number; maxSize?: number }): void {
    const { max, maxSize } =
      typeof bounds === 'object' && bounds !== null ? bounds : { max: bounds };
    const isSized = maxSize !== undefined;
    if (max !== undefined || !isSized) checkMax(max);
    if (isSized) checkMaxSize('maxSize', maxSize);
    if (isSized && !this.#entries.isWeighed) {
      throw new LRUCacheTypeError('INVALID_SIZE', 'This cache was made without maxSize');
    }
    resize(this.#store, max ?? this.#store.max, maxSize ?? this.#store.maxSize);
  }

  /**
   * Returns value, size and age of a key, stale or not, or `undefined` if the key is absent. Its
   * `ttl` is the time that is left, negative if the entry is stale, and its `start` is now. Does
   * not use the entry.
   */
  info(key: K): types.Entry<V> | undefined {
    return infoOf(this.#store, key);
  }

  /**
   * Returns the time that is left of the ttl of a key, in ms: negative if the entry is stale,
   * `Infinity` if it has no ttl, and 0 if the key is absent.
   */
  getRemainingTTL(key: K): types.Milliseconds {
    return remainingTtlOf(this.#store, key);
  }

  /**
   * Returns every entry, stale or not, in the form that `load` takes, the least recently used
   * first. Times are as in `Date.now()`, so that another process can load them. Takes time in
   * proportion to `size`.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 100 });
   * cache.set('a', 1).set('b', 2);
   * const copy = new LRUCache<string, number>({ max: 100 });
   * copy.load(cache.dump());
   * console.log([...copy]); // [ [ 'b', 2 ], [ 'a', 1 ] ]
   * ```
   */
  dump(): [K, types.Entry<V>][] {
    return dumpOf(this.#store);
  }

  /**
   * Replaces all entries by those of a dump, in their order: the last one becomes the most recently
   * used. Throws `INVALID_ENTRIES`, and changes nothing, if the argument is not a dump. If storing
   * an entry throws as `set` does, the entries before it are loaded.
   */
  load(dump: Iterable<readonly [K, types.Entry<V>]>): void {
    loadInto(this.#store, dump);
  }

  /**
   * Returns what the cache has counted since it was made, or `resetStats` was called. Throws
   * `NO_STATS` without the option `recordStats`.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const cache = new LRUCache<string, number>({ max: 100, recordStats: true });
   * cache.set('a', 1);
   * cache.get('a');
   * cache.get('b');
   * const { hits, misses } = cache.stats();
   * console.log(hits, misses); // 1 1
   * ```
   */
  stats(): types.Stats {
    return { ...this.#countedStats() };
  }

  /** Sets all counts to 0. Throws `NO_STATS` without the option `recordStats`. */
  resetStats(): void {
    Object.assign(this.#countedStats(), newStats());
  }

  /**
   * Removes every entry, calling `dispose`, aborts every load, and frees the memory of the cache
   * now instead of when the cache is collected. Any later use of the entries, even of `size`,
   * throws with code `DISPOSED`. Disposing again does nothing.
   */
  [Symbol.dispose](): void {
    if (!this.#store.isDisposed) clear(this.#store, true);
  }

  #countedStats(): types.Stats {
    if (this.#stats !== undefined) return this.#stats;
    throw new LRUCacheError('NO_STATS', 'stats needs the option recordStats');
  }
}

/** The types of the interface, under the names that they have in lru-cache. */
export declare namespace LRUCache {
  export type Size = types.Size;
  export type Milliseconds = types.Milliseconds;
  export type Count = types.Count;
  export type DisposeReason = types.DisposeReason;
  export type Disposer<K, V> = types.Disposer<K, V>;
  export type InsertReason = types.InsertReason;
  export type Inserter<K, V> = types.Inserter<K, V>;
  export type KeyOf<K> = types.KeyOf<K>;
  export type Freeze<V> = types.Freeze<V>;
  export type SizeCalculator<K, V> = types.SizeCalculator<K, V>;
  export type TtlCalculator<K, V> = types.TtlCalculator<K, V>;
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
