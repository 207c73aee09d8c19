// The contract: what the core relies on of its caller; each condition is an assert with a name of
// its own.
//
// It holds in the debug build only: with asserts off, every function here returns at once, and the
// compiler drops the calls. What does not hold traps before anything is changed, and the stack of
// the trap names the condition.
//
// CT1  A table has a mark in its header, which `create` writes and `destroy` takes away. It depends
//      on the address, so that freed handles, slightly wrong handles and addresses of other blocks
//      are refused.
// CT2  Nothing is written, and nothing is read outside of the arena, whatever the arguments are: a
//      condition reads a table only after it has checked that it is one.
// CT3  Every condition is O(1), except `expectAbsent`, which is a search.

import { arenaEnd } from '../arena.js';
import { find } from '../buckets.js';
import {
  ARENA_FIRST,
  BATCH_LENGTH,
  CAPACITY_MAX,
  ELSEWHERE,
  MAPPED,
  NIL,
  SLOT_FIRST,
  STAMP_MAX,
  TABLE_BYTES,
  VISIT_RENEW,
  VISIT_TOUCH,
  WEIGHT_MAX,
} from '../layout.js';
import {
  budgetOf,
  capacityOf,
  clockOf,
  freshOf,
  hasAges,
  hasWeights,
  markOf,
  recordsOf,
  setMark,
  sizeOf,
  stampOf,
  Table,
  totalOf,
} from '../slots.js';

/** What the mark of a table and its address differ by: any number that data rarely is. */
const MARK: u32 = 0x6c727531;

/** What was touched last, if no stamp was given since. */
let touchedTable: usize = 0;
let touchedSlot: u32 = NIL;

/** Marks a block as a table from now on, unless it is 0: no table. */
export function mark(table: Table): void {
  if (ASC_NO_ASSERT) return;
  if (table) setMark(table, (table as u32) ^ MARK);
}

/** Takes the mark from a table that is about to be freed. */
export function unmark(table: Table): void {
  if (ASC_NO_ASSERT) return;
  setMark(table, 0);
}

function isTable(table: Table): bool {
  if ((table & 15) != 0 || table < (ARENA_FIRST as usize)) return false;
  if (table >= arenaEnd() || arenaEnd() - table <= (TABLE_BYTES as usize)) return false;
  return markOf(table) == ((table as u32) ^ MARK);
}

function isWhole(value: f64, most: f64): bool {
  return value >= 0 && value <= most && floor<f64>(value) == value;
}

/** A size at which a table may evict, in an instance that is open. */
export function expectLimit(limit: u32): void {
  if (ASC_NO_ASSERT) return;
  assert(arenaEnd() != 0 && limit > 0 && limit <= (CAPACITY_MAX as u32));
}

/** The handle of a table that was created, and not destroyed since. */
export function expectTable(table: Table): void {
  if (ASC_NO_ASSERT) return;
  assert(isTable(table));
}

/** A live slot of a table. */
export function expectLive(table: Table, slot: u32): void {
  if (ASC_NO_ASSERT) return;
  expectTable(table);
  assert(slot >= SLOT_FIRST && slot < freshOf(table));
  assert(stampOf(recordsOf(table), slot) != 0);
}

/** Notes the slot whose stamp is the latest; NIL if it was not live before. */
export function noteTouch(table: Table, slot: u32): void {
  if (ASC_NO_ASSERT) return;
  touchedTable = table;
  touchedSlot = slot;
}

/** The slot that was touched last, once, and `oldStamp` is what it had before. */
export function expectTouched(table: Table, slot: u32, oldStamp: u32): void {
  if (ASC_NO_ASSERT) return;
  const stamp = stampOf(recordsOf(table), slot);
  assert(table == touchedTable && slot == touchedSlot);
  assert((stamp & ~MAPPED) == clockOf(table) && ((stamp ^ oldStamp) & MAPPED) == 0);
  touchedSlot = NIL;
}

/** What a table without storage may be given: room, and all the columns it uses. */
export function expectBare(table: Table, capacity: u32, isAged: bool, isWeighed: bool): void {
  if (ASC_NO_ASSERT) return;
  expectTable(table);
  assert(capacityOf(table) == 0 && capacity > 0 && capacity <= (CAPACITY_MAX as u32));
  assert((isAged || !hasAges(table)) && (isWeighed || !hasWeights(table)));
}

/** A clock at which an empty table may begin. */
export function expectClock(table: Table, clock: u32): void {
  if (ASC_NO_ASSERT) return;
  expectTable(table);
  assert(sizeOf(table) == 0 && (clock & MAPPED) == 0 && clock <= STAMP_MAX);
}

/** An instance that was not opened yet. */
export function expectClosed(): void {
  if (ASC_NO_ASSERT) return;
  assert(arenaEnd() == 0);
}

/** A word that no slot of the index has. */
export function expectAbsent(table: Table, word: u32): void {
  if (ASC_NO_ASSERT) return;
  expectTable(table);
  assert(find(table, word) <= ELSEWHERE);
}

/** A place of a sample in strings. */
export function expectOffset(table: Table, offset: i32): void {
  if (ASC_NO_ASSERT) return;
  expectTable(table);
  assert(offset >= 0 && offset <= 0xffff);
}

/** A table with ages, a time, and a mode of visit. */
export function expectVisit(table: Table, now: f64, mode: u32): void {
  if (ASC_NO_ASSERT) return;
  expectAges(table);
  assert(abs<f64>(now) < Infinity);
  assert((mode & ~(VISIT_TOUCH | VISIT_RENEW)) == 0);
}

/** A table, and so many keys of the batch. */
export function expectBatch(table: Table, count: u32): void {
  if (ASC_NO_ASSERT) return;
  expectTable(table);
  assert(count <= BATCH_LENGTH);
}

/** A table with ages. */
export function expectAges(table: Table): void {
  if (ASC_NO_ASSERT) return;
  expectTable(table);
  assert(hasAges(table));
}

/** What the columns of a live slot can hold; and what exceeded the budget has been shed. */
export function expectColumns(table: Table, slot: u32, weight: f64, start: f64, ttl: f64): void {
  if (ASC_NO_ASSERT) return;
  expectLive(table, slot);
  // NaN compares with nothing.
  assert(!hasAges(table) || (abs<f64>(start) < Infinity && abs<f64>(ttl) <= Infinity));
  assert(!hasWeights(table) || isWhole(weight, WEIGHT_MAX as f64));
  assert(totalOf(table) <= budgetOf(table));
}

/** A table with weights. */
export function expectWeights(table: Table): void {
  if (ASC_NO_ASSERT) return;
  expectTable(table);
  assert(hasWeights(table));
}

/** A sum of weights that is exact. */
export function expectBudget(table: Table, budget: f64): void {
  if (ASC_NO_ASSERT) return;
  expectTable(table);
  assert(isWhole(budget, WEIGHT_MAX as f64));
}
