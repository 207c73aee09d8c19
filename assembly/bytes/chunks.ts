// Chains of chunks: taken, given back, written and read.
//
// Chunks never used are taken first, in ascending order, so that young chains lie together in runs,
// which are copied as a whole.

import {
  addressOf,
  chunkLog2Of,
  endChunkOf,
  flagsOf,
  freeChunkOf,
  freeCountOf,
  freshChunkOf,
  limboOf,
  nextOf,
  setFreeChunk,
  setFreeCount,
  setFreshChunk,
  setLimbo,
  setNext,
} from './fields.js';
import { PIN } from './layout.js';
import { copyApart, equalBytes, Store } from './memory.js';

/** The chunks that an entry of so many bytes takes (R2). */
export function chunksFor(store: Store, bytes: u32): u32 {
  if (bytes == 0) return 1;
  return ((bytes - 1) >>> chunkLog2Of(store)) + 1;
}

/** One chunk that is free or fresh; there is one. It is not counted out. */
export function takeOne(store: Store): u32 {
  const fresh = freshChunkOf(store);
  if (fresh < endChunkOf(store)) {
    setFreshChunk(store, fresh + 1);
    return fresh;
  }
  const free = freeChunkOf(store);
  setFreeChunk(store, nextOf(store, free));
  return free;
}

/** A new chain of so many chunks, of which there are enough. */
export function take(store: Store, count: u32): u32 {
  let first: u32 = 0;
  let last: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const chunk = takeOne(store);
    if (last != 0) setNext(store, last, chunk);
    else first = chunk;
    last = chunk;
  }
  setNext(store, last, 0);
  setFreeCount(store, freeCountOf(store) - count);
  return first;
}

/** Frees a chain. */
export function give(store: Store, first: u32): void {
  let last = first;
  let count: u32 = 1;
  for (let next = nextOf(store, last); next != 0; next = nextOf(store, last)) {
    last = next;
    count++;
  }
  setNext(store, last, freeChunkOf(store));
  setFreeChunk(store, first);
  setFreeCount(store, freeCountOf(store) + count);
}

/** Frees the chain of an entry, or leaves it in limbo while it is read in place (R6). */
export function giveOf(store: Store, slot: u32, first: u32): void {
  if (flagsOf(store, slot) < PIN) {
    give(store, first);
    return;
  }
  let last = first;
  for (let next = nextOf(store, last); next != 0; next = nextOf(store, last)) last = next;
  setNext(store, last, limboOf(store));
  setLimbo(store, first);
}

/** Frees what is in limbo. */
export function giveLimbo(store: Store): void {
  const first = limboOf(store);
  setLimbo(store, 0);
  if (first != 0) give(store, first);
}

/** The chunk of a chain that holds the byte at an offset. */
export function chunkAt(store: Store, first: u32, offset: u32): u32 {
  let chunk = first;
  for (let i = offset >>> chunkLog2Of(store); i > 0; i--) chunk = nextOf(store, chunk);
  return chunk;
}

/** How many of so many bytes, from an offset in a chunk on, lie together. */
export function runOf(store: Store, chunk: u32, offset: u32, bytes: u32): u32 {
  const chunkBytes: u32 = 1 << chunkLog2Of(store);
  let run = chunkBytes - offset;
  let at = chunk;
  while (run < bytes && nextOf(store, at) == at + 1) {
    at++;
    run += chunkBytes;
  }
  return run < bytes ? run : bytes;
}

/** The chunk behind a run that does not end the chain: the run ends where the chunk does. */
export function chunkAfter(store: Store, chunk: u32, offset: u32, run: u32): u32 {
  return nextOf(store, chunk + ((offset + run - 1) >>> chunkLog2Of(store)));
}

/** Copies from an address into a chain, from an offset in one of its chunks on. */
export function scatter(store: Store, chunk: u32, offset: u32, from: u32, bytes: u32): void {
  let at = chunk;
  let skip = offset;
  let source = from;
  let left = bytes;
  while (left > 0) {
    const run = runOf(store, at, skip, left);
    copyApart(store, addressOf(store, at) + skip, source, run);
    source += run;
    left -= run;
    if (left > 0) at = chunkAfter(store, at, skip, run);
    skip = 0;
  }
}

/** Copies from a chain to an address. */
export function gather(store: Store, chunk: u32, offset: u32, to: u32, bytes: u32): void {
  let at = chunk;
  let skip = offset;
  let target = to;
  let left = bytes;
  while (left > 0) {
    const run = runOf(store, at, skip, left);
    copyApart(store, target, addressOf(store, at) + skip, run);
    target += run;
    left -= run;
    if (left > 0) at = chunkAfter(store, at, skip, run);
    skip = 0;
  }
}

/** Whether a chain begins with the bytes at an address. */
export function beginsWith(store: Store, first: u32, at: u32, bytes: u32): bool {
  const chunkBytes: u32 = 1 << chunkLog2Of(store);
  let chunk = first;
  let left = bytes;
  let from = at;
  while (left > chunkBytes) {
    if (!equalBytes(store, addressOf(store, chunk), from, chunkBytes)) return false;
    chunk = nextOf(store, chunk);
    from += chunkBytes;
    left -= chunkBytes;
  }
  return equalBytes(store, addressOf(store, chunk), from, left);
}
