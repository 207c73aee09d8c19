// The options: what `new LRUCache` takes, each with its unit, its default and what it changes.

/**
 * The options of `new LRUCache`. TypeScript programs reach the names as `LRUCache.Options` and so
 * on.
 *
 * @module options
 */

import type {
  BatchFetcher,
  Count,
  Disposer,
  EngineKind,
  Fetcher,
  Freeze,
  Inserter,
  KeyOf,
  Memoizer,
  Milliseconds,
  Perf,
  Size,
  SizeCalculator,
  TtlCalculator,
} from './types.js';

/**
 * The options of `new LRUCache`. The object is only read, and may be frozen. At least one of `max`,
 * `maxSize` and `ttl` has to be given.
 *
 * Most options are properties of the cache, too, and can be changed there. Where an option says
 * that it can be given per call, the value given with the call counts.
 *
 * @example
 * ```ts
 * import { LRUCache } from 'wasm-lru';
 *
 * const pages = new LRUCache<string, string>({
 *   max: 10_000,
 *   maxSize: 50_000_000,
 *   sizeCalculation: (html) => html.length + 1,
 *   ttl: 60_000,
 * });
 * pages.set('/', '<h1>Home</h1>');
 * console.log(pages.calculatedSize, pages.ttl); // 14 60000
 * ```
 */
export interface OptionsBase<K, V, FC> {
  /**
   * The largest number of entries: a whole number from 1 to 2^25, or 0 for no bound. The cache
   * takes memory as it fills, and none for entries that are not there. `resize` changes it.
   *
   * @default 0
   */
  max?: Count;
  /**
   * The largest sum of the sizes of all entries, or 0 for no bound. The least recently used entries
   * are evicted to keep it. With it, every `set` needs a `sizeCalculation` or a `size`. `resize`
   * changes it.
   *
   * @default 0
   */
  maxSize?: Size;
  /**
   * The largest size of one entry. A larger value is not stored, and the value that its key had is
   * removed. The property of the cache can be changed later.
   *
   * @default maxSize
   */
  maxEntrySize?: Size;
  /**
   * Returns the size of an entry, a whole number above 0. `set` calls it before it changes
   * anything. The property of the cache can be changed later; a call of `set` can give one of its
   * own.
   *
   * @default undefined
   */
  sizeCalculation?: SizeCalculator<K, V>;
  /**
   * For how many milliseconds an entry is fresh: a whole number, or 0 for ever. A stale entry is
   * treated as absent, and stays stored until it is read, evicted or purged. The property of the
   * cache can be changed later; a call of `set` can give another ttl.
   *
   * @default 0
   */
  ttl?: Milliseconds;
  /**
   * Returns the ttl of a value in milliseconds: 0 for none, `undefined` for the `ttl` of the cache.
   * Called with the value and its key by everything that stores a value without a ttl of its own,
   * before anything is changed.
   *
   * @default undefined
   */
  ttlCalculation?: TtlCalculator<K, V>;
  /**
   * The largest age of a value in milliseconds, counted from when it was stored, or 0 for no bound.
   * No use renews it: with `updateAgeOnGet` or `updateAgeOnHas`, the ttl starts anew but ends then
   * at the latest. A value without a ttl gets this one.
   *
   * @default 0
   */
  maxAge?: Milliseconds;
  /**
   * For how many milliseconds past its ttl `fetch` returns a stale value while a new one is being
   * loaded, as in RFC 5861; after that it waits for the load. The entry stays stored until then.
   * Such a load belongs to no caller: no `signal` aborts it. `get` and `has` treat the value as
   * stale. Can be given per call. (`allowStale` is the same without an end.)
   *
   * @default 0
   */
  staleWhileRevalidate?: Milliseconds;
  /**
   * For how many milliseconds past its ttl `fetch` returns a stale value when loading a new one
   * fails, or takes longer than `loadTimeout`, as in RFC 5861. The entry stays stored until then.
   * Can be given per call. (`allowStaleOnFetchRejection` is the same without an end.)
   *
   * @default 0
   */
  staleIfError?: Milliseconds;
  /**
   * The last part of a ttl, from 0 to below 1, in which a `fetch` that finds a fresh value also
   * starts to load a new one, which it does not wait for: 0.2 for the last fifth. If that load
   * fails, the value stays. Can be given per call.
   *
   * @default 0
   */
  refreshAhead?: number;
  /**
   * For how many milliseconds a load may go on, or 0 for any time. Then it fails with code
   * `FETCH_TIMEOUT` and its signal is aborted, whatever `ignoreFetchAbort` says. Where the host
   * loses timers, as workers do with the end of a request, the next `fetch` of the key ends a load
   * that is overdue, and starts another. Can be given per call.
   *
   * @default 0
   */
  loadTimeout?: Milliseconds;
  /**
   * Called for every load that begins, with a promise that is fulfilled when it is over: for hosts
   * that end what a request has begun with the request. Can be given per call, as
   * `(promise) => ctx.waitUntil(promise)`. What it throws rejects the call, and the load with it.
   *
   * @default undefined
   */
  waitUntil?: (promise: Promise<void>) => void;
  /**
   * For how long, in ms, the time that was read from the clock may be used again to tell whether
   * an entry is stale: 1 if not given; 0 reads the clock each time. The clock is read anew in every
   * job of the event loop, after 64 uses, and always when a ttl begins to count. May be changed
   * later.
   *
   * @default 1
   */
  ttlResolution?: Milliseconds;
  /**
   * Remove stale entries as they become so, by one timer per cache which does not keep the process
   * alive. Large caches are purged a little late, so that it never takes more than some percent of
   * the time: by 1 ms for every 5,000 entries. What a callback or the clock throws then is thrown
   * by the timer, where nobody can catch it, as in lru-cache; a clock that failed is asked again in
   * a second. Where the host loses the timer, as workers do when a request ends, stale entries are
   * removed at the end of the next job that reads the clock. May be changed later.
   *
   * @default false
   */
  ttlAutopurge?: boolean;
  /**
   * Whether `get` and `fetch` restart the ttl of the entry that they return. The property of the
   * cache can be changed later, or the option given per call.
   *
   * @default false
   */
  updateAgeOnGet?: boolean;
  /**
   * Whether `has` restarts the ttl of the entry that it finds. The property of the cache can be
   * changed later, or the option given per call.
   *
   * @default false
   */
  updateAgeOnHas?: boolean;
  /**
   * Whether stale values are returned. `get` returns a stale value once and then removes it;
   * `fetch` returns it while a new one is being loaded; iteration includes it. The property of the
   * cache can be changed later, or the option given per call.
   *
   * @default false
   */
  allowStale?: boolean;
  /**
   * Whether `get` keeps the stale entries that it meets, instead of removing them. The property of
   * the cache can be changed later, or the option given per call.
   *
   * @default false
   */
  noDeleteOnStaleGet?: boolean;
  /**
   * Whether overwriting a value leaves the ttl of its key as it is, instead of restarting it. The
   * property of the cache can be changed later, or the option given per call.
   *
   * @default false
   */
  noUpdateTTL?: boolean;
  /**
   * Called once for every value that has left the cache, when the operation that removed it is
   * complete. It may use the cache, also to put the value back. (In lru-cache, it is called while
   * the cache is being changed.)
   *
   * @default undefined
   */
  dispose?: Disposer<K, V>;
  /**
   * Called once for every value that has left the cache, after every `dispose` and `onInsert` of
   * the same operation.
   *
   * @default undefined
   */
  disposeAfter?: Disposer<K, V>;
  /**
   * Whether `dispose` and `disposeAfter` are left out for values that are overwritten. The property
   * of the cache can be changed later, or the option given per call.
   *
   * @default false
   */
  noDisposeOnSet?: boolean;
  /**
   * Called for every value that was stored, when the operation is complete.
   *
   * @default undefined
   */
  onInsert?: Inserter<K, V>;
  /**
   * Loads the value of a key for `fetch`. One load of a key runs at a time, and it takes no room in
   * the cache until its value is stored.
   *
   * @default undefined
   */
  fetchMethod?: Fetcher<K, V, FC>;
  /**
   * Loads the values of many keys in one call, for `fetchMany`. A cache without `fetchMethod` uses
   * it for `fetch`, too, with one key.
   *
   * @default undefined
   */
  fetchManyMethod?: BatchFetcher<K, V, FC>;
  /**
   * Accepted for compatibility with lru-cache, and without effect: a load in flight has no size
   * here.
   *
   * @default 1
   */
  backgroundFetchSize?: Size;
  /**
   * Computes the value of a key for `memo`.
   *
   * @default undefined
   */
  memoMethod?: Memoizer<K, V, FC>;
  /**
   * Whether a stale value stays stored when loading a new one fails. The property of the cache can
   * be changed later, or the option given per call.
   *
   * @default false
   */
  noDeleteOnFetchRejection?: boolean;
  /**
   * Whether `fetch` resolves to the stale value, or to `undefined` if there is none, when loading
   * fails. The stale value stays stored. The property of the cache can be changed later, or the
   * option given per call.
   *
   * @default false
   */
  allowStaleOnFetchRejection?: boolean;
  /**
   * Whether `fetch` resolves to the stale value, or to `undefined` if there is none, as soon as the
   * load is aborted. The property of the cache can be changed later, or the option given per call.
   *
   * @default false
   */
  allowStaleOnFetchAbort?: boolean;
  /**
   * Whether an aborted load goes on, so that its result is stored and returned. The property of the
   * cache can be changed later, or the option given per call.
   *
   * @default false
   */
  ignoreFetchAbort?: boolean;
  /**
   * Returns what a key is found by: a string, number, bigint, boolean or symbol. Keys for which it
   * returns the same are one key, so that arrays and objects can be keys by what is in them.
   *
   * The cache shows, and gives to callbacks, the key itself: of an entry, the one with which its
   * value was set; of a load, the one of the call that began it. The function is called once for
   * each key of an operation, before anything else is done. What it throws is thrown by the
   * operation. If it returns anything else, `undefined` and `null` too, the operation throws
   * `INVALID_KEY`.
   *
   * @default undefined
   */
  keyOf?: KeyOf<K>;
  /**
   * Keeps values from being changed by those who get them. `'shallow'` freezes each value when it
   * is stored; `'deep'` also freezes the arrays and plain objects in it, at any depth. Instances of
   * classes in it, as a `Date` or a `Buffer`, stay as they are; and what a `Map` or a `Date` holds
   * can be changed even if it is frozen. A value that cannot be frozen, as a typed array with
   * elements, is refused with `INVALID_VALUE`.
   *
   * With a function, such as `structuredClone`, what it returns for a value is stored, and whoever
   * is given a stored value gets what it returns for that: everyone has a copy. It is not called
   * for primitives, nor for a value that has left the cache.
   *
   * @default undefined
   */
  freeze?: Freeze<V>;
  /**
   * The clock. If not given, it is the `performance` that the host has when the time is read, or
   * `Date` where there is none: fake timers may be installed and removed at any time.
   *
   * @default performance
   */
  perf?: Perf;
  /**
   * Whether hits, misses, evictions and loads are counted for `stats()`, which costs a few
   * nanoseconds an operation.
   *
   * @default false
   */
  recordStats?: boolean;
  /**
   * The engine to use: `'wasm'` or `'pure'`. Without it, a cache gets WebAssembly where the host
   * allows it. For comparisons, and to avoid WebAssembly.
   *
   * @default undefined
   */
  engine?: EngineKind;
}

/** Options that bound the number of entries: `max` is given. */
export interface OptionsMaxLimit<K, V, FC> extends OptionsBase<K, V, FC> {
  max: Count;
}

/** Options that bound how long entries stay: `ttl` and `ttlAutopurge` are given. */
export interface OptionsTTLLimit<K, V, FC> extends OptionsBase<K, V, FC> {
  ttl: Milliseconds;
  ttlAutopurge: boolean;
}

/** Options that bound the sum of sizes: `maxSize` is given. */
export interface OptionsSizeLimit<K, V, FC> extends OptionsBase<K, V, FC> {
  maxSize: Size;
}

/** The options of `new LRUCache`, with at least one bound: `max`, `maxSize` or `ttl`. */
export type Options<K, V, FC> =
  | OptionsMaxLimit<K, V, FC>
  | OptionsSizeLimit<K, V, FC>
  | OptionsTTLLimit<K, V, FC>;

/** @internal Options that have been checked, all of them there. */
export interface CheckedOptions<K, V, FC> {
  readonly max: number;
  readonly maxSize: number;
  readonly maxEntrySize: number;
  /** Whether `maxEntrySize` stands for `maxSize`, not having been given by itself. */
  readonly isEntrySizeImplied: boolean;
  readonly sizeCalculation: SizeCalculator<K, V> | undefined;
  readonly ttl: number;
  readonly ttlResolution: number;
  readonly ttlAutopurge: boolean;
  readonly updateAgeOnGet: boolean;
  readonly updateAgeOnHas: boolean;
  readonly allowStale: boolean;
  readonly noDeleteOnStaleGet: boolean;
  readonly noUpdateTTL: boolean;
  readonly noDisposeOnSet: boolean;
  readonly dispose: Disposer<K, V> | undefined;
  readonly disposeAfter: Disposer<K, V> | undefined;
  readonly onInsert: Inserter<K, V> | undefined;
  readonly fetchMethod: Fetcher<K, V, FC> | undefined;
  readonly fetchManyMethod: BatchFetcher<K, V, FC> | undefined;
  readonly memoMethod: Memoizer<K, V, FC> | undefined;
  readonly backgroundFetchSize: number;
  readonly noDeleteOnFetchRejection: boolean;
  readonly allowStaleOnFetchRejection: boolean;
  readonly allowStaleOnFetchAbort: boolean;
  readonly ignoreFetchAbort: boolean;
  readonly keyOf: KeyOf<K> | undefined;
  readonly freeze: Freeze<V> | undefined;
  /** Undefined for the clock that the host has. */
  readonly perf: Perf | undefined;
  readonly recordStats: boolean;
  /** Undefined if none of these options is in use. */
  readonly freshness: Freshness<K, V> | undefined;
}

/** @internal The options of freshness.ts. */
export type FreshnessOptions<K, V> = {
  readonly [Name in
    | 'ttlCalculation'
    | 'maxAge'
    | 'staleWhileRevalidate'
    | 'staleIfError'
    | 'refreshAhead'
    | 'loadTimeout'
    | 'waitUntil']?: OptionsBase<K, V, unknown>[Name] | undefined;
};

/** @internal The same, checked, each with its value or its default. */
export interface Freshness<K, V> {
  readonly ttlCalculation: TtlCalculator<K, V> | undefined;
  readonly maxAge: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly refreshAhead: number;
  readonly loadTimeout: number;
  readonly waitUntil: ((promise: Promise<void>) => void) | undefined;
}
