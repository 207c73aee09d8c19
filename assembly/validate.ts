// The checker: every invariant of a table and of the arena, a distinct code each.
//
// Part of the debug build only. Reads, never writes. Every loop is bounded by a count that is
// checked before, so that a corrupt structure gives a code and not a hang.
// test/validate.ts checks the same of every engine and build, from outside.

import {
  arenaEnd,
  binHead,
  bytesOf,
  sizeOf as bytesOfBlock,
  isFree,
  isMarked,
  leftBytesOf,
} from './arena';
import { expectTable } from './contract';
import {
  AGE_BYTES_LOG2,
  ARENA_BIN_COUNT,
  ARENA_FIRST,
  BLOCK_HEADER_BYTES,
  EMPTY,
  NIL,
  SLOT_BYTES_LOG2,
  WEIGHT_BYTES_LOG2,
} from './layout';
import {
  agesOf,
  budgetOf,
  capacityOf,
  freeOf,
  freshOf,
  headOf,
  headsOf,
  kindIn,
  limitOf,
  linkOf,
  newerOf,
  olderOf,
  shiftOf,
  sizeOf,
  slotIn,
  slotsOf,
  totalOf,
  weightOf,
  weightsOf,
  wordOf,
} from './slots';
import { bucketOf, find, findNext } from './table';

/** All invariants hold. */
export const VALID = 0;
/** SIZE exceeds LIMIT. */
export const SIZE_OVER_LIMIT = 1;
/** FRESH is not from 1 to CAPACITY + 1. */
export const FRESH_OUT_OF_RANGE = 2;
/** The block of slots and heads is too small for the capacity. */
export const BLOCK_TOO_SMALL = 3;
/** The recency list leads to a slot that was never used (S1). */
export const LIST_OUT_OF_RANGE = 4;
/** A slot's NEWER is not the inverse of OLDER (S2). */
export const LINKS_NOT_INVERSE = 5;
/** The recency list does not come back to the sentinel after SIZE slots (S4). */
export const LIST_LENGTH_WRONG = 6;
/** A listed slot is not found under its own word (S3). */
export const SLOT_NOT_INDEXED = 7;
/** The chains do not hold SIZE slots in all (S3). */
export const CHAINS_LENGTH_WRONG = 8;
/** A slot is in a chain that its word does not select (S3). */
export const SLOT_IN_WRONG_BUCKET = 9;
/** The free list leads to a slot that was never used (S1). */
export const FREE_OUT_OF_RANGE = 10;
/** live + free + fresh is not CAPACITY (S4). */
export const COUNTS_DISAGREE = 11;
/** A table without memory claims a capacity. */
export const EMPTY_TABLE_NOT_EMPTY = 12;
/** The block of a column is too small for the capacity, or not EMPTY without memory. */
export const COLUMN_TOO_SMALL = 13;
/** TOTAL is not the sum of the weights of the live slots, or there are none in use. */
export const TOTAL_WRONG = 14;
/** TOTAL exceeds BUDGET (L2). */
export const TOTAL_OVER_BUDGET = 15;
/** The heads do not follow the slots. */
export const HEADS_MISPLACED = 16;
/** A block's LEFT is not the size of its left neighbour (A1). */
export const BLOCK_LEFT_WRONG = 20;
/** Two free blocks are neighbours (A2). */
export const BLOCKS_NOT_MERGED = 21;
/** The blocks do not end at the closing header (A1). */
export const BLOCKS_LENGTH_WRONG = 22;
/** A bit of the map disagrees with its bin (A3). */
export const BIN_MAP_WRONG = 23;
/** Something wrote into the shared zeroes. */
export const ZEROES_WRITTEN = 24;

function validateList(table: usize): i32 {
  const slots = slotsOf(table);
  const fresh = freshOf(table);
  const size = sizeOf(table);
  let slot: u32 = NIL;
  for (let i: u32 = 0; i <= size; i++) {
    const older = olderOf(slots, slot);
    if (older >= fresh) return LIST_OUT_OF_RANGE;
    if (newerOf(slots, older) != slot) return LINKS_NOT_INVERSE;
    slot = older;
    if (slot == NIL) return i == size ? VALID : LIST_LENGTH_WRONG;
    let found = find(table, wordOf(slots, slot), kindIn(linkOf(slots, slot)));
    for (let probes: u32 = 0; found != slot && probes < size; probes++) {
      found = found == NIL ? NIL : findNext(table, found);
    }
    if (found != slot) return SLOT_NOT_INDEXED;
  }
  return LIST_LENGTH_WRONG;
}

function validateChains(table: usize): i32 {
  const slots = slotsOf(table);
  const heads = headsOf(table);
  const fresh = freshOf(table);
  const bucketCount: u32 = 1 << (32 - shiftOf(table));
  let chained: u32 = 0;
  for (let bucket: u32 = 0; bucket < bucketCount; bucket++) {
    let slot = headOf(heads, bucket);
    while (slot != NIL) {
      if (slot >= fresh || ++chained > sizeOf(table)) return CHAINS_LENGTH_WRONG;
      if (bucketOf(table, wordOf(slots, slot)) != bucket) return SLOT_IN_WRONG_BUCKET;
      slot = slotIn(linkOf(slots, slot));
    }
  }
  return chained == sizeOf(table) ? VALID : CHAINS_LENGTH_WRONG;
}

function validateCounts(table: usize): i32 {
  const slots = slotsOf(table);
  const capacity = capacityOf(table);
  const unused = capacity + 1 - freshOf(table);
  let free: u32 = 0;
  let slot = freeOf(table);
  while (slot != NIL) {
    if (slot >= freshOf(table)) return FREE_OUT_OF_RANGE;
    if (++free > capacity) return COUNTS_DISAGREE;
    slot = slotIn(linkOf(slots, slot));
  }
  return sizeOf(table) + free + unused == capacity ? VALID : COUNTS_DISAGREE;
}

function isColumn(column: usize, capacity: u32, bytesLog2: u32): bool {
  if (column == 0) return true;
  if (capacity == 0) return column == EMPTY;
  return column != EMPTY && bytesOf(column) - BLOCK_HEADER_BYTES >= (capacity + 1) << bytesLog2;
}

function validateColumns(table: usize): i32 {
  const capacity = capacityOf(table);
  const slots = slotsOf(table);
  const weights = weightsOf(table);
  if (!isColumn(agesOf(table), capacity, AGE_BYTES_LOG2)) return COLUMN_TOO_SMALL;
  if (!isColumn(weights, capacity, WEIGHT_BYTES_LOG2)) return COLUMN_TOO_SMALL;
  let sum: f64 = 0;
  let slot: u32 = weights ? olderOf(slots, NIL) : NIL;
  // Ends: the list was checked before.
  while (slot != NIL) {
    sum += weightOf(weights, slot);
    slot = olderOf(slots, slot);
  }
  if (totalOf(table) != sum) return TOTAL_WRONG;
  return sum > budgetOf(table) ? TOTAL_OVER_BUDGET : VALID;
}

/** VALID, or the code of the first invariant of the table that does not hold. O(capacity). */
export function validateTable(table: usize): i32 {
  expectTable(table);
  if (sizeOf(table) > limitOf(table)) return SIZE_OVER_LIMIT;
  const capacity = capacityOf(table);
  if (freshOf(table) < 1 || freshOf(table) > capacity + 1) return FRESH_OUT_OF_RANGE;
  if (headsOf(table) == EMPTY) {
    const isEmpty = capacity == 0 && slotsOf(table) == EMPTY;
    return isEmpty ? validateColumns(table) : EMPTY_TABLE_NOT_EMPTY;
  }
  const recordsBytes: u32 = (capacity + 1) << SLOT_BYTES_LOG2;
  const headsBytes: u32 = (4 as u32) << (32 - shiftOf(table));
  const bytes = bytesOf(slotsOf(table)) - BLOCK_HEADER_BYTES;
  if (bytes < recordsBytes + headsBytes) return BLOCK_TOO_SMALL;
  if (headsOf(table) != slotsOf(table) + recordsBytes) return HEADS_MISPLACED;
  // Chains first: the search of a listed slot below relies on chains that end.
  let code = validateChains(table);
  if (code == VALID) code = validateList(table);
  if (code == VALID) code = validateCounts(table);
  if (code == VALID) code = validateColumns(table);
  return code;
}

/** VALID, or the code of the first invariant of the arena that does not hold. O(blocks). */
export function validateArena(): i32 {
  const closing = arenaEnd() - BLOCK_HEADER_BYTES;
  let block: usize = ARENA_FIRST;
  let left: u32 = 0;
  let leftFree: bool = false;
  while (block < closing) {
    const bytes = bytesOfBlock(block);
    if (leftBytesOf(block) != left) return BLOCK_LEFT_WRONG;
    if (isFree(block) && leftFree) return BLOCKS_NOT_MERGED;
    if (bytes == 0) return BLOCKS_LENGTH_WRONG;
    left = bytes;
    leftFree = isFree(block);
    block += bytes;
  }
  if (block != closing || leftBytesOf(closing) != left) return BLOCKS_LENGTH_WRONG;
  for (let bin: u32 = 0; bin < (ARENA_BIN_COUNT as u32); bin++) {
    if (isMarked(bin) != (binHead(bin) != 0)) return BIN_MAP_WRONG;
  }
  const written =
    wordOf(EMPTY, NIL) | olderOf(EMPTY, NIL) | newerOf(EMPTY, NIL) | linkOf(EMPTY, NIL);
  return written == 0 ? VALID : ZEROES_WRITTEN;
}
