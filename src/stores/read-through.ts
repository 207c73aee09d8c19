// The reading half of a cache in front of a store: what is not cached is read from the store.
//
// It is an LRUCache whose loader is the store, so one read of a key is in flight at a time, and a
// key that is set or deleted meanwhile is not overwritten by what was read before. The value that
// such a read brings is still given to those who asked for it before the change; if it brings none,
// the key is read again, since it may have a value now.
//
// That a read was overtaken shows in the reason of its abort, which is known by identity. Its code
// says nothing: a store behind another LRUCache rejects with errors of the same code.

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

/** What a caller of `openCache` adds to the options that every cache in front of a store takes. */
export interface Extension<K> {
  /** Names of further options. */
  readonly options?: readonly string[];
  /** Called for each entry that leaves the cache to make room, or because of its age. */
  onEvict?(key: K): void;
}

/** The reasons for which reads were aborted: their keys were set or deleted. */
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
    // What was being read when its key was set or deleted: given to those who asked, not stored.
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

/** An option that is ignored would be taken for one that works. */
function refuseUnknown(options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    throw new LRUCacheTypeError(
      'INVALID_OPTIONS',
      `A cache in front of a store has no option ${name}`,
    );
  }
}

/** Options of a `fetch` that always reads the store; if that fails, what is cached stays. */
export const ANEW = { forceRefresh: true, noDeleteOnFetchRejection: true } as const;

/**
 * The different keys of a list. A string is rejected: it can be iterated over, but is almost always
 * a single key passed by mistake.
 */
export function listOf<K>(keys: Iterable<K>): K[] {
  const isList = typeof keys === 'object' && typeof keys?.[Symbol.iterator] === 'function';
  if (isList) return [...new Set(keys)];
  throw new LRUCacheTypeError('INVALID_KEYS', `getMany needs a list of keys, not ${typeof keys}`);
}

/**
 * The value of a key if it is cached, which is a use of it. A read of the key that is under way is
 * not waited for, as `fetch` would: a store that is stuck must not hold up others.
 */
export function useCached<K, V>(cache: LRUCache<K, V>, key: K): V | undefined {
  const value = cache.peek(key);
  if (value !== undefined) cache.get(key);
  return value;
}

/**
 * The values of different keys, in order. Those that `atHand` does not give are read from the
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
 * Reads, and reads again if a key was set or deleted while the store found nothing under it. That
 * ends, since each further read takes a further change. Throws, with nothing done, if the stack is
 * nearly used up.
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
