// The interface of the core of numbers: tables from an int32 to an f64, all in linear memory.
//
// The word of a key is the key itself, so nothing has to be compared outside: whoever finds a slot
// has found the key, and one call returns the value. Index, order, slots and storage are those of
// all tables.
//
// V1  The value of a slot is in the column that other tables have for weights. A table of numbers
//     has it from its beginning to its end, and no budget: nothing reads TOTAL, which is any f64.
// V2  A key that the index refuses is MAPPED, as in other tables: the wrapper's Map has its slot,
//     and the functions here that take a word do as if it were absent, except `put`, which says
//     ASK_MAP when it may be there.
//
// asc and tsc both compile this file, as index.ts. What it has from there is described there.

import { find } from '../buckets.js';
import { visit as visitSlot } from '../columns.js';
import { expectAges, expectLive, expectTable, expectVisit } from '../debug/contract.js';
import { create as createBare, useWeights } from '../index.js';
import { ELSEWHERE, NIL, NO_ROOM, OUTCOME_BITS, OUTCOME_MASK, VISIT_TOUCH } from '../layout.js';
import {
  agesOf,
  recordsOf,
  setStart,
  setTtl,
  setWeight,
  Table,
  weightOf,
  weightsOf,
  wordOf,
} from '../slots.js';
import { get as getSlot, put as putSlot, remove as removeSlot } from '../table.js';

export {
  arrange,
  arranged,
  arrangeStale,
  bytesHeld,
  clear,
  destroy,
  find,
  get as use,
  grow,
  insert,
  insertMapped,
  nextSlot,
  oldest,
  refused,
  refusedAt,
  remove,
  seek,
  setLimit,
  size,
  startOf,
  touch,
  ttlOf,
  useAges,
  visit,
} from '../index.js';

/** A new, empty table that evicts at `limit` entries, or 0 if memory is refused. */
export function create(limit: u32): Table {
  const table = createBare(limit);
  // Never refused, as there is no storage yet.
  if (table) useWeights(table);
  return table;
}

function valueIn(table: Table, slot: u32): f64 {
  return weightOf(weightsOf(table), slot);
}

function setValueIn(table: Table, slot: u32, value: f64): void {
  setWeight(weightsOf(table), slot, value);
}

/** The key of a live slot. */
export function wordAt(table: Table, slot: u32): u32 {
  expectLive(table, slot);
  return wordOf(recordsOf(table), slot);
}

/** The value of a live slot. */
export function valueAt(table: Table, slot: u32): f64 {
  expectLive(table, slot);
  return valueIn(table, slot);
}

/** Sets the value of a live slot. */
export function setValueAt(table: Table, slot: u32, value: f64): void {
  expectLive(table, slot);
  setValueIn(table, slot, value);
}

/** The value of a word, whose slot becomes the newest; `missing` if there is none. */
export function get(table: Table, word: u32, missing: f64): f64 {
  expectTable(table);
  const slot = getSlot(table, word);
  return slot > ELSEWHERE ? valueIn(table, slot) : missing;
}

/** As `get`, in a table with ages: a stale entry is removed, and missing. */
export function getFresh(table: Table, word: u32, missing: f64, now: f64): f64 {
  const slot = useFresh(table, word, now);
  return slot > ELSEWHERE ? valueIn(table, slot) : missing;
}

/** As `get`, but the order stays, and so does a stale entry. */
export function peek(table: Table, word: u32, missing: f64): f64 {
  expectTable(table);
  const slot = find(table, word);
  return slot > ELSEWHERE ? valueIn(table, slot) : missing;
}

/** Adds to the value of a word, whose slot becomes the newest; returns the sum, or `missing`. */
export function add(table: Table, word: u32, by: f64, missing: f64): f64 {
  expectTable(table);
  return addTo(table, getSlot(table, word), by, missing);
}

/** As `add`, in a table with ages, which stay as they are: a stale entry is removed. */
export function addFresh(table: Table, word: u32, by: f64, missing: f64, now: f64): f64 {
  return addTo(table, useFresh(table, word, now), by, missing);
}

/** Sets the value of a word, or adds an entry; the result is that of `put` in other tables. */
export function put(table: Table, word: u32, value: f64): u32 {
  expectTable(table);
  const code = putSlot(table, word);
  if ((code & OUTCOME_MASK) < NO_ROOM) setValueIn(table, code >>> OUTCOME_BITS, value);
  return code;
}

/** Writes the age of a live slot; ages are in use. */
export function setAgeAt(table: Table, slot: u32, start: f64, ttl: f64): void {
  expectLive(table, slot);
  expectAges(table);
  setStart(agesOf(table), slot, start);
  setTtl(agesOf(table), slot, ttl);
}

function addTo(table: Table, slot: u32, by: f64, missing: f64): f64 {
  if (slot <= ELSEWHERE) return missing;
  const sum = valueIn(table, slot) + by;
  setValueIn(table, slot, sum);
  return sum;
}

/** The fresh slot of a word, now the newest; NIL or ELSEWHERE. A stale one is removed. */
function useFresh(table: Table, word: u32, now: f64): u32 {
  expectVisit(table, now, VISIT_TOUCH);
  const found = find(table, word);
  if (found <= ELSEWHERE) return found;
  const slot = visitSlot(table, found, now, VISIT_TOUCH);
  if (slot > 0) return found;
  removeSlot(table, found);
  return NIL;
}
