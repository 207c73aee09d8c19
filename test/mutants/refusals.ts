// Trials of an arena without memory: every way in which a table is refused half-way, and the places
// that blocks get at the edges of the rules for them.

import { ARENA_FIRST, BLOCK_HEADER_BYTES, MULTIPLIER, NIL } from '../../assembly/layout.js';
import { createRandom } from '../../bench/random.js';
import { blockBytes, checkArena } from './arena.js';
import { check } from './check.js';
import { Heap } from './heap.js';
import { type Core, Pair } from './pair.js';

const SEED = 20260103;
const PAGE_BYTES = 65_536;
/** Blocks that fill what is left, of sizes from the largest down: far fewer are enough. */
const BLOCKS_MAX = 500;

/** A table that memory will be refused to. */
interface Refusal {
  readonly isTimed: boolean;
  readonly isWeighed: boolean;
  /** Whether the table has no slot yet, or has to grow from its first 15. */
  readonly isFirst: boolean;
  /** Whether the bytes left are behind the whole table, or right behind its slots or ages. */
  readonly behind: 'all' | 'slots' | 'ages';
}

/** Bytes of the block of slots with heads, at first and after a growth. */
const SLOTS_BYTES = [336, 656] as const;

/** Bytes of blocks that the next growth takes if nothing can be extended. */
function needed({ isTimed, isWeighed, isFirst }: Refusal): number {
  const [slots, ages, weights] = isFirst ? [SLOTS_BYTES[0], 272, 144] : [SLOTS_BYTES[1], 528, 272];
  return slots + (isTimed ? ages : 0) + (isWeighed ? weights : 0);
}

/** A table whose next growth needs memory, another one, and blocks to be freed. */
interface Prepared {
  readonly pair: Pair;
  /** Empty, and so behind the first block to be freed that this does not become one with others. */
  readonly valve: Pair;
  readonly holes: readonly number[];
}

function prepare(core: Core, refusal: Refusal, bytes: number): Prepared {
  const { isTimed, isWeighed, isFirst, behind } = refusal;
  const pair = new Pair(core, createRandom(SEED), 100);
  const holes: number[] = [];
  const leave = (place: Refusal['behind']) => {
    if (behind === place) holes.push(core.reserve(bytes >> 2));
  };
  if (behind === 'all' && isTimed) pair.useAges();
  if (behind === 'all' && isWeighed) pair.useWeights();
  for (let i = 0; i < 15 && !isFirst; i++) pair.add(i);
  leave('slots');
  if (isTimed) pair.useAges();
  leave('ages');
  if (isWeighed) pair.useWeights();
  leave('all');
  const valve = new Pair(core, createRandom(SEED), 1);
  // With another place for the slots, it is the ages that are extended.
  if (behind === 'ages') holes.push(core.reserve((SLOTS_BYTES[1] - 8) / 4));
  return { pair, valve, holes };
}

/** With so many bytes left in one place, a table grows or stays as it is. */
function refuse(core: Core, refusal: Refusal, bytes: number): void {
  const { pair, valve, holes } = prepare(core, refusal, bytes);
  const { engine, memory } = core;
  const held = new Map<number, number>();
  for (let words = 2 ** 18; words >= 1; words >>= 1) {
    for (let payload = core.reserve(words); payload !== 0; payload = core.reserve(words)) {
      check(
        held.has(payload - 8) || held.size > BLOCKS_MAX,
        false,
        'reserved twice, or without end',
      );
      held.set(payload - 8, blockBytes(words * 4));
    }
  }
  for (const hole of holes) core.rehashFrom(valve.table, hole, MULTIPLIER);
  const freeBytes = () => checkArena(memory, new Map([...held, ...valve.blocks, ...pair.blocks]));
  const left = freeBytes();
  const isGrown = pair.grow();
  if (refusal.behind === 'slots' && !pair.hasColumns) {
    check(isGrown, left >= SLOTS_BYTES[1] - SLOTS_BYTES[0], `extended by ${left} bytes`);
  }
  if (!isGrown) {
    check(freeBytes(), left, 'bytes free after a refusal');
    check(left < needed(refusal), true, `refused ${needed(refusal)} bytes of ${left}`);
  }
  for (const use of ['useAges', 'useWeights'] as const) {
    const before = freeBytes();
    const isUsed = engine[use](pair.table) !== 0;
    const { ages, weights } = engine.image(pair.table);
    check((use === 'useAges' ? ages : weights) !== undefined, isUsed, use);
    if (!isUsed) check(freeBytes(), before, `bytes free after ${use}`);
  }
  const before = freeBytes();
  engine.rehash(pair.table, new Int32Array(64), MULTIPLIER);
  check(freeBytes(), before, 'bytes free after a rehash');
}

/** Every way in which memory is refused half-way, for tables of every kind. */
export function refuseAll(open: () => Core): void {
  const flags = [false, true];
  const shapes = [
    { isFirst: true, behind: 'all' },
    { isFirst: false, behind: 'all' },
    { isFirst: false, behind: 'slots' },
    { isFirst: false, behind: 'ages' },
  ] as const;
  for (const isTimed of flags) {
    for (const isWeighed of flags) {
      for (const shape of shapes) {
        const refusal = { isTimed, isWeighed, ...shape };
        const step = isTimed || isWeighed ? 32 : 16;
        for (let bytes = 8; bytes < needed(refusal) + 48; bytes += step) {
          refuse(open(), refusal, bytes);
        }
      }
    }
  }
}

/**
 * A free block that fits, behind so many of its bin that do not, at the end of an arena in which
 * only a larger block is left, or nothing.
 */
export function placeBehind(core: Core, count: number, hasLarger: boolean): void {
  const heap = new Heap(core, 1, createRandom(SEED));
  const others: number[] = [];
  for (let i = 0; i < count; i++) {
    others.push(heap.reserve(254));
    heap.reserve(2);
  }
  if (hasLarger) others.push(heap.reserve(400));
  heap.reserve(2);
  // Of the same bin, 1024 to 1151 bytes, as what will be left at the end.
  heap.reserve((heap.freeBytes - 1136 - 8) / 4);
  check(heap.freeBytes, 1136, 'bytes left');
  for (const payload of others) heap.release(payload);
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
  // The first slots end where the arena does. They are extended into new pages; those of the second
  // table, into the hole that is made for them.
  for (const hole of [undefined, heap.payloads.at(-2)]) {
    const pair = new Pair(core, createRandom(SEED), 5000);
    heap.pairs.push(pair);
    heap.reserve((heap.freeBytes - SLOTS_BYTES[0] - 8) / 4);
    for (let i = 0; i < 5000; i++) {
      if (i === 2000 && hole !== undefined) heap.release(hole);
      if (pair.call('nextSlot') === NIL) heap.grow(pair);
      pair.add(i);
    }
  }
  heap.end();
}

/** The first block of all, which is longer than the memory of a new instance. */
export function placeFirst(core: Core): void {
  const words = 40_000;
  check(core.reserve(words), ARENA_FIRST + BLOCK_HEADER_BYTES, 'address of the first block');
  checkArena(core.memory, new Map([[ARENA_FIRST, blockBytes(words * 4)]]));
}

/** All the memory there can be, to the last page, and not one more. */
export function placeLast(core: Core): void {
  const heap = new Heap(core, 65_535, createRandom(SEED));
  const all = (65_535 - 1) * PAGE_BYTES + heap.freeBytes;
  check(heap.reserve((all - 8) / 4) !== 0, true, 'all the memory there can be');
  check(core.memory.buffer.byteLength, 65_535 * PAGE_BYTES, 'bytes of all pages');
  check(heap.reserve(1), 0, 'a word more');
  check(core.engine.createTable(1), undefined, 'a table more');
  heap.end();
}
