// What consoles show of a cache: its class, size, bounds and engine, and its newest entries.
//
// Node, Deno and Bun ask a method under a symbol for that. It uses no entry, reads no clock, and
// does not throw for want of a cache: one that is disposed of or dead says so. It makes the whole
// order, which is O(size).

import type { Store } from '../cache/store.js';
import type { Entries } from '../entries/entries.js';

/** Entries that are shown. */
const SHOWN_MAX = 3;

/** Where the consoles look for the method. */
export const customInspect: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/** How a console shows a value, as its options say. */
export type Inspect = (value: unknown, options: object) => string;

function newestOf<K, V>(entries: Entries<K, V>): Map<K, V> {
  const newest = [...entries.order().slice(-SHOWN_MAX)].reverse();
  return new Map(newest.map((slot) => [entries.keyAt(slot), entries.valueAt(slot) as V]));
}

/** A cache as text. */
export function inspected<K, V, FC>(
  name: string,
  store: Store<K, V, FC>,
  depth: number,
  options: object,
  inspect: Inspect,
): string {
  if (depth < 0) return `[${name}]`;
  const { entries, max, maxSize } = store;
  if (store.isDisposed) return `${name} (disposed)`;
  if (entries.hasTrapped) return `${name} (its engine has trapped)`;
  const bounds = { ...(max > 0 && { max }), ...(maxSize > 0 && { maxSize }) };
  const { size, kind: engine } = entries;
  const newest = size > 0 ? { newest: newestOf(entries) } : {};
  return `${name} ${inspect({ size, ...bounds, engine, ...newest }, options)}`;
}
