// The statistics of a cache: a counter each, kept only by a cache with `recordStats`.

import { NIL } from '../../assembly/layout.js';
import type { Stats } from '../common/types.js';

/** Counts a `get` that found this slot, or NIL. */
export function countGet(stats: Stats, slot: number): void {
  if (slot === NIL) stats.misses += 1;
  else stats.hits += 1;
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
