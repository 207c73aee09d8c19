// The socket for unstorage: a driver over a cache.
//
// UN1  Values are what unstorage passes: text, or any value with `setItemRaw`. Bytes are copied in
//      and out, so that a cached value does not change when its owner changes the original.
// UN2  A ttl is in seconds, and 0 means none, as in the drivers of Redis and Cloudflare.

/**
 * A driver for unstorage: `import lruDriver from 'wasm-lru/unstorage'`.
 *
 * @module unstorage
 */

import { bytesOfText, copyOfBytes } from './bytes.js';
import { cacheOf, put, type SocketCache, type SocketOptions } from './cache.js';
import { spanOfSeconds, zeroIsForever } from './units.js';

/** A value of unstorage: text, bytes, or any value that was passed to `setItemRaw`. */
export type StoredItem = NonNullable<unknown>;

/** The options of `setItem` and `setItemRaw` that the driver knows. */
export interface ItemOptions {
  /** How long the item lives, in seconds. */
  ttl?: number;
}

/** The metadata of an item. */
export type ItemMeta = {
  /** The number of bytes of text or of bytes. */
  size?: number;
  /** The remaining seconds of its ttl, if the item has one. */
  ttl?: number;
};

/** A driver for `createStorage` and `mount`. */
export interface LRUDriver {
  /** The name of the driver. */
  readonly name: 'wasm-lru';
  /** Says that the driver supports a ttl. */
  readonly flags: { readonly ttl: true };
  /** The cache. */
  getInstance(): SocketCache<StoredItem>;
  /** Whether there is a fresh item, without using it. */
  hasItem(key: string): boolean;
  /** An item, which becomes the most recently used; null if there is none. */
  getItem(key: string): string | null;
  /** An item as it was passed to `setItemRaw`; bytes are copied. */
  getItemRaw(key: string): StoredItem | null;
  /** Stores text. */
  setItem(key: string, value: string, options?: ItemOptions): void;
  /** Stores any value; bytes are copied. */
  setItemRaw(key: string, value: StoredItem, options?: ItemOptions): void;
  /** Removes an item. */
  removeItem(key: string): void;
  /** Size and remaining time of an item; null if there is none. */
  getMeta(key: string): ItemMeta | null;
  /** The keys of fresh items that begin with `base`, the most recently used first. */
  getKeys(base?: string): string[];
  /** Removes the items whose keys begin with `base`. */
  clear(base?: string): void;
  /** Removes all items. */
  dispose(): void;
}

/** A copy of bytes, of the same class; any other value unchanged. */
function ownCopy(value: StoredItem): StoredItem {
  return value instanceof Uint8Array ? copyOfBytes(value) : value;
}

function bytesOf(value: StoredItem): number | undefined {
  if (typeof value === 'string') return bytesOfText(value);
  return value instanceof Uint8Array ? value.byteLength : undefined;
}

/**
 * Creates a driver for unstorage over an `LRUCache`. It is bounded, and an item expires after its
 * `ttl`, which unstorage's own driver `lru-cache` ignores. Bytes stay bytes.
 *
 * Takes a cache, or the options of a new one, which are those of `new LRUCache`. Throws what `new
 * LRUCache` throws; `setItem` throws `INVALID_TTL` for a ttl that is not a number.
 *
 * @example
 * ```ts
 * // with unstorage
 * import { createStorage } from 'unstorage';
 * import { lruDriver } from 'wasm-lru/unstorage';
 *
 * const storage = createStorage({ driver: lruDriver({ max: 10_000 }) });
 * await storage.setItem('user:42', { name: 'Ada' }, { ttl: 60 });
 * console.log(await storage.getItem('user:42')); // { name: 'Ada' }
 * ```
 */
export function lruDriver(cache: SocketCache<StoredItem> | SocketOptions<StoredItem>): LRUDriver {
  const items = cacheOf(cache);
  const store = (key: string, value: StoredItem, options?: ItemOptions): void => {
    put(items, key, value, zeroIsForever(spanOfSeconds(options?.ttl)));
  };
  const keysOf = (base = ''): string[] => [...items.keys()].filter((key) => key.startsWith(base));
  return {
    name: 'wasm-lru',
    flags: { ttl: true },
    getInstance: () => items,
    hasItem: (key) => items.has(key),
    getItem: (key) => (items.get(key) as string | undefined) ?? null,
    getItemRaw(key) {
      const value = items.get(key);
      return value === undefined ? null : ownCopy(value);
    },
    setItem: store,
    setItemRaw: (key, value, options) => store(key, ownCopy(value), options),
    removeItem(key) {
      items.delete(key);
    },
    getMeta: (key) => metaOf(items, key),
    getKeys: keysOf,
    clear(base = '') {
      if (base === '') items.clear();
      else for (const key of keysOf(base)) items.delete(key);
    },
    dispose() {
      items.clear();
    },
  };
}

function metaOf(items: SocketCache<StoredItem>, key: string): ItemMeta | null {
  const value = items.peek(key);
  if (value === undefined) return null;
  const meta: ItemMeta = {};
  const size = bytesOf(value);
  if (size !== undefined) meta.size = size;
  const leftMs = items.getRemainingTTL?.(key) ?? Infinity;
  if (leftMs !== Infinity) meta.ttl = Math.ceil(leftMs / 1000);
  return meta;
}
