// The shards: which one a key is in, how it is emptied, and the loads that it has a record of.
//
// Everything here but `lineOf` and `lineAt` is for the thread that holds the lock of the shard.

import { mul } from '../arith.js';
import { evictedOf } from '../bytes/fields.js';
import { get32, set32 } from '../bytes/memory.js';
import { openStore, useAges } from '../bytes/room.js';
import { sizeOf, totalOf } from '../slots.js';
import {
  HEAD_CHUNK_LOG2,
  HEAD_IS_TIMED,
  HEAD_SEED,
  HEAD_SHARDS,
  HEAD_SHARDS_AT,
  HEAD_STRIDE,
  LINE_BYTES,
  LINE_DELETES,
  LINE_EPOCH,
  LINE_EVICTED,
  LINE_EXPIRATIONS,
  LINE_HITS,
  LINE_LOADS,
  LINE_MISSES,
  LINE_RECORDS,
  LINE_SETS,
  LINE_UPDATES,
  LOAD_BYTES_LOG2,
  LOAD_ENDED,
  LOAD_OWNER,
  LOAD_WORD,
  LOADS_MAX,
} from './layout.js';
import { addOne, atomicGet, numberAt, setNumber } from './words.js';

const MIX_FIRST: u32 = 0x85ebca6b;
const MIX_SECOND: u32 = 0xc2b2ae35;

/** The line of a shard, by its number. */
export function lineAt(head: u32, shard: u32): u32 {
  return get32(head, head + HEAD_SHARDS_AT) + shard * get32(head, head + HEAD_STRIDE);
}

/**
 * The line of the shard of a word. It depends on other bits than the place in the shard's index.
 */
export function lineOf(head: u32, word: u32): u32 {
  const mixed = mul(word ^ (word >>> 16), MIX_FIRST);
  const spread = mul(mixed ^ (mixed >>> 13), MIX_SECOND);
  return lineAt(head, (spread >>> 8) % get32(head, head + HEAD_SHARDS));
}

/** The line of the shard of a load's record. */
export function lineOfLoad(head: u32, load: u32): u32 {
  return lineAt(
    head,
    (load - get32(head, head + HEAD_SHARDS_AT)) / get32(head, head + HEAD_STRIDE),
  );
}

/** The region of a shard. */
export function storeOf(line: u32): usize {
  return (line + LINE_BYTES) as usize;
}

/** Adds 1 to a count. */
export function count(at: u32): void {
  setNumber(at, numberAt(at) + 1);
}

/** The record of a load. */
function loadAt(line: u32, i: u32): u32 {
  return line + LINE_RECORDS + (i << LOAD_BYTES_LOG2);
}

/** The thread that has begun a load or taken it over last; 0 if the record is free. */
export function ownerOf(load: u32): u32 {
  return get32(load, load + LOAD_OWNER);
}

/** Makes a load that of another thread. */
export function setOwner(load: u32, thread: u32): void {
  set32(load, load + LOAD_OWNER, thread);
}

/** Whether a record is still that of the load which was begun when ENDED was this. */
export function isOpen(load: u32, ended: u32): bool {
  return ownerOf(load) != 0 && atomicGet(load + LOAD_ENDED) == ended;
}

/** The record of the load of a word that is in flight, or 0. */
export function loadOf(line: u32, word: u32): u32 {
  if (get32(line, line + LINE_LOADS) == 0) return 0;
  for (let i: u32 = 0; i < LOADS_MAX; i++) {
    const load = loadAt(line, i);
    if (ownerOf(load) != 0 && get32(load, load + LOAD_WORD) == word) return load;
  }
  return 0;
}

/** Records a load; 0 if too many are in flight. */
export function record(line: u32, word: u32, thread: u32): u32 {
  for (let i: u32 = 0; i < LOADS_MAX; i++) {
    const load = loadAt(line, i);
    if (ownerOf(load) != 0) continue;
    set32(load, load + LOAD_WORD, word);
    setOwner(load, thread);
    set32(line, line + LINE_LOADS, get32(line, line + LINE_LOADS) + 1);
    return load;
  }
  return 0;
}

/** Frees the record of a load. */
export function end(line: u32, load: u32): void {
  // First: if this thread dies in between, the record must not be free with the same number.
  addOne(load + LOAD_ENDED);
  setOwner(load, 0);
  set32(line, line + LINE_LOADS, get32(line, line + LINE_LOADS) - 1);
}

/** Frees the records of the loads of a thread; of all threads, if it is 0. */
export function endAll(line: u32, thread: u32): void {
  for (let i: u32 = 0; i < LOADS_MAX; i++) {
    const load = loadAt(line, i);
    const owner = ownerOf(load);
    if (owner != 0 && (thread == 0 || owner == thread)) end(line, load);
  }
}

/** Makes a shard empty, whatever its region holds; false if its region is too short for that. */
export function empty(head: u32, line: u32): bool {
  const store = storeOf(line);
  const evicted = numberAt(line + LINE_EVICTED) + (evictedOf(store) as f64);
  const bytes = get32(head, head + HEAD_STRIDE) - LINE_BYTES;
  const log2 = get32(head, head + HEAD_CHUNK_LOG2);
  addOne(line + LINE_EPOCH);
  endAll(line, 0);
  // What the dead thread left of the count is unknown, too.
  set32(line, line + LINE_LOADS, 0);
  setNumber(line + LINE_EVICTED, evicted);
  if (!openStore(store, log2, bytes, bytes, get32(head, head + HEAD_SEED))) return false;
  return atomicGet(head + HEAD_IS_TIMED) == 0 || useAges(store);
}

/** Adds what a shard counts to the numbers at an address. The lock need not be held. */
export function addCounts(line: u32, at: u32): void {
  const store = storeOf(line);
  add(at, sizeOf(store) as f64);
  add(at + 8, totalOf(store));
  add(at + 16, numberAt(line + LINE_EVICTED) + (evictedOf(store) as f64));
  add(at + 24, numberAt(line + LINE_HITS));
  add(at + 32, numberAt(line + LINE_MISSES));
  add(at + 40, numberAt(line + LINE_SETS));
  add(at + 48, numberAt(line + LINE_UPDATES));
  add(at + 56, numberAt(line + LINE_DELETES));
  add(at + 64, numberAt(line + LINE_EXPIRATIONS));
}

/** How many numbers `addCounts` adds to. */
export const COUNTS: u32 = 9;

function add(at: u32, value: f64): void {
  setNumber(at, numberAt(at) + value);
}
