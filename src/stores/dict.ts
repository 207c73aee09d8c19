// The dict: the methods that a store must have, and what is called in place of the optional ones.
//
// Anything with `get`, `set` and `delete` is one: a Map, a table of a database, a client of a
// server. Each method may be synchronous or give a promise. A method is looked up when it is
// called, since a store may be changed, wrapped or mocked later. The lookup is user code, like the
// call, so it happens only where the caller gets its error.

/// <reference lib="es2018.asyncgenerator" preserve="true" />

import { type LRUCache, LRUCacheError, LRUCacheTypeError } from '../index.js';

type Awaitable<T> = T | PromiseLike<T>;

/**
 * A store of values under keys: a `Map`, a table, a client of a server. Each method may be
 * synchronous or return a promise. A `get` after a `set` has to return the value that was set.
 *
 * @example
 * ```ts
 * import { type Dict, WriteThroughCache } from 'wasm-lru/stores';
 *
 * const rows = new Map<number, string>();
 * const store: Dict<number, string> = {
 *   get: async (id) => rows.get(id), // SELECT …
 *   set: async (id, row) => rows.set(id, row), // INSERT … ON CONFLICT …
 *   delete: async (id) => rows.delete(id), // DELETE …
 * };
 * const cache = new WriteThroughCache({ store, max: 1000 });
 * await cache.set(1, 'Ada');
 * console.log(rows.get(1), await cache.get(1)); // Ada Ada
 * ```
 */
export interface Dict<K, V> {
  /** The value of a key, or `undefined` if there is none. */
  get(key: K): Awaitable<V | undefined>;
  /** Stores a value. It has to be stored when this returns, or when the promise resolves. */
  set(key: K, value: V): Awaitable<unknown>;
  /** Removes a key, if it is there. */
  delete(key: K): Awaitable<unknown>;
  /** Whether a key has a value. If the store has no such method, the cache calls `get`. */
  has?(key: K): Awaitable<boolean>;
  /** All keys. The cache needs it for `keys`, and for `clear` if the store has no `clear`. */
  keys?(): Awaitable<Iterable<K> | AsyncIterable<K>>;
  /** Removes all keys. If the store has no such method, the cache deletes each key of `keys`. */
  clear?(): Awaitable<unknown>;
  /** The values of many keys at once, in any form that `fetchManyMethod` may return. */
  getMany?(keys: readonly K[]): Awaitable<LRUCache.BatchResult<K, V>>;
  /** Stores the values of many different keys at once: all of them, or none. */
  setMany?(entries: readonly (readonly [K, V])[]): Awaitable<unknown>;
  /** Removes many keys. */
  deleteMany?(keys: readonly K[]): Awaitable<unknown>;
}

const NEEDED = ['get', 'set', 'delete'] as const;
const OPTIONAL = ['has', 'keys', 'clear', 'getMany', 'setMany', 'deleteMany'] as const;

/** Throws `INVALID_STORE` if a store lacks a method it needs, or has one that is not a function. */
export function checkStore<K, V>(store: Dict<K, V>): Dict<K, V> {
  for (const name of NEEDED) {
    if (typeof store?.[name] === 'function') continue;
    throw new LRUCacheTypeError('INVALID_STORE', `store must have a method ${name}`);
  }
  for (const name of OPTIONAL) {
    if (store[name] === undefined || typeof store[name] === 'function') continue;
    throw new LRUCacheTypeError('INVALID_STORE', `store.${name} must be a method`);
  }
  return store;
}

/** Whether a store has a value under a key. */
export async function hasKey<K, V>(store: Dict<K, V>, key: K): Promise<boolean> {
  const { has } = store;
  return has ? has.call(store, key) : (await store.get(key)) !== undefined;
}

/** The keys of a store. Throws `NO_KEYS` if it has no method `keys`. */
export async function* keysOf<K, V>(store: Dict<K, V>): AsyncGenerator<K, void, unknown> {
  const { keys } = store;
  if (!keys) throw new LRUCacheError('NO_KEYS', 'The store has no method keys');
  yield* await keys.call(store);
}

/** Removes every key of a store. Throws `NO_KEYS` if it has neither `clear` nor `keys`. */
export async function empty<K, V>(store: Dict<K, V>): Promise<void> {
  const { clear } = store;
  if (clear) {
    await clear.call(store);
    return;
  }
  const keys: K[] = [];
  for await (const key of keysOf(store)) keys.push(key);
  const { deleteMany } = store;
  if (deleteMany) await deleteMany.call(store, keys);
  else for (const key of keys) await store.delete(key);
}
