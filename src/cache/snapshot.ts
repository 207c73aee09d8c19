// The entries as plain data: what `info`, `dump`, `load` and `getRemainingTTL` read and write.
//
// `start` is by `Date.now()` outside, so that it means the same in another process, and on the
// cache's clock inside.

import { NIL } from '../../assembly/layout.js';
import { show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import type { Entry, Milliseconds, SetOptions } from '../common/types.js';
import { ageAt } from '../expiry/clock.js';
import { clear } from './bulk.js';
import type { Store } from './store.js';

/** What is left of an entry's ttl; Infinity if it has none, 0 if there is no entry. */
export function remainingTtlOf<K, V, FC>(store: Store<K, V, FC>, key: K): Milliseconds {
  const id = store.idOf(key);
  const { entries } = store;
  const slot = entries.find(id);
  if (slot === NIL) return 0;
  if (!entries.isTimed) return Number.POSITIVE_INFINITY;
  const now = store.now();
  return remainingTtlAt(store, entries.find(id), now);
}

function remainingTtlAt<K, V, FC>(store: Store<K, V, FC>, slot: number, now: number): number {
  if (slot === NIL) return 0;
  const { entries } = store;
  const ttl = entries.ttlAt(slot);
  return ttl === 0 ? Number.POSITIVE_INFINITY : ttl - ageAt(now, entries.startAt(slot));
}

/** The entry of a key, stale or not, with what is left of its ttl. */
export function infoOf<K, V, FC>(store: Store<K, V, FC>, key: K): Entry<V> | undefined {
  const id = store.idOf(key);
  const { entries } = store;
  const now = entries.isTimed ? store.readClock() : 0;
  const slot = entries.find(id);
  if (slot === NIL) return undefined;
  const entry: Entry<V> = { value: entries.valueAt(slot) as V };
  if (entries.isTimed) {
    const remaining = remainingTtlAt(store, slot, now);
    if (entries.ttlAt(slot) !== 0) {
      entry.ttl = remaining;
      entry.start = Date.now();
    }
  }
  if (entries.isWeighed) entry.size = entries.weightAt(slot);
  entry.value = store.give(entry.value);
  return entry;
}

/** Every entry, stale or not, least recently used first. */
export function dumpOf<K, V, FC>(store: Store<K, V, FC>): [K, Entry<V>][] {
  const { entries } = store;
  const now = entries.isTimed ? store.readClock() : 0;
  const wallClock = Date.now();
  const dump: [K, Entry<V>][] = [];
  for (const slot of entries.order()) {
    const entry: Entry<V> = { value: entries.valueAt(slot) as V };
    if (entries.isTimed) {
      entry.ttl = entries.ttlAt(slot);
      entry.start = Math.floor(wallClock - ageAt(now, entries.startAt(slot)));
    }
    if (entries.isWeighed) entry.size = entries.weightAt(slot);
    const tags = entries.tags?.of(slot) ?? [];
    if (tags.length > 0) entry.tags = tags;
    const born = store.births?.[slot];
    if (born !== undefined) entry.born = Math.floor(wallClock - ageAt(now, born));
    dump.push([entries.keyAt(slot), entry]);
  }
  for (const [, entry] of dump) entry.value = store.give(entry.value);
  return dump;
}

/** An entry of a dump, copied. */
type DumpedEntry<V> = { readonly [Name in keyof Required<Entry<V>>]: Entry<V>[Name] | undefined };

/** Replaces every entry by those of a dump, in their order. */
export function restore<K, V, FC>(
  store: Store<K, V, FC>,
  dump: Iterable<readonly [K, Entry<V>]>,
): void {
  const list = readDump(dump);
  const ids = list.map(([key]) => store.idOf(key));
  const isAged = list.some(([, { start, born }]) => isTime(start) || isTime(born));
  const now = isAged ? store.clock.toHost(store.readClock()) : 0;
  const wallClock = Date.now();
  clear(store);
  for (const [i, [key, { value, ttl, size, start, born, tags }]] of list.entries()) {
    const id = ids[i] as K;
    const options: SetOptions<K, V, FC> = {};
    // JSON has null for the Infinity and the NaN that a dump may hold.
    if (ttl !== undefined) options.ttl = ttl === null ? Number.POSITIVE_INFINITY : ttl;
    if (size !== undefined) options.size = size;
    if (isTime(start)) options.start = now - (wallClock - start);
    if (tags !== undefined) options.tags = tags;
    store.set(key, value, options, undefined, undefined, id);
    if (store.births === undefined || !isTime(born)) continue;
    // A value is as old as it was, whenever its ttl started.
    store.births[store.entries.find(id)] = store.clock.fromHost(now - (wallClock - born));
  }
}

/** Whether there is a start at all; if not, the ttl counts from now. */
function isTime(start: number | null | undefined): start is number {
  return start !== undefined && start !== null && !Number.isNaN(start);
}

/** The entries of a dump, read once, before anything is cleared. Throws `INVALID_ENTRIES`. */
function readDump<K, V>(dump: Iterable<readonly [K, Entry<V>]>): [K, DumpedEntry<V>][] {
  const iterate = (dump as Iterable<unknown> | undefined)?.[Symbol.iterator];
  if (typeof iterate !== 'function') {
    throw new LRUCacheTypeError('INVALID_ENTRIES', `load needs a dump, not ${show(dump)}`);
  }
  return Array.from(dump, (pair: readonly [K, Entry<V>] | undefined) => {
    const entry = pair?.[1];
    if (typeof entry === 'object' && entry !== null) {
      const { value, ttl, size, start, born, tags } = entry;
      return [(pair as readonly [K, Entry<V>])[0], { value, ttl, size, start, born, tags }];
    }
    throw new LRUCacheTypeError(
      'INVALID_ENTRIES',
      'load needs pairs of a key and an entry, as dump gives them',
    );
  });
}
