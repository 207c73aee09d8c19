// The bulk operations: what is done to many entries of a store at once, or to the oldest.
//
// As everything in store.ts, they are complete before anybody is told.

import { NIL } from '../../assembly/layout.js';
import { checkTags } from '../entries/tags.js';
import type { LoadInFlight } from './in-flight.js';
import { publishDelete } from './status.js';
import type { Store } from './store.js';

/**
 * Removes every stale entry that no window of the cache may give any more, the oldest first;
 * returns whether there was one. O(size).
 */
export function purge<K, V, FC>(store: Store<K, V, FC>): boolean {
  const { entries } = store;
  if (entries.size === 0 || !entries.isTimed) return false;
  const now = store.readClock();
  store.callbacks?.begin();
  const purged: K[] = [];
  store.change(() => {
    for (const slot of entries.staleOrder(now - store.graceMs)) {
      purged.push(entries.keyAt(slot));
      entries.remove(slot);
      store.drop(slot, 'expire');
    }
  });
  store.finish(() => {
    for (const key of purged) publishDelete(store.settings, key, 'expire');
  });
  return purged.length > 0;
}

/** Lets ages count from now that began after a time, by an error of the clock. O(size). */
export function restartAges<K, V, FC>(store: Store<K, V, FC>, wrong: number, now: number): void {
  const { entries } = store;
  if (store.isDisposed || !entries.isTimed) return;
  for (const slot of entries.order()) {
    if (entries.startAt(slot) <= wrong) continue;
    entries.renew(slot, now);
    if (store.births !== undefined) store.births[slot] = now;
  }
}

/** Removes every entry, for good if `isLast`, and aborts every load. */
export function clear<K, V, FC>(store: Store<K, V, FC>, isLast = false): void {
  const { entries, callbacks, stats } = store;
  callbacks?.begin();
  if (stats !== undefined) stats.deletes += entries.size;
  const loads = store.loads?.takeAll() ?? [];
  store.disarm();
  store.change(() => {
    if (callbacks !== undefined) {
      for (const slot of entries.order()) {
        callbacks.removed(entries.valueAt(slot) as V, entries.keyAt(slot), 'delete');
      }
    }
    if (isLast) entries.close();
    else entries.clear();
    store.births?.splice(0);
  });
  store.finish(() => {
    for (const load of loads) load.abort('FETCH_DELETED', 'deleted');
  });
}

/** Sets the bounds, which were checked; 0 means no bound. Evicts what exceeds them. */
export function resize<K, V, FC>(store: Store<K, V, FC>, max: number, maxSize: number): void {
  const { settings, callbacks } = store;
  callbacks?.begin();
  const maxEntrySize = settings.maxEntrySize;
  const isMeant = store.isEntrySizeImplied && maxEntrySize === store.maxSize;
  const isImplied = isMeant && maxEntrySize !== maxSize;
  // Before all else, since it throws if the cache is frozen, or by a setter of a subclass.
  if (isImplied) settings.maxEntrySize = maxSize;
  try {
    store.change(() => store.applyBounds(max, maxSize));
  } catch (error) {
    // The bounds are what they were; recovery brings the entries back within them.
    if (isImplied) settings.maxEntrySize = maxEntrySize;
    throw error;
  }
  store.max = max;
  store.maxSize = maxSize;
  callbacks?.commit();
}

/**
 * Invalidates a tag: every entry that has it is removed, and its load is aborted, as is every load
 * that has it. Returns how many entries that were. Throws `INVALID_TAGS`.
 */
export function invalidateTag<K, V, FC>(store: Store<K, V, FC>, tag: string): number {
  checkTags([tag]);
  store.callbacks?.begin();
  const slots: number[] = [];
  const loads: LoadInFlight<K>[] = [];
  for (const holder of store.useTags().invalidate(tag)) {
    if (typeof holder === 'number') slots.push(holder);
    else loads.push(holder as LoadInFlight<K>);
  }
  // Not those that were taken out before.
  const wanted = loads.filter((load) => store.loads?.get(load.id) === load);
  for (const { id } of wanted) store.loads?.take(id);
  return removeAll(store, slots, wanted);
}

/**
 * Removes every entry, stale or not, of which a function says so, and aborts its load; returns how
 * many that were. Throws what the function throws, with nothing removed. O(size).
 */
export function deleteWhere<K, V, FC>(
  store: Store<K, V, FC>,
  isUnwanted: (value: V, key: K) => unknown,
): number {
  const all = Array.from(store.entries.order(), (slot) => {
    const { entries } = store;
    const [id, key] = [entries.idAt(slot), entries.keyAt(slot)];
    return { slot, id, key, value: entries.valueAt(slot) as V };
  });
  const unwanted = all.filter(({ value, key }) => isUnwanted(store.give(value), key));
  // The function may have changed the cache.
  const { entries } = store;
  const isThere = ({ slot, id, value }: (typeof all)[number]) =>
    Object.is(entries.valueAt(slot), value) && entries.find(id) === slot;
  store.callbacks?.begin();
  return removeAll(
    store,
    unwanted.filter(isThere).map(({ slot }) => slot),
    [],
  );
}

/** Removes the entries of slots and aborts their loads, and others that were taken out. */
function removeAll<K, V, FC>(
  store: Store<K, V, FC>,
  slots: readonly number[],
  loads: LoadInFlight<K>[],
): number {
  const { entries } = store;
  const keys = slots.map((slot) => entries.keyAt(slot));
  for (const slot of slots) {
    const load = store.loads?.take(entries.idAt(slot));
    if (load !== undefined) loads.push(load);
  }
  store.change(() => {
    for (const slot of slots) {
      entries.remove(slot);
      store.drop(slot, 'delete');
    }
  });
  store.finish(() => {
    for (const load of loads) load.abort('FETCH_DELETED', 'deleted');
    for (const key of keys) publishDelete(store.settings, key, 'delete');
  });
  return keys.length;
}

/** Removes the oldest entry, and returns its value. */
export function pop<K, V, FC>(store: Store<K, V, FC>): V | undefined {
  const { entries, callbacks } = store;
  callbacks?.begin();
  const value = store.change(() => {
    const slot = entries.evict();
    const popped = entries.valueAt(slot);
    if (slot !== NIL) {
      store.noteEvicted(slot, undefined);
      entries.erase(slot);
    }
    return popped;
  });
  callbacks?.commit();
  return value;
}
