// The interface of the core of numbers: tables from an int32 to an f64, all in linear memory.
//
// The word of a key is the key itself, so the wrapper compares nothing: a slot that is found is
// that of the key. Index, order, slots and storage are those of all tables.
//
// NI1  The value of a slot is in the column that other tables have for weights. A table of numbers
//      has it from its beginning to its end, and no budget: nothing reads TOTAL, which is any f64.
// NI2  A key that the index refuses is MAPPED, as in other tables: the wrapper's Map has its slot.
//      Functions here that take a word treat it as absent, except `use` and related ones, which
//      return ELSEWHERE if the Map may have it, and `put`, which returns ASK_MAP.
//
// asc and tsc both compile this file, as index.ts, which documents the functions that this file
// takes from it.

import { expectAges, expectLive, expectTable } from '../debug/contract.js';
import { create as createBare, get as use, useWeights } from '../index.js';
import { ELSEWHERE, NO_ROOM, OUTCOME_BITS, OUTCOME_MASK } from '../layout.js';
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
import { put as putSlot } from '../table.js';

export {
  arrange,
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

/** The key of a live slot. */
export function wordAt(table: Table, slot: u32): u32 {
  expectLive(table, slot);
  return wordOf(recordsOf(table), slot);
}

/** The value of a live slot. */
export function valueAt(table: Table, slot: u32): f64 {
  expectLive(table, slot);
  return weightOf(weightsOf(table), slot);
}

/** Sets the value of a live slot. */
export function setValueAt(table: Table, slot: u32, value: f64): void {
  expectLive(table, slot);
  setWeight(weightsOf(table), slot, value);
}

/** The value of a word, which becomes the newest, or `missing`. */
export function get(table: Table, word: u32, missing: f64): f64 {
  const slot = use(table, word);
  return slot > ELSEWHERE ? weightOf(weightsOf(table), slot) : missing;
}

/** Adds to the value of a word, which becomes the newest; returns the sum, or NaN without one. */
export function add(table: Table, word: u32, by: f64): f64 {
  const slot = use(table, word);
  if (slot <= ELSEWHERE) return NaN;
  const sum = weightOf(weightsOf(table), slot) + by;
  setWeight(weightsOf(table), slot, sum);
  return sum;
}

/** Sets the value of a word, or adds an entry; the result is that of `put` in other tables. */
export function put(table: Table, word: u32, value: f64): u32 {
  expectTable(table);
  const code = putSlot(table, word);
  if ((code & OUTCOME_MASK) < NO_ROOM) setWeight(weightsOf(table), code >>> OUTCOME_BITS, value);
  return code;
}

/** Writes the age of a live slot; ages are in use. */
export function setAgeAt(table: Table, slot: u32, start: f64, ttl: f64): void {
  expectLive(table, slot);
  expectAges(table);
  setStart(agesOf(table), slot, start);
  setTtl(agesOf(table), slot, ttl);
}
