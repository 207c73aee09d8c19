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

/** The options that the caches in front of a store share with `LRUCache`. */
export type CacheOptions<K, V> = Pick<
  LRUCache.OptionsBase<K, V, unknown>,
  (typeof PASSED_ON)[number]
>;

/** The options of a cache in front of a store: the store, and at least one bound. */
export interface StoreCacheOptions<K, V> extends CacheOptions<K, V> {
  /** The store. If others change it, cached values may be out of date: see `ttl` and `refresh`. */
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

/**
 * The different keys of a list. A string is rejected: it is iterable, but almost always a single
 * key passed by mistake.
 */
export function listOf<K>(keys: Iterable<K>): K[] {
  const isList = typeof keys === 'object' && typeof keys?.[Symbol.iterator] === 'function';
  if (isList) return [...new Set(keys)];
  throw new LRUCacheTypeError('INVALID_KEYS', `getMany needs a list of keys, not ${typeof keys}`);
}

/**
 * The value of a key if it is cached, which is a use of it. Where it is being read anew, this does
 * not wait for that, as `fetch` would: a store that is stuck must not hold up others.
 */
export function useCached<K, V>(cache: LRUCache<K, V>, key: K): V | undefined {
  const value = cache.peek(key);
  if (value !== undefined) cache.get(key);
  return value;
}

/** The values of different keys, in order: those that are at hand, and with one call all others. */
export async function readMany<K, V>(
  cache: LRUCache<K, V>,
  keys: readonly K[],
  atHand: (key: K) => V | undefined,
): Promise<Map<K, V>> {
  const known = keys.map(atHand);
  const read = await cache.fetchMany(keys.filter((_, i) => known[i] === undefined));
  const found = new Map<K, V>();
  for (const [i, key] of keys.entries()) {
    const value = known[i] === undefined ? read.get(key) : known[i];
    if (value !== undefined) found.set(key, value);
  }
  return found;
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
