// The memory map: every offset, size and code that the core and the wrapper agree on.
//
// asc compiles this file into the WebAssembly core, tsc compiles it into the wrapper and the
// JavaScript engine. It holds constants only.
//
// Linear memory, low to high. No table and no block lies at address 0, so it means "none".
//
//   BATCH ── ARENA_MAP ── ARENA_BINS ── EMPTY ── ARENA_FIRST ─────────────────── end
//   batch    bin bitmap   free lists    zeroes   blocks: table headers, storage of tables
//
// Words: a `slot` is a number of an entry, a `count` a number of things, `bytes` a size.

// Record: one entry, by slot. Slots 0 and 1 stand for no entry (NIL and ELSEWHERE).
//
//   offset  size  field   meaning                                         valid when
//   ------  ----  ------  ----------------------------------------------  --------------
//      +0     4   WORD    the int32 key, or the 32-bit hash of the key    live
//                         next free slot, or NIL                          free
//      +4     4   STAMP   time of the last use, even; the lowest bit is   live
//                         MAPPED
//                         0                                               free
//   ------  ----
//      =8
//
// S1  A slot is live (STAMP is not 0), free (on the list that starts at FREE, or left to the next
//     rebuild, see O4), or fresh (FRESH or above, not used since the table was empty or rebuilt).
//     Never two of them.
// S2  No two live slots have the same stamp, and none is above CLOCK.
// S3  A live slot is in the index once, under its WORD, or it is MAPPED: then the wrapper finds
//     its key in a Map. No two slots in the index have the same WORD.
// S4  live + free + fresh slots = CAPACITY, and live = SIZE <= LIMIT.
export const RECORD_WORD: u32 = 0;
export const RECORD_STAMP: u32 = RECORD_WORD + 4;
export const RECORD_BYTES: u32 = RECORD_STAMP + 4;
export const RECORD_BYTES_LOG2: u32 = 3;

/** No slot. */
export const NIL: u32 = 0;
/** Result of a search: the key is not in the index, but the wrapper's Map may have it. */
export const ELSEWHERE: u32 = 1;
/** The first slot that an entry can have. */
export const SLOT_FIRST: u32 = 2;

/**
 * Bit of a stamp: the wrapper finds this entry's key in its Map, and the index does not hold it.
 */
export const MAPPED: u32 = 1;
/** How far one use moves the clock: it leaves the lowest bit to MAPPED. */
export const STAMP_STEP: u32 = 2;
/** The clock never passes it: the entries are renumbered before. */
export const STAMP_MAX: u32 = 0x7ffffffc;

// Bucket of the WebAssembly index: one cache line.
//
//   offset  size  field   meaning
//   ------  ----  ------  ------------------------------------------------------------------
//      +0    12   TAGS    a byte of the word's hash for each lane, never 0; 0 if the lane is empty
//     +12     1   PASSED  entries in later buckets whose search passes through this one
//     +13     3   ASKED   MAPPED entries whose search begins here
//     +16    48   SLOTS   the slot of each lane, u32
//   ------  ----
//     =64
export const BUCKET_LANES: u32 = 12;
export const BUCKET_CROWD: u32 = BUCKET_LANES;
export const BUCKET_SLOTS: u32 = BUCKET_CROWD + 4;
export const BUCKET_BYTES: u32 = BUCKET_SLOTS + BUCKET_LANES * 4;
export const BUCKET_BYTES_LOG2: u32 = 6;
/** Entries to a bucket in a full table. With 9, a fifth of the buckets is full; with 5, no gain. */
export const BUCKET_LOAD: u32 = 7;
/**
 * As BUCKET_LOAD, of tables of numbers: so that an entry takes less than 28 bytes. A hit looks at
 * one bucket as before; it is misses and insertions that look into a second one more often.
 */
export const NUMBERS_BUCKET_LOAD: u32 = 9;
/** An insertion that would pass this many full buckets is refused. */
export const PASSES_MAX: i32 = 8;
/** An insertion on whose way this many entries have its tag is refused. */
export const TAG_MATCHES_MAX: i32 = 4;
/** Length of a chain of the JavaScript index at which an insertion into it is refused. */
export const CHAIN_MAX: u32 = 16;

// Table header: one cache. Its address is the cache's handle and never changes.
//
//   offset  size  field         meaning
//   ------  ----  ------------  ------------------------------------------------------------
//      +0     4   RECORDS       address of the records, and of the block that holds them all;
//                               EMPTY while there are none
//      +4     4   BUCKETS       address of the buckets; EMPTY while there are none
//      +8     4   BUCKET_COUNT  any number from 1 up
//     +12     4   QUEUE         address of the queue (order.ts): CAPACITY slots
//     +16     4   BINS          address of the bins of the queue: BIN_COUNT + 1 positions
//     +20     4   BIN_COUNT     a power of two
//     +24     4   AGES          address of the ages, EMPTY without memory; 0 if not in use
//     +28     4   WEIGHTS       address of the weights; likewise
//     +32     4   CAPACITY      entries there is room for
//   from here on, nothing depends on where the table lies (storage.ts)
//     +36     4   SIZE          live slots
//     +40     4   LIMIT         live slots at which an insertion evicts
//     +44     4   FRESH         lowest slot never used; SLOT_FIRST in an empty table
//     +48     4   FREE          first free slot, or NIL
//     +52     4   CLOCK         stamp of the last use
//     +56     4   NEWEST        slot used last, if its stamp is CLOCK
//     +60     4   FLOOR         no live slot has a stamp below
//     +64     4   MISSED        word that was looked for last and not found
//     +68     4   IS_MISSED     1 if nothing was inserted since then, 0 otherwise
//     +72     4   QUEUE_AT      position of the oldest entry in the open bin (order.ts)
//     +76     4   QUEUE_END     position after the last one of the open bin
//     +80     4   QUEUE_HIGH    an entry of the open bin with a stamp above was used since
//     +84     4   QUEUE_NEXT    position of the next bin
//     +88     4   BIN_AT        number of the next bin; BIN_COUNT or more: the queue has run dry
//     +92     4   BIN_LOW       least stamp of the first bin
//     +96     4   BIN_SHIFT     log2 of the stamps to a bin
//    +100     4   QUEUE_CLOCK   CLOCK when the queue was built
//    +104     8   TOTAL         f64, sum of the weights of the live slots
//    +112     8   BUDGET        f64, TOTAL above which the oldest entries have to go
//    +120     4   REFUSED       slots that the index refused when it was rebuilt, in QUEUE
//    +124     4   MARK          in the debug build, says that a table is here (contract.ts)
//   ------  ----
//    =128
export const TABLE_RECORDS: u32 = 0;
export const TABLE_BUCKETS: u32 = TABLE_RECORDS + 4;
export const TABLE_BUCKET_COUNT: u32 = TABLE_BUCKETS + 4;
export const TABLE_QUEUE: u32 = TABLE_BUCKET_COUNT + 4;
export const TABLE_BINS: u32 = TABLE_QUEUE + 4;
export const TABLE_BIN_COUNT: u32 = TABLE_BINS + 4;
export const TABLE_AGES: u32 = TABLE_BIN_COUNT + 4;
export const TABLE_WEIGHTS: u32 = TABLE_AGES + 4;
export const TABLE_CAPACITY: u32 = TABLE_WEIGHTS + 4;
export const TABLE_SIZE: u32 = TABLE_CAPACITY + 4;
export const TABLE_LIMIT: u32 = TABLE_SIZE + 4;
export const TABLE_FRESH: u32 = TABLE_LIMIT + 4;
export const TABLE_FREE: u32 = TABLE_FRESH + 4;
export const TABLE_CLOCK: u32 = TABLE_FREE + 4;
export const TABLE_NEWEST: u32 = TABLE_CLOCK + 4;
export const TABLE_FLOOR: u32 = TABLE_NEWEST + 4;
export const TABLE_MISSED: u32 = TABLE_FLOOR + 4;
export const TABLE_IS_MISSED: u32 = TABLE_MISSED + 4;
export const TABLE_QUEUE_AT: u32 = TABLE_IS_MISSED + 4;
export const TABLE_QUEUE_END: u32 = TABLE_QUEUE_AT + 4;
export const TABLE_QUEUE_HIGH: u32 = TABLE_QUEUE_END + 4;
export const TABLE_QUEUE_NEXT: u32 = TABLE_QUEUE_HIGH + 4;
export const TABLE_BIN_AT: u32 = TABLE_QUEUE_NEXT + 4;
export const TABLE_BIN_LOW: u32 = TABLE_BIN_AT + 4;
export const TABLE_BIN_SHIFT: u32 = TABLE_BIN_LOW + 4;
export const TABLE_QUEUE_CLOCK: u32 = TABLE_BIN_SHIFT + 4;
export const TABLE_TOTAL: u32 = TABLE_QUEUE_CLOCK + 4;
export const TABLE_BUDGET: u32 = TABLE_TOTAL + 8;
export const TABLE_REFUSED: u32 = TABLE_BUDGET + 8;
export const TABLE_MARK: u32 = TABLE_REFUSED + 4;
export const TABLE_BYTES: u32 = TABLE_MARK + 4;

// Columns: what a table keeps of every slot only when it is asked to. Valid while a slot is live.
//
//   offset  size  field   meaning
//   ------  ----  ------  ------------------------------------------------------------------
//      +0     8   START   f64, time from which the age of the entry counts, in ms
//      +8     8   TTL     f64, age in ms above which the entry is stale; 0 if it never is
//   ------  ----
//     =16           an age
//      +0     8   WEIGHT  f64, a whole number from 0 to WEIGHT_MAX; in a table of numbers, the
//                         value, any f64 (numbers/index.ts)
//   ------  ----
//      =8           a weight
export const AGE_START: u32 = 0;
export const AGE_TTL: u32 = AGE_START + 8;
export const AGE_BYTES_LOG2: u32 = 4;
export const WEIGHT_BYTES_LOG2: u32 = 3;
/** Largest weight and largest budget: with it, every sum of both is exact in an f64. */
export const WEIGHT_MAX = 4503599627370496;

/** Mode of a visit: a fresh entry becomes the newest. */
export const VISIT_TOUCH: u32 = 1;
/** Mode of a visit: the age of a fresh entry counts from now. */
export const VISIT_RENEW: u32 = 2;

/** 2^32 / golden ratio, odd: spreads consecutive integers evenly (Knuth 6.4, Fibonacci hashing). */
export const MULTIPLIER = 0x9e3779b1 | 0;
/** Code units from which a string is sampled (hash.ts). */
export const SAMPLE_LENGTH: i32 = 8;
/**
 * Code units of the longest string that the index takes. A search may compare a key with one other
 * key that has the same word, which costs time in proportion to their length; so longer ones are
 * found by the wrapper's Map alone.
 */
export const KEY_LENGTH_MAX: i32 = 512;
/** Capacity of a table's first storage: two buckets. */
export const CAPACITY_FIRST: u32 = 14;
/** Largest number of entries a cache may hold. */
export const CAPACITY_MAX: u32 = 1 << 25;
/** log2 of the entries to a bin of the queue, in a full table. */
export const BIN_SLOTS_LOG2: u32 = 3;

// What a put did, in the low bits of its result; the slot is above them. A result stays far below
// 2^30, so that no JavaScript engine has to box it.
export const OUTCOME_BITS: u32 = 3;
export const OUTCOME_MASK: u32 = 7;
/** An entry with an equal word was there and is now the newest. */
export const UPDATED: u32 = 0;
/** A new entry took an unused slot. */
export const INSERTED: u32 = 1;
/** A new entry took the slot of the oldest one, which is gone. */
export const EVICTED: u32 = 2;
/** As EVICTED, and the entry that is gone was MAPPED. */
export const EVICTED_MAPPED: u32 = 3;
/** Nothing was changed: no slot is unused. Grow the table, then put again. */
export const NO_ROOM: u32 = 4;
/** Nothing was changed: the index refuses the word. Insert the entry MAPPED. */
export const CROWDED: u32 = 5;
/** Nothing was changed: the wrapper's Map may have the key. If not, insert it. */
export const ASK_MAP: u32 = 6;

// Batch: what one crossing is about when it is about many keys. The wrapper writes the words, and
// the core puts in the place of each what it has found. It is valid between two calls that follow
// one another, and belongs to no table.
//
//   offset  size    field         meaning
//   ------  ------  ------------  --------------------------------------------------------
//      +0   n * 4   BATCH_WORDS   the word of each key, then its slot
//   +1024   n * 8   BATCH_VALUES  f64, the value of each key (tables of numbers only)
/** Keys that cross at once, at most. */
export const BATCH_LENGTH: u32 = 256;
/** How many searches before its own the first read of a search is made. */
export const BATCH_AHEAD: u32 = 16;
export const BATCH_WORDS: u32 = 0;
export const BATCH_VALUES: u32 = BATCH_WORDS + BATCH_LENGTH * 4;
export const BATCH_BYTES: u32 = BATCH_VALUES + BATCH_LENGTH * 8;

// Arena: blocks of linear memory, in bins by size. The picture of a block is in arena.wasm.ts.
export const ARENA_BIN_COUNT: u32 = 224;
/** One bit per bin, set iff the bin has a block. */
export const ARENA_MAP: u32 = BATCH_BYTES;
export const ARENA_MAP_BYTES: u32 = 32;
/** First block of each bin, or 0. */
export const ARENA_BINS: u32 = ARENA_MAP + ARENA_MAP_BYTES;
/** Zero bytes, from a multiple of 64: the bucket, the records and the columns of an empty table. */
export const EMPTY: u32 =
  (ARENA_BINS + ARENA_BIN_COUNT * 4 + BUCKET_BYTES - 1) & ~(BUCKET_BYTES - 1);
export const EMPTY_BYTES: u32 = BUCKET_BYTES;
export const BLOCK_HEADER_BYTES: u32 = 8;
/** First block: a header's length past a multiple of 16, so that payloads are multiples of 16. */
export const ARENA_FIRST: u32 = EMPTY + EMPTY_BYTES + BLOCK_HEADER_BYTES;
/** Pages of 64 KiB at most: one less than 4 GiB, so that every address fits in 32 bits. */
export const MEMORY_PAGES_MAX: u32 = 65535;
