// Trials of an arena without memory: every way in which a table is refused half-way, and the places
// that blocks get at the edges of the rules for them.

import { MULTIPLIER, NIL } from '../../assembly/layout.js';
import { createRandom } from '../../bench/random.js';
import { blockBytes, checkArena } from './arena.js';
import { check } from './check.js';
import { Heap } from './heap.js';
import { type Core, Pair } from './pair.js';

const SEED = 20260103;
const PAGE_BYTES = 65_536;

/** A table that memory will be refused to. */
interface Refusal {
  readonly isTimed: boolean;
  readonly isWeighed: boolean;
  /** Whether the table has no slot yet, or has to grow from its first 15. */
  readonly isFirst: boolean;
  /** Whether the bytes left are right behind the slots, and not behind all of the table. */
  readonly isBeside: boolean;
}

/** Bytes of blocks that the next growth takes if nothing can be extended. */
function needed({ isTimed, isWeighed, isFirst }: Refusal): number {
  const [slots, ages, weights] = isFirst ? [336, 272, 144] : [656, 528, 272];
  return slots + (isTimed ? ages : 0) + (isWeighed ? weights : 0);
}

/** A table whose next growth needs memory, and a block of so many bytes beside or behind it. */
function prepare(core: Core, refusal: Refusal, bytes: number): [pair: Pair, hole: number] {
  const { isTimed, isWeighed, isFirst, isBeside } = refusal;
  const pair = new Pair(core, createRandom(SEED), 100);
  const fill = () => {
    for (let i = 0; i < 15 && !isFirst; i++) pair.add(i);
  };
  let hole = 0;
  if (isBeside) {
    fill();
    hole = core.reserve(bytes >> 2);
  }
  if (isTimed) pair.useAges();
  if (isWeighed) pair.useWeights();
  if (!isBeside) {
    fill();
    hole = core.reserve(bytes >> 2);
  }
  return [pair, hole];
}

/** With so many bytes left in one place, a table grows or stays as it is. */
function refuse(core: Core, refusal: Refusal, bytes: number): void {
  const valve = new Pair(core, createRandom(SEED), 1);
  const [pair, hole] = prepare(core, refusal, bytes);
  const { engine, memory } = core;
  const held = new Map<number, number>();
  for (let words = 2 ** 18; words >= 1; words >>= 1) {
    for (let payload = core.reserve(words); payload !== 0; payload = core.reserve(words)) {
      held.set(payload - 8, blockBytes(words * 4));
    }
  }
  core.rehashFrom(valve.table, hole, MULTIPLIER);
  const freeBytes = () => checkArena(memory, new Map([...held, ...valve.blocks, ...pair.blocks]));
  const left = freeBytes();
  if (!pair.grow()) {
    check(freeBytes(), left, 'bytes free after a refusal');
    check(left < needed(refusal), true, `refused ${needed(refusal)} bytes of ${left}`);
  }
  for (const use of ['useAges', 'useWeights'] as const) {
    const before = freeBytes();
    if (!engine[use](pair.table)) check(freeBytes(), before, `bytes free after ${use}`);
  }
  const before = freeBytes();
  engine.rehash(pair.table, new Int32Array(64), MULTIPLIER);
  check(freeBytes(), before, 'bytes free after a rehash');
}

/** Every way in which memory is refused half-way, for tables of every kind. */
export function refuseAll(open: () => Core): void {
  const flags = [false, true];
  for (const isTimed of flags) {
    for (const isWeighed of flags) {
      for (const [isFirst, isBeside] of [
        [true, false],
        [false, false],
        [false, true],
      ] as const) {
        const refusal = { isTimed, isWeighed, isFirst, isBeside };
        for (let bytes = 8; bytes < needed(refusal) + 48; bytes += 32) {
          refuse(open(), refusal, bytes);
        }
      }
    }
  }
}

/** A free block that fits, behind so many of its bin that do not, at the end of a full arena. */
export function placeBehind(core: Core, count: number): void {
  const heap = new Heap(core, 1, createRandom(SEED));
  const smaller: number[] = [];
  for (let i = 0; i < count; i++) {
    smaller.push(heap.reserve(254));
    heap.reserve(2);
  }
  // Of the same bin, 1024 to 1151 bytes, as what will be left at the end.
  heap.reserve((heap.freeBytes - 1136 - 8) / 4);
  check(heap.freeBytes, 1136, 'bytes left');
  for (const payload of smaller) heap.release(payload);
  check(heap.reserve(282) !== 0, true, 'room for a block of 1136 bytes');
  heap.end();
}

/** Blocks that end where pages do; and a table that has the end of the arena for itself. */
export function placeAtEnd(core: Core): void {
  const heap = new Heap(core, 16, createRandom(SEED));
  heap.reserve((heap.freeBytes - 8) / 4);
  for (const pages of [1, 2]) {
    heap.reserve((pages * PAGE_BYTES - 8) / 4);
    check(heap.freeBytes, 0, 'bytes free behind a block of whole pages');
    const before = core.memory.buffer.byteLength;
    heap.reserve((pages * PAGE_BYTES) / 4);
    const more = core.memory.buffer.byteLength - before;
    check(more, (pages + 1) * PAGE_BYTES, 'bytes of a block that is a little longer');
    heap.reserve((heap.freeBytes - 8) / 4);
  }
  const pair = new Pair(core, createRandom(SEED), 3000);
  heap.pairs.push(pair);
  for (let i = 0; i < 3000; i++) {
    if (pair.call('nextSlot') === NIL) heap.grow(pair);
    pair.add(i);
  }
  heap.end();
}

/** All the memory there can be, to the last page, and not one more. */
export function placeLast(core: Core): void {
  const heap = new Heap(core, 65_535, createRandom(SEED));
  const all = (65_535 - 1) * PAGE_BYTES + heap.freeBytes;
  check(heap.reserve((all - 8) / 4) !== 0, true, 'all the memory there can be');
  check(core.memory.buffer.byteLength, 65_535 * PAGE_BYTES, 'bytes of all pages');
  check(heap.reserve(1), 0, 'a word more');
  heap.end();
}
