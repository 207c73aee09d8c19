// The ids of keys: what `keyOf` returns for a key, and what entries and loads are found by.
//
// KE1  An operation calls `keyOf` once for each of its keys, before it does anything else. It is
//      user code, so it may throw, and may use the cache.
// KE2  Entries and loads keep the id. It is not computed again, but by `load` of a dump. So a key
//      that its owner changes later is still found by what it was.
// KE3  Users see original keys: for an entry, the key with which its value was set; for a load, the
//      key of the call that started it.

import { show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import type { KeyOf } from '../common/types.js';

const ID_TYPES = ['string', 'number', 'bigint', 'boolean', 'symbol'];

/**
 * The id of a key, typed as a key, since entries and loads hold it in the place of one. Throws
 * `INVALID_KEY` if it is not a primitive, or is `undefined` or `null`: keys that lack the expected
 * property have that, and would all be one key.
 */
export function idOf<K>(keyOf: KeyOf<K>, key: K): K {
  const id: unknown = keyOf(key);
  if (ID_TYPES.includes(typeof id)) return id as K;
  throw new LRUCacheTypeError(
    'INVALID_KEY',
    `keyOf must return a string, number, bigint, boolean or symbol, not ${show(id)}`,
  );
}
