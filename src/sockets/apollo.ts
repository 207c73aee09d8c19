// The socket for Apollo Server: a KeyValueCache over a cache.

/**
 * A cache for Apollo Server: `import { ApolloCache } from 'wasm-lru/apollo'`.
 *
 * @module apollo
 */

import { cacheOf, put, type SocketCache, type SocketOptions } from './cache.js';
import { spanOfSeconds, zeroIsForever } from './units.js';

/** The options of `set`. */
export interface ApolloSetOptions {
  /** How long the value lives, in seconds; 0 and null mean no limit. */
  ttl?: number | null;
}

/**
 * A `KeyValueCache` for Apollo Server (`new ApolloServer({ cache })`), for persisted queries, the
 * response cache and data sources. It stores values in an `LRUCache`. A value may be the empty
 * string, for which Apollo's own `InMemoryLRUCache` throws.
 *
 * @example
 * ```ts
 * import { ApolloCache } from 'wasm-lru/apollo';
 *
 * const cache = new ApolloCache({ max: 10_000 });
 * await cache.set('query', '{ me { name } }', { ttl: 300 });
 * console.log(await cache.get('query')); // { me { name } }
 * ```
 */
export class ApolloCache<V extends NonNullable<unknown> = string> {
  /** The cache that holds the values. */
  readonly cache: SocketCache<V>;

  /**
   * Stores values in the given cache, or in a new one with the given options, which are those of
   * `new LRUCache`. Throws what `new LRUCache` throws.
   */
  constructor(cache: SocketCache<V> | SocketOptions<V>) {
    this.cache = cacheOf(cache);
  }

  /** The value of a key, which becomes the most recently used. */
  async get(key: string): Promise<V | undefined> {
    return this.cache.get(key);
  }

  /**
   * Stores a value for `ttl` seconds, or without a limit if `ttl` is 0 or null; without `ttl`, for
   * the default ttl of the cache. Rejects with `INVALID_TTL` if `ttl` is not a number.
   */
  async set(key: string, value: V, options?: ApolloSetOptions): Promise<void> {
    const ttl = options?.ttl === null ? 0 : options?.ttl;
    put(this.cache, key, value, zeroIsForever(spanOfSeconds(ttl)));
  }

  /** Removes a key; resolves to whether it was there. */
  async delete(key: string): Promise<boolean> {
    return this.cache.delete(key);
  }
}
