// Storage: the one block of linear memory that holds all of a table but its header.
//
//   RECORDS          AGES     WEIGHTS   BUCKETS                QUEUE     BINS
//   (slots) * 8      * 16     * 8       BUCKET_COUNT * 64      * 4       (BIN_COUNT + 1) * 4
//   ─── kept when the block moves ───   ─── made anew from the records ──────────────────
//
// One block, so that it can grow where it lies, and leaves no holes behind when it does.
//
// SG1  The header's address never changes. The block moves only in `grow`, `useAges`, `useWeights`
//      and `clear`. A slot keeps its number for as long as its entry lives.
// SG2  A refusal of memory is a return value (false, 0), and changes nothing.
//
// Part of the WebAssembly core only; storage.ts is the JavaScript engine's.

import { allocate, bytesOf, extend, release } from './arena.js';
import {
  AGE_BYTES_LOG2,
  BIN_SLOTS_LOG2,
  BUCKET_BYTES,
  BUCKET_BYTES_LOG2,
  BUCKET_LOAD,
  EMPTY,
  RECORD_BYTES_LOG2,
  SLOT_FIRST,
  TABLE_BYTES,
  WEIGHT_BYTES_LOG2,
  WEIGHT_MAX,
} from './layout.js';
import {
  agesOf,
  capacityOf,
  freshOf,
  hasAges,
  hasWeights,
  recordsOf,
  setAges,
  setBinCount,
  setBins,
  setBucketCount,
  setBuckets,
  setBudget,
  setCapacity,
  setLimit,
  setQueue,
  setRecords,
  setRefused,
  setWeights,
  Table,
  weightsOf,
} from './slots.js';
import { reindex, resetEntries } from './table.js';

/** Entries to a bucket in a full table of this core, above BUCKET_LOAD. */
let bucketLoadExtra: u32 = 0;

/** Sets the number of entries to a bucket in a full table, before there is any. */
export function setBucketLoad(load: u32): void {
  bucketLoadExtra = load - BUCKET_LOAD;
}

/** Bytes of the parts of a block that are kept when it moves. */
function keptBytes(slots: u32, isAged: bool, isWeighed: bool): usize {
  let bytes = (slots as usize) << RECORD_BYTES_LOG2;
  if (isAged) bytes += (slots as usize) << AGE_BYTES_LOG2;
  if (isWeighed) bytes += (slots as usize) << WEIGHT_BYTES_LOG2;
  return bytes;
}

function bucketCountFor(capacity: u32): u32 {
  const load = BUCKET_LOAD + bucketLoadExtra;
  return (capacity + load - 1) / load;
}

function binCountFor(capacity: u32): u32 {
  return (capacity >> BIN_SLOTS_LOG2) + 1;
}

/** Bytes of a block for so many entries and these columns. */
export function blockBytesFor(capacity: u32, isAged: bool, isWeighed: bool): u32 {
  const buckets = (bucketCountFor(capacity) as usize) << BUCKET_BYTES_LOG2;
  const queue = ((capacity + binCountFor(capacity) + 1) as usize) << 2;
  const kept = keptBytes(capacity + SLOT_FIRST, isAged, isWeighed);
  // A payload is a multiple of 16, the buckets begin at a multiple of 64.
  return (kept + BUCKET_BYTES + buckets + queue) as u32;
}

/** Writes where the parts of a block lie. */
export function place(
  table: Table,
  block: usize,
  capacity: u32,
  isAged: bool,
  isWeighed: bool,
): void {
  const slots = (capacity + SLOT_FIRST) as usize;
  let at = block + (slots << RECORD_BYTES_LOG2);
  setRecords(table, block);
  if (isAged) {
    setAges(table, at);
    at += slots << AGE_BYTES_LOG2;
  }
  if (isWeighed) {
    setWeights(table, at);
    at += slots << WEIGHT_BYTES_LOG2;
  }
  at = (at + (BUCKET_BYTES - 1)) & ~(BUCKET_BYTES - 1);
  setBuckets(table, at);
  setBucketCount(table, bucketCountFor(capacity));
  at += (bucketCountFor(capacity) as usize) << BUCKET_BYTES_LOG2;
  setQueue(table, at);
  setBins(table, at + ((capacity as usize) << 2));
  setBinCount(table, binCountFor(capacity));
  setCapacity(table, capacity);
}

/**
 * Moves what is kept to where a larger block has it, last part first, as the block may be the same.
 */
export function moveColumns(table: Table, oldAges: usize, oldWeights: usize): void {
  const slots = freshOf(table) as usize;
  const weights = weightsOf(table);
  const ages = agesOf(table);
  if (weights && oldWeights) memory.copy(weights, oldWeights, slots << WEIGHT_BYTES_LOG2);
  if (ages && oldAges) memory.copy(ages, oldAges, slots << AGE_BYTES_LOG2);
  // The columns of an entry that had none: never stale, and weightless.
  if (weights && !oldWeights) memory.fill(weights, 0, slots << WEIGHT_BYTES_LOG2);
  if (ages && !oldAges) memory.fill(ages, 0, slots << AGE_BYTES_LOG2);
}

/** Gives a table storage for `capacity` entries, no fewer than before; false if refused. */
export function layOut(table: Table, capacity: u32, isAged: bool, isWeighed: bool): bool {
  const old = recordsOf(table);
  const bytes = blockBytesFor(capacity, isAged, isWeighed);
  const ages: usize = old == EMPTY ? 0 : agesOf(table);
  const weights: usize = old == EMPTY ? 0 : weightsOf(table);
  let block = old;
  if (old == EMPTY || !extend(old, bytes)) {
    block = allocate(bytes);
    if (!block) return false;
    memory.copy(block, old, (freshOf(table) as usize) << RECORD_BYTES_LOG2);
  }
  place(table, block, capacity, isAged, isWeighed);
  moveColumns(table, ages, weights);
  if (block != old && old != EMPTY) release(old);
  reindex(table);
  return true;
}

/** Puts ages in use, none of which is ever stale yet; false if memory is refused. */
export function useAges(table: Table): bool {
  setRefused(table, 0);
  if (hasAges(table)) return true;
  if (recordsOf(table) != EMPTY) return layOut(table, capacityOf(table), true, hasWeights(table));
  setAges(table, EMPTY);
  return true;
}

/** Puts weights in use, all 0 yet; false if memory is refused. */
export function useWeights(table: Table): bool {
  setRefused(table, 0);
  if (hasWeights(table)) return true;
  if (recordsOf(table) != EMPTY) return layOut(table, capacityOf(table), hasAges(table), true);
  setWeights(table, EMPTY);
  return true;
}

/** A table without entries: it has no storage yet, or no more. */
function resetEmpty(table: Table): void {
  const isAged = hasAges(table);
  const isWeighed = hasWeights(table);
  setRecords(table, EMPTY);
  setBuckets(table, EMPTY);
  setBucketCount(table, 1);
  setQueue(table, EMPTY);
  setBins(table, EMPTY);
  setBinCount(table, 1);
  setAges(table, isAged ? (EMPTY as usize) : 0);
  setWeights(table, isWeighed ? (EMPTY as usize) : 0);
  setCapacity(table, 0);
  resetEntries(table);
}

/** A new table that evicts at `limit` entries, or 0 if memory is refused. */
export function createTable(limit: u32): Table {
  const table = allocate(TABLE_BYTES);
  if (!table) return 0;
  setLimit(table, limit);
  setBudget(table, WEIGHT_MAX as f64);
  setAges(table, 0);
  setWeights(table, 0);
  resetEmpty(table);
  return table;
}

/** Removes every entry and frees the storage. */
export function clear(table: Table): void {
  const block = recordsOf(table);
  resetEmpty(table);
  if (block != EMPTY) release(block);
}

/** Frees a table and all it holds. */
export function destroyTable(table: Table): void {
  clear(table);
  release(table);
}

/** Bytes of linear memory a table holds, with the headers of its blocks. */
export function bytesHeld(table: Table): u32 {
  const block = recordsOf(table);
  return bytesOf(table) + (block == EMPTY ? 0 : bytesOf(block));
}
