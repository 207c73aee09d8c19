// The kinds of cache that a thread can have, each with its part of the memory.

import type { SharedHandle } from 'wasm-lru/shared';
import type { AccountCache, AccountStore } from '../accounts.js';
import { SharedAccountCache } from '../shared-account-cache.js';
import { MapCache, NoCache, OwnCache } from './other-caches.js';

/** A cache of a thread: none, a `Map` without a bound, lru-cache, or one for all threads. */
export type CacheKind = 'none' | 'Map' | 'lru-cache' | 'SharedLRU';

/** What is needed of the options of a thread. */
export interface KindOptions {
  readonly kind: CacheKind;
  readonly bytes: number;
  readonly threads: number;
  readonly handle: SharedHandle;
}

/** The cache of one thread. */
export function createCache(options: KindOptions, store: AccountStore): AccountCache {
  switch (options.kind) {
    case 'none':
      return new NoCache(store);
    case 'Map':
      return new MapCache(store);
    case 'lru-cache':
      return new OwnCache(Math.floor(options.bytes / options.threads), store);
    case 'SharedLRU':
      return new SharedAccountCache(options.handle, store);
  }
}
