// The reading half of a cache in front of a store: what it has not, it gets from there.
//
// It is an LRUCache whose loader is the store, so one read of a key is in flight at a time, and a
// key that is set or deleted meanwhile is not overwritten by what was read before. A value that was
// on its way when that happened is still given to who asked for it then; if there was none, the key
// is read again, since it may have one now.

import { checkStore, type Dict } from './dict.js';
import { LRUCache, LRUCacheError, LRUCacheTypeError } from './index.js';

const PASSED_ON = [
  'max',
  'maxSize',
  'maxEntrySize',
  'sizeCalculation',
  'ttl',
  'ttlResolution',
  'ttlAutopurge',
  'updateAgeOnGet',
  'perf',
  'recordStats',
  'engine',
] as const;

/** The options of `LRUCache` that the caches in front of a store take, with the same meaning. */
export type CacheOptions<K, V> = Pick<
  LRUCache.OptionsBase<K, V, unknown>,
  (typeof PASSED_ON)[number]
>;

/** What the caches in front of a store take: a store, and a bound on what is cached. */
export interface StoreCacheOptions<K, V> extends CacheOptions<K, V> {
  /** Where the values are. Nobody else should change it, or what is cached may be out of date. */
  store: Dict<K, V>;
}

/**
 * A cache that reads from a store. `onEvict` is called for each entry that leaves it to make room,
 * or for its age. Throws as `LRUCache` does, and `INVALID_STORE`.
 */
export function openCache<K, V>(
  options: StoreCacheOptions<K, V>,
  onEvict?: (key: K) => void,
): LRUCache<K, V> {
  const store = checkStore(options?.store);
  const given: LRUCache.OptionsBase<K, V, unknown> = {
    fetchMethod: (key) => store.get(key) as Promise<V | undefined>,
    // What was being read when its key was set or deleted: given to who asked, stored nowhere.
    ignoreFetchAbort: true,
  };
  if (store.getMany) {
    given.fetchManyMethod = async (keys) =>
      (await store.getMany?.(keys)) as LRUCache.BatchResult<K, V>;
  }
  if (onEvict) {
    given.dispose = (_, key, reason) => {
      if (reason === 'evict' || reason === 'expire') onEvict(key);
    };
  }
  for (const name of PASSED_ON) {
    if (options[name] !== undefined) Object.assign(given, { [name]: options[name] });
  }
  return new LRUCache<K, V>(given as LRUCache.Options<K, V, unknown>);
}

/** Options of a `fetch` that reads the store in any case; if that fails, what is cached stays. */
export const ANEW = { forceRefresh: true, noDeleteOnFetchRejection: true } as const;

/** A value that is cached, even while it is being read anew; or else one from the store. */
export function cachedOrRead<K, V>(
  cache: LRUCache<K, V>,
  key: K,
): V | undefined | Promise<V | undefined> {
  // `fetch` alone would wait for the read that is under way, and fail with it. It may age away
  // between the two calls.
  const value = cache.has(key) ? cache.get(key) : undefined;
  return value === undefined ? cache.fetch(key) : value;
}

/** A list of keys. A string, though a list of its letters, is a key that was not put into one. */
export function listOf<K>(keys: Iterable<K>): K[] {
  const isList = typeof keys === 'object' && typeof keys?.[Symbol.iterator] === 'function';
  if (isList) return [...keys];
  throw new LRUCacheTypeError('INVALID_KEYS', `getMany needs a list of keys, not ${typeof keys}`);
}

/**
 * Reads, and reads again if a key was set or deleted while the store found nothing under it. That
 * ends, since each further read takes a further change.
 */
export async function readThrough<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!wasOvertaken(error)) throw error;
    }
  }
}

function wasOvertaken(error: unknown): boolean {
  if (!(error instanceof LRUCacheError)) return false;
  return error.code === 'FETCH_DELETED' || error.code === 'FETCH_REPLACED';
}
