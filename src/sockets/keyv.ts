// The socket for Keyv 5 and 6, and for libraries that take a Keyv or its store: cache-manager,
// Nest, cacheable, got.
//
// Both versions use it through the interface of version 5, where a ttl is relative. Keyv 6 wraps a
// store without `capabilities.expires` in its bridge, which converts the time and separates
// namespaces; so one class serves both, and Keyv tests the bridge.
//
// KV1  Every method is a native async function: Keyv 6 treats a store with synchronous methods as a
//      Map, and would not delete an expired entry from it.
// KV2  There is no `setMany` and no `deleteMany`: Keyv 5 expects one result from them, and Keyv 6
//      one for each key. Without them, both call `set` and `delete` for each key, and combine the
//      results as they need.
// KV3  `namespace` is not a field: Keyv 5 sets it, and if Keyv 6 found it, it would not prefix
//      keys.

/**
 * A store for Keyv 5 and 6: `import { KeyvStore } from 'wasm-lru/keyv'`.
 *
 * @module keyv
 */

import { cacheOf, put, type SocketCache, type SocketOptions } from './cache.js';
import { spanOfMs } from './units.js';

/**
 * A value that Keyv stores: text, or the object `{ value, expires }` if Keyv does not serialize.
 */
export type KeyvStored = NonNullable<unknown>;

/**
 * A store for Keyv 5 and Keyv 6 in an `LRUCache`. It bounds what Keyv stores, evicts the least
 * recently used entry, and sets the ttl of each entry in the cache. With a bare cache in Keyv 5,
 * `clear` removes all namespaces, `iterator` is missing, and `set` returns true for a value that
 * was refused; here they do what Keyv documents.
 *
 * Keyv 6 separates namespaces by itself. With Keyv 5, give each namespace a store of its own;
 * stores may share a cache.
 *
 * @example
 * ```ts
 * // with Keyv
 * import Keyv from 'keyv';
 * import { KeyvStore } from 'wasm-lru/keyv';
 *
 * const keyv = new Keyv({ store: new KeyvStore({ max: 10_000 }), ttl: 60_000 });
 * await keyv.set('user:42', { name: 'Ada' });
 * console.log(await keyv.get('user:42')); // { name: 'Ada' }
 * ```
 */
export class KeyvStore {
  /**
   * Keyv 5 reads this before it iterates: it iterates only over dialects on its list, such as that
   * of Redis.
   */
  readonly opts = { dialect: 'redis', url: '' };
  /** The cache that holds the entries. */
  readonly cache: SocketCache<KeyvStored>;
  /** The namespace, with which Keyv 5 prefixes keys. Keyv 5 sets it. */
  declare namespace?: string | undefined;

  /**
   * A store over the given cache, or over a new one with the given options, which are those of `new
   * LRUCache`. Throws what `new LRUCache` throws.
   */
  constructor(cache: SocketCache<KeyvStored> | SocketOptions<KeyvStored>) {
    this.cache = cacheOf(cache);
  }

  /** The value of a key, which becomes the most recently used. */
  async get<Value>(key: string): Promise<Value | undefined> {
    return this.cache.get(key) as Value | undefined;
  }

  /** The values of several keys, which become the most recently used. */
  async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    return keys.map((key) => this.cache.get(key) as Value | undefined);
  }

  /**
   * Stores a value for `ttl` milliseconds, or for the default ttl of the cache. Resolves to false
   * if the cache refused it as too large.
   */
  async set(key: string, value: KeyvStored, ttl?: number): Promise<boolean> {
    return put(this.cache, key, value, spanOfMs(ttl));
  }

  /** Whether there is a fresh entry, without using it. */
  async has(key: string): Promise<boolean> {
    return this.cache.has(key);
  }

  /** Removes an entry. Resolves to true if it was there. */
  async delete(key: string): Promise<boolean> {
    return this.cache.delete(key);
  }

  /**
   * Removes all entries of the namespace, or all entries if there is none. Takes time in proportion
   * to the number of entries.
   */
  async clear(): Promise<void> {
    if (this.namespace === undefined || this.namespace === '') {
      this.cache.clear();
      return;
    }
    for (const key of this.cache.keys()) {
      if (key.startsWith(`${this.namespace}:`)) this.cache.delete(key);
    }
  }

  /** The fresh entries of a namespace, or all fresh entries, the most recently used first. */
  async *iterator<Value>(namespace?: string): AsyncGenerator<[string, Awaited<Value>], void> {
    const prefix = namespace === undefined || namespace === '' ? '' : `${namespace}:`;
    for (const key of this.cache.keys()) {
      if (!key.startsWith(prefix)) continue;
      const value = this.cache.peek(key);
      // The iteration may take time, and the entry may be gone.
      if (value !== undefined) yield [key, value as Awaited<Value>];
    }
  }

  /** Resolves at once: there is nothing to disconnect from. */
  async disconnect(): Promise<void> {}

  /** Part of the interface of a store. This store emits no events: its methods throw instead. */
  on(_event: string, _listener: (...given: unknown[]) => void): this {
    return this;
  }
}
