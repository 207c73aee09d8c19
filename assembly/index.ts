// The core's interface: every function the wrapper may call of either engine, and nothing else.
//
// How a `get` travels: the wrapper classifies the key and makes one call. `getString` hashes the
// string (hash.ts), `find` looks into the bucket that the hash selects (buckets), and `touch`
// writes the slot's stamp (order.ts). The slot goes back, and the wrapper compares the key that it
// keeps under that number: a word is not the key. If it is another key, the wrapper calls
// `untouch`, after which the order is as if the slot had not been touched, and asks its Map.
// A `set` travels the same way through `put` (table.ts). At the limit, it takes the slot of the
// oldest entry, which the queue finds (order.ts). When the result is NO_ROOM, nothing has changed,
// and the wrapper calls `grow` (storage); when it is CROWDED, the wrapper gives the key to its Map
// and calls `insertMapped`; when it is ASK_MAP, it looks into the Map before it calls `insert`.
// Tables whose cache has ttls or sizes use columns (columns.ts): they travel by `seek` in place of
// `get`, and a `put` is followed by a `write`.
//
// The core knows numbers only and calls nothing: it can never be re-entered. A refusal of memory
// is a return value. Addresses and slots are u32; JavaScript sees them as int32. Any argument
// that this interface did not hand out is a bug of the caller; the debug build asserts.
//
// asc and tsc both compile this file, and table, order, columns and hash. What they import from
// slots, buckets, storage, arith, imports and debug/contract exists twice: `x.wasm.ts` for linear
// memory, `x.ts` for typed arrays.

import { find as findSlot } from './buckets.js';
import {
  arrangeStale as arrangeStaleSlots,
  nextDeadline as nextDeadlineOf,
  shed as shedSlot,
  visit as visitSlot,
  write as writeColumns,
} from './columns.js';
import {
  expectAbsent,
  expectAges,
  expectBudget,
  expectColumns,
  expectLimit,
  expectLive,
  expectOffset,
  expectTable,
  expectVisit,
  expectWeights,
  mark,
  unmark,
} from './debug/contract.js';
import { hashString } from './hash.js';
import { stringLength } from './imports.js';
import { ASK_MAP, ELSEWHERE, KEY_LENGTH_MAX, NIL, VISIT_TOUCH } from './layout.js';
import {
  arrange as arrangeSlots,
  newest as newestSlot,
  oldest as oldestSlot,
  touch as touchSlot,
  untouch as untouchSlot,
} from './order.js';
import {
  agesOf,
  hasAges,
  hasWeights,
  missedOf,
  setBudget as setTableBudget,
  setLimit as setTableLimit,
  sizeOf,
  startOf as startOfSlot,
  Table,
  totalOf,
  ttlOf as ttlOfSlot,
  weightOf as weightOfSlot,
  weightsOf,
} from './slots.js';
import {
  bytesHeld as bytesHeldBy,
  clear as clearTable,
  createTable,
  destroyTable,
  layOut,
  useAges as useAgesIn,
  useWeights as useWeightsIn,
} from './storage.js';
import {
  get as getSlot,
  insertMapped as insertMappedSlot,
  insert as insertSlot,
  miss,
  nextCapacity,
  nextSlot as nextSlotOf,
  put as putSlot,
  remove as removeSlot,
  reword as rewordSlot,
} from './table.js';

/** A new, empty table that evicts at `limit` entries, or 0 if memory is refused. */
export function create(limit: u32): Table {
  expectLimit(limit);
  const table = createTable(limit);
  mark(table);
  return table;
}

/** Frees a table and all it holds. Its handle must not be used again. */
export function destroy(table: Table): void {
  expectTable(table);
  unmark(table);
  destroyTable(table);
}

/** Removes every entry and frees their memory. */
export function clear(table: Table): void {
  expectTable(table);
  clearTable(table);
}

/** Makes room for more entries; false, with nothing changed, if memory is refused. */
export function grow(table: Table): bool {
  expectTable(table);
  return layOut(table, nextCapacity(table), hasAges(table), hasWeights(table));
}

/** Sets the size at which insertions evict. Entries above it stay until they are evicted. */
export function setLimit(table: Table, limit: u32): void {
  expectTable(table);
  expectLimit(limit);
  setTableLimit(table, limit);
}

/** Number of entries. */
export function size(table: Table): u32 {
  expectTable(table);
  return sizeOf(table);
}

/** Bytes the table holds: of linear memory, or of typed arrays. */
export function bytesHeld(table: Table): u32 {
  expectTable(table);
  return bytesHeldBy(table);
}

/** The newest slot, or NIL. */
export function newest(table: Table): u32 {
  expectTable(table);
  return newestSlot(table);
}

/** The oldest slot, or NIL. */
export function oldest(table: Table): u32 {
  expectTable(table);
  return oldestSlot(table);
}

/** The slot that the next insertion takes, or NIL if the table has to grow first. */
export function nextSlot(table: Table): u32 {
  expectTable(table);
  return nextSlotOf(table);
}

/** Makes the order, the oldest slot first, in the first `size` places of QUEUE. O(size). */
export function arrange(table: Table): void {
  expectTable(table);
  arrangeSlots(table);
}

/** As `arrange`, of the slots that are stale at `now`; their number is the result. */
export function arrangeStale(table: Table, now: f64): u32 {
  expectVisit(table, now, 0);
  return arrangeStaleSlots(table, now);
}

/** The slot with this word, or NIL; ELSEWHERE if a MAPPED entry may have it. The order stays. */
export function find(table: Table, word: u32): u32 {
  expectTable(table);
  return findSlot(table, word);
}

/** As `find`, of a string, which is sampled `offset` units before its end (hash.ts). */
export function findString(table: Table, text: externref, offset: i32): u32 {
  expectOffset(table, offset);
  const length = stringLength(text);
  if (length > KEY_LENGTH_MAX) return ELSEWHERE;
  return findSlot(table, hashString(text, length, offset));
}

/** The slot with this word, now the newest, or as `find`; `put` uses that it was not found. */
export function get(table: Table, word: u32): u32 {
  expectTable(table);
  return getSlot(table, word);
}

/** As `get`, of a string. */
export function getString(table: Table, text: externref, offset: i32): u32 {
  expectOffset(table, offset);
  const length = stringLength(text);
  if (length > KEY_LENGTH_MAX) return ELSEWHERE;
  return getSlot(table, hashString(text, length, offset));
}

/**
 * Makes the entry with this word the newest, or adds one: `slot << OUTCOME_BITS | outcome`
 * (layout.ts). UPDATED may be another key's slot.
 */
export function put(table: Table, word: u32): u32 {
  expectTable(table);
  return putSlot(table, word);
}

/** As `put`, of a string. */
export function putString(table: Table, text: externref, offset: i32): u32 {
  expectOffset(table, offset);
  const length = stringLength(text);
  if (length > KEY_LENGTH_MAX) return ASK_MAP;
  return putSlot(table, hashString(text, length, offset));
}

/** As `put`, of the word that `get`, `getString` or a `seek` missed last. */
export function putMissed(table: Table): u32 {
  expectTable(table);
  return putSlot(table, missedOf(table));
}

/** As `put`, of a word that the index does not have. */
export function insert(table: Table, word: u32): u32 {
  expectAbsent(table, word);
  return insertSlot(table, word);
}

/** Adds a MAPPED entry, whose key the wrapper finds; the result is that of `put`. */
export function insertMapped(table: Table, word: u32): u32 {
  expectTable(table);
  return insertMappedSlot(table, word);
}

/** Gives a live slot another word; false if it is MAPPED from now on. */
export function reword(table: Table, slot: u32, word: u32): bool {
  expectLive(table, slot);
  return rewordSlot(table, slot, word);
}

/** Makes a live slot the newest. */
export function touch(table: Table, slot: u32): void {
  expectLive(table, slot);
  touchSlot(table, slot);
}

/** Undoes the latest `get`, `seek` or `put`, which made this slot the newest. */
export function untouch(table: Table, slot: u32): void {
  expectLive(table, slot);
  untouchSlot(table, slot);
}

/** Removes a live slot. */
export function remove(table: Table, slot: u32): void {
  expectLive(table, slot);
  removeSlot(table, slot);
}

/** Removes the oldest entry; returns the slot it had, or NIL. */
export function evict(table: Table): u32 {
  expectTable(table);
  const slot = oldestSlot(table);
  if (slot != NIL) removeSlot(table, slot);
  return slot;
}

/** Puts ages in use; false, with nothing changed, if memory is refused. */
export function useAges(table: Table): bool {
  expectTable(table);
  return useAgesIn(table);
}

/** Puts weights in use; false, with nothing changed, if memory is refused. */
export function useWeights(table: Table): bool {
  expectTable(table);
  return useWeightsIn(table);
}

/** Sets the sum of weights above which entries are shed. */
export function setBudget(table: Table, budget: f64): void {
  expectBudget(table, budget);
  setTableBudget(table, budget);
}

/** Sum of the weights of the entries. */
export function total(table: Table): f64 {
  expectTable(table);
  return totalOf(table);
}

/** Time from which the age of a live slot counts; ages are in use. */
export function startOf(table: Table, slot: u32): f64 {
  expectLive(table, slot);
  expectAges(table);
  return startOfSlot(agesOf(table), slot);
}

/** Age above which a live slot is stale, or 0 if it never is; ages are in use. */
export function ttlOf(table: Table, slot: u32): f64 {
  expectLive(table, slot);
  expectAges(table);
  return ttlOfSlot(agesOf(table), slot);
}

/** Weight of a live slot; weights are in use. */
export function weightOf(table: Table, slot: u32): f64 {
  expectLive(table, slot);
  expectWeights(table);
  return weightOfSlot(weightsOf(table), slot);
}

/** The slot, negated if it is stale; by the mode (layout.ts) a fresh one is touched and renewed. */
export function visit(table: Table, slot: u32, now: f64, mode: u32): i32 {
  expectLive(table, slot);
  expectVisit(table, now, mode);
  return visitSlot(table, slot, now, mode);
}

/** The slot with this word, as by `get` if it is fresh, negated if it is stale; or as `find`. */
export function seek(table: Table, word: u32, now: f64): i32 {
  expectVisit(table, now, VISIT_TOUCH);
  const slot = findSlot(table, word);
  if (slot > ELSEWHERE) return visitSlot(table, slot, now, VISIT_TOUCH);
  if (slot == NIL) miss(table, word);
  return slot;
}

/** As `seek`, of a string. */
export function seekString(table: Table, text: externref, offset: i32, now: f64): i32 {
  expectOffset(table, offset);
  const length = stringLength(text);
  if (length > KEY_LENGTH_MAX) return ELSEWHERE;
  return seek(table, hashString(text, length, offset), now);
}

/** Writes the columns in use of a live slot; true if entries have to be shed. */
export function write(
  table: Table,
  slot: u32,
  weight: f64,
  start: f64,
  ttl: f64,
  isKept: bool,
): bool {
  expectColumns(table, slot, weight, start, ttl);
  return writeColumns(table, slot, weight, start, ttl, isKept);
}

/** Removes the oldest entry if the weights exceed the budget; returns the slot it had, or NIL. */
export function shed(table: Table): u32 {
  expectTable(table);
  return shedSlot(table);
}

/** The earliest time after which an entry is stale; Infinity if none ever is. O(size). */
export function nextDeadline(table: Table): f64 {
  expectAges(table);
  return nextDeadlineOf(table);
}
