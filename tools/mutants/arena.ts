// The checker of the arena, from outside: reads the memory of any build, as arena.ts draws it.
//
// It knows who holds which block, so that a block that nobody holds, or two do, or of another size
// than was asked for, is found at once.

import {
  ARENA_BIN_COUNT,
  ARENA_BINS,
  ARENA_FIRST,
  ARENA_MAP,
  BLOCK_HEADER_BYTES,
  BUCKET_BYTES,
  EMPTY,
  EMPTY_BYTES,
  RECORD_BYTES,
  SLOT_FIRST,
  TABLE_AGES,
  TABLE_BIN_COUNT,
  TABLE_BUCKET_COUNT,
  TABLE_BUCKETS,
  TABLE_BYTES,
  TABLE_CAPACITY,
  TABLE_RECORDS,
  TABLE_WEIGHTS,
} from '../../assembly/layout.js';
import { check } from './check.js';

const FREE = 1;
const GRAIN = 16;
const PAGE_BYTES = 65_536;
/** Blocks of its own bin a request looks at before it takes a larger one. */
const BIN_PROBES_MAX = 8;

/** Bytes of the block that holds so many. */
export function blockBytes(payload: number): number {
  return Math.ceil((payload + BLOCK_HEADER_BYTES) / GRAIN) * GRAIN;
}

/** The word at an address. */
function wordAt(words: Uint32Array, address: number): number {
  return words[address >>> 2] as number;
}

/** A block's address and its bytes, header included. */
export type Blocks = ReadonlyMap<number, number>;

/** Bytes of the storage of a table with this capacity, as storage.wasm.ts draws it. */
export function storageBytes(capacity: number, isAged: boolean, isWeighed: boolean): number {
  const slotBytes = RECORD_BYTES + (isAged ? 16 : 0) + (isWeighed ? 8 : 0);
  const buckets = Math.ceil(capacity / 7) * BUCKET_BYTES;
  const queue = 4 * (capacity + (capacity >> 3) + 2);
  return (capacity + SLOT_FIRST) * slotBytes + BUCKET_BYTES + buckets + queue;
}

/** The blocks that a table has to hold, by what its header says. */
export function blocksOf(memory: WebAssembly.Memory, table: number): Blocks {
  const words = new Uint32Array(memory.buffer);
  const field = (offset: number) => wordAt(words, table + offset);
  const blocks = new Map([[table - BLOCK_HEADER_BYTES, blockBytes(TABLE_BYTES)]]);
  const records = field(TABLE_RECORDS);
  if (records === EMPTY) return blocks;
  const capacity = field(TABLE_CAPACITY);
  const [ages, weights] = [field(TABLE_AGES), field(TABLE_WEIGHTS)];
  blocks.set(
    records - BLOCK_HEADER_BYTES,
    blockBytes(storageBytes(capacity, ages !== 0, weights !== 0)),
  );
  check(field(TABLE_BUCKET_COUNT), Math.ceil(capacity / 7), 'buckets');
  check(field(TABLE_BIN_COUNT), (capacity >> 3) + 1, 'bins');
  check(field(TABLE_BUCKETS) % BUCKET_BYTES, 0, 'buckets lie on cache lines');
  return blocks;
}

/** The bin of a block: one each below 8 grains, then eight to each doubling. */
function binOf(bytes: number): number {
  const grains = bytes / GRAIN;
  if (grains < 8) return grains;
  const log2 = Math.floor(Math.log2(grains));
  return (log2 - 2) * 8 + Math.floor(grains / 2 ** (log2 - 3)) - 8;
}

/** The free block that a request finds: among the first of its own bin, or of a higher one. */
function findFree(words: Uint32Array, bytes: number): number {
  const bin = binOf(bytes);
  let block = wordAt(words, ARENA_BINS + bin * 4);
  for (let probes = 0; block !== 0 && probes < BIN_PROBES_MAX; probes++) {
    if (wordAt(words, block + 4) >= bytes) return block;
    block = wordAt(words, block + 8);
  }
  for (let higher = bin + 1; higher < ARENA_BIN_COUNT; higher++) {
    const head = wordAt(words, ARENA_BINS + higher * 4);
    if (head !== 0) return head;
  }
  return 0;
}

/** Bytes of the last block if it is free, else 0. */
function spareAtEnd(words: Uint32Array, closing: number): number {
  const left = wordAt(words, closing);
  return left !== 0 && (wordAt(words, closing - left + 4) & FREE) !== 0 ? left : 0;
}

/** Where a payload of so many bytes will be, of a memory of so many pages; 0 if nowhere. */
export function placeFor(memory: WebAssembly.Memory, payload: number, pages: number): number {
  const words = new Uint32Array(memory.buffer);
  const bytes = blockBytes(payload);
  const found = findFree(words, bytes);
  if (found !== 0) return found + BLOCK_HEADER_BYTES;
  const closing = memory.buffer.byteLength - BLOCK_HEADER_BYTES;
  const spare = spareAtEnd(words, closing);
  const missing = Math.max(0, Math.ceil((bytes - spare) / PAGE_BYTES));
  const isThere = memory.buffer.byteLength / PAGE_BYTES + missing <= pages;
  return isThere ? closing - spare + BLOCK_HEADER_BYTES : 0;
}

/** Where a payload will be that is to have so many bytes: where it is, if that can be. */
export function placeForLonger(
  memory: WebAssembly.Memory,
  payload: number,
  longer: number,
  pages: number,
): number {
  const words = new Uint32Array(memory.buffer);
  const bytes = blockBytes(longer);
  const block = payload - BLOCK_HEADER_BYTES;
  const right = block + wordAt(words, block + 4);
  const rightBytes = wordAt(words, right + 4);
  const spare = (rightBytes & FREE) !== 0 ? rightBytes - FREE : 0;
  if (right - block + spare >= bytes) return payload;
  const closing = memory.buffer.byteLength - BLOCK_HEADER_BYTES;
  const missing = Math.ceil((block + bytes - closing) / PAGE_BYTES);
  const isThere = memory.buffer.byteLength / PAGE_BYTES + missing <= pages;
  const isLast = right + spare === closing;
  if (isLast && isThere && findFree(words, bytes) === 0) return payload;
  return placeFor(memory, longer, pages);
}

/** Checks that the bins hold just the free blocks, each in its own. */
function checkBins(words: Uint32Array, free: Blocks): void {
  let binned = 0;
  for (let bin = 0; bin < ARENA_BIN_COUNT; bin++) {
    const head = wordAt(words, ARENA_BINS + bin * 4);
    const marked = (wordAt(words, ARENA_MAP + (bin >> 5) * 4) >>> (bin & 31)) & 1;
    check(marked, head === 0 ? 0 : 1, 'bit of the map');
    let prior = 0;
    for (let block = head; block !== 0; block = wordAt(words, block + 8)) {
      check(binOf(free.get(block) ?? 0), bin, 'bin of a free block');
      check(wordAt(words, block + 12), prior, 'prior of a free block');
      binned += 1;
      check(binned <= free.size, true, 'bins end');
      prior = block;
    }
  }
  check(binned, free.size, 'free blocks in bins');
}

/** Checks the whole arena, in which just these blocks are held; returns the bytes that are free. */
export function checkArena(memory: WebAssembly.Memory, held: Blocks): number {
  const words = new Uint32Array(memory.buffer);
  const closing = memory.buffer.byteLength - BLOCK_HEADER_BYTES;
  const free = new Map<number, number>();
  let [left, leftFree, found, freeBytes] = [0, false, 0, 0];
  let block = ARENA_FIRST;
  while (block < closing) {
    const word = wordAt(words, block + 4);
    const isFree = (word & FREE) !== 0;
    const bytes = (word & ~FREE) >>> 0;
    check(wordAt(words, block), left, 'left of a block');
    check(bytes >= GRAIN && bytes % GRAIN === 0, true, `bytes of a block, ${bytes}`);
    check(isFree && leftFree, false, 'free neighbours');
    if (isFree) {
      free.set(block, bytes);
      freeBytes += bytes;
    } else {
      check(bytes, held.get(block), 'bytes of a held block');
      found += 1;
    }
    [left, leftFree, block] = [bytes, isFree, block + bytes];
  }
  check(block, closing, 'end of the blocks');
  check(wordAt(words, closing), left, 'left of the closing header');
  check(wordAt(words, closing + 4), 0, 'the closing header');
  check(found, held.size, 'held blocks');
  checkBins(words, free);
  for (let at = 0; at < ARENA_MAP; at += 4) check(wordAt(words, at), 0, 'unused memory');
  for (let at = 0; at < EMPTY_BYTES; at += 4) {
    check(wordAt(words, EMPTY + at), 0, 'the zeroes of empty tables');
  }
  return freeBytes;
}
