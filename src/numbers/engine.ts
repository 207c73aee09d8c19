// The boundary of tables of numbers: the functions that NumberLRU calls, of either engine.
//
// The rules of all engines apply (engine/engine.ts). A word is the key itself.
// assembly/numbers/index.ts documents each function.

import type * as core from '../../assembly/numbers/index.js';
import type { Bound, Table, TableEngine } from '../engine/engine.js';

/** Functions of the core that an engine has in another form. */
type Adapted = 'create' | 'destroy' | 'arrange' | 'arrangeStale';

/** The functions that an engine has under the same names as the core. */
export type NumberFunctions = {
  readonly [N in Exclude<keyof typeof core, Adapted>]: Bound<(typeof core)[N]>;
};

/** An engine of tables of numbers. */
export interface NumberEngine extends NumberFunctions, TableEngine {
  /** A copy of the recency order, the oldest slot first. O(size). */
  order(table: Table): Int32Array;
  /** As `order`, for the slots that are stale at `now`. */
  staleOrder(table: Table, now: number): Int32Array;
  /** The slots that the index refused in the latest `grow` or `useAges`: now MAPPED. */
  refused(table: Table): Int32Array;
  /** Looks up at most BATCH_LENGTH keys for `useBatch`. */
  findBatch(table: Table, keys: Int32Array): void;
  /**
   * Does a `get` of each key that was looked up, from index `first` on, in a table without ages;
   * writes the values to the same places of `values`. It stops at a key that is ELSEWHERE. Returns
   * the index of that key, or the number of all keys, and how many were found: `index << 16 |
   * found`.
   */
  useBatch(table: Table, values: Float64Array, first: number, missing: number): number;
  /**
   * Does a `put` of each key from index `from` on, in a table without MAPPED entries or ages;
   * returns the index of the first key that was not put.
   */
  putMany(table: Table, keys: Int32Array, values: Float64Array, from: number): number;
}
