// The statistics of a cache: a counter each, kept only by a cache with `recordStats`.

import { NIL } from '../../assembly/layout.js';
import { LRUCacheError } from '../common/errors.js';
import type { Stats } from '../common/types.js';

/** Counts a `get` that found this slot, or NIL. */
export function countGet(stats: Stats, slot: number): void {
  if (slot === NIL) stats.misses += 1;
  else stats.hits += 1;
}

/** The counters of a cache, if it has any. Throws `NO_STATS`. */
export function countsOf(stats: Stats | undefined): Stats {
  if (stats !== undefined) return stats;
  throw new LRUCacheError('NO_STATS', 'stats needs the option recordStats');
}

/** Counters, all at 0. */
export function newStats(): Stats {
  return {
    hits: 0,
    misses: 0,
    sets: 0,
    updates: 0,
    deletes: 0,
    evictions: 0,
    expirations: 0,
    loads: 0,
    loadFailures: 0,
    totalLoadTimeMs: 0,
  };
}
