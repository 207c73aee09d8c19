// The core's interface: every function the wrapper may call, and nothing else.
//
// How a `get` travels: the wrapper classifies the key and makes one call. `getString` hashes the
// string (hash.ts), `find` walks one chain of the bucket that the hash selects (table.ts), and
// `touch` makes the slot the newest of the recency list (recency.ts). The slot goes back, and the
// wrapper returns the value it keeps under that number, after comparing the key if the word is
// only a hash. A `set` travels the same way through `put`; when the result is NO_ROOM, nothing
// has changed, and the wrapper calls `grow`, which takes larger blocks from the arena (arena.ts),
// or `rehash` if there is room and just a bucket is crowded, and puts again.
//
// A string comes with the seed of its table, which says how it is hashed (hash.ts).
//
// An int32 key is compared here, exactly. A hash is not the key: when the wrapper finds another
// key in the slot, it calls `untouch` or `restore`, after which the order is as if the slot had
// never been touched, and looks further with `findNext`.
//
// The core knows numbers only and calls nothing: it can never be re-entered. A refusal of memory
// is a return value. Addresses and slots are u32; JavaScript sees them as int32. Any argument
// that this interface did not hand out is a bug of the caller; the debug build asserts (guard.ts).
//
// Tables whose cache has ttls or sizes use columns (columns.ts) and travel by `seek` in place of
// `get` and `find`, and by `putWith` in place of `put`: the same way, with the time or the weight.
//
// src/engine.ts holds the same list as a TypeScript interface; test/engine.test.ts compares them.

import { allocate, openArena, release } from './arena';
import {
  insertWith as insertSlotWith,
  nextDeadline as nextDeadlineOf,
  nextStale as nextStaleSlot,
  shed as shedSlot,
  unwrite as unwriteSlot,
  useAges as useAgesIn,
  useWeights as useWeightsIn,
  visit as visitSlot,
  write as writeSlot,
} from './columns';
import { hashString, seedHash } from './hash';
import { KIND_HASHED, NIL, NO_ROOM, OUTCOME_BITS, UPDATED } from './layout';
import { touch as touchSlot, untouch as untouchSlot } from './recency';
import {
  agesOf,
  missedOf,
  newerOf,
  olderOf,
  setMissed,
  setBudget as setTableBudget,
  setLimit as setTableLimit,
  sizeOf,
  slotsOf,
  startOf as startOfSlot,
  totalOf,
  ttlOf as ttlOfSlot,
  weightOf as weightOfSlot,
  weightsOf,
  wordOf as wordOfSlot,
} from './slots';
import {
  bytesHeld as bytesHeldBy,
  clear as clearTable,
  createTable,
  findNext as findNextSlot,
  findOrCount,
  find as findSlot,
  grow as growTable,
  insert as insertSlot,
  isCrowded,
  nextSlot as nextSlotOf,
  rehash as rehashTable,
  remove as removeSlot,
  restore as restoreSlot,
} from './table';

/** Prepares the instance. Must be called once, before anything else. */
export function open(seed: u32): void {
  seedHash(seed);
  openArena();
}

/** A new, empty table that evicts at `limit` entries, or 0 if memory is refused. */
export function create(limit: u32): usize {
  return createTable(limit);
}

/** Frees a table and all it holds. Its handle must not be used again. */
export function destroy(table: usize): void {
  clearTable(table);
  release(table);
}

/** Removes every entry and frees their memory. */
export function clear(table: usize): void {
  clearTable(table);
}

/** Makes room for more entries; false, with nothing changed, if memory is refused. */
export function grow(table: usize): bool {
  return growTable(table);
}

/** The slot that `insert` takes next, or NIL if the table has to grow first. */
export function nextSlot(table: usize): u32 {
  return nextSlotOf(table);
}

/** A block for so many words, which `rehash` takes back; 0 if memory is refused. */
export function reserve(count: u32): usize {
  return allocate(count << 2);
}

/**
 * Spreads the entries by another odd multiplier. `words`, unless 0, is a reserved block of new
 * words by slot; those of hashed slots are taken from it.
 */
export function rehash(table: usize, words: usize, multiplier: u32): void {
  rehashTable(table, words, multiplier);
  if (words) release(words);
}

/** Sets the size at which insertions evict. Entries above it stay until they are evicted. */
export function setLimit(table: usize, limit: u32): void {
  setTableLimit(table, limit);
}

/** Number of entries. */
export function size(table: usize): u32 {
  return sizeOf(table);
}

/** Bytes of linear memory the table holds. */
export function bytesHeld(table: usize): u32 {
  return bytesHeldBy(table);
}

/** The newest slot, or NIL. */
export function newest(table: usize): u32 {
  return olderOf(slotsOf(table), NIL);
}

/** The oldest slot, or NIL. */
export function oldest(table: usize): u32 {
  return newerOf(slotsOf(table), NIL);
}

/** The word of a live slot. */
export function wordOf(table: usize, slot: u32): u32 {
  return wordOfSlot(slotsOf(table), slot);
}

/** First slot with this word and kind, or NIL. The order stays. */
export function find(table: usize, word: u32, kind: u32): u32 {
  return findSlot(table, word, kind);
}

/** First slot with this string's hash, or NIL. The order stays. */
export function findString(table: usize, text: externref, seed: i32): u32 {
  return findSlot(table, hashString(text, seed), KIND_HASHED);
}

/** The next slot with the same word and kind as this one, or NIL. The order stays. */
export function findNext(table: usize, slot: u32): u32 {
  return findNextSlot(table, slot);
}

/** First slot with this word and kind, now the newest, or NIL. */
export function get(table: usize, word: u32, kind: u32): u32 {
  const slot = findSlot(table, word, kind);
  if (slot != NIL) touchSlot(slotsOf(table), slot);
  return slot;
}

/** First slot with this string's hash, now the newest, or NIL; keeps the hash for `putMissed`. */
export function getString(table: usize, text: externref, seed: i32): u32 {
  return getHash(table, hashString(text, seed));
}

/** As `getString`, of a string that was hashed outside. */
export function getHash(table: usize, hash: u32): u32 {
  const slot = get(table, hash, KIND_HASHED);
  if (slot == NIL) setMissed(table, hash);
  return slot;
}

/**
 * Makes the first entry with this word and kind the newest, or adds one: `slot << OUTCOME_BITS |
 * outcome`. If the word is a hash, UPDATED may be another key's slot.
 */
export function put(table: usize, word: u32, kind: u32): u32 {
  const found = findOrCount(table, word, kind);
  if (found <= 0) return isCrowded(table, found) ? NO_ROOM : insertSlot(table, word, kind);
  touchSlot(slotsOf(table), found);
  return (found << OUTCOME_BITS) | UPDATED;
}

/** Puts a string's hash; the result is that of `put`. */
export function putString(table: usize, text: externref, seed: i32): u32 {
  return put(table, hashString(text, seed), KIND_HASHED);
}

/** Puts the string that `getString` missed last, without hashing it again; else as `putString`. */
export function putMissed(table: usize): u32 {
  return put(table, missedOf(table), KIND_HASHED);
}

/** Adds an entry, whether or not there is one with the same word; the result is that of `put`. */
export function insert(table: usize, word: u32, kind: u32): u32 {
  return insertSlot(table, word, kind);
}

/** Removes the first entry with this word and kind; returns the slot it had, or NIL. */
export function take(table: usize, word: u32, kind: u32): u32 {
  const slot = findSlot(table, word, kind);
  if (slot != NIL) removeSlot(table, slot);
  return slot;
}

/** Removes the first entry with this string's hash; returns the slot it had, or NIL. */
export function takeString(table: usize, text: externref, seed: i32): u32 {
  return take(table, hashString(text, seed), KIND_HASHED);
}

/** Makes a live slot the newest. */
export function touch(table: usize, slot: u32): void {
  touchSlot(slotsOf(table), slot);
}

/** Undoes the latest `get` or `put`, which returned this slot. */
export function untouch(table: usize, slot: u32): void {
  untouchSlot(slotsOf(table), slot);
}

/** Removes a live slot. */
export function remove(table: usize, slot: u32): void {
  removeSlot(table, slot);
}

/** Undoes the latest `take`, by hash, which returned this slot. */
export function restore(table: usize, slot: u32): void {
  restoreSlot(table, slot, KIND_HASHED);
}

/** Removes the oldest entry; returns the slot it had, or NIL. */
export function evict(table: usize): u32 {
  const slot = newerOf(slotsOf(table), NIL);
  if (slot != NIL) removeSlot(table, slot);
  return slot;
}

/** Puts ages in use; false, with nothing changed, if memory is refused. */
export function useAges(table: usize): bool {
  return useAgesIn(table);
}

/** Puts weights in use; false, with nothing changed, if memory is refused. */
export function useWeights(table: usize): bool {
  return useWeightsIn(table);
}

/** Sets the sum of weights above which entries are shed. */
export function setBudget(table: usize, budget: f64): void {
  setTableBudget(table, budget);
}

/** Sum of the weights of the entries. */
export function total(table: usize): f64 {
  return totalOf(table);
}

/** Time from which the age of a live slot counts; ages are in use. */
export function startOf(table: usize, slot: u32): f64 {
  return startOfSlot(agesOf(table), slot);
}

/** Age above which a live slot is stale, or 0 if it never is; ages are in use. */
export function ttlOf(table: usize, slot: u32): f64 {
  return ttlOfSlot(agesOf(table), slot);
}

/** Weight of a live slot; weights are in use. */
export function weightOf(table: usize, slot: u32): f64 {
  return weightOfSlot(weightsOf(table), slot);
}

/** The slot, negated if it is stale; by the mode (layout.ts) a fresh one is touched and renewed. */
export function visit(table: usize, slot: u32, now: f64, mode: u32): i32 {
  return visitSlot(table, slot, now, mode);
}

/** Visits the first slot with this word and kind; NIL if there is none. */
export function seek(table: usize, word: u32, kind: u32, now: f64, mode: u32): i32 {
  const slot = findSlot(table, word, kind);
  return slot == NIL ? NIL : visitSlot(table, slot, now, mode);
}

/** Visits the first slot with this string's hash; keeps the hash for `putMissedWith` if none. */
export function seekString(table: usize, text: externref, seed: i32, now: f64, mode: u32): i32 {
  return seekHash(table, hashString(text, seed), now, mode);
}

/** As `seekString`, of a string that was hashed outside. */
export function seekHash(table: usize, hash: u32, now: f64, mode: u32): i32 {
  const slot = findSlot(table, hash, KIND_HASHED);
  if (slot != NIL) return visitSlot(table, slot, now, mode);
  setMissed(table, hash);
  return NIL;
}

/** Makes a live slot the newest and writes its columns; the result is that of `put`. */
export function write(
  table: usize,
  slot: u32,
  weight: f64,
  start: f64,
  ttl: f64,
  isKept: bool,
): u32 {
  return writeSlot(table, slot, weight, start, ttl, isKept);
}

/** Undoes what the latest `write`, `putWith` or renewing `visit`, of this slot, wrote. */
export function unwrite(table: usize, slot: u32): void {
  unwriteSlot(table, slot);
}

/** As `put`, and writes the columns in use. OVERWEIGHT may be joined with the outcome. */
export function putWith(
  table: usize,
  word: u32,
  kind: u32,
  weight: f64,
  start: f64,
  ttl: f64,
  isKept: bool,
): u32 {
  const found = findOrCount(table, word, kind);
  if (found > 0) return writeSlot(table, found, weight, start, ttl, isKept);
  if (isCrowded(table, found)) return NO_ROOM;
  return insertSlotWith(table, word, kind, weight, start, ttl);
}

/** As `putString`, and writes the columns in use. */
export function putStringWith(
  table: usize,
  text: externref,
  seed: i32,
  weight: f64,
  start: f64,
  ttl: f64,
  isKept: bool,
): u32 {
  return putWith(table, hashString(text, seed), KIND_HASHED, weight, start, ttl, isKept);
}

/** As `putMissed`, after `seekString`, and writes the columns in use. */
export function putMissedWith(table: usize, weight: f64, start: f64, ttl: f64, isKept: bool): u32 {
  return putWith(table, missedOf(table), KIND_HASHED, weight, start, ttl, isKept);
}

/** As `insert`, and writes the columns in use. */
export function insertWith(
  table: usize,
  word: u32,
  kind: u32,
  weight: f64,
  start: f64,
  ttl: f64,
): u32 {
  return insertSlotWith(table, word, kind, weight, start, ttl);
}

/** Removes the oldest entry if the weights exceed the budget; returns the slot it had, or NIL. */
export function shed(table: usize): u32 {
  return shedSlot(table);
}

/** The oldest stale slot that is newer than `after`, or of all if that is NIL; NIL if none. */
export function nextStale(table: usize, after: u32, now: f64): u32 {
  return nextStaleSlot(table, after, now);
}

/** The earliest time after which an entry is stale; Infinity if none ever is. O(size). */
export function nextDeadline(table: usize): f64 {
  return nextDeadlineOf(table);
}
