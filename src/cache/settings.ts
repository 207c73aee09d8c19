// What a store is made of, and what it goes by: the options of a cache, checked.
//
// Those that may be changed later are properties of the cache. The store reads them there when an
// operation needs them; all others it has from the construction.

import type { CheckedOptions } from '../common/options.js';
import type { SizeCalculator } from '../common/types.js';
import type { TableHost } from '../engine/lifetime.js';

/** The checked options of a new cache, and where it is to live. */
export type Construction<K, V, FC> = CheckedOptions<K, V, FC> & { readonly engine: TableHost };

/** The options that may be changed: the cache itself, as its store sees it. */
export interface Settings<K, V> {
  readonly ttl: number;
  readonly ttlResolution: number;
  readonly ttlAutopurge: boolean;
  readonly updateAgeOnGet: boolean;
  readonly updateAgeOnHas: boolean;
  readonly allowStale: boolean;
  readonly noDeleteOnStaleGet: boolean;
  readonly noUpdateTTL: boolean;
  readonly noDisposeOnSet: boolean;
  /** The only one that the store changes itself: see `resize` in bulk.ts. */
  maxEntrySize: number;
  readonly sizeCalculation?: SizeCalculator<K, V> | undefined;
  readonly noDeleteOnFetchRejection: boolean;
  readonly allowStaleOnFetchRejection: boolean;
  readonly allowStaleOnFetchAbort: boolean;
  readonly ignoreFetchAbort: boolean;
}
