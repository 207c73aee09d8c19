// The memory map of a store: entries as bytes, keys and values, in one region of memory.
//
// asc compiles this file into the core of `wasm-lru/bytes`, tsc compiles it into the wrapper and
// the JavaScript engine. It holds constants only.
//
//   a ByteLRU    │ FRAME │ region                                                        │
//   others       │ region │ region │ …   and a frame for each thread, wherever it likes
//
//   a region     │ STORE header │ INDEX ──────────────────────>│  chunks  │<──── LINKS │
//                base                              FIRST_CHUNK            END_CHUNK   base + BYTES
//
//   INDEX        │ REFS        │ RECORDS AGES BUCKETS QUEUE BINS │ GROUPS │
//                  16 a slot     the table, as in ../layout.ts     64 each
//
// The region holds everything: nothing that an instance keeps in a global has to outlive a call,
// and there is no static data. So a region may lie in a memory that many instances share, and many
// regions may lie in one memory. `base` is a multiple of 64, and is the handle of the store. All
// addresses in a header are absolute. A chunk is a number: it lies at base + (chunk << CHUNK_LOG2).
//
// Chunks are all of one size. An entry is its key and then its value, in a chain of chunks that
// LINKS lead through: LINKS[chunk] is the next one, 0 after the last. So a chain is followed, and a
// chain is freed, without a look at what it holds; memory is never broken into pieces too small to
// use; and an insertion evicts no entry that it need not. Chunks that are free are a chain, too.
//
// The index grows upwards, in place. Chunks that are in its way are moved (room.ts). The memory
// grows at its end; LINKS move there.
//
// R1  Every chunk from FIRST_CHUNK up to FRESH_CHUNK is in one chain: of a live slot, free, in
//     limbo, or of a value that is being written. None from FRESH_CHUNK to END_CHUNK is in any.
// R2  The chain of a live slot has as many chunks as its bytes need, and one at least.
// R3  FREE_COUNT counts the chunks that are free, with those that are fresh.
// R4  TOTAL of the table is the sum of the bytes of all keys and values.
// R5  A MAPPED slot is in the group of its word (groups.ts), and no other slot is.
// R6  While HELD is not 0, no chunk is moved and the memory does not grow. A chain that is read in
//     place goes to limbo when its entry is gone, and is free when HELD is 0 again.

import { TABLE_BYTES } from '../layout.js';

// Frame: what one thread and the core tell each other. The results of the latest call are in its
// words, the key that a call is about in its buffer, and the value if there is room for it.
//
//   +0  ADDRESS   of the bytes that were found, if they lie together; 0 if they do not
//   +4  BYTES     how many there are
//   +8  KIND      what they are
//  +12  CHUNK     the chunk in which they begin
//  +16  OFFSET    at this byte of it
//  +20  SLOT      the entry's
//  +24  BORN      the entry's number
//  +28  KEY_BYTES
//  +32  IS_WIDE   1 if the key has two bytes to a unit
//  +36  COUNT     of records that were written
//  +64  WORDS     of keys whose records are about to be stored
// +128  the buffer
export const FRAME_ADDRESS: u32 = 0;
export const FRAME_BYTES: u32 = 4;
export const FRAME_KIND: u32 = 8;
export const FRAME_CHUNK: u32 = 12;
export const FRAME_OFFSET: u32 = 16;
export const FRAME_SLOT: u32 = 20;
export const FRAME_BORN: u32 = 24;
export const FRAME_KEY_BYTES: u32 = 28;
export const FRAME_IS_WIDE: u32 = 32;
export const FRAME_COUNT: u32 = 36;
export const FRAME_WORDS: u32 = 64;
/** How many words there are at most. */
export const WORDS_MAX: u32 = 16;
export const FRAME_BUFFER: u32 = 128;
/** As long as the longest key. */
export const BUFFER_BYTES: u32 = 65536;
export const FRAME_SIZE: u32 = FRAME_BUFFER + BUFFER_BYTES;
/** Bytes of the longest key. */
export const KEY_BYTES_MAX: u32 = 65535;
/** In the place of a number of bytes: the key is the text. */
export const IN_TEXT: u32 = 65536;

// Store header: the header of a table, and behind it, each of 4 bytes:
//
//   field         meaning
//   ------------  ----------------------------------------------------------------------------
//   REFS          address of the refs
//   GROUPS        address of the groups
//   GROUP_COUNT   how many there are
//   LINKS         address of the links
//   CHUNK_LOG2    log2 of the bytes of a chunk
//   FIRST_CHUNK   lowest chunk behind the index
//   END_CHUNK     chunk that would lie in the links
//   FRESH_CHUNK   lowest chunk never used
//   FREE_CHUNK    first chunk of the free chain, or 0
//   FREE_COUNT    chunks that are free or fresh
//   LIMBO         first chunk of the chain in limbo, or 0
//   HELD          reads and writes in place that are not finished
//   BYTES         bytes of the region
//   BYTES_MAX     bytes up to which it may grow
//   BORN          number of the entry that was added last
//   SEED          secret number, on which the hash of keys depends
//   EVICTED       entries that were evicted, modulo 2^32
export const STORE_REFS: u32 = TABLE_BYTES;
export const STORE_GROUPS: u32 = STORE_REFS + 4;
export const STORE_GROUP_COUNT: u32 = STORE_GROUPS + 4;
export const STORE_LINKS: u32 = STORE_GROUP_COUNT + 4;
export const STORE_CHUNK_LOG2: u32 = STORE_LINKS + 4;
export const STORE_FIRST_CHUNK: u32 = STORE_CHUNK_LOG2 + 4;
export const STORE_END_CHUNK: u32 = STORE_FIRST_CHUNK + 4;
export const STORE_FRESH_CHUNK: u32 = STORE_END_CHUNK + 4;
export const STORE_FREE_CHUNK: u32 = STORE_FRESH_CHUNK + 4;
export const STORE_FREE_COUNT: u32 = STORE_FREE_CHUNK + 4;
export const STORE_LIMBO: u32 = STORE_FREE_COUNT + 4;
export const STORE_HELD: u32 = STORE_LIMBO + 4;
export const STORE_BYTES: u32 = STORE_HELD + 4;
export const STORE_BYTES_MAX: u32 = STORE_BYTES + 4;
export const STORE_BORN: u32 = STORE_BYTES_MAX + 4;
export const STORE_SEED: u32 = STORE_BORN + 4;
export const STORE_EVICTED: u32 = STORE_SEED + 4;
/** Bytes of the header: the index begins behind it, at a multiple of 64. */
export const STORE_SIZE: u32 = 256;

// Ref: where the bytes of a slot are. Valid while the slot is live.
//
//   +0  FIRST      the first chunk of its chain; 0 only while its value is being replaced
//   +4  VALUE      u32, bytes of the value
//   +8  KEY        u16, bytes of the key
//  +10  KIND       u8, what the value is: the wrapper's matter
//  +11  FLAGS      u8, the lowest bit is WIDE; the others count the reads in place
//  +12  BORN       u32, the number of the entry: greater for one that was added later
export const REF_FIRST: u32 = 0;
export const REF_VALUE: u32 = 4;
export const REF_KEY: u32 = 8;
export const REF_KIND: u32 = 10;
export const REF_FLAGS: u32 = 11;
export const REF_BORN: u32 = 12;
export const REF_SIZE_LOG2: u32 = 4;
/** Flag: the key has two bytes to a unit of UTF-16, low byte first; otherwise one, below 256. */
export const WIDE: u32 = 1;
/** What a read in place adds to the flags, and the most that fit. */
export const PIN: u32 = 2;
export const PINS_MAX: u32 = 254;

// The first byte of a record of a snapshot: the kind of the value in its lowest bits, and
export const TAG_KIND: u32 = 3;
export const TAG_WIDE: u32 = 4;
export const TAG_TTL: u32 = 8;
/** Bit of those that an `LRUCache` writes. */
export const TAG_SIZE: u32 = 16;
/** Slots that one call makes records of; they lie in the buffer, and the records behind them. */
export const DUMP_SLOTS: u32 = 1024;
/** Bytes of the records of one call. */
export const DUMP_BYTES: u32 = BUFFER_BYTES - DUMP_SLOTS * 4;

/** Slots of a group of MAPPED entries: a cache line. */
export const GROUP_SLOTS: u32 = 16;
export const GROUP_BYTES_LOG2: u32 = 6;
/** log2 of the entries to a group. */
export const GROUP_LOAD_LOG2: u32 = 10;

/** Regions up to this size double, larger ones grow by a quarter. */
export const DOUBLING_BYTES: u32 = 1 << 20;

/** Mode of a look: the entry becomes the newest, and is removed if it is stale. */
export const TOUCH: u32 = 1;
/** Mode of a look: the frame says where the value is. */
export const LOCATE: u32 = 2;
/** Mode of a look: the value is copied to the buffer if it fits, wherever it lies. */
export const COPY: u32 = 4;

// What a call found, or did.
/** There is no such entry. */
export const ABSENT: i32 = 0;
/** There is one; or: it was stored in the place of another. */
export const FOUND: i32 = 1;
/** It was stored, and is new. */
export const ADDED: i32 = 2;
/** There was one, which was stale, and is removed. */
export const STALE: i32 = 3;
/** Nothing was stored for want of memory, and the key has no entry any more. */
export const REFUSED: i32 = 4;

// Whether there is room.
/** There is none, and evicting the oldest entry may make some. */
export const FULL: u32 = 0;
/** There is. */
export const READY: u32 = 1;
/** There is none, and evicting makes none. */
export const NEVER: u32 = 2;
