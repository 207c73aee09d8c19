// Many at once: what is done to each key of a list, in its order.
//
// Equal to a loop, in everything. The list is read first, and whole: an iterator is user code. If
// something throws at a key, what came before it is done, and nothing after. Only `getMany` has a
// faster way: int32s cross into the engine together, in a cache whose `get` calls no user code.

import { BATCH_LENGTH } from '../../assembly/layout.js';
import { metrics } from '../channels.js';
import { PATH_SLOW } from '../entries/entries.js';
import { LRUCacheTypeError } from '../errors.js';
import { listOf } from '../loading.js';
import { show } from '../options.js';
import { getByStore, hasByStore, setByStore } from '../status.js';
import type { Store } from '../store.js';
import type { GetOptions, HasOptions, SetOptions } from '../types.js';

/** Keys that are worth a batch: beginning one takes as long as some calls. */
const BATCH_MIN = 64;

/** `get` of each key. */
export function getMany<K, V, FC>(
  store: Store<K, V, FC>,
  keys: Iterable<K>,
  options: GetOptions<K, V, FC> | undefined,
): (V | undefined)[] {
  const list = [...listOf(keys, 'getMany')];
  const values: (V | undefined)[] = [];
  while (values.length < list.length) {
    const from = values.length;
    const count = Math.min(list.length - from, BATCH_LENGTH);
    const isPlain = options === undefined && count >= BATCH_MIN;
    if (isPlain && touchMany(store, list, from, count, values)) continue;
    for (let i = from; i < from + count; i++) {
      values.push(getByStore(store, list[i] as K, options));
    }
  }
  return values;
}

function touchMany<K, V, FC>(
  store: Store<K, V, FC>,
  keys: readonly K[],
  from: number,
  count: number,
  values: (V | undefined)[],
): boolean {
  const { entries } = store;
  if (entries.path === PATH_SLOW || metrics.hasSubscribers) return false;
  try {
    return entries.touchMany(keys, from, count, values);
  } catch (error) {
    throw entries.failed(error);
  }
}

/** `set` of each pair. Throws `INVALID_ENTRIES`, before any is set, if one is no pair. */
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

/** `delete` of each key; the number of those that were there. */
export function deleteMany<K, V, FC>(store: Store<K, V, FC>, keys: Iterable<K>): number {
  const list = [...listOf(keys, 'deleteMany')];
  return list.filter((key) => store.delete(key, 'delete')).length;
}
