// The socket for ocache, which Nitro 3 and h3 use for caching: a storage over a cache.

/**
 * A storage for ocache: `import { lruStorage } from 'wasm-lru/ocache'`.
 *
 * @module ocache
 */

import { cacheOf, put, type SocketCache, type SocketOptions } from './cache.js';
import { spanOfSeconds, zeroIsForever } from './units.js';

/** A value that ocache stores. */
export type OcacheValue = NonNullable<unknown>;

/** A storage for ocache. */
export interface OcacheStorage {
  /** Says that bytes are returned as they were stored. */
  readonly binary: true;
  /** The size of the largest entry that can be stored, if the cache has a bound. */
  readonly maxEntryBytes?: number;
  /** The cache. */
  readonly cache: SocketCache<OcacheValue>;
  /**
   * The value of a key, which becomes the most recently used, or null. The value must not be
   * changed.
   */
  get<T = unknown>(key: string): T | null;
  /** Stores a value, for `ttl` seconds if that is given; null and undefined remove the key. */
  set<T = unknown>(key: string, value: T, options?: { ttl?: number }): void;
}

/**
 * Creates a storage for ocache in an `LRUCache`. Takes a cache, or the options of a new one, which
 * are those of `new LRUCache`; for a bound of bytes, `maxSize` with a `sizeCalculation`. From
 * `maxEntrySize`, ocache knows which bodies it need not read.
 *
 * Throws what `new LRUCache` throws; `set` throws `INVALID_TTL` for a ttl that is not a number.
 *
 * @example
 * ```ts
 * // with ocache
 * import { defineCachedFunction } from 'ocache';
 * import { lruStorage } from 'wasm-lru/ocache';
 *
 * const storage = lruStorage({ max: 10_000 });
 * let calls = 0;
 * const double = defineCachedFunction(
 *   async (n: number) => {
 *     calls += 1;
 *     return 2 * n;
 *   },
 *   { storage, maxAge: 60 },
 * );
 * console.log(await double(21), await double(21), calls); // 42 42 1
 * ```
 */
export function lruStorage(
  given: SocketCache<OcacheValue> | SocketOptions<OcacheValue>,
): OcacheStorage {
  const cache = cacheOf(given);
  const { maxEntrySize = 0 } = cache as { maxEntrySize?: number };
  return {
    binary: true,
    ...(maxEntrySize > 0 ? { maxEntryBytes: maxEntrySize } : {}),
    cache,
    get: <T>(key: string) => (cache.get(key) as T | undefined) ?? null,
    set(key, value, options) {
      if (value === undefined || value === null) cache.delete(key);
      else put(cache, key, value, zeroIsForever(spanOfSeconds(options?.ttl)));
    },
  };
}
