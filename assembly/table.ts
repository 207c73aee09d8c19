// The table: one cache's index from words to slots, and its free slots.
//
// A hash table with separate chaining (Knuth 6.4): a slot's bucket is the top bits of its word
// times an odd constant, and chains run through the slot records. Chains need no tombstones, and
// a deleted slot is reused at once, so that a full cache under churn never rebuilds anything.
//
// T1  The header's address never changes; slots and the heads behind them, in one block so that it
//     can be extended where it is, move only in `grow` and `clear`.
// T2  A slot keeps its number for as long as its entry lives.
// T3  A put that finds no room changes nothing and says so; growing is a call of its own.
//
// T4  Words that crowd one bucket, by chance or by design, are spread anew: an insertion into a
//     chain of PATIENCE slots is refused, and the wrapper calls `rehash`. As PATIENCE doubles,
//     so does the work that pays for it, and there are at most log2(size) rehashes.
//
// Expected cost is O(1); a chain is longer than 8 with probability below 10^-5 for words that
// are spread evenly. `grow` is O(size) and happens log2(limit) times in a table's life.

import { allocate, bytesOf, extend, release, trim } from './arena';
import {
  AGE_BYTES_LOG2,
  BLOCK_HEADER_BYTES,
  CAPACITY_FIRST,
  CAPACITY_MAX,
  EMPTY,
  EMPTY_BUCKETS_LOG2,
  EVICTED,
  INSERTED,
  KIND_HASHED,
  MULTIPLIER,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  PATIENCE_FIRST,
  SLOT_BYTES_LOG2,
  TABLE_BYTES,
  WEIGHT_BYTES_LOG2,
  WEIGHT_MAX,
} from './layout';
import { linkNewest, relink, touch, unlink } from './recency';
import {
  agesOf,
  capacityOf,
  freeOf,
  freshOf,
  headOf,
  headsOf,
  kindIn,
  limitOf,
  linkOf,
  multiplierOf,
  newerOf,
  olderOf,
  patienceOf,
  setAges,
  setBudget,
  setCapacity,
  setFree,
  setFresh,
  setHead,
  setHeads,
  setLimit,
  setLink,
  setMultiplier,
  setPatience,
  setShift,
  setSize,
  setSlots,
  setTotal,
  setWeights,
  setWord,
  shiftOf,
  sizeOf,
  slotIn,
  slotsOf,
  totalOf,
  weightOf,
  weightsOf,
  wordIn,
  wordOf,
} from './slots';

/** Bucket of a word: Fibonacci hashing, or whatever the table's multiplier makes of it. */
export function bucketOf(table: usize, word: u32): u32 {
  return (word * multiplierOf(table)) >> shiftOf(table);
}

function chainIn(table: usize, slot: u32, word: u32, kind: u32): void {
  const heads = headsOf(table);
  const bucket = bucketOf(table, word);
  setLink(slotsOf(table), slot, headOf(heads, bucket), kind);
  setHead(heads, bucket, slot);
}

function chainOut(table: usize, slot: u32): void {
  const heads = headsOf(table);
  const slots = slotsOf(table);
  const bucket = bucketOf(table, wordOf(slots, slot));
  const next = slotIn(linkOf(slots, slot));
  let at = headOf(heads, bucket);
  if (at == slot) {
    setHead(heads, bucket, next);
    return;
  }
  // Ends at the slot, which is in this chain (S3).
  while (slotIn(linkOf(slots, at)) != slot) at = slotIn(linkOf(slots, at));
  setLink(slots, at, next, kindIn(linkOf(slots, at)));
}

/** First slot with this word and kind in a chain that begins at `slot`, or NIL. */
function findFrom(slots: usize, slot: u32, word: u32, kind: u32): u32 {
  // Ends with the chain, which holds a slot once (S3).
  while (slot != NIL) {
    const link = linkOf(slots, slot);
    if (wordOf(slots, slot) == word && kindIn(link) == kind) return slot;
    slot = slotIn(link);
  }
  return NIL;
}

/** First slot with this word and kind, or NIL. */
export function find(table: usize, word: u32, kind: u32): u32 {
  const head = headOf(headsOf(table), bucketOf(table, word));
  return findFrom(slotsOf(table), head, word, kind);
}

/** First slot with this word and kind, or, if there is none, the length of the chain, negated. */
export function findOrCount(table: usize, word: u32, kind: u32): i32 {
  const slots = slotsOf(table);
  let slot = headOf(headsOf(table), bucketOf(table, word));
  let length: i32 = 0;
  // Ends with the chain, which holds a slot once (S3).
  while (slot != NIL) {
    const link = linkOf(slots, slot);
    if (wordOf(slots, slot) == word && kindIn(link) == kind) return slot;
    slot = slotIn(link);
    length -= 1;
  }
  return length;
}

/** Whether a chain of this length, negated, is too long to be added to. */
export function isCrowded(table: usize, negatedLength: i32): bool {
  return negatedLength <= -PATIENCE_FIRST && (-negatedLength as u32) >= patienceOf(table);
}

/** The next slot after `slot` in its chain that has the same word and kind, or NIL. */
export function findNext(table: usize, slot: u32): u32 {
  const slots = slotsOf(table);
  const link = linkOf(slots, slot);
  return findFrom(slots, slotIn(link), wordOf(slots, slot), kindIn(link));
}

/**
 * Adds an entry as the newest one, in a free slot, a fresh one, or, at the limit, in the slot of
 * the oldest entry. Returns the slot and the outcome.
 */
export function insert(table: usize, word: u32, kind: u32): u32 {
  return insertOrReplace(table, word, kind, sizeOf(table) >= limitOf(table));
}

/** As `insert`; whether in the slot of the oldest entry, which there is then, the caller says. */
export function insertOrReplace(table: usize, word: u32, kind: u32, isFull: bool): u32 {
  const slots = slotsOf(table);
  if (isFull) {
    const oldest = newerOf(slots, NIL);
    chainOut(table, oldest);
    touch(slots, oldest);
    setWord(slots, oldest, word);
    chainIn(table, oldest, word, kind);
    return (oldest << OUTCOME_BITS) | EVICTED;
  }
  let slot = freeOf(table);
  if (slot != NIL) {
    setFree(table, slotIn(linkOf(slots, slot)));
  } else {
    slot = freshOf(table);
    if (slot > capacityOf(table)) return NO_ROOM;
    setFresh(table, slot + 1);
  }
  setSize(table, sizeOf(table) + 1);
  setWord(slots, slot, word);
  linkNewest(slots, slot);
  chainIn(table, slot, word, kind);
  return (slot << OUTCOME_BITS) | INSERTED;
}

/** Takes a live slot out of the index and the list, and keeps it for reuse. */
export function remove(table: usize, slot: u32): void {
  const slots = slotsOf(table);
  chainOut(table, slot);
  unlink(slots, slot);
  setLink(slots, slot, freeOf(table), 0);
  setFree(table, slot);
  setSize(table, sizeOf(table) - 1);
  const weights = weightsOf(table);
  if (weights) setTotal(table, totalOf(table) - weightOf(weights, slot));
}

/** Undoes the latest `remove`, which was of this slot: the order is as if it had not been. */
export function restore(table: usize, slot: u32, kind: u32): void {
  const slots = slotsOf(table);
  setFree(table, slotIn(linkOf(slots, slot)));
  setSize(table, sizeOf(table) + 1);
  relink(slots, slot);
  chainIn(table, slot, wordOf(slots, slot), kind);
  const weights = weightsOf(table);
  if (weights) setTotal(table, totalOf(table) + weightOf(weights, slot));
}

function resetEmpty(table: usize): void {
  setHeads(table, EMPTY);
  setSlots(table, EMPTY);
  setShift(table, 32 - EMPTY_BUCKETS_LOG2);
  setSize(table, 0);
  setCapacity(table, 0);
  setFresh(table, NIL + 1);
  setFree(table, NIL);
  if (agesOf(table)) setAges(table, EMPTY);
  if (weightsOf(table)) setWeights(table, EMPTY);
  setTotal(table, 0);
}

/** A table with room for nothing yet, or 0 if memory is refused. */
export function createTable(limit: u32): usize {
  const table = allocate(TABLE_BYTES);
  if (!table) return 0;
  setMultiplier(table, MULTIPLIER);
  setPatience(table, PATIENCE_FIRST);
  setLimit(table, limit);
  setBudget(table, WEIGHT_MAX as f64);
  setAges(table, 0);
  setWeights(table, 0);
  resetEmpty(table);
  return table;
}

/** Removes every entry and gives the memory of slots, heads and columns back to the arena. */
export function clear(table: usize): void {
  const slots = slotsOf(table);
  if (slots == EMPTY) return;
  const ages = agesOf(table);
  const weights = weightsOf(table);
  resetEmpty(table);
  release(slots);
  if (ages) release(ages);
  if (weights) release(weights);
}

function blockBytes(block: usize): u32 {
  return block == 0 || block == EMPTY ? 0 : bytesOf(block);
}

/** Bytes of linear memory a table holds: header, slots and heads, columns, with block headers. */
export function bytesHeld(table: usize): u32 {
  const index = bytesOf(table) + blockBytes(slotsOf(table));
  return index + blockBytes(agesOf(table)) + blockBytes(weightsOf(table));
}

/** log2 of the bucket count: a power of two, short of the capacity by a sixteenth at most. */
function bucketsLog2For(capacity: u32): u32 {
  return 32 - clz<u32>(capacity - (capacity >> 4) - 1);
}

/** Capacity after the next growth: the next power of two less the sentinel, or the limit. */
function nextCapacity(table: usize): u32 {
  const capacity = capacityOf(table);
  const doubled = capacity ? capacity * 2 + 1 : CAPACITY_FIRST;
  return min<u32>(doubled, max<u32>(limitOf(table), 2));
}

/**
 * Makes the slots and their columns longer. Must be called only when no slot is free or fresh.
 * Returns false, with nothing changed, if memory is refused.
 */
export function grow(table: usize): bool {
  return resizeTo(table, nextCapacity(table));
}

/**
 * A block of `bytes` that begins with the first `used` bytes of another: the same, extended where
 * it is, or a new one. 0 if memory is refused, and if there is none to make longer.
 */
function lengthen(block: usize, used: usize, bytes: u32): usize {
  if (!block) return 0;
  if (block != EMPTY && extend(block, bytes)) return block;
  const longer = allocate(bytes);
  if (longer) memory.copy(longer, block, used);
  return longer;
}

/** Undoes `lengthen` of a block that had `held` bytes, header included. */
function shorten(block: usize, longer: usize, held: u32): void {
  if (longer == block) {
    if (block) trim(block, held - BLOCK_HEADER_BYTES);
  } else if (longer) {
    release(longer);
  }
}

/** Releases a block if `lengthen` made a new one in its place. */
function replace(block: usize, longer: usize): void {
  if (block != longer && block != EMPTY) release(block);
}

/** The slot that `insert` takes next: the oldest, a free or a fresh one; NIL if there is none. */
export function nextSlot(table: usize): u32 {
  if (sizeOf(table) >= limitOf(table)) return newerOf(slotsOf(table), NIL);
  if (freeOf(table) != NIL) return freeOf(table);
  return freshOf(table) <= capacityOf(table) ? freshOf(table) : NIL;
}

/**
 * Spreads the entries by another multiplier, and by other hashes if `words` is not 0: an array of
 * them by slot. The order stays.
 */
export function rehash(table: usize, words: usize, multiplier: u32): void {
  const heads = headsOf(table);
  const slots = slotsOf(table);
  setMultiplier(table, multiplier);
  // Above the largest capacity, nothing is refused any more.
  if (patienceOf(table) <= (CAPACITY_MAX as u32)) setPatience(table, patienceOf(table) << 1);
  if (heads == EMPTY) return;
  memory.fill(heads, 0, (4 as usize) << (32 - shiftOf(table)));
  // Ends with the list (S2).
  for (let slot = olderOf(slots, NIL); slot != NIL; slot = olderOf(slots, slot)) {
    const kind = kindIn(linkOf(slots, slot));
    if (words && kind == KIND_HASHED) setWord(slots, slot, wordIn(words, slot));
    chainIn(table, slot, wordOf(slots, slot), kind);
  }
}

/** Makes room for `capacity` entries, no fewer than before; every used slot must be live. */
export function resizeTo(table: usize, capacity: u32): bool {
  assert(freeOf(table) == NIL);
  const bucketsLog2 = bucketsLog2For(capacity);
  const recordsBytes: u32 = (capacity + 1) << SLOT_BYTES_LOG2;
  const headsBytes: u32 = 4 << bucketsLog2;
  const fresh = freshOf(table) as usize;
  const oldSlots = slotsOf(table);
  const oldAges = agesOf(table);
  const oldWeights = weightsOf(table);
  const slotsHeld = blockBytes(oldSlots);
  const agesHeld = blockBytes(oldAges);
  const agesBytes: u32 = (capacity + 1) << AGE_BYTES_LOG2;
  const weightsBytes: u32 = (capacity + 1) << WEIGHT_BYTES_LOG2;
  // The old heads are overwritten only when nothing can be refused any more.
  const slots = lengthen(oldSlots, fresh << SLOT_BYTES_LOG2, recordsBytes + headsBytes);
  const ages = slots ? lengthen(oldAges, fresh << AGE_BYTES_LOG2, agesBytes) : 0;
  const isAged = slots && (ages || !oldAges);
  const weights = isAged ? lengthen(oldWeights, fresh << WEIGHT_BYTES_LOG2, weightsBytes) : 0;
  if (!isAged || (oldWeights && !weights)) {
    shorten(oldAges, ages, agesHeld);
    shorten(oldSlots, slots, slotsHeld);
    return false;
  }
  replace(oldSlots, slots);
  replace(oldAges, ages);
  replace(oldWeights, weights);
  const heads = slots + recordsBytes;
  memory.fill(heads, 0, headsBytes);
  setHeads(table, heads);
  setSlots(table, slots);
  setAges(table, ages);
  setWeights(table, weights);
  setShift(table, 32 - bucketsLog2);
  setCapacity(table, capacity);
  for (let slot: u32 = NIL + 1; slot < (fresh as u32); slot++) {
    chainIn(table, slot, wordOf(slots, slot), kindIn(linkOf(slots, slot)));
  }
  return true;
}
