// Mending: what becomes of entries whose change the host interrupted half-way.
//
// User code never runs in the middle of a change, so only the host can interrupt one: when the
// stack is used up, at the entry of whichever function comes next. The road to every entry is an
// engine call first and items after it, so either may be ahead of the other by one step, and the
// list of the pure engine may be cut.
//
// R1  Whoever changes entries catches what escapes, notes it in `failure` by plain stores, which
//     need no stack, and throws it on. The flags of the short roads go with it, so that the next
//     call of the cache, whichever it is, comes by `Store.entries` and here.
// R2  The items are what counts: every slot with a value is an entry. The order is that of the
//     engine, but for one entry at most, which the interrupted call was about: if it was used, it
//     is the newest now; if it was to be removed or evicted, it is still there, most often the
//     oldest.
// R3  Nothing is lost if this is interrupted in its turn: what was read stays in `rescued`.
//
// It costs O(size), once, after the host's error; an operation that is not interrupted pays
// nothing.

import { NIL } from '../assembly/layout.js';
import type { ColumnEntries } from './entries-columns.js';
import { LRUCacheError } from './errors.js';
import { isPoisoned, poisonIfTrap } from './poison.js';

/** An entry, out of its slot. */
export interface Rescued<K, V> {
  readonly key: K;
  readonly value: V;
  readonly weight: number;
  readonly start: number;
  readonly ttl: number;
}

/** Slots that hold a value, oldest first. */
function orderOf<K, V>(entries: ColumnEntries<K, V>): number[] {
  const { engine, table, items, cut } = entries;
  // A list that was cut leads to the sentinel early, or to the same slots again.
  const listed = new Set(engine.order(table).reverse());
  listed.delete(cut);
  const lost: number[] = [];
  for (let slot = NIL + 1; slot * 2 < items.length; slot++) if (!listed.has(slot)) lost.push(slot);
  const order = cut === NIL ? [...listed, ...lost] : [...lost, ...listed];
  return order.filter((slot) => entries.valueAt(slot) !== undefined);
}

function rescue<K, V>(entries: ColumnEntries<K, V>): Rescued<K, V>[] {
  const { engine, table, isTimed, isWeighed } = entries;
  return orderOf(entries).map((slot) => ({
    key: entries.keyAt(slot),
    value: entries.valueAt(slot) as V,
    weight: isWeighed ? engine.weightOf(table, slot) : 0,
    start: isTimed ? engine.startOf(table, slot) : 0,
    ttl: isTimed ? engine.ttlOf(table, slot) : 0,
  }));
}

function rebuild<K, V>(entries: ColumnEntries<K, V>): void {
  entries.rescued ??= rescue(entries);
  entries.clear();
  for (const { key, value, weight, start, ttl } of entries.rescued) {
    const code =
      entries.isTimed || entries.isWeighed
        ? entries.putWith(key, weight, start, ttl, 0)
        : entries.put(key);
    entries.write(code, key, value);
  }
  entries.rescued = undefined;
}

/**
 * Puts the entries in order again, if what escaped from a change has left them otherwise; returns
 * whether it has. Throws what the host interrupts it with in its turn; then it goes on later.
 */
export function mend<K, V>(entries: ColumnEntries<K, V>): boolean {
  const { engine, failure } = entries;
  // A refusal came before anything was changed.
  const isRefused = poisonIfTrap(engine, failure) instanceof LRUCacheError;
  const isCut = !isRefused && !isPoisoned(engine);
  if (isCut) rebuild(entries);
  entries.failure = undefined;
  entries.cut = NIL;
  return isCut;
}
