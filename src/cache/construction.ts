// What a store is made of: the options of a cache, checked, and what follows from them.

import type { CheckedOptions } from '../common/option-table.js';
import type { TableHost } from '../engine/lifetime.js';

/** What a new cache is made of. */
export interface Construction<K, V, FC> {
  readonly options: CheckedOptions<K, V, FC>;
  /** Whether `maxEntrySize` stands for `maxSize`, not having been given by itself. */
  readonly isEntrySizeImplied: boolean;
  /** Where the cache is to live. */
  readonly engine: TableHost;
}
