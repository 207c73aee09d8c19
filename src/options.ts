// The options: read once each, checked, and refused before anything is allocated.

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

/** What `new LRUCache` takes. The object is only read, and may be frozen. */
export interface OptionsBase<K, V, FC> {
  /**
   * Largest number of entries: a whole number from 1 to 2^25. Without it, or with 0, `maxSize` or
   * `ttl` is needed, and the limit is 2^25. No memory is taken for entries that are not there.
   */
  max?: Count;
  /**
   * Largest sum of the sizes of all entries: the least recently used ones are evicted to keep it.
   * With it, every `set` needs a `sizeCalculation` or a `size`.
   */
  maxSize?: Size;
  /**
   * Largest size of one entry; `maxSize` if not given. A larger one is not stored, and the value
   * that its key had is removed. May be changed later.
   */
  maxEntrySize?: Size;
  /** The size of an entry: called by `set` before anything is changed. May be changed later. */
  sizeCalculation?: SizeCalculator<K, V>;
  /**
   * How long an entry is fresh, in ms: a whole number; 0 is for ever. A stale entry counts as
   * absent, and stays until it is read, evicted or purged. May be changed later.
   */
  ttl?: Milliseconds;
  /**
   * For how long, in ms, the time that was read from the clock may be used again to tell whether
   * an entry is stale: 1 if not given; 0 reads the clock each time. The clock is read anew in every
   * job of the event loop, after 64 uses, and always when a ttl begins to count. May be changed
   * later.
   */
  ttlResolution?: Milliseconds;
  /**
   * Remove stale entries as they become so, by one timer per cache which does not keep the process
   * alive. Large caches are purged a little late, so that it never takes more than some percent of
   * the time: by 1 ms for every 5,000 entries. What a callback or the clock throws then is thrown
   * by the timer, where nobody can catch it, as in lru-cache; a clock that failed is asked again in
   * a second. Where the host loses the timer, as workers do when a request ends, stale entries are
   * removed at the end of the next job that reads the clock. May be changed later.
   */
  ttlAutopurge?: boolean;
  /** `get` and `fetch` make the ttl count anew. May be changed later, or given to a call. */
  updateAgeOnGet?: boolean;
  /** `has` makes the ttl count anew. May be changed later, or given to a call. */
  updateAgeOnHas?: boolean;
  /**
   * Stale values are returned: once by `get`, which then removes them; by `fetch`, while it loads a
   * new one; and by iterations. May be changed later, or given to a call.
   */
  allowStale?: boolean;
  /** `get` leaves stale entries where they are. May be changed later, or given to a call. */
  noDeleteOnStaleGet?: boolean;
  /** A new value does not make the ttl of its key count anew. As `updateAgeOnGet`. */
  noUpdateTTL?: boolean;
  /**
   * Called with every value that leaves the cache, once, after the operation is complete. It may
   * use the cache, also to put the value back. In lru-cache it runs while the cache is changing.
   */
  dispose?: Disposer<K, V>;
  /** As `dispose`, after every `dispose` and `onInsert` of the same operation. */
  disposeAfter?: Disposer<K, V>;
  /** A value that is overwritten is not disposed. May be changed later, or given to a call. */
  noDisposeOnSet?: boolean;
  /** Called with every value that comes into the cache, after the operation is complete. */
  onInsert?: Inserter<K, V>;
  /** Loads values for `fetch`. A key is loaded once at a time, and takes no room until it is. */
  fetchMethod?: Fetcher<K, V, FC>;
  /**
   * Loads the values of many keys in one call, for `fetchMany`. Without `fetchMethod`, `fetch`
   * calls it, too, for one key.
   */
  fetchManyMethod?: BatchFetcher<K, V, FC>;
  /** Taken for lru-cache's sake, without effect: what is being loaded weighs nothing here. */
  backgroundFetchSize?: Size;
  /** Computes values for `memo`. */
  memoMethod?: Memoizer<K, V, FC>;
  /** A stale value stays when loading a new one fails. May be changed later, or given to a call. */
  noDeleteOnFetchRejection?: boolean;
  /** `fetch` resolves to the stale value, or undefined, when loading fails; it stays. Likewise. */
  allowStaleOnFetchRejection?: boolean;
  /** `fetch` resolves to the stale value, or undefined, as soon as it is aborted. Likewise. */
  allowStaleOnFetchAbort?: boolean;
  /** An aborted load is not given up: its result is stored and returned. Likewise. */
  ignoreFetchAbort?: boolean;
  /**
   * The clock. If not given, it is the `performance` that the host has when the time is read, or
   * `Date` where there is none: fake timers may be installed and removed at any time.
   */
  perf?: Perf;
  /** Count hits, misses and more for `stats()`. Costs some nanoseconds an operation. */
  recordStats?: boolean;
  /** Engine to use instead of the host's best: for comparisons, or to avoid WebAssembly. */
  engine?: EngineKind;
}

/** Options that bound the number of entries. */
export interface OptionsMaxLimit<K, V, FC> extends OptionsBase<K, V, FC> {
  max: Count;
}

/** Options that bound the time entries stay. */
export interface OptionsTTLLimit<K, V, FC> extends OptionsBase<K, V, FC> {
  ttl: Milliseconds;
  ttlAutopurge: boolean;
}

/** Options that bound the sum of sizes. */
export interface OptionsSizeLimit<K, V, FC> extends OptionsBase<K, V, FC> {
  maxSize: Size;
}

/** What `new LRUCache` takes: one bound at least. */
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

function checkTtl(ttl: unknown): number {
  if (isBound(ttl)) return ttl;
  throw new LRUCacheTypeError(
    'INVALID_TTL',
    `ttl must be a whole number of milliseconds, or 0, not ${show(ttl)}`,
  );
}

function checkPerf(perf: Perf | undefined): Perf | undefined {
  if (perf === undefined || typeof perf?.now === 'function') return perf;
  throw new LRUCacheTypeError('INVALID_OPTIONS', 'perf must be an object with a method now()');
}

function checkEngine(engine: unknown): TableHost {
  if (engine instanceof TableHost) return engine;
  if (engine === undefined || engine === 'wasm' || engine === 'pure') return hostFor(engine);
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

const resolutionOf = (value: unknown): number => (isBound(value) || value === 0 ? value : 1);

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
    engine: checkEngine(engine),
  };
}
