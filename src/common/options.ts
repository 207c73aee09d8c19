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
 * Most options are properties of the cache, too, and can be changed there. If an option can be
 * given per call, the value that is passed to a call takes precedence.
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
   * takes memory only as it fills. `resize` changes `max`.
   *
   * @default 0
   */
  max?: Count;
  /**
   * The largest sum of the sizes of all entries, or 0 for no bound. The least recently used entries
   * are evicted to stay within it. A cache with `maxSize` needs a `sizeCalculation`, or a `size`
   * with every `set`. `resize` changes `maxSize`.
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
   * How long an entry is fresh, in milliseconds: a whole number, or 0 for no limit. A stale entry
   * is treated as absent, and stays stored until it is read, evicted or purged. The property of the
   * cache can be changed later; a call of `set` can give another ttl.
   *
   * @default 0
   */
  ttl?: Milliseconds;
  /**
   * Returns the ttl of a value in milliseconds: 0 for none, `undefined` for the `ttl` of the cache.
   * Called with the value and its key, before anything is changed, by every operation that stores a
   * value without a ttl of its own.
   *
   * @default undefined
   */
  ttlCalculation?: TtlCalculator<K, V>;
  /**
   * The largest age of a value in milliseconds, counted from when it was stored, or 0 for no bound.
   * Using an entry does not renew it: with `updateAgeOnGet` or `updateAgeOnHas`, the ttl restarts,
   * but the entry becomes stale at this age at the latest. It is also the ttl of a value without
   * one.
   *
   * @default 0
   */
  maxAge?: Milliseconds;
  /**
   * How long after its ttl, in milliseconds, `fetch` returns a stale value while it loads a new
   * one, as in RFC 5861; after that it waits for the load. The entry stays stored until then. Such
   * a load belongs to no caller: no `signal` aborts it. `get` and `has` treat the value as stale.
   * Can be given per call. (`allowStale` is the same without a limit.)
   *
   * @default 0
   */
  staleWhileRevalidate?: Milliseconds;
  /**
   * How long after its ttl, in milliseconds, `fetch` returns a stale value if loading a new one
   * fails, or takes longer than `loadTimeout`, as in RFC 5861. The entry stays stored until then.
   * Can be given per call. (`allowStaleOnFetchRejection` is the same without a limit.)
   *
   * @default 0
   */
  staleIfError?: Milliseconds;
  /**
   * The last fraction of a ttl, from 0 to below 1, in which a `fetch` that finds a fresh value also
   * starts to load a new one, without waiting for it: 0.2 for the last fifth. If that load fails,
   * the value stays. Can be given per call.
   *
   * @default 0
   */
  refreshAhead?: number;
  /**
   * The longest time that a load may take, in milliseconds, or 0 for no limit. After it, the load
   * fails with code `FETCH_TIMEOUT` and its signal is aborted, even with `ignoreFetchAbort`. Where
   * the host loses timers, as workers do when a request ends, the next `fetch` of the key ends an
   * overdue load, and starts another. Can be given per call.
   *
   * @default 0
   */
  loadTimeout?: Milliseconds;
  /**
   * Called for every load that begins, with a promise that is fulfilled when the load has ended. It
   * is for hosts that end all work of a request when the request ends. Can be given per call, as
   * `(promise) => ctx.waitUntil(promise)`. If it throws, the call and the load are rejected with
   * that error.
   *
   * @default undefined
   */
  waitUntil?: (promise: Promise<void>) => void;
  /**
   * How long, in milliseconds, one reading of the clock is used to find out whether entries are
   * stale; 0 reads the clock each time. The clock is also read again in every job of the event
   * loop, after 64 uses, and whenever a ttl begins. The property of the cache can be changed later.
   *
   * @default 1
   */
  ttlResolution?: Milliseconds;
  /**
   * Whether entries are removed as soon as they are stale, by one timer per cache that does not
   * keep the process alive. Large caches are purged up to 1 ms later for every 5,000 entries, so
   * that purging never takes more than a few percent of the time. An error that a callback or the
   * clock throws in the timer is an uncaught exception, as in lru-cache; a clock that threw is read
   * again after a second. Where the host loses the timer, as workers do when a request ends, stale
   * entries are removed at the end of the next job that reads the clock. The property of the cache
   * can be changed later.
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
   * Whether `get` keeps the stale entries that it finds, instead of removing them. The property of
   * the cache can be changed later, or the option given per call.
   *
   * @default false
   */
  noDeleteOnStaleGet?: boolean;
  /**
   * Whether overwriting a value keeps the running ttl of its key, instead of restarting it. The
   * property of the cache can be changed later, or the option given per call.
   *
   * @default false
   */
  noUpdateTTL?: boolean;
  /**
   * Called once for every value that has left the cache, when the operation that removed it is
   * complete. It may use the cache, for example to store the value again. (In lru-cache, it is
   * called while the cache is being changed.)
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
   * Whether `dispose` and `disposeAfter` are not called for values that are overwritten. The
   * property of the cache can be changed later, or the option given per call.
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
   * Loads the values of many keys in one call, for `fetchMany`. A cache without `fetchMethod` also
   * uses it for `fetch`, with one key.
   *
   * @default undefined
   */
  fetchManyMethod?: BatchFetcher<K, V, FC>;
  /**
   * Accepted for compatibility with lru-cache. It has no effect: a load in flight has no size here.
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
   * returns the same are one key, so arrays and objects can be keys by their content.
   *
   * Iteration, callbacks and loaders get the key itself: for an entry, the key with which its value
   * was set; for a load, the key of the call that started it. The function is called once for each
   * key of an operation, before anything else happens. An error that it throws is thrown by the
   * operation. If it returns anything else, including `undefined` and `null`, the operation throws
   * `INVALID_KEY`.
   *
   * @default undefined
   */
  keyOf?: KeyOf<K>;
  /**
   * Protects values from changes by those who receive them. `'shallow'` freezes each value when it
   * is stored. `'deep'` also freezes the arrays and plain objects in it, at any depth; instances of
   * classes in it, such as a `Date` or a `Buffer`, stay as they are. The content of a frozen `Map`,
   * `Set` or `Date` can still be changed. A value that cannot be frozen, such as a typed array with
   * elements, is refused with `INVALID_VALUE`.
   *
   * A function, such as `structuredClone`, makes copies: its result for a value is stored, and
   * everyone who receives a stored value gets the result for that one. It is not called for
   * primitives, nor for a value that has left the cache.
   *
   * @default undefined
   */
  freeze?: Freeze<V>;
  /**
   * The clock. By default, it is the host's `performance` at the time of each reading, or `Date`
   * where there is none, so fake timers may be installed and removed at any time.
   *
   * @default performance
   */
  perf?: Perf;
  /**
   * Whether the cache counts hits, misses, evictions and loads for `stats()`, which costs a few
   * nanoseconds per operation.
   *
   * @default false
   */
  recordStats?: boolean;
  /**
   * The engine to use: `'wasm'` or `'pure'`. By default, a cache uses WebAssembly where the host
   * allows it. Use this option for comparisons, or to avoid WebAssembly. Throws
   * `ENGINE_UNAVAILABLE` if the host does not run that engine.
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
