// The calls that load: `fetch`, `forceFetch` and `fetchMany`, and the trace of each.
//
// They find out what was asked for, and what is reported of it. What a load does, and when it is
// over, is loads.ts. A cache without a loader has no loads: then a fetch is a `get`.

import { metrics, tracing } from '../cache/channels.js';
import { Report } from '../cache/status.js';
import type { Store } from '../cache/store.js';
import { checkCallOptions, listOf } from '../common/check.js';
import { LRUCacheError } from '../common/errors.js';
import type { FetchManyOptions, FetchOptions, Status } from '../common/types.js';
import type { Load } from './load.js';
import { type Loads, type Request, requestOf } from './loads.js';

/** `fetch`. */
export function fetchOne<K, V, FC>(
  store: Store<K, V, FC>,
  loads: Loads<K, V, FC> | undefined,
  key: K,
  given: FetchOptions<K, V, FC> | undefined,
): Promise<V | undefined> {
  const options = checkCallOptions(given);
  return traced(options?.status, (status) => start(store, loads, key, status, options));
}

/** `forceFetch`. */
export function forceFetchOne<K, V, FC>(
  store: Store<K, V, FC>,
  loads: Loads<K, V, FC> | undefined,
  key: K,
  given: FetchOptions<K, V, FC> | undefined,
): Promise<V> {
  const options = checkCallOptions(given);
  return traced(options?.status, async (status) => {
    const value = await start(store, loads, key, status, options);
    if (value !== undefined) return value;
    throw new LRUCacheError('FETCH_UNDEFINED', 'fetch() returned undefined');
  });
}

/** `fetchMany`. */
export async function fetchMany<K, V, FC>(
  store: Store<K, V, FC>,
  loads: Loads<K, V, FC> | undefined,
  keys: Iterable<K>,
  given: FetchManyOptions<K, V, FC> | undefined,
): Promise<Map<K, V>> {
  const asked = distinct(store, keys);
  const options = checkCallOptions(given) ?? {};
  const { statuses: map } = options;
  // Before any load: the caller's Map is user code, too.
  const statuses = map === undefined ? [] : asked.map(([, key]) => statusIn(map, key));
  const batch: Load<K, V, FC>[] | undefined = loads?.fetchManyMethod === undefined ? undefined : [];
  const request = requestOf(store, options, batch);
  const promises: Promise<V | undefined>[] = [];
  try {
    for (const [i, [id, key]] of asked.entries()) {
      const own = { ...request, options: { ...request.options } };
      promises.push(
        traced(statuses[i], (status) => start(store, loads, key, status, undefined, id, own)),
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

/** Ids and keys of a list, each once, a key as it was given first. Throws `INVALID_KEYS`. */
function distinct<K, V, FC>(store: Store<K, V, FC>, keys: Iterable<K>): [id: K, key: K][] {
  const found = new Map<K, K>();
  for (const key of [...listOf(keys, 'fetchMany')]) {
    const id = store.idOf(key);
    // As a Map would have it: -0 is 0.
    if (!found.has(id)) found.set(id, key === 0 ? (0 as K) : key);
  }
  return [...found];
}

/** Fetches a key. Whatever is thrown meanwhile rejects the promise. */
async function start<K, V, FC>(
  store: Store<K, V, FC>,
  loads: Loads<K, V, FC> | undefined,
  key: K,
  status: Status<K, V, FC> | undefined,
  options: FetchOptions<K, V, FC> | undefined,
  id = store.idOf(key),
  shared?: Request<K, V, FC>,
): Promise<V | undefined> {
  const request = shared ?? requestOf(store, options ?? {}, undefined);
  if (status === undefined) return find(store, loads, key, id, request, undefined);
  const report = new Report(store.settings, 'fetch', key, status);
  return report.run(() => find(store, loads, key, id, request, report));
}

/** A value that is there, or the promise of a load. */
function find<K, V, FC>(
  store: Store<K, V, FC>,
  loads: Loads<K, V, FC> | undefined,
  key: K,
  id: K,
  request: Request<K, V, FC>,
  report: Report<K, V, FC> | undefined,
): V | undefined | Promise<V | undefined> {
  const { context, forceRefresh, options } = request;
  if (context) report?.add({ context });
  if (forceRefresh) report?.add({ forceRefresh: true });
  if (loads !== undefined) return store.giveSoon(loads.fetch(key, id, request, report));
  report?.add({ fetch: 'get' });
  return store.get(id, options, report);
}

/** Runs a fetch, with a trace if there is somebody to follow it. */
function traced<K, V, FC, T>(
  own: Status<K, V, FC> | null | undefined,
  run: (status: Status<K, V, FC> | undefined) => Promise<T>,
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

/** The status of a key in a Map of the caller's, put there. */
function statusIn<K, V, FC>(statuses: Map<K, Status<K, V, FC>>, key: K): Status<K, V, FC> {
  const status = {};
  statuses.set(key, status);
  return status;
}
