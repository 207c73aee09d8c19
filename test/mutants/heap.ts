// An arena with tables and other blocks in it, which come, grow and go until memory is refused.
//
// Where a block is put is not left to chance: the checker says it before (arena.ts), by the same
// rule, from the same free blocks.

import { EMPTY, MULTIPLIER, NIL } from '../../assembly/layout.js';
import { below, type Random } from '../../bench/random.js';
import { type Blocks, blockBytes, checkArena, placeFor, placeForLonger } from './arena.js';
import { check } from './check.js';
import { type Core, Pair } from './pair.js';

/** Entries of a table. */
const LIMIT = 600;

/** The blocks that tables hold, none of them by two. */
export function blocksOfAll(pairs: readonly Pair[]): Blocks {
  const blocks = new Map<number, number>();
  for (const pair of pairs) {
    for (const [block, bytes] of pair.blocks) {
      check(blocks.has(block), false, 'a block of two tables');
      blocks.set(block, bytes);
    }
  }
  return blocks;
}

/** A block of the arena that no table holds. */
interface Ballast {
  readonly payload: number;
  readonly bytes: number;
}

/** An arena of so many pages, with tables of every kind and with ballast. */
export class Heap {
  readonly core: Core;
  readonly pairs: Pair[] = [];
  readonly #random: Random;
  readonly #pages: number;
  readonly #ballast: Ballast[] = [];
  /** A table that is always empty: a rehash with words, which it has no use for, frees them. */
  readonly #valve: Pair;

  constructor(core: Core, pages: number, random: Random) {
    this.core = core;
    this.#random = random;
    this.#pages = pages;
    core.pages.value = pages;
    this.#valve = new Pair(core, random, 1);
    this.pairs.push(this.#valve);
    for (let i = 0; i < 4; i++) {
      const pair = new Pair(core, random, LIMIT);
      if ((i & 1) !== 0) pair.useAges();
      if ((i & 2) !== 0) pair.useWeights();
      this.pairs.push(pair);
    }
  }

  step(): void {
    const random = this.#random;
    const kind = below(random, 10);
    const pair = this.pairs[1 + below(random, this.pairs.length - 1)] as Pair;
    if (kind < 4) this.#reserve();
    else if (kind < 7) this.#release();
    else if (kind < 9) this.#grow(pair);
    else if (below(random, 4) === 0) pair.call('clear');
    this.#check();
  }

  /** Frees everything; the arena is one free block. */
  end(): void {
    while (this.#ballast.length > 0) this.#release();
    for (const pair of this.pairs) pair.destroy();
    const free = checkArena(this.core.memory, new Map());
    check(free > this.core.memory.buffer.byteLength - 4096, true, 'all of it free');
  }

  /** Half of the blocks are of one bin, so that it gets more of them than are looked at. */
  #reserve(): void {
    const random = this.#random;
    const limit = [40, 600, 20_000][below(random, 3)] as number;
    const words = below(random, 2) === 0 ? 254 + below(random, 32) : 1 + below(random, limit);
    const wanted = placeFor(this.core.memory, words * 4, this.#pages);
    const payload = this.core.reserve(words);
    check(payload, wanted, `address of ${words} words`);
    if (payload !== 0) this.#ballast.push({ payload, bytes: blockBytes(words * 4) });
  }

  #release(): void {
    const at = below(this.#random, this.#ballast.length);
    const [block] = this.#ballast.splice(at, 1);
    if (block !== undefined) this.core.rehashFrom(this.#valve.table, block.payload, MULTIPLIER);
  }

  /** Fills a table, which then grows, where it is if that can be, or stays as it is. */
  #grow(pair: Pair): void {
    const { memory } = this.core;
    while (pair.call('nextSlot') !== NIL && pair.order.length < LIMIT) pair.add(this.#random() | 0);
    if (pair.order.length === LIMIT) {
      pair.call('clear');
      return;
    }
    const { slots, bytes } = pair.growth;
    const wanted =
      slots === EMPTY
        ? placeFor(memory, bytes, this.#pages)
        : placeForLonger(memory, slots, bytes, this.#pages);
    const used = this.#check();
    if (pair.grow()) check(pair.growth.slots, wanted, 'address of the slots');
    else check(this.#check(), used, 'bytes in use after a refusal');
  }

  /** Checks the arena; returns the bytes in use. */
  #check(): number {
    const held = new Map(blocksOfAll(this.pairs));
    for (const { payload, bytes } of this.#ballast) held.set(payload - 8, bytes);
    const free = checkArena(this.core.memory, held);
    return this.core.memory.buffer.byteLength - free;
  }
}
