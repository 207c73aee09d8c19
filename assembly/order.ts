// The order: which entry was used before which, by stamps and a queue.
//
// A use writes one word, STAMP = ++CLOCK, and touches no other entry. The order is made only when
// it is needed, for an eviction or an iteration, by a queue that is rebuilt when it runs dry:
//
//   rebuild   one pass over the records counts stamps by bins of equal range, a second puts the
//             slots into QUEUE bin by bin. O(FRESH), sequential.
//   openBin   drops the slots of the next bin that were used or freed since, and sorts the others.
//   oldest    the front of the open bin, if it was not used since; else the one after it.
//
//     QUEUE  │ passed │ open bin, sorted │ bins in order, unsorted within │
//            0     QUEUE_AT          QUEUE_END   QUEUE_NEXT             SIZE then
//
// Why it is exact: when the queue is built, it holds all live slots. A slot that is used or added
// later has a stamp above all of them. So the first one that is still unused is the oldest of all.
// Why it is cheap: a slot is passed over only if it was used or freed since the queue was built, so
// each step is paid for by a use, an insertion or a removal. An eviction is amortised O(1), except
// in a table that holds far fewer entries than it once did, until a rebuild has moved it down (O4).
// A rebuild takes about 4 ns per record.
//
// O1  Every slot in QUEUE from QUEUE_AT on with a stamp in its bin's range has been there since the
//     queue was built; a stamp above QUEUE_HIGH, in the open bin, says that it was used since.
// O2  FLOOR is not above the stamp of any live slot.
// O3  The queue is dry (BIN_AT >= BIN_COUNT, QUEUE_AT == QUEUE_END) when its order is not known.
// O4  A rebuild frees all slots that are not live, in the order of their numbers, and FRESH falls
//     to the last live one. A high slot of a table that has become small is not freed before, so
//     that the table moves down, and later rebuilds look at fewer records. A table at its limit
//     cannot move down: there, each new entry takes the slot of the one that is evicted.

import { expectTouched, noteTouch } from './debug/contract.js';
import { MAPPED, NIL, SLOT_FIRST, STAMP_MAX, STAMP_STEP } from './layout.js';
import {
  Bins,
  binAtOf,
  binCountOf,
  binLowOf,
  binOf,
  binShiftOf,
  binsOf,
  clearBins,
  clockOf,
  floorOf,
  freshOf,
  newestUsedOf,
  Queue,
  queueAtOf,
  queueClockOf,
  queuedAt,
  queueEndOf,
  queueHighOf,
  queueNextOf,
  queueOf,
  Records,
  recordsOf,
  setBin,
  setBinAt,
  setBinLow,
  setBinShift,
  setClock,
  setFloor,
  setFree,
  setFresh,
  setNewestUsed,
  setQueueAt,
  setQueueClock,
  setQueued,
  setQueueEnd,
  setQueueHigh,
  setQueueNext,
  setStamp,
  setWord,
  sizeOf,
  stampOf,
  Table,
} from './slots.js';

/** The stamp that the slot used last had before, for `untouch`. */
let oldStamp: u32 = 0;

/**
 * Makes sure that there is a next stamp. Renumbering looks at all live slots, so this comes before
 * an operation has begun to change any.
 */
export function prepareStamp(table: Table): void {
  if (clockOf(table) >= STAMP_MAX) renumber(table);
}

/** The next stamp. */
function tick(table: Table): u32 {
  const stamp = clockOf(table) + STAMP_STEP;
  setClock(table, stamp);
  return stamp;
}

/** Makes a live slot the newest. */
export function touch(table: Table, slot: u32): void {
  prepareStamp(table);
  const records = recordsOf(table);
  const old = stampOf(records, slot);
  oldStamp = old;
  setStamp(records, slot, tick(table) | (old & MAPPED));
  setNewestUsed(table, slot);
  noteTouch(table, slot);
}

/** Undoes the latest `touch`, which was of this slot: the order is as if it had not been. */
export function untouch(table: Table, slot: u32): void {
  expectTouched(table, slot, oldStamp);
  setStamp(recordsOf(table), slot, oldStamp);
}

/** Gives a claimed slot its first stamp, which was prepared: it is the newest. */
export function begin(table: Table, slot: u32, mapped: u32): void {
  setStamp(recordsOf(table), slot, tick(table) | mapped);
  setNewestUsed(table, slot);
  noteTouch(table, NIL);
}

/** Forgets the queue (O3). */
export function dropQueue(table: Table): void {
  setBinAt(table, binCountOf(table));
  setQueueAt(table, 0);
  setQueueEnd(table, 0);
}

/** Counts the live slots by bins; frees the others again, the lowest first (O4). */
function countByBins(table: Table, low: u32, shift: u32): void {
  const records = recordsOf(table);
  const bins = binsOf(table);
  let free: u32 = NIL;
  let fresh: u32 = SLOT_FIRST;
  clearBins(bins, binCountOf(table) + 1);
  for (let slot = freshOf(table) - 1; slot >= SLOT_FIRST; slot--) {
    const stamp = stampOf(records, slot);
    if (stamp != 0) {
      const bin = (stamp - low) >>> shift;
      setBin(bins, bin, binOf(bins, bin) + 1);
      if (fresh == SLOT_FIRST) fresh = slot + 1;
    } else if (fresh != SLOT_FIRST) {
      setWord(records, slot, free);
      free = slot;
    }
  }
  setFree(table, free);
  setFresh(table, fresh);
}

/** Replaces each bin's count by the position of its first slot. */
function sumBins(bins: Bins, count: u32): void {
  let sum: u32 = 0;
  for (let bin: u32 = 0; bin < count; bin++) {
    const slots = binOf(bins, bin);
    setBin(bins, bin, sum);
    sum += slots;
  }
}

/** Builds the queue of all live slots, none of its bins open; frees all others. O(FRESH). */
export function rebuild(table: Table): void {
  dropQueue(table);
  const records = recordsOf(table);
  const bins = binsOf(table);
  const queue = queueOf(table);
  const binCount = binCountOf(table);
  const low = floorOf(table) & ~MAPPED;
  const clock = clockOf(table);
  // A bin holds both values of MAPPED of a stamp.
  let shift: u32 = 1;
  while ((clock - low) >>> shift >= binCount) shift++;
  countByBins(table, low, shift);
  sumBins(bins, binCount);
  const fresh = freshOf(table);
  for (let slot: u32 = SLOT_FIRST; slot < fresh; slot++) {
    const stamp = stampOf(records, slot);
    if (stamp != 0) {
      const bin = (stamp - low) >>> shift;
      const position = binOf(bins, bin);
      setQueued(queue, position, slot);
      // In the end, a bin is the position after its last slot.
      setBin(bins, bin, position + 1);
    }
  }
  setQueueNext(table, 0);
  setBinLow(table, low);
  setBinShift(table, shift);
  setQueueClock(table, clock);
  setBinAt(table, 0);
}

/** Shell's sort, with the gaps of Gonnet and Baeza-Yates: most often, of a handful. */
export function sortByStamp(records: Records, queue: Queue, from: u32, to: u32): void {
  const length = to - from;
  let gap: u32 = length < 16 ? 1 : ((length * 5) / 11) | 0;
  while (gap > 0) {
    for (let i = from + gap; i < to; i++) {
      const slot = queuedAt(queue, i);
      const stamp = stampOf(records, slot);
      let at = i;
      while (at >= from + gap) {
        const other = queuedAt(queue, at - gap);
        if (stampOf(records, other) < stamp) break;
        setQueued(queue, at, other);
        at -= gap;
      }
      setQueued(queue, at, slot);
    }
    gap = gap == 2 ? 1 : ((gap * 5) / 11) | 0;
  }
}

/** The highest stamp that a bin of the queue can hold. */
function highestOf(table: Table, bin: u32): u32 {
  const low = binLowOf(table);
  const shift = binShiftOf(table);
  const clock = queueClockOf(table);
  // Without the first case, the second could exceed 32 bits.
  if (bin >= (clock - low) >>> shift) return clock | MAPPED;
  return (low + ((bin + 1) << shift) - 1) | MAPPED;
}

/** Opens the next bin that has a slot which was not used since; false if there is none. */
function openBin(table: Table): bool {
  const records = recordsOf(table);
  const queue = queueOf(table);
  const bins = binsOf(table);
  const binCount = binCountOf(table);
  let bin = binAtOf(table);
  let from = queueNextOf(table);
  while (bin < binCount) {
    const to = binOf(bins, bin);
    bin++;
    const high = highestOf(table, bin - 1);
    let end = from;
    for (let at = from; at < to; at++) {
      const slot = queuedAt(queue, at);
      const stamp = stampOf(records, slot);
      setQueued(queue, end, slot);
      if (stamp != 0 && stamp <= high) end++;
    }
    if (end != from) {
      sortByStamp(records, queue, from, end);
      setBinAt(table, bin);
      setQueueNext(table, to);
      setQueueHigh(table, high);
      setQueueAt(table, from);
      setQueueEnd(table, end);
      return true;
    }
    from = to;
  }
  dropQueue(table);
  return false;
}

/** The oldest slot; NIL if there is none. */
export function oldest(table: Table): u32 {
  if (sizeOf(table) == 0) return NIL;
  const records = recordsOf(table);
  const queue = queueOf(table);
  // Ends: a rebuilt queue holds a live slot.
  while (true) {
    const end = queueEndOf(table);
    const high = queueHighOf(table);
    for (let at = queueAtOf(table); at < end; at++) {
      const slot = queuedAt(queue, at);
      const stamp = stampOf(records, slot);
      if (stamp != 0 && stamp <= high) {
        setQueueAt(table, at);
        setFloor(table, stamp);
        return slot;
      }
    }
    setQueueAt(table, end);
    if (!openBin(table)) rebuild(table);
  }
}

/** Makes QUEUE the whole order: the first SIZE slots in it, the oldest first. O(FRESH). */
export function arrange(table: Table): void {
  if (sizeOf(table) == 0) return;
  rebuild(table);
  const records = recordsOf(table);
  const queue = queueOf(table);
  const bins = binsOf(table);
  const binCount = binCountOf(table);
  let from: u32 = 0;
  for (let bin: u32 = 0; bin < binCount; bin++) {
    const to = binOf(bins, bin);
    if (to - from > 1) sortByStamp(records, queue, from, to);
    from = to;
  }
  // All of it is one open bin.
  setBinAt(table, binCount);
  setQueueHigh(table, clockOf(table) | MAPPED);
  setQueueEnd(table, sizeOf(table));
}

/** Starts the clock anew: stamps from STAMP_STEP up, in the same order. */
function renumber(table: Table): void {
  arrange(table);
  const records = recordsOf(table);
  const queue = queueOf(table);
  const size = sizeOf(table);
  let stamp: u32 = 0;
  // First: stamps only fall here, and in their order, so the table is valid after each of them.
  setFloor(table, 0);
  for (let at: u32 = 0; at < size; at++) {
    const slot = queuedAt(queue, at);
    stamp += STAMP_STEP;
    setStamp(records, slot, stamp | (stampOf(records, slot) & MAPPED));
  }
  setClock(table, stamp);
  dropQueue(table);
}

/** Whether the open bin is the last one, and nothing was used since the queue was built. */
function isOrderKnown(table: Table): bool {
  if (binAtOf(table) < binCountOf(table) || queueAtOf(table) == queueEndOf(table)) return false;
  return queueClockOf(table) == clockOf(table);
}

/** The newest slot; NIL if there is none. O(1), or O(FRESH) if the newest one was removed. */
export function newest(table: Table): u32 {
  if (sizeOf(table) == 0) return NIL;
  const records = recordsOf(table);
  const used = newestUsedOf(table);
  // Records from FRESH on hold what was in that memory before, which may be any stamp.
  const isRecord = used != NIL && used < freshOf(table);
  if (isRecord && (stampOf(records, used) & ~MAPPED) == clockOf(table)) return used;
  if (!isOrderKnown(table)) arrange(table);
  const queue = queueOf(table);
  let end = queueEndOf(table);
  // Ends: the queue holds a live slot. What was freed since is behind the newest one now.
  while (stampOf(records, queuedAt(queue, end - 1)) == 0) end--;
  setQueueEnd(table, end);
  return queuedAt(queue, end - 1);
}
