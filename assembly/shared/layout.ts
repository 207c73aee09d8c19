// The memory map of a shared cache: many regions of bytes, and a frame for each thread, in one
// memory.
//
// asc compiles this file into the core of `wasm-lru/shared`, tsc compiles it into the wrapper. It
// holds constants only.
//
//   │ HEAD │ frame of thread 1 │ frame of thread 2 │ … │ shard │ shard │ …
//
//   a shard      │ LINE │ loads │ region, as in ../bytes/layout.ts │
//
// The memory has its whole size from the start: nothing grows, so no view of it is ever detached.
//
// SY1  A region, the counts of its LINE and its loads are read and written by the thread that holds
//      the lock of the shard. The words of a LINE that waiters look at (LOCK, TURN, STUCK) are
//      atomic.
// SY2  A lock is held within one call of the core, which calls nothing: no user code, no exception
//      of JavaScript. Two locks are never held at once.
// SY3  A frame belongs to one thread. Others touch it when that thread is dead.
// SY4  What a thread did that died while it held a lock is unknown: the shard is emptied. EPOCH
//      counts that, so nobody goes on with an address or a number from before.
// SY5  The HEAD is written before any other thread knows of the memory, except for the words that
//      are atomic: IS_TIMED, CONTENDED, REAPED and the threads.

import { FRAME_SIZE } from '../bytes/layout.js';

// HEAD, at address 0:
//
//   +0  SHARDS      how many there are
//   +4  STRIDE      bytes from one to the next
//   +8  SHARDS_AT   address of the first
//  +12  THREADS     how many frames there are
//  +16  SEED        secret number, on which the hash of keys depends
//  +20  CHUNK_LOG2  log2 of the bytes of a chunk
//  +24  IS_TIMED    1 if any entry may have a ttl
//  +28  CONTENDED   operations that gave up since the lock was held, modulo 2^32
//  +32  REAPED      shards that were emptied, since their thread had died, modulo 2^32
//  +36  MAX_ENTRY   most bytes of a key and its value
//  +40  TTL         f64, that of entries without one of their own
//  +48  MAX_BYTES   what the user asked for
//  +64  of each thread a word: which of the host's threads it is; 0 if its frame is free; REAPING
//       and the number of a thread, while that one reaps it; the negative of what it was, while it
//       is to be reaped soon
export const HEAD_SHARDS: u32 = 0;
export const HEAD_STRIDE: u32 = 4;
export const HEAD_SHARDS_AT: u32 = 8;
export const HEAD_THREADS: u32 = 12;
export const HEAD_SEED: u32 = 16;
export const HEAD_CHUNK_LOG2: u32 = 20;
export const HEAD_IS_TIMED: u32 = 24;
export const HEAD_CONTENDED: u32 = 28;
export const HEAD_REAPED: u32 = 32;
export const HEAD_MAX_ENTRY: u32 = 36;
export const HEAD_TTL: u32 = 40;
export const HEAD_MAX_BYTES: u32 = 48;
export const HEAD_THREAD: u32 = 64;
export const THREADS_MAX: u32 = 1024;
export const REAPING: u32 = 0x40000000;
export const HEAD_BYTES: u32 = HEAD_THREAD + THREADS_MAX * 4;

// LINE, at a multiple of 64; the counts are f64:
//
//   +0  LOCK      0 if it is free, else the number of the thread that holds it, shifted to the
//                 left, and WAITERS
//   +4  TURN      how often it was taken or given up, modulo 2^32
//   +8  STUCK     the TURN whose holder seems to be dead or stopped
//  +12  EPOCH     how often the shard was emptied
//  +16  LOADS     loads that are recorded
//  +24  EVICTED   entries that regions before this one have evicted
//  +32  HITS, MISSES, SETS, UPDATES, DELETES, EXPIRATIONS
// +128  the records of loads
export const LINE_LOCK: u32 = 0;
export const LINE_TURN: u32 = 4;
export const LINE_STUCK: u32 = 8;
export const LINE_EPOCH: u32 = 12;
export const LINE_LOADS: u32 = 16;
export const LINE_EVICTED: u32 = 24;
export const LINE_HITS: u32 = 32;
export const LINE_MISSES: u32 = 40;
export const LINE_SETS: u32 = 48;
export const LINE_UPDATES: u32 = 56;
export const LINE_DELETES: u32 = 64;
export const LINE_EXPIRATIONS: u32 = 72;
export const LINE_RECORDS: u32 = 128;

// A load that a thread has begun, and that others may wait for:
//
//   +0  WORD     of its key
//   +4  OWNER    number of the thread, or of the last that took it over; 0 if the record is free
//   +8  ENDED    how often the record was freed
export const LOAD_WORD: u32 = 0;
export const LOAD_OWNER: u32 = 4;
export const LOAD_ENDED: u32 = 8;
export const LOAD_BYTES_LOG2: u32 = 4;
/** Loads of a shard that are recorded at once. */
export const LOADS_MAX: u32 = 256;

export const LINE_BYTES: u32 = LINE_RECORDS + (LOADS_MAX << LOAD_BYTES_LOG2);

// What a frame has besides, where that of ../bytes/layout.ts leaves room:
//
//  +36  THREAD         number of the thread, from 1
//  +40  MAY_WAIT       whether it may wait for a lock
//  +44  LINE           of the shard of the entry that was found last
//  +48  EPOCH          of that shard
//  +56  TTL            f64, what is left of the entry's ttl
//  +64  CLAIM          address of the record of a load, which a write is the result of; or 0
//  +68  CLAIM_ENDED    its ENDED when the load began
//  +72  PENDING        first chunk of a value that is being written in pieces, or 0
//  +76  PENDING_LINE   of its shard
//  +80  PENDING_EPOCH  of its shard
//  +84  LOAD           address of the record of the load that `claim` has begun or found
//  +88  ENDED          its ENDED
//  +92  OWNER          its OWNER
//  +96  PENDING_UPDATE 1 if PENDING replaces an entry
export const FRAME_THREAD: u32 = 36;
export const FRAME_MAY_WAIT: u32 = 40;
export const FRAME_LINE: u32 = 44;
export const FRAME_EPOCH: u32 = 48;
export const FRAME_TTL: u32 = 56;
export const FRAME_CLAIM: u32 = 64;
export const FRAME_CLAIM_ENDED: u32 = 68;
export const FRAME_PENDING: u32 = 72;
export const FRAME_PENDING_LINE: u32 = 76;
export const FRAME_PENDING_EPOCH: u32 = 80;
export const FRAME_LOAD: u32 = 84;
export const FRAME_ENDED: u32 = 88;
export const FRAME_OWNER: u32 = 92;
export const FRAME_PENDING_UPDATE: u32 = 96;

/** The address of the frame of a thread, from number 1 on. */
export const FRAMES_AT: u32 = HEAD_BYTES - FRAME_SIZE;

// What `claim` makes of an entry that is there. A whole number from 0 on is BORN of one entry.
/** It is what was asked for. */
export const RENEWS_NONE: f64 = -1;
/** It is outdated: a load has to begin, unless one is in flight. */
export const RENEWS_ALL: f64 = -2;
/** It is what was asked for, unless a load is in flight. */
export const RENEWS_LATER: f64 = -3;

// What a call did, besides the codes of ../bytes/layout.ts.
/** Nothing: the lock is held, and this thread may not wait. */
export const BUSY: i32 = 5;
/** Nothing: the thread that holds the lock seems to be dead or stopped. */
export const STUCK: i32 = 6;
/** Nothing: what it goes on from is gone, since the shard was emptied or the entry replaced. */
export const GONE: i32 = 7;
/** There is no such entry, and the load of it is this thread's now. */
export const CLAIMED: i32 = 8;
/** There is no such entry, and its load is in flight. */
export const IN_FLIGHT: i32 = 9;
/** There is no such entry, and too many loads are in flight to record one more. */
export const CROWDED: i32 = 10;
