// The boundary of tables of numbers: what NumberLRU may ask of an engine, of either kind.
//
// What holds of every engine holds of these (engine/engine.ts). A word is the key itself, and what
// each function does is said where it is: assembly/numbers/index.ts.

import type * as core from '../../assembly/numbers/index.js';
import type { Bound, Table, TableEngine } from '../engine/engine.js';

/** Functions of the core that an engine offers in another form. */
type Adapted = 'create' | 'destroy' | 'arrange' | 'arrangeStale';

/** The functions that an engine has under the name that the core has them by. */
export type NumberFunctions = {
  readonly [N in Exclude<keyof typeof core, Adapted>]: Bound<(typeof core)[N]>;
};

/** An engine of tables of numbers. */
export interface NumberEngine extends NumberFunctions, TableEngine {
  /** A copy of the recency order, the oldest slot first. O(size). */
  order(table: Table): Int32Array;
  /** As `order`, of the slots that are stale at `now`. */
  staleOrder(table: Table, now: number): Int32Array;
  /** The slots that the index refused in the latest `grow` or `useAges`: now MAPPED. */
  refused(table: Table): Int32Array;
  /** Looks for keys, BATCH_LENGTH of them at most, for `useBatch`. */
  findBatch(table: Table, keys: Int32Array): void;
  /**
   * As a `get` of each key that was looked for, from the one with the number `first` on, in a table
   * without ages; writes their values to the same places of `values`. It stops at one that is
   * ELSEWHERE. Returns its number, or that of all, and how many were found: `number << 16 | found`.
   */
  useBatch(table: Table, values: Float64Array, first: number, missing: number): number;
  /**
   * As a `put` of each key from `from` on, in a table without MAPPED entries or ages; returns the
   * first that was not put.
   */
  putMany(table: Table, keys: Int32Array, values: Float64Array, from: number): number;
}
