// The boundary: the functions that the wrapper may call of an engine, WebAssembly or JavaScript.
//
// An engine owns the index, the recency order and the columns of tables. It knows only numbers,
// keeps no value of the caller and makes no callbacks, so none of its calls can be re-entered.
//
// EN1  A slot is a number from SLOT_FIRST up. NIL means no slot; ELSEWHERE means that the wrapper's
//      Map may have the key. A slot keeps its number while its entry lives.
// EN2  A word is an int32: the key itself, or a hash. Two keys may have one word, so the caller
//      compares the key that it keeps under the slot.
// EN3  Every function leaves the table valid, even when memory is refused.
// EN4  `untouch` undoes the change of the order by the `get`, `put` or `seek` just before it, and
//      nothing else. A `touch` or `visit` cannot be undone: its caller knows the key.
// EN5  Ages and weights are columns (layout.ts) that a table has only while they are in use. Then
//      `seek` reads entries, and a `write` follows each `put`.
//
// assembly/index.ts documents each function. The functions are fields, not methods, so that V8 sees
// the call of one WebAssembly export and inlines its wrapper.

import type * as core from '../../assembly/index.js';
import type { EngineKind } from '../common/types.js';

declare const tableBrand: unique symbol;
/** Handle of one cache's table; only its engine knows what it is. */
export type Table = { readonly [tableBrand]: true };

/** A function of the core, with the handle in place of the core's own table. */
export type Bound<F> = F extends (table: infer _, ...args: infer A) => infer R
  ? (
      table: Table,
      ...args: { [I in keyof A]: A[I] extends boolean ? boolean | number : A[I] }
    ) => R extends boolean ? boolean | number : R
  : never;

/** Functions of the core that an engine has in another form. */
type Adapted = 'create' | 'destroy' | 'arrange' | 'arrangeStale';

/** The functions that an engine has under the same names as the core. */
export type CoreFunctions = {
  readonly [N in Exclude<keyof typeof core, Adapted>]: Bound<(typeof core)[N]>;
};

/** Hash of a string of this length, sampled `offset` units before its end (assembly/hash.ts). */
export type HashString = (text: string, length: number, offset: number) => number;

/** The functions that create and free tables, whatever the tables hold. */
export interface TableEngine {
  readonly kind: EngineKind;
  /** A new, empty table that evicts at `limit` entries; undefined if memory is refused. */
  createTable(limit: number): Table | undefined;
  /** Frees a table. Its handle must not be used again. */
  destroyTable(table: Table): void;
  /** Removes every entry of a table and frees their memory. */
  readonly clear: (table: Table) => void;
  /** Bytes a table holds. */
  readonly bytesHeld: (table: Table) => number;
}

/** An engine. Its functions throw only because of a bug or a stack overflow. */
export interface Engine extends CoreFunctions, TableEngine {
  /** The hash that the functions for strings compute. */
  readonly hashString: HashString;
  /** The word of a number that is not an int32; the same for all NaNs. */
  hashFloat(value: number): number;
  /** Does a `find` of each of these words, and replaces the word by its slot. */
  findMany(table: Table, words: Int32Array): void;
  /** A copy of the recency order, the oldest slot first. O(size). */
  order(table: Table): Int32Array;
  /** As `order`, for the slots that are stale at `now`. */
  staleOrder(table: Table, now: number): Int32Array;
  /** The slots that the index refused in the latest `grow` or `use…`: now MAPPED. */
  refused(table: Table): Int32Array;
}
