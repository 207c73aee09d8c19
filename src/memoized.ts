// The memoized function: a function in front of which an LRU cache stands.
//
// M1  What is remembered is a result: never an error, never a promise. An asynchronous function
//     gives a new promise for each call, of a result that is computed once for all who wait.
// M2  A function is asynchronous from the first promise on that it returns. Until then a call that
//     finds nothing runs the function; from then on it is a `fetch`, with all that is settled
//     there.
// M3  A result that is on its way when its key is deleted, or the cache cleared, is not remembered;
//     who waits for it still gets it, `undefined` included.

import { callKey } from './call-key.js';
import { LRUCache, LRUCacheTypeError } from './index.js';

const PASSED_ON = [
  'maxSize',
  'maxEntrySize',
  'ttl',
  'ttlResolution',
  'ttlAutopurge',
  'updateAgeOnGet',
  'perf',
  'engine',
] as const;

const MAX = 1000;

/** The value that stands for a remembered `undefined` in the `cache` of a memoized function. */
export const NOTHING: unique symbol = Symbol('nothing');

/** The type of the values that are remembered for results of type `R`. */
export type Result<R> = Exclude<Awaited<R>, undefined>;

/** The options that `memoize` and `@cached` share with `LRUCache`. */
export type MemoizeCacheOptions = Pick<
  LRUCache.OptionsBase<unknown, unknown, unknown>,
  (typeof PASSED_ON)[number]
>;

/** The options of `memoize` and `@cached`. */
export interface MemoizeOptions<This, A extends readonly unknown[], R, K>
  extends MemoizeCacheOptions {
  /**
   * The largest number of remembered results. The default applies if `maxSize` is not given either.
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
   * Returns the key of a call, from its `this` and arguments: calls with the same key share one
   * result. Without this option, calls share a result if all their arguments are the same, compared
   * as keys of a Map are; `this` does not count.
   *
   * @default undefined
   */
  key?: (this: This, ...args: A) => K;
  /**
   * For how many milliseconds results of `undefined` and `null` are remembered, or 0 for ever.
   * Without this option, `undefined` is not remembered at all, and `null` is like any other result.
   *
   * @default undefined
   */
  negativeTtl?: number;
}

/**
 * A function that remembers its results. It has the name and the number of parameters of the
 * original.
 */
export interface Memoized<This, A extends readonly unknown[], R, K> {
  /** Returns the remembered result, or calls the original. */
  (this: This, ...args: A): R;
  /**
   * The cache that holds the results by their keys. It may be read, changed and disposed of. A
   * remembered `undefined` is `NOTHING` in it.
   */
  readonly cache: LRUCache<K, Result<R> | typeof NOTHING>;
  /**
   * Forgets the result of these arguments; returns whether there was one, or a call under way. The
   * option `key`, if given, is called without a `this`.
   */
  delete(this: void, ...args: A): boolean;
  /** Forgets all results. Results of calls that are under way will not be remembered. */
  clear(this: void): void;
  /** The counts: hits, misses, evictions and, for asynchronous functions, loads. */
  stats(this: void): LRUCache.Stats;
}

type Remembered<R> = Result<R> | typeof NOTHING;

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function';

const unwrap = <T>(value: T | typeof NOTHING): T | undefined =>
  value === NOTHING ? undefined : value;

function checkOptions<This, A extends readonly unknown[], R, K>(
  fn: unknown,
  { key, negativeTtl }: MemoizeOptions<This, A, R, K>,
): void {
  if (typeof fn !== 'function') {
    throw new LRUCacheTypeError('INVALID_CALLBACK', 'What is memoized must be a function');
  }
  if (key !== undefined && typeof key !== 'function') {
    throw new LRUCacheTypeError('INVALID_CALLBACK', 'key must be a function');
  }
  if (negativeTtl !== undefined && !(Number.isSafeInteger(negativeTtl) && negativeTtl >= 0)) {
    throw new LRUCacheTypeError('INVALID_TTL', 'negativeTtl must be a whole number, at least 0');
  }
}

/**
 * The cache of a function. A load that is aborted, as its key was deleted, and comes to `undefined`
 * is rejected by the cache; the reason is put into `forgotten` then.
 */
function openCache<This, A extends readonly unknown[], R, K>(
  options: MemoizeOptions<This, A, R, K>,
  forgotten: WeakSet<WeakKey>,
): LRUCache<K, Remembered<R>> {
  const { max, sizeCalculation, negativeTtl } = options;
  const given: LRUCache.OptionsBase<K, Remembered<R>, unknown> = {
    recordStats: true,
    // The context is the call; what it comes to is given to who asked even if its key is deleted.
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _stale, { context, options, signal }) => {
      const value = await (context as () => PromiseLike<Result<R> | undefined>)();
      if (value === undefined && negativeTtl === undefined) noteReason(signal, forgotten);
      if (negativeTtl === undefined || (value !== undefined && value !== null)) return value;
      options.ttl = negativeTtl;
      return value === undefined ? NOTHING : value;
    },
  };
  if (max !== undefined || options.maxSize === undefined) given.max = max ?? MAX;
  if (sizeCalculation !== undefined) {
    given.sizeCalculation = (value, key) => (value === NOTHING ? 1 : sizeCalculation(value, key));
  }
  for (const name of PASSED_ON) {
    if (options[name] !== undefined) Object.assign(given, { [name]: options[name] });
  }
  return new LRUCache<K, Remembered<R>>(given as LRUCache.Options<K, Remembered<R>, unknown>);
}

/** Notes the reason of an abort, now or when it comes; one of a caller may be anything. */
function noteReason(signal: AbortSignal, reasons: WeakSet<WeakKey>): void {
  const note = (): void => {
    if (signal.reason instanceof Object) reasons.add(signal.reason);
  };
  if (signal.aborted) note();
  else signal.addEventListener('abort', note);
}

/**
 * Returns a function that remembers the results of `fn`. It runs `fn`, with the `this` and the
 * arguments of the call, only if there is no remembered result. If `fn` is asynchronous, calls that
 * come while a result is on its way wait for it. Errors and rejections go to the callers, and are
 * not remembered.
 *
 * Once `fn` has returned a promise, it counts as asynchronous, and every call returns a promise.
 *
 * Throws as `new LRUCache` does, `INVALID_CALLBACK` if `fn` or `key` is not a function, and
 * `INVALID_TTL` for a `negativeTtl` that is not a whole number.
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
export function memoize<This, A extends readonly unknown[], R, K = unknown>(
  fn: (this: This, ...args: A) => R,
  options: MemoizeOptions<This, A, R, K> = {},
): Memoized<This, A, R, K> {
  checkOptions(fn, options);
  const forgotten = new WeakSet();
  const cache = openCache(options, forgotten);
  const { key, negativeTtl } = options;
  const keyOf = (self: This, args: A): K =>
    key ? key.apply(self, args as never) : (callKey(args) as K);
  let isAsync = false;

  function remember(name: K, value: R): void {
    if (negativeTtl === undefined || (value !== undefined && value !== null)) {
      if (value !== undefined) cache.set(name, value as Result<R>);
    } else {
      cache.set(name, value === undefined ? NOTHING : (value as Result<R>), { ttl: negativeTtl });
    }
  }

  function memoized(this: This, ...args: A): R {
    const name = keyOf(this, args);
    let call = (): unknown => fn.apply(this, args as never);
    if (!isAsync) {
      const known = cache.get(name);
      if (known !== undefined) return unwrap(known) as R;
      const result = fn.apply(this, args as never);
      if (!isPromise(result)) {
        remember(name, result);
        return result;
      }
      isAsync = true;
      call = () => result;
    }
    return cache.fetch(name, { context: call }).then(unwrap, (error) => {
      if (!forgotten.has(error)) throw error;
    }) as R;
  }

  for (const name of ['name', 'length'] as const) {
    Object.defineProperty(memoized, name, { value: fn[name], configurable: true });
  }
  return Object.assign(memoized, {
    cache,
    delete: (...args: A) => cache.delete(keyOf(undefined as This, args)),
    clear: () => cache.clear(),
    stats: () => cache.stats(),
  });
}
