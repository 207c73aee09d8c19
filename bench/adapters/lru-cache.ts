// The package lru-cache, as it comes.

import { LRUCache } from 'lru-cache';
import type { Cache, ColumnOptions, Key, Value } from './index.js';

/** A cache of lru-cache. */
export function createLruCache(max: number, columns: ColumnOptions): Cache {
  return new LRUCache<Key, Value>({ max, ...columns });
}
