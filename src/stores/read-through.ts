// The reading half of a cache in front of a store: it reads keys that are not cached from the
// store.
//
// It is an LRUCache whose loader is the store, so one read of a key is in flight at a time, and its
// result never overwrites a key that was set or deleted in the meantime. Such a read was overtaken.
// Callers that asked before the change still get its value; if it found none, the key is read
// again, since it may have a value now.
//
// The reason of its abort, compared by identity, tells that a read was overtaken. The code of the
// reason does not: a store behind another LRUCache rejects with errors of the same code.

import { LRUCache, LRUCacheTypeError } from '../index.js';
import { Batch } from './batch-read.js';
import { checkStore, type Dict } from './dict.js';
import { needHeadroom } from './headroom.js';

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

/** What a caller of `openCache` adds to the options that all caches in front of a store have. */
export interface Extension<K> {
  /** Names of further options. */
  readonly options?: readonly string[];
  /** Called for each entry that leaves the cache to make room, or because of its age. */
  onEvict?(key: K): void;
}

/** The reasons of aborted reads, whose keys were set or deleted. */
const overtaken = new WeakSet<WeakKey>();

/**
 * A cache that reads from a store. Throws as `LRUCache` does, and `INVALID_STORE`;
 * `INVALID_OPTIONS` for an option that has no meaning here.
 */
export function openCache<K, V>(
  options: StoreCacheOptions<K, V>,
  { options: further = [], onEvict }: Extension<K> = {},
): LRUCache<K, V> {
  const store = checkStore(options?.store);
  refuseUnknown(options, ['store', ...PASSED_ON, ...further]);
  const given: LRUCache.OptionsBase<K, V, unknown> = {
    fetchMethod: (key, _, { context, signal }) => {
      signal.addEventListener('abort', () => overtaken.add(signal.reason));
      if (context instanceof Batch) return context.read(key);
      return store.get(key) as Promise<V | undefined>;
    },
    // A read whose key was set or deleted: its callers get the value, which is not stored.
    ignoreFetchAbort: true,
  };
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

/** An ignored option would be mistaken for one that works. */
function refuseUnknown(options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    throw new LRUCacheTypeError(
      'INVALID_OPTIONS',
      `A cache in front of a store has no option ${name}`,
    );
  }
}

/** Options of a `fetch` that always reads the store; if that fails, the cached value stays. */
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
 * The value of a key if it is cached, which uses the entry. Unlike `fetch`, this does not wait for
 * a read of the key in flight: a store that hangs must not hold up other calls.
 */
export function useCached<K, V>(cache: LRUCache<K, V>, key: K): V | undefined {
  const value = cache.peek(key);
  if (value !== undefined) cache.get(key);
  return value;
}

/**
 * The values of different keys, in order. Keys for which `atHand` returns nothing are read from the
 * store, with one call of `getMany` if it has that method.
 */
export async function readMany<K, V>(
  cache: LRUCache<K, V>,
  store: Dict<K, V>,
  keys: readonly K[],
  atHand: (key: K) => V | undefined,
): Promise<Map<K, V>> {
  const known = keys.map(atHand);
  const context = store.getMany === undefined ? undefined : new Batch(store);
  const reads = keys.map((key, i) =>
    known[i] === undefined ? cache.fetch(key, { context }) : known[i],
  );
  context?.begin();
  const values = await Promise.all(reads);
  const found = new Map<K, V>();
  for (const [i, key] of keys.entries()) {
    const value = values[i];
    if (value !== undefined) found.set(key, value);
  }
  return found;
}

/**
 * Reads, and reads again if a key was set or deleted while the store found nothing under it. This
 * ends, since each further read needs a further change. If the stack is nearly used up, throws and
 * does nothing.
 */
export function readThrough<T>(read: () => Promise<T>): Promise<T> {
  needHeadroom();
  return readUntilCurrent(read);
}

async function readUntilCurrent<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Object && overtaken.has(error))) throw error;
    }
  }
}
