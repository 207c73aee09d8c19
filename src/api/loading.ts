// The loading cache: everything that gets a value from elsewhere when the cache has none.
//
// What a load does, and when it is over, is loads.ts.

import { metrics, tracing } from '../cache/channels.js';
import { Report, reportFor } from '../cache/status.js';
import type { Store } from '../cache/store.js';
import { checkCallOptions, checkFunction, listOf } from '../common/check.js';
import { LRUCacheError } from '../common/errors.js';
import type * as types from '../common/types.js';
import { PATH_FAST_READS } from '../entries/entries.js';
import type { Load } from '../loads/load.js';
import { Loads, type Request, requestOf, timeSince } from '../loads/loads.js';
import type { Construction } from './check-options.js';
import { IterableCache, storeOf } from './iterable.js';

type FetchArgument<K, V, FC> = unknown extends FC
  ? types.FetchOptions<K, V, FC>
  : FC extends undefined | void
    ? types.FetchOptionsNoContext<K, V, FC>
    : types.FetchOptionsWithContext<K, V, FC>;

type FetchManyArgument<K, V, FC> = unknown extends FC
  ? types.FetchManyOptions<K, V, FC>
  : FC extends undefined | void
    ? types.FetchManyOptions<K, V, FC>
    : types.FetchManyOptionsWithContext<K, V, FC>;

type MemoArgument<K, V, FC> = unknown extends FC
  ? types.MemoOptions<K, V, FC>
  : FC extends undefined | void
    ? types.MemoOptionsNoContext<K, V, FC>
    : types.MemoOptionsWithContext<K, V, FC>;

/** `T` if a context may be left out, else `never`. */
type WithoutContext<FC, T> = unknown extends FC ? T : FC extends undefined | void ? T : never;

/** A cache that loads missing values: a base of `LRUCache`. */
export abstract class LoadingCache<K, V, FC> extends IterableCache<K, V, FC> {
  readonly #store: Store<K, V, FC>;
  readonly #loads: Loads<K, V, FC> | undefined;

  /** @internal */
  constructor(options: Construction<K, V, FC>) {
    super(options);
    const store = storeOf(this);
    this.#store = store;
    const { fetchMethod, fetchManyMethod } = options;
    if (fetchMethod === undefined && fetchManyMethod === undefined) return;
    this.#loads = new Loads(store, fetchMethod, fetchManyMethod);
    store.loads = this.#loads;
    // A set or delete may have a load to abort.
    store.entries.path = Math.max(store.entries.path, PATH_FAST_READS);
  }

  /**
   * Returns the value of a key as `get` does. If there is none, stores and returns the given value.
   */
  getOrInsert(key: K, value: V): V {
    const id = this.#store.idOf(key);
    const found = this.#store.get(key, undefined, undefined, id);
    if (found !== undefined) return found;
    this.#store.set(key, value, undefined, undefined, undefined, id);
    return value;
  }

  /**
   * Returns the value of a key as `get` does. If there is none, calls `compute` with the key, and
   * stores and returns the result.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const squares = new LRUCache<number, number>({ max: 100 });
   * console.log(squares.getOrInsertComputed(4, (n) => n * n), squares.get(4)); // 16 16
   * ```
   */
  getOrInsertComputed(key: K, compute: (key: K) => V): V {
    checkFunction('compute', compute);
    const id = this.#store.idOf(key);
    const found = this.#store.get(key, undefined, undefined, id);
    if (found !== undefined) return found;
    // As a Map would have it: -0 is 0.
    const value = compute(key === 0 ? (0 as K) : key);
    this.#store.set(key, value, undefined, undefined, undefined, id);
    return value;
  }

  /**
   * Returns the value of a key, and loads it by `fetchMethod` if it is absent or stale. Without a
   * `fetchMethod`, it does what `get` does. One load of a key runs at a time, with the options of
   * the call that started it, and takes no room in the cache. A call with a `signal` can be given
   * up by itself; the load is aborted when nobody wants it any longer.
   *
   * Rejects with what `fetchMethod` throws or rejects with, with the reason of an aborted `signal`,
   * or with code `FETCH_DELETED` or `FETCH_REPLACED` if the key is deleted or set during the load.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * let loads = 0;
   * const users = new LRUCache<number, string>({
   *   max: 100,
   *   fetchMethod: async (id) => {
   *     loads += 1;
   *     return `user ${id}`;
   *   },
   * });
   * const [name] = await Promise.all([users.fetch(1), users.fetch(1)]);
   * console.log(name, loads); // user 1 1
   * ```
   */
  fetch(key: K, fetchOptions: FetchArgument<K, V, FC>): Promise<V | undefined>;
  fetch(
    key: WithoutContext<FC, K>,
    fetchOptions?: WithoutContext<FC, FetchArgument<K, V, FC>>,
  ): Promise<V | undefined>;
  fetch(key: K, fetchOptions?: types.FetchOptions<K, V, FC>): Promise<V | undefined> {
    const options = checkCallOptions(fetchOptions);
    return this.#traced(options?.status, (status) => this.#fetch(key, options, status));
  }

  /**
   * Returns the value of a key as `fetch` does, and rejects with code `FETCH_UNDEFINED` if there is
   * no value.
   */
  forceFetch(key: K, fetchOptions: FetchArgument<K, V, FC>): Promise<V>;
  forceFetch(
    key: WithoutContext<FC, K>,
    fetchOptions?: WithoutContext<FC, FetchArgument<K, V, FC>>,
  ): Promise<V>;
  forceFetch(key: K, fetchOptions?: types.FetchOptions<K, V, FC>): Promise<V> {
    const options = checkCallOptions(fetchOptions);
    return this.#traced(options?.status, async (status) => {
      const value = await this.#fetch(key, options, status);
      if (value !== undefined) return value;
      throw new LRUCacheError('FETCH_UNDEFINED', 'fetch() returned undefined');
    });
  }

  /**
   * Returns the values of many keys, and loads all that are absent or stale with one call of
   * `fetchManyMethod`. Keys that are already being loaded are waited for, and not loaded again.
   * Without `fetchManyMethod`, `fetchMethod` is called for each key.
   *
   * The Map contains the keys that have a value, each once, in the order given. If loads fail,
   * rejects with the first error; the results of the others are stored. A key that is deleted or
   * set during its load fails, unless `ignoreFetchAbort` or `allowStaleOnFetchAbort` is given.
   * Rejects with `INVALID_KEYS` if the keys are not a list, and with `INVALID_BATCH` if the result
   * of `fetchManyMethod` is not one.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const users = new LRUCache<number, string>({
   *   max: 100,
   *   fetchManyMethod: async (ids) => new Map(ids.map((id) => [id, `user ${id}`])),
   * });
   * console.log(await users.fetchMany([1, 2])); // Map(2) { 1 => 'user 1', 2 => 'user 2' }
   * ```
   */
  fetchMany(keys: Iterable<K>, fetchOptions: FetchManyArgument<K, V, FC>): Promise<Map<K, V>>;
  fetchMany(
    keys: WithoutContext<FC, Iterable<K>>,
    fetchOptions?: WithoutContext<FC, FetchManyArgument<K, V, FC>>,
  ): Promise<Map<K, V>>;
  async fetchMany(
    keys: Iterable<K>,
    fetchOptions?: types.FetchManyOptions<K, V, FC>,
  ): Promise<Map<K, V>> {
    const asked = this.#distinct(keys);
    const options = checkCallOptions(fetchOptions) ?? {};
    const { statuses: given } = options;
    // Before any load: the caller's Map is user code, too.
    const statuses = given === undefined ? [] : asked.map(([, key]) => statusIn(given, key));
    const loads = this.#loads;
    const batch: Load<K, V, FC>[] | undefined = loads?.hasBatches ? [] : undefined;
    const request = requestOf(this, options, batch);
    const promises: Promise<V | undefined>[] = [];
    try {
      for (const [i, [id, key]] of asked.entries()) {
        const own = { ...request, options: { ...request.options } };
        promises.push(
          this.#traced(statuses[i], (status) => this.#fetch(key, undefined, status, id, own)),
        );
      }
    } finally {
      if (batch !== undefined) loads?.dispatch(batch, request.context);
    }
    const values = await Promise.all(promises);
    const found = new Map<K, V>();
    for (const [i, [, key]] of asked.entries()) {
      const value = values[i];
      if (value !== undefined) found.set(key, value);
    }
    return found;
  }

  /** Ids and keys of a list, each once, the key as it was given first. Throws `INVALID_KEYS`. */
  #distinct(keys: Iterable<K>): [K, K][] {
    const distinct = new Map<K, K>();
    for (const key of [...listOf(keys, 'fetchMany')]) {
      const id = this.#store.idOf(key);
      // As in a Map: -0 is 0.
      if (!distinct.has(id)) distinct.set(id, key === 0 ? (0 as K) : key);
    }
    return [...distinct];
  }

  /**
   * Returns the value of a key as `get` does. If there is none, calls `memoMethod`, and stores and
   * returns its result. Throws `NO_MEMO_METHOD` without a `memoMethod`, and what `memoMethod`
   * throws.
   *
   * @example
   * ```ts
   * import { LRUCache } from 'wasm-lru';
   *
   * const squares = new LRUCache<number, number>({ max: 100, memoMethod: (n) => n * n });
   * console.log(squares.memo(4)); // 16
   * ```
   */
  memo(key: K, memoOptions: MemoArgument<K, V, FC>): V;
  memo(key: WithoutContext<FC, K>, memoOptions?: WithoutContext<FC, MemoArgument<K, V, FC>>): V;
  memo(key: K, memoOptions?: types.MemoOptions<K, V, FC>): V {
    // Copied first: V8 may call the getters of what is left out of a rest a second time.
    const given: types.MemoOptions<K, V, FC> = { ...checkCallOptions(memoOptions) };
    const { context, forceRefresh, status, ...rest } = given;
    const call = { context, isForced: Boolean(forceRefresh), rest };
    const report = reportFor(this, 'memo', key, status);
    if (report === undefined) return this.#memo(key, call, undefined);
    return report.run(() => this.#memo(key, call, report));
  }

  #memo(key: K, call: MemoCall, report: Report<K, V, FC> | undefined): V {
    const { context, isForced, rest } = call;
    if (this.memoMethod === undefined) {
      throw new LRUCacheError('NO_MEMO_METHOD', 'no memoMethod provided to constructor');
    }
    if (context) report?.add({ context });
    if (isForced) report?.add({ forceRefresh: true });
    const id = this.#store.idOf(key);
    const found = this.#store.get(key, rest, undefined, id);
    if (found === undefined || isForced) return this.#memoize(key, id, found, call, report);
    report?.add({ memo: 'hit', value: found });
    return found;
  }

  async #fetch(
    key: K,
    options: types.FetchOptions<K, V, FC> | undefined,
    status: types.Status<K, V, FC> | undefined,
    id = this.#store.idOf(key),
    shared?: Request<K, V, FC>,
  ): Promise<V | undefined> {
    const request = shared ?? requestOf(this, options ?? {}, undefined);
    if (status === undefined) return this.#find(key, id, request, undefined);
    const report = new Report(this, 'fetch', key, status);
    return report.run(() => this.#find(key, id, request, report));
  }

  #find(
    key: K,
    id: K,
    request: Request<K, V, FC>,
    report: Report<K, V, FC> | undefined,
  ): V | undefined | Promise<V | undefined> {
    const { context, forceRefresh, options } = request;
    const loads = this.#loads;
    if (context) report?.add({ context });
    if (forceRefresh) report?.add({ forceRefresh: true });
    if (loads !== undefined) return this.#store.giveSoon(loads.fetch(key, id, request, report));
    report?.add({ fetch: 'get' });
    return this.#store.get(key, options, report, id);
  }

  /** Runs a fetch, with a trace if there is somebody to follow it. */
  #traced<T>(
    own: types.Status<K, V, FC> | null | undefined,
    run: (status: types.Status<K, V, FC> | undefined) => Promise<T>,
  ): Promise<T> {
    const isObserved = metrics.hasSubscribers || tracing.hasSubscribers;
    const status = own ?? (isObserved ? {} : undefined);
    const isTraced = status !== undefined && tracing.hasSubscribers;
    const promise = run(status);
    if (!isTraced) return promise;
    try {
      status.trace = true;
    } catch (error) {
      // A status that cannot be written: it is heard of as any other of its errors.
      promise.catch(() => {});
      return Promise.reject(error);
    }
    tracing.tracePromise(() => promise, status).catch(() => {});
    return promise;
  }

  #memoize(
    key: K,
    id: K,
    staleValue: V | undefined,
    { context, rest }: MemoCall,
    report: Report<K, V, FC> | undefined,
  ): V {
    const memoMethod = this.memoMethod as types.Memoizer<K, V, FC>;
    const { stats } = this.#store;
    const startedAt = stats === undefined ? 0 : this.#store.readClock();
    if (stats !== undefined) stats.loads += 1;
    report?.add({ memo: 'miss' });
    let isDone = false;
    try {
      const value = memoMethod(key, staleValue, { options: rest, context: context as FC });
      isDone = true;
      report?.add({ value });
      this.#store.set(key, value, rest, undefined, undefined, id);
      return value;
    } finally {
      if (stats !== undefined && !isDone) stats.loadFailures += 1;
      if (stats !== undefined) stats.totalLoadTimeMs += timeSince(this.#store, startedAt);
    }
  }
}

/** What a call of `memo` asks for. */
interface MemoCall {
  readonly context: unknown;
  readonly isForced: boolean;
  /** The options of its `get` and `set`, which `memoMethod` may change. */
  readonly rest: object;
}

/** The status of a key in a Map of the caller's, put there. */
function statusIn<K, V, FC>(
  statuses: Map<K, types.Status<K, V, FC>>,
  key: K,
): types.Status<K, V, FC> {
  const status = {};
  statuses.set(key, status);
  return status;
}
