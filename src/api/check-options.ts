// The check of the constructor's options: read once each, and refused before anything is allocated.
//
// Each by itself is checked as the table of options says; here is what they mean together.

import type { Construction } from '../cache/construction.js';
import { show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import { checkEach } from '../common/option-table.js';
import type { OptionsBase } from '../common/options.js';
import { checkEngine, hostFor } from '../engine/lifetime.js';

/** Checks what `new LRUCache` was given. Throws as its docstring says. */
export function checkOptions<K, V, FC>(given: OptionsBase<K, V, FC>): Construction<K, V, FC> {
  if (typeof given !== 'object' || given === null) {
    throw new LRUCacheTypeError(
      'INVALID_OPTIONS',
      `LRUCache needs an options object with max, maxSize or ttl, not ${show(given)}`,
    );
  }
  const options = checkEach(given);
  const isEntrySizeImplied = options.maxEntrySize === 0;
  if (isEntrySizeImplied) options.maxEntrySize = options.maxSize;
  if (options.max === 0 && options.maxSize === 0 && options.ttl === 0) {
    throw new LRUCacheTypeError('INVALID_OPTIONS', 'One of max, maxSize and ttl is needed');
  }
  if (options.sizeCalculation !== undefined && options.maxEntrySize === 0) {
    throw new LRUCacheTypeError('INVALID_SIZE', 'sizeCalculation needs maxSize or maxEntrySize');
  }
  return { options, isEntrySizeImplied, engine: checkEngine(given.engine, hostFor) };
}
