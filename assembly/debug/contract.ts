// The contract of the JavaScript engine: none is checked there (contract.wasm.ts is the core's).
//
// The functions are empty, so that a bundler drops the calls. What only the core calls, such as
// `expectBatch`, is not here.

import { Table } from '../slots.js';

/** Marks a block as a table from now on, unless it is 0: no table. */
export function mark(_table: Table): void {}

/** Takes the mark from a table that is about to be freed. */
export function unmark(_table: Table): void {}

/** A size at which a table may evict, in an instance that is open. */
export function expectLimit(_limit: u32): void {}

/** The handle of a table that was created, and not destroyed since. */
export function expectTable(_table: Table): void {}

/** A live slot of a table. */
export function expectLive(_table: Table, _slot: u32): void {}

/** Notes the slot whose stamp is the latest; NIL if it was not live before. */
export function noteTouch(_table: Table, _slot: u32): void {}

/** The slot that was touched last, once, and `oldStamp` is what it had before. */
export function expectTouched(_table: Table, _slot: u32, _oldStamp: u32): void {}

/** A word that no slot of the index has. */
export function expectAbsent(_table: Table, _word: u32): void {}

/** A place of a sample in strings. */
export function expectOffset(_table: Table, _offset: i32): void {}

/** A table with ages, a time, and a mode of visit. */
export function expectVisit(_table: Table, _now: f64, _mode: u32): void {}

/** A table with ages. */
export function expectAges(_table: Table): void {}

/** What the columns of a live slot can hold; and what exceeded the budget has been shed. */
export function expectColumns(
  _table: Table,
  _slot: u32,
  _weight: f64,
  _start: f64,
  _ttl: f64,
): void {}

/** A table with weights. */
export function expectWeights(_table: Table): void {}

/** A sum of weights that is exact. */
export function expectBudget(_table: Table, _budget: f64): void {}
