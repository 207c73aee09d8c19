// Lookups: what is asked of one entry without using it. The order stays as it is.

import { NIL } from '../assembly/layout.js';
import { pick } from './options.js';
import { noteAge } from './status.js';
import type { Store } from './store.js';
import type { Status } from './types.js';

/** The slot of a key, negative if its entry is stale, or NIL. */
export function find<K, V, FC>(store: Store<K, V, FC>, key: K): number {
  const { entries } = store;
  return entries.isTimed ? entries.findAt(key, store.now()) : entries.find(key);
}

/** Whether a key is there and fresh. */
export function has<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  updateAgeOnHas: boolean | undefined,
  status: Status<K, V, FC> | undefined,
): boolean {
  const { entries } = store;
  let slot: number;
  let now = 0;
  if (entries.isTimed) {
    const isRenewed = pick(updateAgeOnHas, store.settings.updateAgeOnHas);
    now = isRenewed ? store.readClock() : store.now();
    slot = entries.findAt(key, now);
    if (isRenewed && slot > NIL) entries.renew(slot, now);
  } else {
    slot = entries.find(key);
  }
  if (status !== undefined) {
    status.has = slot > NIL ? 'hit' : slot === NIL ? 'miss' : 'stale';
    noteAge(store, status, Math.abs(slot), now);
  }
  return slot > NIL;
}

/** The value of a key; a stale one only if that is allowed. */
export function peek<K, V, FC>(
  store: Store<K, V, FC>,
  key: K,
  allowStale: boolean | undefined,
  status: Status<K, V, FC> | undefined,
): V | undefined {
  const { entries } = store;
  const isStaleShown = pick(allowStale, store.settings.allowStale);
  const slot = isStaleShown ? entries.find(key) : find(store, key);
  const value = entries.valueAt(Math.max(slot, NIL));
  if (status !== undefined) {
    status.peek = slot > NIL ? 'hit' : slot === NIL ? 'miss' : 'stale';
    if (value !== undefined) status.value = value;
  }
  return value;
}
