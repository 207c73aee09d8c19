// The uses of a cache: every public method that gives its result at once, with all that it needs.

import type { LRUCache } from '../../src/api/lru.js';

type Cache = LRUCache<unknown, number>;
type Use = readonly [name: string, use: (cache: Cache, key: unknown) => unknown];

/** The methods that give an iterator. */
export const walks = ['keys', 'values', 'entries', 'rkeys', 'rvalues', 'rentries'] as const;

/** Every use by its name. `memo` needs a `memoMethod`. */
export const uses: readonly Use[] = [
  ['get', (cache, key) => cache.get(key)],
  ['set', (cache, key) => cache.set(key, 1).constructor],
  ['set undefined', (cache, key) => cache.set(key, undefined).constructor],
  ['setWithEvicted', (cache, key) => cache.setWithEvicted(key, 1)],
  ['getOrInsert', (cache, key) => cache.getOrInsert(key, 1)],
  ['getOrInsertComputed', (cache, key) => cache.getOrInsertComputed(key, () => 1)],
  ['memo', (cache, key) => cache.memo(key)],
  ['has', (cache, key) => cache.has(key)],
  ['peek', (cache, key) => cache.peek(key)],
  ['info', (cache, key) => cache.info(key)],
  ['getRemainingTTL', (cache, key) => cache.getRemainingTTL(key)],
  ['delete', (cache, key) => cache.delete(key)],
  ['pop', (cache) => cache.pop()],
  ['dump', (cache) => cache.dump()],
  ['load', (cache, key) => cache.load([[key, { value: 3 }]])],
  ['clear', (cache) => cache.clear()],
  ['purgeStale', (cache) => cache.purgeStale()],
  ['resize', (cache) => cache.resize(2)],
  ['size', (cache) => cache.size],
  ...walks.map((name): Use => [name, (cache) => [...cache[name]()]]),
  ['iterator', (cache) => [...cache]],
  ['forEach', (cache) => cache.forEach(() => {})],
  ['rforEach', (cache) => cache.rforEach(() => {})],
  ['find', (cache) => cache.find(() => true)],
];
