// The ids of keys: what `keyOf` makes of a key, and by which the entries find it.
//
// K1  `keyOf` is called once for each key of an operation, first of all: it may throw, and may use
//     the cache. What it gave is kept with the entry and the load; it is not called again for them,
//     so a key that its owner changes later stays what it was.
// K2  Users see keys as they were given: of an entry the one with which its value was set, of a
//     load the one that began it.

import { show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import type { KeyOf } from '../common/types.js';

const ID_TYPES = ['string', 'number', 'bigint', 'boolean', 'symbol'];

/**
 * The id of a key, under the type of keys, which is what entries and loads have for it. Throws
 * `INVALID_KEY` if it is no primitive, or if it is `undefined` or `null`: a key that lacks the
 * field in question has that, and all such keys would be one.
 */
export function idOf<K>(keyOf: KeyOf<K>, key: K): K {
  const id: unknown = keyOf(key);
  if (ID_TYPES.includes(typeof id)) return id as K;
  throw new LRUCacheTypeError(
    'INVALID_KEY',
    `keyOf must return a string, number, bigint, boolean or symbol, not ${show(id)}`,
  );
}
