// The columns: ages and weights, for tables that use them.
//
// An entry is stale when more than its ttl has passed since its start. The weights of the live
// slots add up to TOTAL; above BUDGET, the oldest entries have to be shed.
//
// L1  A column is in use or not for as long as the table lives; putting it in use is a call of its
//     own. A table that uses neither never comes here.
// L2  TOTAL is the sum of the weights of the live slots, exact, since both are whole numbers and
//     below 2^53. It exceeds BUDGET only between a put that says OVERWEIGHT and the sheds after it.
// L3  A removed slot keeps its records until it is used again, so that `restore` can undo it.
// L4  `unwrite` undoes what the latest `write` or renewing `visit` did to the columns.

import { allocate } from './arena';
import {
  AGE_BYTES_LOG2,
  EMPTY,
  EVICTED,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  OUTCOME_MASK,
  OVERWEIGHT,
  UPDATED,
  VISIT_RENEW,
  VISIT_TOUCH,
  WEIGHT_BYTES_LOG2,
} from './layout';
import { touch } from './recency';
import {
  agesOf,
  budgetOf,
  capacityOf,
  limitOf,
  newerOf,
  setAges,
  setStart,
  setTotal,
  setTtl,
  setWeight,
  setWeights,
  sizeOf,
  slotsOf,
  startOf,
  totalOf,
  ttlOf,
  weightOf,
  weightsOf,
} from './slots';
import { insertOrReplace, remove } from './table';

/** What the slot written last had before (L4). */
let oldStart: f64 = 0;
let oldTtl: f64 = 0;
let oldWeight: f64 = 0;

/** A zeroed column as long as the slots, EMPTY if there are none, or 0 if memory is refused. */
function newColumn(table: usize, bytesLog2: u32): usize {
  const capacity = capacityOf(table);
  if (!capacity) return EMPTY;
  const column = allocate((capacity + 1) << bytesLog2);
  if (column) memory.fill(column, 0, (capacity + 1) << bytesLog2);
  return column;
}

/** Puts ages in use, none of which is ever stale yet; false if memory is refused. */
export function useAges(table: usize): bool {
  if (!agesOf(table)) setAges(table, newColumn(table, AGE_BYTES_LOG2));
  return agesOf(table) != 0;
}

/** Puts weights in use, all 0 yet; false if memory is refused. */
export function useWeights(table: usize): bool {
  if (!weightsOf(table)) setWeights(table, newColumn(table, WEIGHT_BYTES_LOG2));
  return weightsOf(table) != 0;
}

/** Whether a slot's entry is stale. A ttl of 0 never is; no start means anything special. */
function isStale(ages: usize, slot: u32, now: f64): bool {
  const ttl = ttlOf(ages, slot);
  return ttl != 0 && now - startOf(ages, slot) > ttl;
}

function remember(table: usize, slot: u32): void {
  const ages = agesOf(table);
  if (ages) {
    oldStart = startOf(ages, slot);
    oldTtl = ttlOf(ages, slot);
  }
  const weights = weightsOf(table);
  if (weights) oldWeight = weightOf(weights, slot);
}

/** Sets the weight of a live slot that counts as `counted` in TOTAL; OVERWEIGHT, or 0. */
function weigh(table: usize, slot: u32, counted: f64, weight: f64): u32 {
  const weights = weightsOf(table);
  if (!weights) return 0;
  const total = totalOf(table) - counted + weight;
  setWeight(weights, slot, weight);
  setTotal(table, total);
  return total > budgetOf(table) ? OVERWEIGHT : 0;
}

function setAge(table: usize, slot: u32, start: f64, ttl: f64): void {
  const ages = agesOf(table);
  if (!ages) return;
  setStart(ages, slot, start);
  setTtl(ages, slot, ttl);
}

/**
 * The slot, or its negative if its entry is stale at `now`; ages are in use. By the mode, a fresh
 * slot becomes the newest, and its age counts from now.
 */
export function visit(table: usize, slot: u32, now: f64, mode: u32): i32 {
  const ages = agesOf(table);
  if (isStale(ages, slot, now)) return -(slot as i32);
  if (mode & VISIT_RENEW) {
    remember(table, slot);
    if (ttlOf(ages, slot) != 0) setStart(ages, slot, now);
  }
  if (mode & VISIT_TOUCH) touch(slotsOf(table), slot);
  return slot;
}

/** Makes a live slot the newest and writes its columns; `isKept` leaves its age as it is. */
export function write(
  table: usize,
  slot: u32,
  weight: f64,
  start: f64,
  ttl: f64,
  isKept: bool,
): u32 {
  touch(slotsOf(table), slot);
  remember(table, slot);
  if (!isKept) setAge(table, slot, start, ttl);
  return (slot << OUTCOME_BITS) | UPDATED | weigh(table, slot, oldWeight, weight);
}

/** Undoes what the latest `write` or `visit`, of this slot, did to its columns. */
export function unwrite(table: usize, slot: u32): void {
  const weights = weightsOf(table);
  if (weights) weigh(table, slot, weightOf(weights, slot), oldWeight);
  setAge(table, slot, oldStart, oldTtl);
}

/**
 * As `insert`, and writes the columns. If the weight would exceed the budget, the new entry takes
 * the slot of the oldest, even below the limit.
 */
export function insertWith(
  table: usize,
  word: u32,
  kind: u32,
  weight: f64,
  start: f64,
  ttl: f64,
): u32 {
  const weights = weightsOf(table);
  const size = sizeOf(table);
  const isHeavy = weights != 0 && size != 0 && totalOf(table) + weight > budgetOf(table);
  const code = insertOrReplace(table, word, kind, isHeavy || size >= limitOf(table));
  const outcome = code & OUTCOME_MASK;
  if (outcome == NO_ROOM) return NO_ROOM;
  const slot = code >> OUTCOME_BITS;
  const counted = weights && outcome == EVICTED ? weightOf(weights, slot) : 0;
  setAge(table, slot, start, ttl);
  return code | weigh(table, slot, counted, weight);
}

/** Removes the oldest entry if TOTAL exceeds BUDGET; returns the slot it had, or NIL. */
export function shed(table: usize): u32 {
  if (totalOf(table) <= budgetOf(table)) return NIL;
  const oldest = newerOf(slotsOf(table), NIL);
  if (oldest != NIL) remove(table, oldest);
  return oldest;
}

/** The oldest stale slot that is newer than `after`, or of all if that is NIL; NIL if none. */
export function nextStale(table: usize, after: u32, now: f64): u32 {
  const ages = agesOf(table);
  const slots = slotsOf(table);
  let slot = newerOf(slots, after);
  // Ends at the sentinel, which every slot leads to (S2).
  while (slot != NIL && !isStale(ages, slot, now)) slot = newerOf(slots, slot);
  return slot;
}

/** The earliest time after which an entry is stale; Infinity if none ever is. O(size). */
export function nextDeadline(table: usize): f64 {
  const ages = agesOf(table);
  const slots = slotsOf(table);
  let earliest = Infinity;
  let slot = newerOf(slots, NIL);
  // Ends at the sentinel, which every slot leads to (S2).
  while (slot != NIL) {
    const ttl = ttlOf(ages, slot);
    if (ttl != 0) earliest = min<f64>(earliest, startOf(ages, slot) + ttl);
    slot = newerOf(slots, slot);
  }
  return earliest;
}
