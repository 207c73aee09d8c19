// The memoized function: a function behind an LRU cache.
//
// M1  Only results are remembered: never an error, never a promise. An asynchronous function
//     returns a new promise for each call; the result is computed once for all callers that wait.
// M2  A function is asynchronous from the first promise on that it returns; a thenable counts as a
//     promise. Until then a call that finds nothing runs the function; from then on it is a
//     `fetch`, with the rules of `fetch`.
// M3  If a key is deleted, or the cache cleared, while its result is in flight, the result is not
//     remembered; callers that wait for it still get it, even if it is `undefined`.
// M4  A call that runs the function gets the result of that run, even if the function changes its
//     own key in the meantime. Every promise that the function returned is awaited.
// M5  An option is honoured or refused, never ignored.

import { LRUCache, LRUCacheTypeError } from '../index.js';
import { callKey } from './call-key.js';

const PASSED_ON = [
  'maxSize',
  'maxEntrySize',
  'ttl',
  'ttlResolution',
  'ttlAutopurge',
  'maxAge',
  'staleWhileRevalidate',
  'staleIfError',
  'refreshAhead',
  'loadTimeout',
  'waitUntil',
  'updateAgeOnGet',
  'updateAgeOnHas',
  'allowStale',
  'noDeleteOnStaleGet',
  'noUpdateTTL',
  'noDisposeOnSet',
  'noDeleteOnFetchRejection',
  'allowStaleOnFetchRejection',
  'freeze',
  'recordStats',
  'perf',
  'engine',
] as const;

const CALLBACKS = ['dispose', 'disposeAfter', 'onInsert'] as const;

/** The names of all options. */
const KNOWN: readonly string[] = [
  ...PASSED_ON,
  ...CALLBACKS,
  ...['max', 'sizeCalculation', 'ttlCalculation', 'tags', 'key', 'negativeTtl'],
];

const MAX = 1000;

/** Stands in `cache` for a remembered `undefined`, with `negativeTtl`. */
export const NOTHING: unique symbol = Symbol('nothing');

/** Any function. */
export type AnyFunction = (...args: never) => unknown;

/** The arguments of a function; with overloads, those of the last one. */
export type ArgumentsOf<F> = F extends (...args: infer A extends readonly unknown[]) => unknown
  ? A
  : never;

/** The result of a function; with overloads, that of the last one. */
export type ResultOf<F> = F extends (...args: never) => infer R ? R : never;

/** The remembered part of results of type R. */
export type Result<R> = Exclude<Awaited<R>, undefined>;

/** The values in the `cache` of a memoized function. */
type Remembered<R> = Result<R> | typeof NOTHING;

/**
 * The options of `LRUCache` that `memoize` takes, with the same meaning. For functions that are not
 * asynchronous, `allowStale` returns a stale result once, and the options about loads, about
 * rejected fetches and about stale values have no effect. `recordStats` is on by default.
 */
export type MemoizeCacheOptions = Pick<
  LRUCache.OptionsBase<unknown, unknown, unknown>,
  (typeof PASSED_ON)[number]
>;

/** The options of `memoize` and `@cached`, all optional. Any other option is refused. */
export interface MemoizeOptions<This, A extends readonly unknown[], R, K>
  extends MemoizeCacheOptions {
  /**
   * The largest number of remembered results. With `maxSize`, there is no default.
   *
   * @default 1000
   */
  max?: number;
  /**
   * Returns the size of a result, which counts towards `maxSize`. A remembered `undefined` has size
   * 1.
   *
   * @default undefined
   */
  sizeCalculation?: (value: Result<R>, key: K) => number;
  /**
   * Returns how long a result is fresh, in milliseconds: 0 for no limit, `undefined` for `ttl`. Not
   * called for results to which `negativeTtl` applies.
   *
   * @default undefined
   */
  ttlCalculation?: (value: Result<R>, key: K) => number | undefined;
  /**
   * The key of a call, from its `this` and arguments: calls of equal keys share one result. Without
   * it, calls share a result if all their arguments are the same, compared as keys of a Map are;
   * `this` is ignored. The function must not be asynchronous.
   */
  key?: (this: This, ...args: A) => K;
  /**
   * How long results of `undefined` and `null` are remembered, in milliseconds, or 0 for no limit.
   * Without this option, `undefined` is not remembered at all, and `null` is like any other result.
   *
   * @default undefined
   */
  negativeTtl?: number;
  /**
   * Returns the tags of a result, which `cache.invalidateTag` forgets. Not called for a remembered
   * `undefined`, which has none.
   *
   * @default undefined
   */
  tags?: (value: Result<R>, key: K) => Iterable<string>;
  /** Called once with every result that is forgotten, except a remembered `undefined`. */
  dispose?: LRUCache.Disposer<K, Result<R>>;
  /**
   * Called once with every result that is forgotten, except a remembered `undefined`, after every
   * `dispose` and `onInsert` of the same operation.
   */
  disposeAfter?: LRUCache.Disposer<K, Result<R>>;
  /** Called with every result that is remembered, except `undefined`. */
  onInsert?: LRUCache.Inserter<K, Result<R>>;
}

/** The options for a function. */
type OptionsFor<F extends AnyFunction, K> = MemoizeOptions<
  ThisParameterType<F>,
  ArgumentsOf<F>,
  ResultOf<F>,
  K
>;

/** Whether a thenable is not a native promise, so that callers get another type. */
type IsForeign<R> = 0 extends 1 & R
  ? false
  : [R] extends [PromiseLike<unknown>]
    ? [R] extends [Promise<unknown>]
      ? false
      : true
    : false;

/** One signature that stands for a function whose own signatures cannot be kept. */
type Signature<F extends AnyFunction> = (
  this: ThisParameterType<F>,
  ...args: ArgumentsOf<F>
) => IsForeign<ResultOf<F>> extends true ? Promise<Awaited<ResultOf<F>>> : ResultOf<F>;

/** The call of a memoized function: as the original, including overloads and type parameters. */
type Call<F extends AnyFunction> = [keyof F] extends [never]
  ? IsForeign<ResultOf<F>> extends true
    ? Signature<F>
    : F
  : Signature<F>;

/** The properties and methods of a memoized function. */
export interface Memory<F extends AnyFunction, K> {
  /** The results by key. It may be used, changed and disposed; `undefined` is `NOTHING` there. */
  readonly cache: LRUCache<K, Remembered<ResultOf<F>>>;
  /**
   * Forgets the result for these arguments; returns whether there was one, or a call in flight. The
   * option `key`, if given, is called without a `this`.
   */
  delete(this: void, ...args: ArgumentsOf<F>): boolean;
  /** Forgets all results. Results in flight are not remembered. */
  clear(this: void): void;
  /** The counts: hits, misses, evictions and, for asynchronous functions, loads. */
  stats(this: void): LRUCache.Stats;
}

/**
 * A function that remembers. It has the name, the number of parameters and the signatures of the
 * original. Where the original returns a thenable that is not a `Promise`, it returns a `Promise`.
 */
export type Memoized<F extends AnyFunction, K = unknown> = Call<F> & Memory<F, K>;

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function';

const unwrap = <T>(value: T | typeof NOTHING): T | undefined =>
  value === NOTHING ? undefined : value;

const ignore = (): void => {};

/**
 * @internal Throws `INVALID_OPTIONS` for an option that `memoize` does not have, and
 * `INVALID_CALLBACK` or `INVALID_TTL` for an invalid option of its own. `new LRUCache` checks the
 * others.
 */
export function checkOptions<This, A extends readonly unknown[], R, K>(
  options: MemoizeOptions<This, A, R, K>,
): void {
  if (typeof options !== 'object' || options === null) {
    throw new LRUCacheTypeError(
      'INVALID_OPTIONS',
      'The options of memoize must be an object; a function for keys is its option key',
    );
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || KNOWN.includes(name)) continue;
    throw new LRUCacheTypeError('INVALID_OPTIONS', `memoize has no option ${name}`);
  }
  const { negativeTtl } = options;
  for (const name of ['key', 'sizeCalculation', 'ttlCalculation', 'tags', ...CALLBACKS] as const) {
    if (options[name] === undefined || typeof options[name] === 'function') continue;
    throw new LRUCacheTypeError('INVALID_CALLBACK', `${name} must be a function`);
  }
  if (negativeTtl !== undefined && !(Number.isSafeInteger(negativeTtl) && negativeTtl >= 0)) {
    throw new LRUCacheTypeError('INVALID_TTL', 'negativeTtl must be a whole number, at least 0');
  }
}

/**
 * The cache of a function. If a load was aborted because its key was deleted, and its result is
 * `undefined`, the cache rejects it; its reason is then in `forgotten`.
 */
function openCache<This, A extends readonly unknown[], R, K>(
  options: MemoizeOptions<This, A, R, K>,
  forgotten: WeakSet<WeakKey>,
): LRUCache<K, Remembered<R>> {
  const { max, sizeCalculation, ttlCalculation, tags, negativeTtl } = options;
  const given: LRUCache.OptionsBase<K, Remembered<R>, unknown> = {
    recordStats: true,
    // The context is the call; its callers get the result even if its key is deleted.
    ignoreFetchAbort: true,
    fetchMethod: async (key, _stale, { context, options, signal }) => {
      const value = await (context as () => PromiseLike<Result<R> | undefined>)();
      if (value === undefined && negativeTtl === undefined) noteReason(signal, forgotten);
      if (value !== undefined && tags !== undefined) options.tags = tags(value, key);
      if (negativeTtl === undefined || (value !== undefined && value !== null)) return value;
      options.ttl = negativeTtl;
      return value === undefined ? NOTHING : value;
    },
  };
  if (max !== undefined || options.maxSize === undefined) given.max = max ?? MAX;
  if (sizeCalculation !== undefined) {
    given.sizeCalculation = (value, key) => (value === NOTHING ? 1 : sizeCalculation(value, key));
  }
  if (ttlCalculation !== undefined) {
    given.ttlCalculation = (value, key) =>
      value === NOTHING ? undefined : ttlCalculation(value, key);
  }
  for (const name of CALLBACKS) {
    const callback = options[name] as ((...args: unknown[]) => void) | undefined;
    if (callback === undefined) continue;
    given[name] = function (this: unknown, value: Remembered<R>, ...rest: unknown[]) {
      if (value !== NOTHING) callback.call(this, value, ...rest);
    };
  }
  for (const name of PASSED_ON) {
    if (options[name] !== undefined) Object.assign(given, { [name]: options[name] });
  }
  return new LRUCache<K, Remembered<R>>(given as LRUCache.Options<K, Remembered<R>, unknown>);
}

/**
 * Notes the reason of an abort, now or when it happens. The reason of a caller may be any value.
 */
function noteReason(signal: AbortSignal, reasons: WeakSet<WeakKey>): void {
  const note = (): void => {
    if (signal.reason instanceof Object) reasons.add(signal.reason);
  };
  if (signal.aborted) note();
  else signal.addEventListener('abort', note);
}

/** The function that makes keys. Throws `INVALID_KEY` if it is asynchronous. */
function keyMaker<This, A extends readonly unknown[], R, K>(
  key: MemoizeOptions<This, A, R, K>['key'],
): (self: This, args: A) => K {
  if (key === undefined) return (_, args) => callKey(args) as K;
  return (self, args) => {
    const name = key.apply(self, args as never);
    if (!isPromise(name)) return name;
    // Two promises are never the same key. No other code handles this one.
    name.then(ignore, ignore);
    throw new LRUCacheTypeError('INVALID_KEY', 'key must return a key, not a promise of one');
  };
}

/**
 * Returns a function that gives the results of `fn`, and runs `fn` only for calls whose result is
 * not remembered, with the `this` and the arguments of the call. Calls of an asynchronous function
 * wait for a result in flight. An error, or a rejection, goes to the callers and is not remembered.
 *
 * A function that has returned a promise once is asynchronous: all its calls return promises from
 * then on. A thenable counts as a promise: it is awaited once, and its result is remembered.
 *
 * Throws what `new LRUCache` throws; `INVALID_CALLBACK` if `fn` or a callback is not a function;
 * `INVALID_TTL` for an invalid `negativeTtl`; or `INVALID_OPTIONS` for an unknown option. A call
 * throws `INVALID_KEY` if `key` returns a promise.
 *
 * @example
 * ```ts
 * import { memoize } from 'wasm-lru/memoize';
 *
 * let loads = 0;
 * const loadUser = memoize(
 *   async (region: string, id: number) => {
 *     loads += 1;
 *     return `${region}/${id}`;
 *   },
 *   { max: 500, ttl: 60_000 },
 * );
 * console.log(await Promise.all([loadUser('eu', 42), loadUser('eu', 42)])); // [ 'eu/42', 'eu/42' ]
 * loadUser.delete('eu', 42);
 * await loadUser('eu', 42);
 * console.log(loads, loadUser.stats().hits); // 2 0
 * ```
 */
export function memoize<F extends AnyFunction, K = unknown>(
  fn: F,
  options: OptionsFor<F, K> = {},
): Memoized<F, K> {
  type This = ThisParameterType<F>;
  type A = ArgumentsOf<F>;
  type R = ResultOf<F>;
  if (typeof fn !== 'function') {
    throw new LRUCacheTypeError('INVALID_CALLBACK', 'What is memoized must be a function');
  }
  checkOptions(options);
  const forgotten = new WeakSet();
  const cache = openCache(options, forgotten);
  const { negativeTtl, tags } = options;
  const keyOf = keyMaker(options.key);
  let isAsync = false;

  function remember(name: K, value: R): void {
    const given: LRUCache.SetOptions<K, Remembered<R>, unknown> = {};
    if ((value ?? undefined) === undefined && negativeTtl !== undefined) given.ttl = negativeTtl;
    else if (value === undefined) return;
    if (value !== undefined && tags !== undefined) given.tags = tags(value as Result<R>, name);
    cache.set(name, value === undefined ? NOTHING : (value as Result<R>), given);
  }

  function load(name: K, context: () => unknown): Promise<unknown> {
    return cache.fetch(name, { context }).then(unwrap, (error) => {
      if (!forgotten.has(error)) throw error;
    });
  }

  /** Remembers the result of a call that began before the function was known to be asynchronous. */
  function adopt(name: K, result: PromiseLike<unknown>): Promise<unknown> {
    let isTaken = false;
    const loaded = load(name, () => {
      isTaken = true;
      return result;
    });
    if (isTaken) return loaded;
    // The function has set its own key, or called itself with it: the stored value stays.
    loaded.catch(ignore);
    return Promise.resolve(result);
  }

  function memoized(this: This, ...args: A): unknown {
    const name = keyOf(this, args);
    const run = (): unknown => fn.apply(this, args as never);
    if (isAsync) return load(name, run);
    const known = cache.get(name);
    if (known !== undefined) return unwrap(known);
    const result = run();
    if (!isPromise(result)) {
      remember(name, result as R);
      return result;
    }
    isAsync = true;
    return adopt(name, result);
  }

  for (const name of ['name', 'length'] as const) {
    Object.defineProperty(memoized, name, { value: fn[name], configurable: true });
  }
  const memory: Memory<F, K> = {
    cache,
    delete: (...args) => cache.delete(keyOf(undefined as This, args)),
    clear: () => cache.clear(),
    stats: () => cache.stats(),
  };
  return Object.assign(memoized, memory) as unknown as Memoized<F, K>;
}
