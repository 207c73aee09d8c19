// An arena with tables and other blocks in it, which come, grow and go until memory is refused.
//
// Where a block is put is not left to chance: the checker says it before (arena.ts), by the same
// rule, from the same free blocks.

import { ARENA_FIRST, BLOCK_HEADER_BYTES, EMPTY, MULTIPLIER, NIL } from '../../assembly/layout.js';
import { below, type Random } from '../../bench/random.js';
import { type Blocks, blockBytes, checkArena, placeFor, placeForLonger } from './arena.js';
import { check } from './check.js';
import { type Core, Pair } from './pair.js';

/** Entries of a table. */
const LIMIT = 600;
const PAGE_BYTES = 65_536;

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

/** An arena of so many pages, and everything that is in it. */
export class Heap {
  readonly core: Core;
  readonly pairs: Pair[] = [];
  readonly #pages: number;
  /** Blocks that no table holds: bytes by payload. */
  readonly #ballast = new Map<number, number>();
  /** A table that is always empty: a rehash with words, which it has no use for, frees them. */
  readonly #valve: Pair;

  constructor(core: Core, pages: number, random: Random) {
    this.core = core;
    this.#pages = pages;
    core.pages.value = pages;
    this.#valve = new Pair(core, random, 1);
    this.pairs.push(this.#valve);
  }

  /** Checks the arena; returns the bytes that are free. */
  get freeBytes(): number {
    const held = new Map(blocksOfAll(this.pairs));
    for (const [payload, bytes] of this.#ballast) held.set(payload - BLOCK_HEADER_BYTES, bytes);
    return checkArena(this.core.memory, held);
  }

  /** Payloads of the blocks that no table holds. */
  get payloads(): readonly number[] {
    return [...this.#ballast.keys()];
  }

  /** Reserves a block, where it has to be, or 0. */
  reserve(words: number): number {
    const wanted = placeFor(this.core.memory, words * 4, this.#pages);
    const payload = this.core.reserve(words);
    check(payload, wanted, `address of ${words} words`);
    if (payload !== 0) this.#ballast.set(payload, blockBytes(words * 4));
    return payload;
  }

  /** Gives a block back that was reserved. */
  release(payload: number): void {
    this.#ballast.delete(payload);
    this.core.rehashFrom(this.#valve.table, payload, MULTIPLIER);
  }

  /** Grows a table, where it is if that can be; or checks that it stays as it is. */
  grow(pair: Pair): void {
    const { memory } = this.core;
    const { slots, bytes } = pair.growth;
    const wanted =
      slots === EMPTY
        ? placeFor(memory, bytes, this.#pages)
        : placeForLonger(memory, slots, bytes, this.#pages);
    const before = memory.buffer.byteLength;
    const used = before - this.freeBytes;
    if (!pair.grow()) {
      check(memory.buffer.byteLength - this.freeBytes, used, 'bytes in use after a refusal');
      return;
    }
    check(pair.growth.slots, wanted, 'address of the slots');
    if (wanted !== slots || pair.hasColumns) return;
    const end = Math.ceil((slots + blockBytes(bytes)) / PAGE_BYTES) * PAGE_BYTES;
    check(memory.buffer.byteLength, Math.max(before, end), 'bytes of memory');
  }

  /** Frees everything; the arena is one free block. */
  end(): void {
    for (const payload of this.payloads) this.release(payload);
    for (const pair of this.pairs) pair.destroy();
    const overhead = this.core.memory.buffer.byteLength - checkArena(this.core.memory, new Map());
    check(overhead, ARENA_FIRST + BLOCK_HEADER_BYTES, 'bytes that are not free');
  }
}

/** Reserves a block; half of all are of one bin, so that it has more than are looked at. */
function reserveAny(heap: Heap, random: Random): void {
  const limit = [40, 600, 20_000][below(random, 3)] as number;
  heap.reserve(below(random, 2) === 0 ? 254 + below(random, 32) : 1 + below(random, limit));
}

/** Fills a table, which then grows, or starts anew. */
function growFull(heap: Heap, pair: Pair): void {
  for (let word = 1; pair.call('nextSlot') !== NIL && pair.order.length < LIMIT; word++) {
    pair.add(word * 8 + below(pair.random, 8) * LIMIT * 8);
  }
  if (pair.order.length === LIMIT) pair.call('clear');
  else heap.grow(pair);
}

/** Tables of every kind and other blocks, in an arena that is full most of the time. */
export function fillHeap(core: Core, pages: number, random: Random): void {
  const heap = new Heap(core, pages, random);
  const pairs = [0, 1, 2, 3].map((columns) => {
    const pair = new Pair(core, random, LIMIT);
    if ((columns & 1) !== 0) pair.useAges();
    if ((columns & 2) !== 0) pair.useWeights();
    heap.pairs.push(pair);
    return pair;
  });
  for (let i = 0; i < 250; i++) {
    const kind = below(random, 20);
    const { payloads } = heap;
    if (kind < 8) reserveAny(heap, random);
    else if (kind < 14 && payloads.length > 0)
      heap.release(payloads[below(random, payloads.length)] as number);
    else if (kind < 19) growFull(heap, pairs[below(random, 4)] as Pair);
    else (pairs[below(random, 4)] as Pair).call('clear');
    check(heap.freeBytes >= 0, true, 'bytes free');
  }
  heap.end();
}
