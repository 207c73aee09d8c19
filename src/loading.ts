// The loading cache: everything that gets a value from elsewhere when the cache has none.
//
// What a load does, and when it is over, is loads.ts.

import { metrics, tracing } from './channels.js';
import { LRUCacheError } from './errors.js';
import { IterableCache, storeOf } from './iterable.js';
import { timeSince } from './loads.js';
import { type CheckedOptions, checkFunction } from './options.js';
import { fill, publish, statusFor } from './status.js';
import type { Store } from './store.js';
import type * as types from './types.js';

type FetchArgument<K, V, FC> = unknown extends FC
  ? types.FetchOptions<K, V, FC>
  : FC extends undefined | void
    ? types.FetchOptionsNoContext<K, V, FC>
    : types.FetchOptionsWithContext<K, V, FC>;

type MemoArgument<K, V, FC> = unknown extends FC
  ? types.MemoOptions<K, V, FC>
  : FC extends undefined | void
    ? types.MemoOptionsNoContext<K, V, FC>
    : types.MemoOptionsWithContext<K, V, FC>;

/** `T` if a context may be left out, else `never`. */
type WithoutContext<FC, T> = unknown extends FC ? T : FC extends undefined | void ? T : never;

/** A cache that loads what it has not; `LRUCache` is what it is the base of. */
export abstract class LoadingCache<K, V, FC> extends IterableCache<K, V, FC> {
  readonly #store: Store<K, V, FC>;

  /** @internal */
  constructor(options: CheckedOptions<K, V, FC>) {
    super(options);
    this.#store = storeOf(this);
  }

  /** The value of a key as by `get`; if there is none, the value given, which is stored. */
  getOrInsert(key: K, value: V): V {
    const found = this.#store.get(key, undefined, undefined);
    if (found !== undefined) return found;
    this.#store.set(key, value, undefined, undefined);
    return value;
  }

  /** The value of a key as by `get`; if there is none, what `compute(key)` returns, stored. */
  getOrInsertComputed(key: K, compute: (key: K) => V): V {
    checkFunction('compute', compute);
    const found = this.#store.get(key, undefined, undefined);
    if (found !== undefined) return found;
    // As a Map would have it: -0 is 0.
    const value = compute(key === 0 ? (0 as K) : key);
    this.#store.set(key, value, undefined, undefined);
    return value;
  }

  /**
   * The value of a key, loaded by `fetchMethod` if it is absent or stale; without one, as `get`.
   * A key is loaded once at a time, by the options of the first call. Loading takes no room.
   *
   * Rejects with what `fetchMethod` throws or rejects with, or with the reason of the abort:
   * that of `signal`, or `LRUCacheError` with code `FETCH_DELETED` or `FETCH_REPLACED`, if the key
   * is deleted or set meanwhile.
   */
  fetch(key: K, fetchOptions: FetchArgument<K, V, FC>): Promise<V | undefined>;
  fetch(
    key: WithoutContext<FC, K>,
    fetchOptions?: WithoutContext<FC, FetchArgument<K, V, FC>>,
  ): Promise<V | undefined>;
  fetch(key: K, fetchOptions: types.FetchOptions<K, V, FC> = {}): Promise<V | undefined> {
    return this.#traced(fetchOptions, (status) => this.#fetch(key, fetchOptions, status));
  }

  /** As `fetch`, but rejects with code `FETCH_UNDEFINED` if there is no value. */
  forceFetch(key: K, fetchOptions: FetchArgument<K, V, FC>): Promise<V>;
  forceFetch(
    key: WithoutContext<FC, K>,
    fetchOptions?: WithoutContext<FC, FetchArgument<K, V, FC>>,
  ): Promise<V>;
  forceFetch(key: K, fetchOptions: types.FetchOptions<K, V, FC> = {}): Promise<V> {
    return this.#traced(fetchOptions, async (status) => {
      const value = await this.#fetch(key, fetchOptions, status);
      if (value !== undefined) return value;
      throw new LRUCacheError('FETCH_UNDEFINED', 'fetch() returned undefined');
    });
  }

  /**
   * The value of a key as by `get`; if there is none, what `memoMethod` returns, stored.
   * Throws `NO_MEMO_METHOD` without one, or what it throws.
   */
  memo(key: K, memoOptions: MemoArgument<K, V, FC>): V;
  memo(key: WithoutContext<FC, K>, memoOptions?: WithoutContext<FC, MemoArgument<K, V, FC>>): V;
  memo(key: K, memoOptions: types.MemoOptions<K, V, FC> = {}): V {
    const { context, forceRefresh, status: given, ...rest } = memoOptions;
    const status = statusFor(this, 'memo', key, given);
    if (this.memoMethod === undefined) {
      throw new LRUCacheError('NO_MEMO_METHOD', 'no memoMethod provided to constructor');
    }
    if (status !== undefined && context) status.context = context;
    if (status !== undefined && forceRefresh) status.forceRefresh = true;
    const found = this.#store.get(key, rest, undefined);
    const isHit = found !== undefined && !forceRefresh;
    if (status !== undefined) status.memo = isHit ? 'hit' : 'miss';
    const value = isHit ? found : this.#memoize(key, found, rest, context as FC);
    if (status !== undefined) status.value = value;
    return publish(status, value);
  }

  async #fetch(
    key: K,
    fetchOptions: types.FetchOptions<K, V, FC>,
    status: types.Status<K, V, FC> | undefined,
  ): Promise<V | undefined> {
    const { loads } = this.#store;
    const { context, forceRefresh = false, signal } = fetchOptions;
    if (status !== undefined) {
      fill(status, this, 'fetch', key);
      if (context) status.context = context;
      if (forceRefresh) status.forceRefresh = true;
    }
    const request = { context, forceRefresh, signal };
    if (loads !== undefined) return loads.fetch(key, fetchOptions, request, status);
    if (status !== undefined) status.fetch = 'get';
    return this.#store.get(key, fetchOptions, status);
  }

  /** Runs a fetch, with a trace if there is somebody to follow it. */
  #traced<T>(
    given: types.FetchOptions<K, V, FC>,
    run: (status: types.Status<K, V, FC> | undefined) => Promise<T>,
  ): Promise<T> {
    const { status: own } = given;
    const isObserved = metrics.hasSubscribers || tracing.hasSubscribers;
    const status = own ?? (isObserved ? {} : undefined);
    const isTraced = status !== undefined && tracing.hasSubscribers;
    const promise = run(status);
    if (isTraced) {
      status.trace = true;
      tracing.tracePromise(() => promise, status).catch(() => {});
    }
    return promise;
  }

  #memoize(key: K, staleValue: V | undefined, rest: object, context: FC): V {
    const memoMethod = this.memoMethod as types.Memoizer<K, V, FC>;
    const { stats } = this.#store;
    const startedAt = stats === undefined ? 0 : this.#store.readClock();
    if (stats !== undefined) stats.loads += 1;
    let isDone = false;
    try {
      const value = memoMethod(key, staleValue, { options: rest, context });
      isDone = true;
      this.#store.set(key, value, rest, undefined);
      return value;
    } finally {
      if (stats !== undefined && !isDone) stats.loadFailures += 1;
      if (stats !== undefined) stats.totalLoadTimeMs += timeSince(this.#store, startedAt);
    }
  }
}
