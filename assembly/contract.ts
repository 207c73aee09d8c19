// The contract: what the core relies on of its caller, each condition an assert by its own name.
//
// Part of the debug build only; the release build trusts its caller. What does not hold traps, and
// the stack of the trap names the condition.
//
// P1  A table has a mark in its header, which `create` writes and `destroy` takes away. It depends
//     on the address, so that neither a freed handle passes, nor one that is a little off, nor the
//     address of any other block.
// P2  Nothing is written, and nothing is read outside of the arena, whatever the arguments: what a
//     condition reads of a table, it reads after it has asked whether it is one.
// P3  Every condition is O(1), but for `expectWords`.

import { arenaEnd, bytesOf, sizeOf as bytesOfBlock, isFree } from './arena';
import {
  ARENA_FIRST,
  BLOCK_HEADER_BYTES,
  CAPACITY_MAX,
  KIND_HASHED,
  KIND_INT,
  NIL,
  SAMPLE_LENGTH,
  TABLE_BYTES,
  VISIT_RENEW,
  VISIT_TOUCH,
  WEIGHT_MAX,
} from './layout';
import {
  agesOf,
  budgetOf,
  freshOf,
  markOf,
  newerOf,
  olderOf,
  setMark,
  sizeOf,
  slotsOf,
  totalOf,
  weightsOf,
} from './slots';
import { nextSlot } from './table';

/** What the mark of a table and its address differ by: any number that data rarely is. */
const MARK: u32 = 0x6c727531;

/** Marks a block as a table, from now on. */
export function mark(table: usize): void {
  setMark(table, (table as u32) ^ MARK);
}

/** Takes the mark from a table that is about to be freed. */
export function unmark(table: usize): void {
  setMark(table, 0);
}

function isTable(table: usize): bool {
  if ((table & 15) != 0 || table < (ARENA_FIRST as usize)) return false;
  if (table >= arenaEnd() || arenaEnd() - table <= (TABLE_BYTES as usize)) return false;
  return markOf(table) == ((table as u32) ^ MARK);
}

function isWhole(value: f64, most: f64): bool {
  return value >= 0 && value <= most && floor<f64>(value) == value;
}

/** The instance was not opened before. */
export function expectClosed(): void {
  assert(arenaEnd() == 0);
}

/** A number of words that a table can have use for, in an instance that is open. */
export function expectCount(count: u32): void {
  assert(arenaEnd() != 0 && count > 0 && count <= (CAPACITY_MAX as u32) + 1);
}

/** A size at which a table may evict, in an instance that is open. */
export function expectLimit(limit: u32): void {
  assert(arenaEnd() != 0 && limit > 0 && limit <= (CAPACITY_MAX as u32));
}

/** The handle of a table that was created, and not destroyed since. */
export function expectTable(table: usize): void {
  assert(isTable(table));
}

/** A table without entries. */
export function expectEmpty(table: usize): void {
  expectTable(table);
  assert(sizeOf(table) == 0);
}

/** A table all of whose slots are live, and which has not reached its limit. */
export function expectFull(table: usize): void {
  expectTable(table);
  assert(nextSlot(table) == NIL);
}

/** A slot that has been live, and may be so still. */
export function expectUsed(table: usize, slot: u32): void {
  expectTable(table);
  assert(slot != NIL && slot < freshOf(table));
}

/** A slot that has been live, or NIL. */
export function expectUsedOrNil(table: usize, slot: u32): void {
  expectTable(table);
  assert(slot < freshOf(table));
}

/** A live slot. */
export function expectLive(table: usize, slot: u32): void {
  expectUsed(table, slot);
  const slots = slotsOf(table);
  // Unlinking a slot gave its older neighbour another newer one (R2 in recency.ts).
  assert(newerOf(slots, olderOf(slots, slot)) == slot);
}

/** A kind of word. */
export function expectKind(table: usize, kind: u32): void {
  expectTable(table);
  assert(kind == KIND_INT || kind == KIND_HASHED);
}

/** A seed under which no sample begins before the shortest of strings can. */
export function expectSeed(table: usize, seed: i32): void {
  expectTable(table);
  assert(seed >= i32.MIN_VALUE + SAMPLE_LENGTH);
}

/** A table that has no columns to be written along with an entry. */
export function expectPlain(table: usize): void {
  expectTable(table);
  assert(!agesOf(table) && !weightsOf(table));
}

/** A table with ages. */
export function expectAges(table: usize): void {
  expectTable(table);
  assert(agesOf(table) != 0);
}

/** A table with weights. */
export function expectWeights(table: usize): void {
  expectTable(table);
  assert(weightsOf(table) != 0);
}

/** A table with ages, a time, and a mode of visit. */
export function expectVisit(table: usize, now: f64, mode: u32): void {
  expectAges(table);
  assert(abs<f64>(now) < Infinity);
  assert((mode & ~(VISIT_TOUCH | VISIT_RENEW)) == 0);
}

/** What the columns of a table can hold; and what exceeded its budget has been shed. */
export function expectCells(table: usize, weight: f64, start: f64, ttl: f64): void {
  expectTable(table);
  // NaN compares with nothing.
  assert(!agesOf(table) || (abs<f64>(start) < Infinity && abs<f64>(ttl) <= Infinity));
  assert(!weightsOf(table) || isWhole(weight, WEIGHT_MAX as f64));
  assert(totalOf(table) <= budgetOf(table));
}

/** A sum of weights that is exact. */
export function expectBudget(table: usize, budget: f64): void {
  expectTable(table);
  assert(isWhole(budget, WEIGHT_MAX as f64));
}

/** An odd factor: it sends different words to different products. */
export function expectMultiplier(multiplier: u32): void {
  assert((multiplier & 1) != 0);
}

function isHeldBy(table: usize, payload: usize): bool {
  if (payload == table || payload == slotsOf(table)) return true;
  return payload == agesOf(table) || payload == weightsOf(table);
}

/** Whether this is the payload of a block in use that no table holds. */
function isReserved(payload: usize): bool {
  const closing = arenaEnd() - BLOCK_HEADER_BYTES;
  let isBlock = false;
  for (let block: usize = ARENA_FIRST; block < closing; block += bytesOfBlock(block)) {
    if (isFree(block)) continue;
    const held = block + BLOCK_HEADER_BYTES;
    if (held == payload) isBlock = true;
    if (isTable(held) && isHeldBy(held, payload)) return false;
  }
  return isBlock;
}

/** 0, or a reserved block with a word for every slot that has been live. O(blocks). */
export function expectWords(table: usize, words: usize): void {
  expectTable(table);
  if (words == 0) return;
  assert(isReserved(words));
  assert(bytesOf(words) - BLOCK_HEADER_BYTES >= freshOf(table) << 2);
}
