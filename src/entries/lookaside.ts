// The lookaside: for keys that are numbers, where such a key was found last.
//
// Most gets of a cache ask for what it holds. For a number, the slot is then known without asking
// the core: a call into it, a hash and a search cost three times what the rest of a hit costs.
// (Processors do the like with page tables, by a translation lookaside buffer.)
//
// LA1  A cell is a hint and never believed: whoever follows it compares the key that is kept in
//      that slot. So nothing has to be undone here when entries go, and a wrong cell costs a miss.
// LA2  A cell holds NIL or a slot that the entries have had since `clear`.
//
// A number's cell is chosen by its integer part. Of the numbers that share it, the one that was
// found last has its slot there. While there are two cells to a slot, four of five random numbers
// have a cell to themselves, and nearly all of those that follow each other.

import { MULTIPLIER } from '../../assembly/layout.js';

const CELLS_FIRST_LOG2 = 5;
/** Above it, cells would be looked up in main memory, as the core's buckets are. */
const CELLS_MAX_LOG2 = 20;
/** The cell of every key before the first one is noted. */
const NO_CELLS = new Int32Array(2);
const NO_CELLS_SHIFT = 31;

/** Hints of one cache, from numbers to slots. */
export class Lookaside {
  #cells = NO_CELLS;
  /** How far the hash of a key is shifted to give its cell. */
  #shift = NO_CELLS_SHIFT;

  /** The slot in which this number may be, or NIL. */
  slotFor(key: number): number {
    return this.#cells[Math.imul(key, MULTIPLIER) >>> this.#shift] as number;
  }

  /** Notes in which slot a key was found. */
  note(key: number, slot: number): void {
    if (slot * 2 >= this.#cells.length) this.#grow(slot);
    this.noteNew(key, slot);
  }

  /** Notes the slot of a new key, if there are cells: a cache that is never hit needs none. */
  noteNew(key: number, slot: number): void {
    if (this.#cells !== NO_CELLS) this.#cells[Math.imul(key, MULTIPLIER) >>> this.#shift] = slot;
  }

  /** Forgets all. */
  clear(): void {
    this.#cells = NO_CELLS;
    this.#shift = NO_CELLS_SHIFT;
  }

  /** Makes cells for slots up to this one. What was noted is found and noted again in time. */
  #grow(slot: number): void {
    const wanted = 33 - Math.clz32(slot);
    const log2 = Math.min(Math.max(wanted, CELLS_FIRST_LOG2), CELLS_MAX_LOG2);
    if (32 - log2 === this.#shift) return;
    try {
      this.#cells = new Int32Array(2 ** log2);
      this.#shift = 32 - log2;
    } catch {
      // The host refuses memory: the cells there are do as well, for fewer keys.
    }
  }
}
