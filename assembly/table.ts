// The table: one cache's entries, from their words to their slots.
//
// It joins the index (buckets), the order (order.ts) and the records: an entry is added, removed or
// used in all of them. Nothing here allocates, and nothing calls out.
//
// T1  A put that finds no room, or whose word the index refuses, changes nothing, and returns that.
// T2  The index takes one slot of a word. A second key with the same word is MAPPED: the wrapper's
//     Map finds it, and so the cost of a search does not depend on how many keys share a word.
// T3  The word that a get missed is remembered, and the put that follows does not search again.
//     Adding an entry forgets it; removing or moving an entry cannot make a word present.

import { clearIndex, countMapped, find, occupy, Place, vacancyFor, vacate } from './buckets.js';
import {
  ASK_MAP,
  CAPACITY_FIRST,
  CROWDED,
  ELSEWHERE,
  EVICTED,
  INSERTED,
  MAPPED,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  SLOT_FIRST,
  UPDATED,
} from './layout.js';
import { begin, dropQueue, oldest, prepareStamp, rebuild, touch } from './order.js';
import {
  capacityOf,
  freeOf,
  freshOf,
  hasWeights,
  isMissedOf,
  limitOf,
  missedOf,
  queueOf,
  recordsOf,
  setClock,
  setFloor,
  setFree,
  setFresh,
  setIsMissed,
  setMissed,
  setNewestUsed,
  setQueued,
  setRefused,
  setSize,
  setStamp,
  setTotal,
  setWeight,
  setWord,
  sizeOf,
  stampOf,
  Table,
  totalOf,
  weightOf,
  weightsOf,
  wordOf,
} from './slots.js';

/** The slot of a word, now the newest; NIL or ELSEWHERE as `find`. */
export function get(table: Table, word: u32): u32 {
  const slot = find(table, word);
  if (slot > ELSEWHERE) touch(table, slot);
  else if (slot == NIL) miss(table, word);
  return slot;
}

/** Remembers a word that was not found (T3). */
export function miss(table: Table, word: u32): void {
  setMissed(table, word);
  setIsMissed(table, 1);
}

/** Makes the entry with this word the newest, or adds one: `slot << OUTCOME_BITS | outcome`. */
export function put(table: Table, word: u32): u32 {
  if (isMissedOf(table) == 0 || missedOf(table) != word) {
    const found = find(table, word);
    if (found > ELSEWHERE) {
      touch(table, found);
      return (found << OUTCOME_BITS) | UPDATED;
    }
    if (found == ELSEWHERE) return ASK_MAP;
  }
  return insert(table, word);
}

/** Adds an entry whose word is not in the index, as the newest; the result is that of `put`. */
export function insert(table: Table, word: u32): u32 {
  const place = vacancyFor(table, word);
  if (!place) return CROWDED;
  prepareStamp(table);
  const code = claim(table);
  if (code == NO_ROOM) return NO_ROOM;
  const slot = code >>> OUTCOME_BITS;
  setWord(recordsOf(table), slot, word);
  begin(table, slot, 0);
  occupy(table, word, slot, place);
  return code;
}

/** Adds a MAPPED entry, as the newest; the result is that of `put`. */
export function insertMapped(table: Table, word: u32): u32 {
  prepareStamp(table);
  const code = claim(table);
  if (code == NO_ROOM) return NO_ROOM;
  const slot = code >>> OUTCOME_BITS;
  setWord(recordsOf(table), slot, word);
  begin(table, slot, MAPPED);
  countMapped(table, word, 1);
  return code;
}

/** Takes a live slot out of the index, or the note of it. */
function leave(table: Table, slot: u32): void {
  const records = recordsOf(table);
  const word = wordOf(records, slot);
  if (stampOf(records, slot) & MAPPED) countMapped(table, word, -1);
  else vacate(table, word, slot);
}

/** Counts the weight of a live slot out. */
function unweigh(table: Table, slot: u32): void {
  if (!hasWeights(table)) return;
  const weights = weightsOf(table);
  setTotal(table, totalOf(table) - weightOf(weights, slot));
  setWeight(weights, slot, 0);
}

/** A slot for a new entry: a free one, a fresh one, or at the limit the oldest entry's. */
function claim(table: Table): u32 {
  const slot = nextSlot(table);
  if (slot == NIL) return NO_ROOM;
  setIsMissed(table, 0);
  if (sizeOf(table) >= limitOf(table)) {
    const outcome = EVICTED | (stampOf(recordsOf(table), slot) & MAPPED);
    leave(table, slot);
    unweigh(table, slot);
    return (slot << OUTCOME_BITS) | outcome;
  }
  if (slot == freeOf(table)) setFree(table, wordOf(recordsOf(table), slot));
  else setFresh(table, slot + 1);
  setSize(table, sizeOf(table) + 1);
  if (hasWeights(table)) setWeight(weightsOf(table), slot, 0);
  return (slot << OUTCOME_BITS) | INSERTED;
}

/** The slot that the next new entry takes; NIL if the table has to grow first. */
export function nextSlot(table: Table): u32 {
  if (sizeOf(table) >= limitOf(table)) return oldest(table);
  const free = freeOf(table);
  if (free != NIL) return free;
  const fresh = freshOf(table);
  if (fresh < capacityOf(table) + SLOT_FIRST) return fresh;
  if (sizeOf(table) == capacityOf(table)) return NIL;
  // Ends: some slots were left to this rebuild, which frees them, or lowers FRESH.
  rebuild(table);
  return nextSlot(table);
}

/** Removes a live slot, and keeps it for reuse. */
export function remove(table: Table, slot: u32): void {
  const records = recordsOf(table);
  leave(table, slot);
  unweigh(table, slot);
  setStamp(records, slot, 0);
  const size = sizeOf(table) - 1;
  setSize(table, size);
  const free = freeOf(table);
  // A table that has become small moves down: the next rebuild frees this slot (O4).
  if (free != NIL && free < slot && size < slot >>> 3) return;
  setWord(records, slot, free);
  setFree(table, slot);
}

/** Gives a live slot another word, by which the index has it if it takes it; true if it does. */
export function reword(table: Table, slot: u32, word: u32): bool {
  const records = recordsOf(table);
  leave(table, slot);
  setWord(records, slot, word);
  setIsMissed(table, 0);
  const stamp = stampOf(records, slot) & ~MAPPED;
  let place: Place = 0;
  if (find(table, word) <= ELSEWHERE) place = vacancyFor(table, word);
  if (place) {
    setStamp(records, slot, stamp);
    occupy(table, word, slot, place);
    return true;
  }
  setStamp(records, slot, stamp | MAPPED);
  countMapped(table, word, 1);
  return false;
}

/**
 * Makes the index anew from the records, after the storage has changed. Slots that it refuses are
 * MAPPED from now on; there are REFUSED of them, at the beginning of QUEUE.
 */
export function reindex(table: Table): void {
  const records = recordsOf(table);
  const fresh = freshOf(table);
  let refused: u32 = 0;
  clearIndex(table);
  dropQueue(table);
  for (let slot: u32 = SLOT_FIRST; slot < fresh; slot++) {
    const stamp = stampOf(records, slot);
    if (stamp == 0) continue;
    const word = wordOf(records, slot);
    let place: Place = 0;
    if (!(stamp & MAPPED)) place = vacancyFor(table, word);
    if (place) {
      occupy(table, word, slot, place);
      continue;
    }
    countMapped(table, word, 1);
    if (stamp & MAPPED) continue;
    setStamp(records, slot, stamp | MAPPED);
    setQueued(queueOf(table), refused, slot);
    refused++;
  }
  setRefused(table, refused);
}

/** The capacity after the next growth: twice as much, or the limit. */
export function nextCapacity(table: Table): u32 {
  const capacity = capacityOf(table);
  const doubled = capacity ? capacity << 1 : CAPACITY_FIRST;
  const limit = limitOf(table);
  return doubled < limit ? doubled : limit > capacity ? limit : capacity + 1;
}

/** Resets the fields of a table without entries; storage does its memory. */
export function resetEntries(table: Table): void {
  setSize(table, 0);
  setFresh(table, SLOT_FIRST);
  setFree(table, NIL);
  setClock(table, 0);
  setNewestUsed(table, NIL);
  setFloor(table, 0);
  setIsMissed(table, 0);
  setTotal(table, 0);
  setRefused(table, 0);
  dropQueue(table);
}
