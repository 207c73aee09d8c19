// Many at once: operations on each key of a list, in its order.
//
// They do exactly what a loop does. The whole list is read first: an iterator is user code. If a
// key throws, the keys before it are done, and no key after it. Where no user code runs between two
// keys, one call of the engine finds the numbers of a large cache together.

import { NIL } from '../../assembly/layout.js';
import { listOf, show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import type { GetOptions, HasOptions, SetOptions } from '../common/types.js';
import { PATH_SLOW } from '../entries/entries.js';
import { metrics } from './channels.js';
import { countGet } from './stats.js';
import { getByStore, hasByStore, setByStore } from './status.js';
import type { Store } from './store.js';

/** `get` of each key. */
export function getMany<K, V, FC>(
  store: Store<K, V, FC>,
  keys: Iterable<K>,
  options: GetOptions<K, V, FC> | undefined,
): (V | undefined)[] {
  const list = [...listOf(keys, 'getMany')];
  const { entries, stats } = store;
  if (options !== undefined || entries.path === PATH_SLOW || metrics.hasSubscribers) {
    return list.map((key) => getByStore(store, key, options));
  }
  try {
    const hints = entries.hintsFor(list);
    return list.map((key, i) => {
      const slot = entries.touchHinted(key, hints?.[i] ?? NIL);
      if (stats !== undefined) countGet(stats, slot);
      return entries.valueAt(slot);
    });
  } catch (error) {
    throw entries.failed(error);
  }
}

/** `set` of each pair. Throws `INVALID_ENTRIES`, before any is set, if an item is not a pair. */
export function setMany<K, V, FC>(
  store: Store<K, V, FC>,
  entries: Iterable<readonly [K, V | undefined]>,
  options: SetOptions<K, V, FC> | undefined,
): void {
  const list = [...listOf(entries, 'setMany')];
  for (const pair of list) {
    if (Array.isArray(pair)) continue;
    throw new LRUCacheTypeError('INVALID_ENTRIES', `setMany needs pairs, not ${show(pair)}`);
  }
  for (const [key, value] of list) setByStore(store, key, value, options);
}

/** `has` of each key. */
export function hasMany<K, V, FC>(
  store: Store<K, V, FC>,
  keys: Iterable<K>,
  options: HasOptions<K, V, FC> | undefined,
): boolean[] {
  return [...listOf(keys, 'hasMany')].map((key) => hasByStore(store, key, options));
}

/** `delete` of each key; returns the number of keys that were there. */
export function deleteMany<K, V, FC>(store: Store<K, V, FC>, keys: Iterable<K>): number {
  const list = [...listOf(keys, 'deleteMany')];
  return list.filter((key) => store.delete(key, 'delete')).length;
}
