// The cache behind a socket: one that was given, or a new one.
//
// A cache is recognised by its methods, not by its class: a program may hold several copies of
// LRUCache (ES module, CommonJS, `wasm-lru/pure`), and every one of them fits.

/**
 * What every socket takes: a cache, or the options of a new one. Each socket exports these types.
 *
 * @module sockets
 */

import { LRUCache } from '../api/lru.js';
import { LRUCacheTypeError } from '../common/errors.js';
import { type Span, ttlOptions } from './units.js';

/**
 * What a socket needs of a cache: an `LRUCache` with strings as keys, or an object with these of
 * its methods.
 */
export interface SocketCache<V> {
  /** The value of a key, which becomes the most recently used. */
  get(key: string): V | undefined;
  /** The value of a key, without using it. */
  peek(key: string): V | undefined;
  /** Whether there is a fresh value, without using it. */
  has(key: string): boolean;
  /** Stores a value, for `ttl` ms if that is given. */
  set(key: string, value: V, options?: { ttl?: number }): unknown;
  /** Removes a key, and returns whether it was there. */
  delete(key: string): boolean;
  /** Removes all keys. */
  clear(): void;
  /** The keys of fresh entries, the most recently used first. */
  keys(): IterableIterator<string>;
  /** The remaining ttl of a key in ms. */
  getRemainingTTL?(key: string): number;
}

/** The options of the cache that a socket makes: those of `new LRUCache`. */
export type SocketOptions<V extends NonNullable<unknown>> = LRUCache.Options<string, V, unknown>;

const METHODS = ['get', 'peek', 'has', 'set', 'delete', 'clear', 'keys'] as const;

function isCache(given: object): boolean {
  return METHODS.every((name) => typeof (given as Record<string, unknown>)[name] === 'function');
}

/**
 * @internal The given cache, or a new one with the given options. Throws `INVALID_OPTIONS` if the
 * argument is neither, and what `new LRUCache` throws.
 */
export function cacheOf<V extends NonNullable<unknown>>(
  given: SocketCache<V> | SocketOptions<V>,
): SocketCache<V> {
  if (typeof given === 'object' && given !== null && isCache(given)) return given as SocketCache<V>;
  if (typeof (given as { get?: unknown } | undefined)?.get === 'function') {
    throw new LRUCacheTypeError('INVALID_OPTIONS', `A cache needs the methods ${METHODS.join()}`);
  }
  return new LRUCache<string, V>(given as SocketOptions<V>);
}

/**
 * @internal Stores a value for a time span, or removes the key if the span has ended. Returns false
 * if the cache refused the value.
 */
export function put<V>(cache: SocketCache<V>, key: string, value: V, span: Span): boolean {
  if (span !== undefined && span <= 0) {
    cache.delete(key);
    return true;
  }
  cache.set(key, value, ttlOptions(span));
  return cache.has(key);
}
