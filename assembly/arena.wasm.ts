// The arena: allocates and frees blocks of linear memory for all caches of the instance.
//
// Segregated fits with boundary tags (Wilson et al. 1995, "Dynamic Storage Allocation", 3.2 and
// 3.6): free blocks hang in bins by size, eight to each doubling; neighbours merge when freed.
//
//   a block, at 16n + 8      ┌───────────┬──────────────┬─────────────────────────┐
//                            │ LEFT      │ BYTES | free │ payload                 │
//                            └───────────┴──────────────┴─────────────────────────┘
//                            +0          +4             +8, a multiple of 16
//                                             if free:  │ NEXT │ PRIOR │
//
//   LEFT   bytes of the block physically before it, 0 for the first
//   BYTES  bytes of the whole block, a multiple of 16; its lowest bit is set iff the block is free
//   NEXT, PRIOR  neighbours in the bin, or 0
//
// A1  Blocks follow one another without gaps from ARENA_FIRST to a closing header at end - 8.
// A2  Two free blocks are never neighbours.
// A3  A bit of the map is set iff its bin is not empty.
//
// Every operation is O(1). A refused growth is a return value (0), never a trap, and changes
// nothing. Memory is never given back to the host: WebAssembly cannot shrink.

import { growthRefused } from './debug/fault.js';
import {
  ARENA_BIN_COUNT,
  ARENA_BINS,
  ARENA_FIRST,
  ARENA_MAP,
  BLOCK_HEADER_BYTES,
  MEMORY_PAGES_MAX,
} from './layout.js';

const LEFT: usize = 0;
const BYTES: usize = 4;
const NEXT: usize = 8;
const PRIOR: usize = 12;
const FREE: u32 = 1;

const GRAIN_LOG2: u32 = 4;
const GRAIN: u32 = 1 << GRAIN_LOG2;
const PAGE_LOG2: u32 = 16;
/** Blocks of its own bin a request looks at before it takes a larger one. */
const BIN_PROBES_MAX: u32 = 8;

/** Address just past the closing header; 0 until the first use. */
let end: usize = 0;
/** Bytes of the blocks in use. */
let inUse: u32 = 0;

function leftOf(block: usize): u32 {
  return load<u32>(block, LEFT);
}

function setLeft(block: usize, bytes: u32): void {
  store<u32>(block, bytes, LEFT);
}

/** Bytes of a block, header included. */
export function sizeOf(block: usize): u32 {
  return load<u32>(block, BYTES) & ~FREE;
}

/** Whether a block is free. */
export function isFree(block: usize): bool {
  return (load<u32>(block, BYTES) & FREE) != 0;
}

function setSize(block: usize, bytes: u32, free: u32): void {
  store<u32>(block, bytes | free, BYTES);
}

function nextOf(block: usize): usize {
  return load<u32>(block, NEXT);
}

function setNext(block: usize, next: usize): void {
  store<u32>(block, next, NEXT);
}

function priorOf(block: usize): usize {
  return load<u32>(block, PRIOR);
}

function setPrior(block: usize, prior: usize): void {
  store<u32>(block, prior, PRIOR);
}

/** First block of a bin, or 0. */
export function binHead(bin: u32): usize {
  return load<u32>(ARENA_BINS + (bin << 2));
}

function setBinHead(bin: u32, block: usize): void {
  store<u32>(ARENA_BINS + (bin << 2), block);
  const word = ARENA_MAP + ((bin >> 5) << 2);
  const bit: u32 = 1 << (bin & 31);
  store<u32>(word, block ? load<u32>(word) | bit : load<u32>(word) & ~bit);
}

/** Bin of a block of so many grains: one each below 8, then eight to each doubling. */
function binOf(grains: u32): u32 {
  if (grains < 8) return grains;
  const log2 = 31 - clz<u32>(grains);
  return ((log2 - 2) << 3) + ((grains >> (log2 - 3)) & 7);
}

/** Lowest bin from `bin` upwards that has a block, or ARENA_BIN_COUNT. */
function occupiedBin(bin: u32): u32 {
  while (bin < (ARENA_BIN_COUNT as u32)) {
    const bits = load<u32>(ARENA_MAP + ((bin >> 5) << 2)) >> (bin & 31);
    if (bits) return bin + ctz<u32>(bits);
    bin = (bin | 31) + 1;
  }
  return ARENA_BIN_COUNT;
}

function insertFree(block: usize, bytes: u32): void {
  const bin = binOf(bytes >> GRAIN_LOG2);
  const head = binHead(bin);
  setSize(block, bytes, FREE);
  setLeft(block + bytes, bytes);
  setNext(block, head);
  setPrior(block, 0);
  if (head) setPrior(head, block);
  setBinHead(bin, block);
}

function removeFree(block: usize): void {
  const next = nextOf(block);
  const prior = priorOf(block);
  if (next) setPrior(next, prior);
  if (prior) setNext(prior, next);
  else setBinHead(binOf(sizeOf(block) >> GRAIN_LOG2), next);
}

/** Makes a block free, merged with whichever neighbours are free. */
function free(block: usize): void {
  let bytes = sizeOf(block);
  const right = block + bytes;
  if (isFree(right)) {
    removeFree(right);
    bytes += sizeOf(right);
  }
  const left = leftOf(block);
  if (left && isFree(block - left)) {
    block -= left;
    removeFree(block);
    bytes += left;
  }
  insertFree(block, bytes);
}

/** A free block of at least so many bytes, or 0. */
function findFree(bytes: u32): usize {
  const bin = binOf(bytes >> GRAIN_LOG2);
  let block = binHead(bin);
  for (let probes: u32 = 0; block && probes < BIN_PROBES_MAX; probes++) {
    if (sizeOf(block) >= bytes) return block;
    block = nextOf(block);
  }
  // Every block of a higher bin is larger than any of this one.
  const larger = occupiedBin(bin + 1);
  return larger < (ARENA_BIN_COUNT as u32) ? binHead(larger) : 0;
}

/** Extends the arena so that its last block is free and has at least so many bytes. */
function expand(bytes: u32): bool {
  const closing = end - BLOCK_HEADER_BYTES;
  const last = leftOf(closing);
  const spare = last && isFree(closing - last) ? last : 0;
  if (spare >= bytes) {
    // It fits, but lay deeper in its bin than findFree looks: bring it to the front.
    removeFree(closing - last);
    insertFree(closing - last, last);
    return true;
  }
  const pages = (bytes - spare + ((1 << PAGE_LOG2) - 1)) >> PAGE_LOG2;
  if (growthRefused()) return false;
  if ((memory.size() as u32) + pages > (MEMORY_PAGES_MAX as u32)) return false;
  if (memory.grow(pages) < 0) return false;
  // Pages that other code has added since the last time are taken over with the new ones.
  end = (memory.size() as usize) << PAGE_LOG2;
  setSize(closing, (end - BLOCK_HEADER_BYTES - closing) as u32, 0);
  setSize(end - BLOCK_HEADER_BYTES, 0, 0);
  free(closing);
  return true;
}

/** Lays out the empty arena over the memory the instance starts with. */
export function openArena(): void {
  end = (memory.size() as usize) << PAGE_LOG2;
  setLeft(ARENA_FIRST, 0);
  setSize(end - BLOCK_HEADER_BYTES, 0, 0);
  insertFree(ARENA_FIRST, (end - BLOCK_HEADER_BYTES - ARENA_FIRST) as u32);
}

/** Bytes of a block for so many bytes of payload. */
function blockBytesFor(payloadBytes: u32): u32 {
  return (payloadBytes + BLOCK_HEADER_BYTES + (GRAIN - 1)) & ~(GRAIN - 1);
}

/** Puts a block of `available` bytes in use, and frees what is beyond its first `bytes`. */
function occupy(block: usize, available: u32, bytes: u32): void {
  const rest = block + bytes;
  setSize(block, bytes, 0);
  setLeft(rest, bytes);
  inUse += bytes;
  if (available == bytes) return;
  setSize(rest, available - bytes, 0);
  free(rest);
}

/**
 * Address of `payloadBytes` fresh bytes, a multiple of 16, or 0 if memory is refused.
 * The content is whatever was there.
 */
export function allocate(payloadBytes: u32): usize {
  const bytes = blockBytesFor(payloadBytes);
  let block = findFree(bytes);
  if (!block) {
    if (!expand(bytes)) return 0;
    block = findFree(bytes);
    assert(block != 0);
  }
  removeFree(block);
  occupy(block, sizeOf(block), bytes);
  return block + BLOCK_HEADER_BYTES;
}

/**
 * Makes a payload longer where it is, into the free block after it or into new pages. False, with
 * nothing changed, if it is that long already, another block is in the way, memory is refused, or
 * the arena has a hole for the whole of it: memory that is there is used first.
 */
export function extend(payload: usize, payloadBytes: u32): bool {
  const block = payload - BLOCK_HEADER_BYTES;
  const bytes = blockBytesFor(payloadBytes);
  const held = sizeOf(block);
  if (held >= bytes) return false;
  const right = block + held;
  const spare = isFree(right) ? sizeOf(right) : 0;
  if (held + spare < bytes) {
    const isLast = right + spare == end - BLOCK_HEADER_BYTES;
    if (!isLast || findFree(bytes) || !expand(bytes - held)) return false;
  }
  removeFree(right);
  inUse -= held;
  occupy(block, held + sizeOf(right), bytes);
  return true;
}

/** Gives back a payload that `allocate` returned. */
export function release(payload: usize): void {
  const block = payload - BLOCK_HEADER_BYTES;
  assert(!isFree(block));
  inUse -= sizeOf(block);
  free(block);
}

/** Bytes of the blocks in use, headers included. */
export function bytesInUse(): u32 {
  return inUse;
}

/** Bytes of linear memory a payload occupies, header included. */
export function bytesOf(payload: usize): u32 {
  return sizeOf(payload - BLOCK_HEADER_BYTES);
}

/** Whether the map says that a bin has a block, for the checker. */
export function isMarked(bin: u32): bool {
  return ((load<u32>(ARENA_MAP + ((bin >> 5) << 2)) >> (bin & 31)) & 1) != 0;
}

/** Address just past the arena, for the checker. */
export function arenaEnd(): usize {
  return end;
}

/** Bytes of the block physically before one, for the checker. */
export function leftBytesOf(block: usize): u32 {
  return leftOf(block);
}
