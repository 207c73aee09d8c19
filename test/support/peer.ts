// The peer: lru-cache beside ours, as caches of one type, and the kinds of caches to compare.

import { LRUCache as Peer } from 'lru-cache';
import type { LRUCache } from '../../src/api/lru.js';

export type Cache = LRUCache<string, unknown, unknown>;
export type Status = LRUCache.Status<string, unknown>;
export type Base = LRUCache.OptionsBase<string, unknown, unknown>;
export type Open = (options: Base) => Cache;

export const openPeer: Open = (options) => new Peer(options as never) as unknown as Cache;
/** For lru-cache, 0 is no time. */
export const START = 5;
export const TTL = 100;

/** Options for caches of every kind. */
export const kinds: Record<string, Base> = {
  plain: { max: 3 },
  timed: { max: 3, ttl: TTL },
  sized: { max: 3, maxSize: 10, sizeCalculation: () => 2 },
  all: { max: 3, ttl: TTL, maxSize: 10, sizeCalculation: () => 2, allowStale: true },
};
