// The columns: ages and weights, for tables that use them.
//
// An entry is stale when more than its ttl has passed since its start. The weights of the live
// slots add up to TOTAL; above BUDGET, the oldest entries have to be shed.
//
// CO1  A column is in use or not for as long as the table lives; putting it in use is a call of its
//      own. A table that uses neither never comes here.
// CO2  TOTAL is the sum of the weights of the live slots, exact, since they are whole numbers and
//      below 2^53. It exceeds BUDGET only between a `write` that says so and the sheds after it.
// CO3  After a put, the columns of the slot are those of an entry before it, until `write`.

import { NIL, SLOT_FIRST, VISIT_RENEW, VISIT_TOUCH } from './layout.js';
import { dropQueue, oldest, sortByStamp, touch } from './order.js';
import {
  agesOf,
  budgetOf,
  freshOf,
  hasAges,
  hasWeights,
  queueOf,
  recordsOf,
  setQueued,
  setStart,
  setTotal,
  setTtl,
  setWeight,
  stampOf,
  startOf,
  Table,
  totalOf,
  ttlOf,
  weightOf,
  weightsOf,
} from './slots.js';
import { remove } from './table.js';

/** Whether a slot's entry is stale. A ttl of 0 never is; every start is an ordinary time. */
function isStale(table: Table, slot: u32, now: f64): bool {
  const ages = agesOf(table);
  const ttl = ttlOf(ages, slot);
  return ttl != 0 && now - startOf(ages, slot) > ttl;
}

/**
 * The slot, or its negative if its entry is stale at `now`; ages are in use. By the mode, a fresh
 * entry becomes the newest, and its age counts from now.
 */
export function visit(table: Table, slot: u32, now: f64, mode: u32): i32 {
  if (isStale(table, slot, now)) return -(slot as i32);
  const ages = agesOf(table);
  if (mode & VISIT_RENEW && ttlOf(ages, slot) != 0) setStart(ages, slot, now);
  if (mode & VISIT_TOUCH) touch(table, slot);
  return slot;
}

/** Writes the columns in use of a live slot, its age only if `isKept` is false. */
export function write(
  table: Table,
  slot: u32,
  weight: f64,
  start: f64,
  ttl: f64,
  isKept: bool,
): bool {
  if (hasAges(table) && !isKept) {
    setStart(agesOf(table), slot, start);
    setTtl(agesOf(table), slot, ttl);
  }
  if (!hasWeights(table)) return false;
  const weights = weightsOf(table);
  const total = totalOf(table) - weightOf(weights, slot) + weight;
  setWeight(weights, slot, weight);
  setTotal(table, total);
  return total > budgetOf(table);
}

/** Removes the oldest entry if TOTAL exceeds BUDGET; returns the slot it had, or NIL. */
export function shed(table: Table): u32 {
  if (totalOf(table) <= budgetOf(table)) return NIL;
  const slot = oldest(table);
  if (slot != NIL) remove(table, slot);
  return slot;
}

/** Puts the stale slots at the beginning of QUEUE, the oldest first; returns how many there are. */
export function arrangeStale(table: Table, now: f64): u32 {
  const records = recordsOf(table);
  const queue = queueOf(table);
  const fresh = freshOf(table);
  let count: u32 = 0;
  dropQueue(table);
  for (let slot: u32 = SLOT_FIRST; slot < fresh; slot++) {
    if (stampOf(records, slot) == 0 || !isStale(table, slot, now)) continue;
    setQueued(queue, count, slot);
    count++;
  }
  if (count > 1) sortByStamp(records, queue, 0, count);
  return count;
}

/** The earliest time after which an entry is stale; Infinity if none ever is. O(FRESH). */
export function nextDeadline(table: Table): f64 {
  const records = recordsOf(table);
  const ages = agesOf(table);
  const fresh = freshOf(table);
  let earliest: f64 = Infinity;
  for (let slot: u32 = SLOT_FIRST; slot < fresh; slot++) {
    const ttl = stampOf(records, slot) == 0 ? 0 : ttlOf(ages, slot);
    if (ttl == 0) continue;
    const deadline = startOf(ages, slot) + ttl;
    if (deadline < earliest) earliest = deadline;
  }
  return earliest;
}
