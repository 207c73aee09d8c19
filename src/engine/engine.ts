// The boundary: what the wrapper may ask of an engine, WebAssembly or JavaScript.
//
// An engine owns the index, the recency order and the columns of tables. It knows numbers only,
// keeps no value of the caller's and calls nothing back, so no call of it can be re-entered.
//
// E1  A slot is a number from SLOT_FIRST up; NIL is none, ELSEWHERE says that the wrapper's Map may
//     have the key. A slot keeps its number while its entry lives.
// E2  A word is an int32: the key itself, or a hash. Two keys may have one word, so the caller
//     compares the key that it keeps under the slot.
// E3  Every function leaves the table valid, also when memory is refused.
// E4  `untouch` undoes what the `get`, `put` or `seek` just before it did to the order, and only
//     that. A `touch` or `visit` cannot be undone: its caller knows the key.
// E5  Ages and weights are columns (layout.ts) that a table has only once they are in use. Then
//     entries are read by `seek`, and each `put` is followed by a `write`.
//
// What each function does is said where it is: assembly/index.ts. They are fields, not methods, so
// that V8 sees the call of one WebAssembly export and inlines its wrapper.

import type * as core from '../../assembly/index.js';
import type { EngineKind } from '../common/types.js';

declare const tableBrand: unique symbol;
/** Handle of one cache's table; only its engine knows what it is. */
export type Table = { readonly [tableBrand]: true };

/** A function of the core, with the handle in place of the core's own table. */
type Bound<F> = F extends (table: infer _, ...args: infer A) => infer R
  ? (
      table: Table,
      ...args: { [I in keyof A]: A[I] extends boolean ? boolean | number : A[I] }
    ) => R extends boolean ? boolean | number : R
  : never;

/** Functions of the core that an engine offers in another form. */
type Adapted = 'create' | 'destroy' | 'arrange' | 'arranged' | 'arrangeStale';

/** The functions that an engine has under the name that the core has them by. */
export type CoreFunctions = {
  readonly [N in Exclude<keyof typeof core, Adapted>]: Bound<(typeof core)[N]>;
};

/** Hash of a string of this length, sampled `offset` units before its end (assembly/hash.ts). */
export type HashString = (text: string, length: number, offset: number) => number;

/** An engine. None of its functions throws, but for a bug, or for want of stack. */
export interface Engine extends CoreFunctions {
  readonly kind: EngineKind;
  /** What the functions compute that take a string. */
  readonly hashString: HashString;
  /** The word of a number that is no int32: equal for all NaNs. */
  hashFloat(value: number): number;
  /** A new, empty table that evicts at `limit` entries; undefined if memory is refused. */
  createTable(limit: number): Table | undefined;
  /** Frees a table. Its handle must not be used again. */
  destroyTable(table: Table): void;
  /** A copy of the recency order, the oldest slot first. O(size). */
  order(table: Table): Int32Array;
  /** As `order`, of the slots that are stale at `now`. */
  staleOrder(table: Table, now: number): Int32Array;
}
