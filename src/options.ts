// The options: read once each, checked, and refused before anything is allocated.

/**
 * The options of `new LRUCache`. TypeScript programs reach the names as `LRUCache.Options` and so
 * on.
 *
 * @module options
 */

import { CAPACITY_MAX, WEIGHT_MAX } from '../assembly/layout.js';
import { hostFor, TableHost } from './engine/lifetime.js';
import { LRUCacheRangeError, LRUCacheTypeError } from './errors.js';
import type {
  BatchFetcher,
  Count,
  Disposer,
  EngineKind,
  Fetcher,
  Inserter,
  Memoizer,
  Milliseconds,
  Perf,
  Size,
  SizeCalculator,
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
  /** Undefined for the clock that the host has. */
  readonly perf: Perf | undefined;
  readonly recordStats: boolean;
  readonly engine: TableHost;
}

/** @internal An option of a call, or what stands in for it. */
export function pick<T>(option: T | undefined, fallback: T): T {
  return option === undefined ? fallback : option;
}

/**
 * @internal
 * The options of a call, if there are any. Throws `INVALID_OPTIONS` if they are not an object.
 */
export function checkCallOptions<T extends object>(given: T | null | undefined): T | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'object' || typeof given === 'function') return given;
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `The options of a call must be an object, not ${show(given)}`,
  );
}

/** @internal A value as an error message shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject ? typeof value : String(value);
}

/**
 * @internal
 * A checked `max`. Throws a TypeError if it is no number, a RangeError if it is no whole number
 * from 1 to 2^25, both with code `INVALID_MAX`.
 */
export function checkMax(max: unknown): number {
  const wanted = `max must be a whole number from 1 to ${CAPACITY_MAX}, not ${show(max)}`;
  if (typeof max !== 'number') throw new LRUCacheTypeError('INVALID_MAX', wanted);
  if (!Number.isInteger(max) || max < 1 || max > CAPACITY_MAX) {
    throw new LRUCacheRangeError('INVALID_MAX', wanted);
  }
  return max;
}

/** Whether something is a bound: a whole number above 0, of any size, as in lru-cache. */
function isBound(bound: unknown): bound is number {
  return Number.isInteger(bound) && (bound as number) > 0;
}

/** @internal Whether a size is one: a whole number above 0, exact. */
export function isSize(size: unknown): size is number {
  return Number.isSafeInteger(size) && (size as number) > 0;
}

/** @internal A checked `maxSize` or `maxEntrySize`. Throws `INVALID_SIZE`. */
export function checkMaxSize(name: string, size: unknown): number {
  if (isBound(size)) return size;
  throw new LRUCacheTypeError(
    'INVALID_SIZE',
    `${name} must be a whole number above 0, not ${show(size)}`,
  );
}

/** @internal The number of entries at which the engine evicts. */
export function limitFor(max: number): number {
  return max === 0 ? CAPACITY_MAX : max;
}

/** @internal The bound on the sum of sizes that the engine keeps: WEIGHT_MAX if no other. */
export function budgetFor(maxSize: number): number {
  return maxSize === 0 ? WEIGHT_MAX : Math.min(maxSize, WEIGHT_MAX);
}

/** @internal Throws `INVALID_CALLBACK` if an argument is no function. */
export function checkFunction(name: string, argument: unknown): void {
  if (typeof argument === 'function') return;
  throw new LRUCacheTypeError(
    'INVALID_CALLBACK',
    `${name} must be a function, not ${show(argument)}`,
  );
}

/** @internal A checked `ttl`. Throws `INVALID_TTL`. */
export function checkTtl(ttl: unknown): number {
  if (isBound(ttl)) return ttl;
  throw new LRUCacheTypeError(
    'INVALID_TTL',
    `ttl must be a whole number of milliseconds, or 0, not ${show(ttl)}`,
  );
}

/** @internal A checked `perf`. Throws `INVALID_OPTIONS`. */
export function checkPerf(perf: Perf | undefined): Perf | undefined {
  if (perf === undefined || typeof perf?.now === 'function') return perf;
  throw new LRUCacheTypeError('INVALID_OPTIONS', 'perf must be an object with a method now()');
}

/** @internal The host of a cache with this `engine`. Throws `INVALID_OPTIONS`. */
export function checkEngine<H extends object>(
  engine: unknown,
  hostOf: (kind?: EngineKind) => H,
): H {
  // Tests give a host itself.
  if (engine instanceof TableHost) return engine as unknown as H;
  if (engine === undefined || engine === 'wasm' || engine === 'pure') return hostOf(engine);
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `engine must be 'wasm' or 'pure', not ${show(engine)}`,
  );
}

const CALLBACK_NAMES = [
  'sizeCalculation',
  'dispose',
  'disposeAfter',
  'onInsert',
  'fetchMethod',
  'fetchManyMethod',
  'memoMethod',
] as const;

/** @internal A `ttlResolution`, or 1 in place of what is none. */
export function resolutionOf(value: unknown): number {
  return isBound(value) || value === 0 ? value : 1;
}

/** @internal Checks what `new LRUCache` was given. Throws as its docstring says. */
export function checkOptions<K, V, FC>(options: OptionsBase<K, V, FC>): CheckedOptions<K, V, FC> {
  if (typeof options !== 'object' || options === null) {
    throw new LRUCacheTypeError(
      'INVALID_OPTIONS',
      `LRUCache needs an options object with max, maxSize or ttl, not ${show(options)}`,
    );
  }
  const { max, maxSize, maxEntrySize, sizeCalculation, ttl, perf, engine } = options;
  const { dispose, disposeAfter, onInsert } = options;
  const { fetchMethod, fetchManyMethod, memoMethod } = options;
  const callbacks = {
    sizeCalculation,
    dispose,
    disposeAfter,
    onInsert,
    fetchMethod,
    fetchManyMethod,
    memoMethod,
  };
  for (const name of CALLBACK_NAMES) {
    if (callbacks[name] !== undefined) checkFunction(name, callbacks[name]);
  }
  const checkedMax = max === undefined || max === 0 ? 0 : checkMax(max);
  const checkedMaxSize =
    maxSize === undefined || maxSize === 0 ? 0 : checkMaxSize('maxSize', maxSize);
  const checkedEntrySize =
    maxEntrySize === undefined || maxEntrySize === 0
      ? checkedMaxSize
      : checkMaxSize('maxEntrySize', maxEntrySize);
  const checkedTtl = ttl === undefined || ttl === 0 ? 0 : checkTtl(ttl);
  if (checkedMax === 0 && checkedMaxSize === 0 && checkedTtl === 0) {
    throw new LRUCacheTypeError('INVALID_OPTIONS', 'One of max, maxSize and ttl is needed');
  }
  if (sizeCalculation !== undefined && checkedEntrySize === 0) {
    throw new LRUCacheTypeError('INVALID_SIZE', 'sizeCalculation needs maxSize or maxEntrySize');
  }
  // One literal, without a spread: that would grow, and be copied, property by property.
  return {
    sizeCalculation,
    dispose,
    disposeAfter,
    onInsert,
    fetchMethod,
    fetchManyMethod,
    memoMethod,
    max: checkedMax,
    maxSize: checkedMaxSize,
    maxEntrySize: checkedEntrySize,
    isEntrySizeImplied: maxEntrySize === undefined || maxEntrySize === 0,
    ttl: checkedTtl,
    ttlResolution: resolutionOf(options.ttlResolution),
    ttlAutopurge: !!options.ttlAutopurge,
    updateAgeOnGet: !!options.updateAgeOnGet,
    updateAgeOnHas: !!options.updateAgeOnHas,
    allowStale: !!options.allowStale,
    noDeleteOnStaleGet: !!options.noDeleteOnStaleGet,
    noUpdateTTL: !!options.noUpdateTTL,
    noDisposeOnSet: !!options.noDisposeOnSet,
    backgroundFetchSize: options.backgroundFetchSize ?? 1,
    noDeleteOnFetchRejection: !!options.noDeleteOnFetchRejection,
    allowStaleOnFetchRejection: !!options.allowStaleOnFetchRejection,
    allowStaleOnFetchAbort: !!options.allowStaleOnFetchAbort,
    ignoreFetchAbort: !!options.ignoreFetchAbort,
    perf: checkPerf(perf),
    recordStats: !!options.recordStats,
    engine: checkEngine(engine, hostFor),
  };
}
