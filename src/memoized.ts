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

/** What stands in `cache` for a result of `undefined`, with `negativeTtl`. */
export const NOTHING: unique symbol = Symbol('nothing');

/** What is remembered of results of type R. */
export type Result<R> = Exclude<Awaited<R>, undefined>;

/** The options of `LRUCache` that `memoize` takes, with the same meaning. */
export type MemoizeCacheOptions = Pick<
  LRUCache.OptionsBase<unknown, unknown, unknown>,
  (typeof PASSED_ON)[number]
>;

/** What `memoize` and `@cached` take, all of it optional. */
export interface MemoizeOptions<This, A extends readonly unknown[], R, K>
  extends MemoizeCacheOptions {
  /** Largest number of results; 1000 if neither it nor `maxSize` is given. */
  max?: number;
  /** The size of a result; with `maxSize`. A remembered `undefined` has size 1. */
  sizeCalculation?: (value: Result<R>, key: K) => number;
  /**
   * The key of a call, from its `this` and arguments: calls of equal keys share one result. Without
   * it, they share it if all arguments are the same, compared as keys of a Map are; `this` is not
   * looked at.
   */
  key?: (this: This, ...args: A) => K;
  /**
   * For how long, in ms, results of `undefined` and `null` are remembered; 0 is for ever. Without
   * it, `undefined` is not remembered at all, and `null` is like any other result.
   */
  negativeTtl?: number;
}

/** A function that remembers. Its name and its number of parameters are those of the original. */
export interface Memoized<This, A extends readonly unknown[], R, K> {
  (this: This, ...args: A): R;
  /** The results by key. It may be used, changed and disposed; `undefined` is `NOTHING` there. */
  readonly cache: LRUCache<K, Result<R> | typeof NOTHING>;
  /**
   * Forgets the result of these arguments; returns whether there was one, or one on its way. If
   * there is a `key`, it is called without a `this`.
   */
  delete(this: void, ...args: A): boolean;
  /** Forgets all results. Those on their way are not remembered. */
  clear(this: void): void;
  /** What has been counted: hits, misses, evictions, and of asynchronous functions, loads. */
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
 * A function that gives what `fn` gives, and runs it only for calls whose result it has not, with
 * the `this` and the arguments of the call. Calls of an asynchronous function that come while its
 * result is on its way wait for it. An error, or a rejection, goes to the callers and is not
 * remembered.
 *
 * A function that returned a promise once is asynchronous: all its calls give promises then.
 * Throws as `new LRUCache` does; `INVALID_CALLBACK`, if `fn` or `key` is no function;
 * `INVALID_TTL`.
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
