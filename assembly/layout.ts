// The memory map: every offset, size and code the core and the wrapper agree on.
//
// This file is compiled twice, by asc into the core and by tsc into the wrapper and the pure
// engine. It holds constants only, without annotations, so that both compilers accept it.
//
// Linear memory, low to high. Nothing below ARENA_MAP is ever written, so address 0 means "none".
//
//   0 ───── ARENA_MAP ── ARENA_BINS ── EMPTY ── ARENA_FIRST ───────────────────────── end
//   unused  bin bitmap   free lists    zeroes   blocks: tables, slots with bucket heads, columns
//
// Words: a `slot` is an index, a `count` a number of things, `bytes` a size, a pointer an address.

// Slot record: one cache entry. A table's slots are an array of records; record 0 is the sentinel
// of the circular recency list, so no entry is ever a special case at either end.
//
//   offset  size  field   meaning                                         valid when
//   ------  ----  ------  ----------------------------------------------  --------------
//      +0     4   WORD    the int32 key, or the 32-bit hash of the key    live
//      +4     4   OLDER   slot used next before this one, or NIL          live
//                         the newest slot                                 sentinel
//      +8     4   NEWER   slot used next after this one, or NIL           live
//                         the oldest slot                                 sentinel
//     +12     4   CHAIN   next slot in the same bucket, or NIL,           live
//                         with CHAIN_HASHED set if WORD is a hash
//                         next free slot, or NIL                          free
//   ------  ----
//     =16
//
// S1  A slot is live (reachable from the sentinel by OLDER), free (reachable from FREE by CHAIN)
//     or fresh (number >= FRESH, never used). Never two of them.
// S2  OLDER and NEWER are inverse: newer(older(s)) == s for every live slot and the sentinel.
// S3  Every live slot is in the chain of the bucket its WORD selects, once.
// S4  live + free + fresh == CAPACITY, and live == SIZE <= LIMIT.
export const SLOT_WORD = 0;
export const SLOT_OLDER = SLOT_WORD + 4;
export const SLOT_NEWER = SLOT_OLDER + 4;
export const SLOT_CHAIN = SLOT_NEWER + 4;
export const SLOT_BYTES = SLOT_CHAIN + 4;
export const SLOT_BYTES_LOG2 = 4;

/** No slot; also the number of the sentinel record. */
export const NIL = 0;

/** Bit of CHAIN that says WORD is a hash and not an int32 key. */
export const CHAIN_HASHED = 1 << 31;
/** Bits of CHAIN that hold a slot. */
export const CHAIN_SLOT = 0x7fffffff;
/** Kind of a slot whose WORD is an int32 key: CHAIN_HASHED is clear. */
export const KIND_INT = 0;
/** Kind of a slot whose WORD is a hash, to be verified by the wrapper: CHAIN_HASHED is set. */
export const KIND_HASHED = CHAIN_HASHED;

// Table header: one cache. Its address is the cache's handle and never changes.
//
//   offset  size  field       meaning
//   ------  ----  ----------  --------------------------------------------------------------
//      +0     4   HEADS       address of the bucket heads, u32 slots, which follow the last slot
//                             record in its block; EMPTY while there are none
//      +4     4   SLOTS       address of the slot records; EMPTY while there are none
//      +8     4   SHIFT       32 - log2(bucket count): the bucket is the top bits of a product
//     +12     4   MULTIPLIER  odd factor of that product; 0 sends every key to bucket 0 (tests)
//     +16     4   SIZE        live slots
//     +20     4   LIMIT       live slots at which an insertion evicts
//     +24     4   CAPACITY    slots there is room for, sentinel not counted
//     +28     4   FRESH       lowest slot never used; 1 in an empty table
//     +32     4   FREE        first free slot, or NIL
//     +36     4   MISSED      hash of the string that was looked for last and not found
//     +40     4   AGES        address of the ages; EMPTY while there is no memory; 0 if not in use
//     +44     4   WEIGHTS     address of the weights; likewise
//     +48     8   TOTAL       f64, sum of the weights of the live slots
//     +56     8   BUDGET      f64, TOTAL above which the oldest entries have to go
//     +64     4   PATIENCE    length of a chain from which an insertion into it is refused
//     +68     4   MARK        in the debug build, says that a table is here (contract.ts)
//   ------  ----
//     =72
export const TABLE_HEADS = 0;
export const TABLE_SLOTS = TABLE_HEADS + 4;
export const TABLE_SHIFT = TABLE_SLOTS + 4;
export const TABLE_MULTIPLIER = TABLE_SHIFT + 4;
export const TABLE_SIZE = TABLE_MULTIPLIER + 4;
export const TABLE_LIMIT = TABLE_SIZE + 4;
export const TABLE_CAPACITY = TABLE_LIMIT + 4;
export const TABLE_FRESH = TABLE_CAPACITY + 4;
export const TABLE_FREE = TABLE_FRESH + 4;
export const TABLE_MISSED = TABLE_FREE + 4;
export const TABLE_AGES = TABLE_MISSED + 4;
export const TABLE_WEIGHTS = TABLE_AGES + 4;
export const TABLE_TOTAL = TABLE_WEIGHTS + 4;
export const TABLE_BUDGET = TABLE_TOTAL + 8;
export const TABLE_PATIENCE = TABLE_BUDGET + 8;
export const TABLE_MARK = TABLE_PATIENCE + 4;
export const TABLE_BYTES = TABLE_MARK + 4;

// Columns: what a table keeps of every slot only when it is asked to, in blocks as long as the
// slot records. A record is valid while its slot is live.
//
//   offset  size  field   meaning
//   ------  ----  ------  ------------------------------------------------------------------
//      +0     8   START   f64, time from which the age of the entry counts, in ms
//      +8     8   TTL     f64, age in ms above which the entry is stale; 0 if it never is
//   ------  ----
//     =16           an age
//      +0     8   WEIGHT  f64, a whole number from 0 to WEIGHT_MAX
//   ------  ----
//      =8           a weight
export const AGE_START = 0;
export const AGE_TTL = AGE_START + 8;
export const AGE_BYTES_LOG2 = 4;
export const WEIGHT_BYTES_LOG2 = 3;
/** Largest weight and largest budget: with it, every sum of both is exact in an f64. */
export const WEIGHT_MAX = 4503599627370496;

/** Mode of a visit: a fresh slot becomes the newest. */
export const VISIT_TOUCH = 1;
/** Mode of a visit: the age of a fresh slot counts from now. */
export const VISIT_RENEW = 2;

/** 2^32 / golden ratio, odd: spreads consecutive integers evenly (Knuth 6.4, Fibonacci hashing). */
export const MULTIPLIER = 0x9e3779b1 | 0;
/**
 * Length of a chain from which an insertion is refused at first; twice as much after every rehash.
 * A chain of words that are spread evenly is as long with probability 10^-14.
 */
export const PATIENCE_FIRST = 16;
/** Code units from which a string is sampled in the first gear of its hash; see hash.ts. */
export const SAMPLE_LENGTH = 8;
/** Capacity of a table's first allocation: with the sentinel, 16 records of 16 bytes. */
export const CAPACITY_FIRST = 15;
/** Largest number of entries a cache may hold. */
export const CAPACITY_MAX = 1 << 25;
/** Bucket count of a table without memory of its own: two zero words, one per value of a bit. */
export const EMPTY_BUCKETS_LOG2 = 1;

// What a put did, in the low bits of its result; the slot is above them. A result stays far below
// 2^30, so that no JavaScript engine has to box it.
export const OUTCOME_BITS = 3;
export const OUTCOME_MASK = 3;
/** An entry with an equal word was there and is now the newest. */
export const UPDATED = 0;
/** A new entry took an unused slot. */
export const INSERTED = 1;
/** A new entry took the slot of the oldest one, which is gone. */
export const EVICTED = 2;
/**
 * Nothing was changed: no slot is unused, or the bucket is crowded. Grow the table or, if it has
 * room, rehash it; then put again.
 */
export const NO_ROOM = 3;
/** Joined with one of the above: TOTAL exceeds BUDGET, and entries have to be shed. */
export const OVERWEIGHT = 4;

// Arena: blocks of linear memory, in bins by size. The picture of a block is in arena.ts.
export const ARENA_BIN_COUNT = 224;
/** One bit per bin, set iff the bin has a block. */
export const ARENA_MAP = 1024;
export const ARENA_MAP_BYTES = 32;
/** First block of each bin, or 0. */
export const ARENA_BINS = ARENA_MAP + ARENA_MAP_BYTES;
/** Sixteen zero bytes: the bucket heads and the sentinel of every table without memory. */
export const EMPTY = ARENA_BINS + ARENA_BIN_COUNT * 4;
export const EMPTY_BYTES = SLOT_BYTES;
export const BLOCK_HEADER_BYTES = 8;
/** First block: a header's length past a multiple of 16, so that payloads are multiples of 16. */
export const ARENA_FIRST = EMPTY + EMPTY_BYTES + BLOCK_HEADER_BYTES;
/** Pages of 64 KiB at most: one less than 4 GiB, so that every address fits in 32 bits. */
export const MEMORY_PAGES_MAX = 65535;
