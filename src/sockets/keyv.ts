// The socket for Keyv 5 and 6, and for what takes a Keyv or its store: cache-manager, Nest,
// cacheable, got.
//
// Both versions use it by the interface of version 5, where a ttl is relative. Keyv 6 wraps a store
// that does not say `capabilities.expires` in its bridge, which converts the time and keeps
// namespaces apart; so one class serves both, and the bridge is what Keyv tests.
//
// KV1  Every method is a native async function: Keyv 6 takes a store with synchronous ones for a
//      Map, and would not tell it when an entry is deleted because its time is over.
// KV2  There is no `setMany` and no `deleteMany`: Keyv 5 wants one answer from them, and Keyv 6 one
//      for each key. In their absence both call `set` and `delete` for each key, and make of the
//      answers what they want.
// KV3  `namespace` is not a field: Keyv 5 sets it, and Keyv 6 would leave keys without a prefix if
//      it were there.

/**
 * A store for Keyv 5 and 6: `import { KeyvStore } from 'wasm-lru/keyv'`.
 *
 * @module keyv
 */

import { cacheOf, put, type SocketCache, type SocketOptions } from './cache.js';
import { spanOfMs } from './units.js';

/** What Keyv stores: text, or the object `{ value, expires }` if it does not serialize. */
export type KeyvStored = NonNullable<unknown>;

/**
 * A store for Keyv 5 and Keyv 6 in an `LRUCache`. It bounds what Keyv keeps, evicts the least
 * recently used entry, and gives each entry the ttl that Keyv has for it, so that an expired one
 * takes no place. Where Keyv 5 is given a bare cache, `clear` removes all namespaces, `iterator` is
 * missing, and `set` says true of a value that was refused; here they do what Keyv promises.
 *
 * Keyv 6 keeps namespaces apart by itself. With Keyv 5, give each namespace a store of its own;
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
   * What Keyv 5 reads before it iterates, which it does only for the dialects on its list, as those
   * of Redis.
   */
  readonly opts = { dialect: 'redis', url: '' };
  /** The cache that holds the entries. */
  readonly cache: SocketCache<KeyvStored>;
  /** The namespace that Keyv 5 prefixes keys with, and sets here. */
  declare namespace?: string | undefined;

  /**
   * A store in the given cache, or in a new one with the given options, which are those of
   * `new LRUCache`. Throws what that throws.
   */
  constructor(cache: SocketCache<KeyvStored> | SocketOptions<KeyvStored>) {
    this.cache = cacheOf(cache);
  }

  /** What is stored under a key, which becomes the most recently used. */
  async get<Value>(key: string): Promise<Value | undefined> {
    return this.cache.get(key) as Value | undefined;
  }

  /** What is stored under each of these keys. */
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

  /** Removes an entry; resolves to whether it was there. */
  async delete(key: string): Promise<boolean> {
    return this.cache.delete(key);
  }

  /** Removes all entries of the namespace, or all if there is none: a step for each entry. */
  async clear(): Promise<void> {
    if (this.namespace === undefined || this.namespace === '') {
      this.cache.clear();
      return;
    }
    for (const key of this.cache.keys()) {
      if (key.startsWith(`${this.namespace}:`)) this.cache.delete(key);
    }
  }

  /** The fresh entries of a namespace, or all, the most recently used first. */
  async *iterator<Value>(namespace?: string): AsyncGenerator<[string, Awaited<Value>], void> {
    const prefix = namespace === undefined || namespace === '' ? '' : `${namespace}:`;
    for (const key of this.cache.keys()) {
      if (!key.startsWith(prefix)) continue;
      const value = this.cache.peek(key);
      // Whoever iterates may take time, and the entry be gone.
      if (value !== undefined) yield [key, value as Awaited<Value>];
    }
  }

  /** Resolves at once: there is nothing to disconnect from. */
  async disconnect(): Promise<void> {}

  /** Part of the interface of a store. This one has no events: its methods throw. */
  on(_event: string, _listener: (...given: unknown[]) => void): this {
    return this;
  }
}
