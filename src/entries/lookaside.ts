// The lookaside: remembers in which slots numbers were found.
//
// Most gets are hits. For a number, the lookaside then gives the slot without the core: a call into
// the core, a hash and a search cost three times as much as the rest of a hit. (The translation
// lookaside buffer of a processor does this for page tables.)
//
// LA1  A cell is a hint and never trusted: its user compares the key in that slot. So nothing has
//      to be undone here when entries are removed, and a wrong cell costs a search.
// LA2  A cell holds NIL or a slot that the entries have had since `clear`.
//
// A number's cell is chosen by its integer part. Of the numbers that share a cell, the one that was
// found last has its slot there. With two cells per slot, four of five random numbers have a cell
// of their own, and so do nearly all consecutive numbers.

import { MULTIPLIER } from '../../assembly/layout.js';

const CELLS_FIRST_LOG2 = 5;
/** Above it, cells would be read from main memory, like the core's buckets. */
const CELLS_MAX_LOG2 = 20;
/** Stands for the cells before the first key is noted. */
const NO_CELLS = new Int32Array(2);
const NO_CELLS_SHIFT = 31;

/** Hints of one cache, from numbers to slots. */
export class Lookaside {
  #cells = NO_CELLS;
  /** By how much the hash of a key is shifted to give its cell. */
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

  /**
   * Makes cells for slots up to this one. Earlier notes are lost; they are made again when their
   * keys are found.
   */
  #grow(slot: number): void {
    const wanted = 33 - Math.clz32(slot);
    const log2 = Math.min(Math.max(wanted, CELLS_FIRST_LOG2), CELLS_MAX_LOG2);
    if (32 - log2 === this.#shift) return;
    try {
      this.#cells = new Int32Array(2 ** log2);
      this.#shift = 32 - log2;
    } catch {
      // The host refuses memory: the present cells work as well, for fewer keys.
    }
  }
}
