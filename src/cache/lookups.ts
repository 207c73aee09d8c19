// Lookups: what is asked of one entry without using it. The order stays as it is.
//
// `find` takes an id, the others a key (keys.ts).

import { NIL } from '../../assembly/layout.js';
import { pick } from '../common/check.js';
import type { HasOptions, PeekOptions } from '../common/types.js';
import type { Report } from './status.js';
import type { Store } from './store.js';

/** The slot of an id, negative if its entry is stale, or NIL. */
export function find<K, V, FC>(store: Store<K, V, FC>, id: K): number {
  if (!store.entries.isTimed) return store.entries.find(id);
  const now = store.now();
  // Not before the clock, which is user code: the entries may have to be given up after it.
  return store.entries.findAt(id, now);
}

/** Whether a key is there and fresh. */
export function has<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  options: HasOptions<K, V, FC> | undefined,
  report: Report<K, V, FC> | undefined,
): boolean {
  const id = store.idOf(key);
  let slot: number;
  let now = 0;
  if (store.entries.isTimed) {
    const isRenewed = pick(options?.updateAgeOnHas, store.settings.updateAgeOnHas);
    now = isRenewed ? store.readClock() : store.now();
    slot = store.entries.findAt(id, now);
    if (isRenewed && slot > NIL) store.renew(slot, now);
  } else {
    slot = store.entries.find(id);
  }
  report?.addAge(store, Math.abs(slot), now);
  report?.add({ has: slot > NIL ? 'hit' : slot === NIL ? 'miss' : 'stale' });
  return slot > NIL;
}

/** The value of a key; a stale one only if that is allowed. */
export function peek<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  options: PeekOptions<K, V, FC> | undefined,
  report: Report<K, V, FC> | undefined,
): V | undefined {
  const id = store.idOf(key);
  const isStaleShown = pick(options?.allowStale, store.settings.allowStale);
  const slot = isStaleShown ? store.entries.find(id) : find(store, id);
  const value = store.valueAt(Math.max(slot, NIL));
  if (value !== undefined) {
    report?.add({ peek: 'hit', value });
  } else if (report !== undefined) {
    // As in lru-cache, a load of an absent key is stale once it has taken longer than its ttl.
    const isLoadStale = slot === NIL && !isStaleShown && store.loads?.isStale(id) === true;
    report.add({ peek: slot < NIL || isLoadStale ? 'stale' : 'miss' });
  }
  return value;
}
