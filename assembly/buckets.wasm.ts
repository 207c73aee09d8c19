// The index of the WebAssembly core: a table of buckets of one cache line, searched by SIMD.
//
// F14 (Bronson and Shi 2019) and SwissTable are the models: a bucket has a byte of hash, the tag,
// for each of its twelve lanes, compared twelve at once, and an entry that finds its bucket full
// goes to the next one. What differs: each bucket counts the entries that passed it (PASSED), so a
// search stops at a bucket that none has passed, and a deletion leaves no tombstone behind.
//
// The number of buckets is any number, so no size of a cache wastes memory. The expected cost of a
// search is one line, and the record of the slot that is found.
//
// B1  A lane is empty (tag 0) or holds a slot of the index under the tag of its WORD.
// B2  PASSED counts the slots of the index that start at this bucket or before, and lie behind it.
// B3  ASKED counts the MAPPED slots whose search begins at this bucket.
// B4  No slot lies PASSES_MAX buckets or more behind the bucket at which its search begins. So the
//     cost of a search is bounded whatever the words are, and whoever chose them.
//
// Part of the WebAssembly core only; buckets.ts has the same functions over chains.

import { mix } from './hash.js';
import {
  BUCKET_BYTES,
  BUCKET_BYTES_LOG2,
  BUCKET_CROWD,
  BUCKET_SLOTS,
  ELSEWHERE,
  NIL,
  PASSES_MAX,
  TAG_MATCHES_MAX,
} from './layout.js';
import { bucketCountOf, bucketsOf, recordsOf, Table, wordOf } from './slots.js';

/** Bits of a mask that stand for lanes. */
const LANES: i32 = 0xfff;
/** Bits of BUCKET_CROWD that hold PASSED; ASKED lies above them. */
const PASSED: u32 = 0xff;
const ASKED_ONE: u32 = 0x100;

/** The address of an empty lane's tag; 0 if there is none. */
export type Place = usize;

/** The tag of a mixed word. It must not depend on the same bits alone as the bucket. */
function tagOf(mixed: u32): u32 {
  const tag = (mixed ^ (mixed >> 15)) & 0xff;
  return tag ? tag : 1;
}

/** The bucket at which the search of a mixed word begins. */
function homeOf(table: Table, mixed: u32): usize {
  const bucket = ((mixed as u64) * (bucketCountOf(table) as u64)) >> 32;
  return bucketsOf(table) + ((bucket as usize) << BUCKET_BYTES_LOG2);
}

/** The bucket after one, around the end. */
function after(table: Table, bucket: usize): usize {
  const next = bucket + BUCKET_BYTES;
  const buckets = bucketsOf(table);
  return next == buckets + ((bucketCountOf(table) as usize) << BUCKET_BYTES_LOG2) ? buckets : next;
}

/** The lanes whose tag is that of the vector, as a mask. */
function matches(bucket: usize, tags: v128): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(bucket), tags)) & LANES;
}

function slotIn(bucket: usize, lane: i32): u32 {
  return load<u32>(bucket + (lane << 2), BUCKET_SLOTS);
}

function crowdOf(bucket: usize): u32 {
  return load<u32>(bucket, BUCKET_CROWD);
}

function setCrowd(bucket: usize, crowd: u32): void {
  store<u32>(bucket, crowd, BUCKET_CROWD);
}

/** The search behind a first bucket that others have passed, or whose ASKED is not 0. */
function findBehind(table: Table, home: usize, tags: v128, word: u32): u32 {
  const records = recordsOf(table);
  let bucket = home;
  // Nothing lies further (B4), though others may have passed those buckets, too.
  for (let passes = 1; passes < PASSES_MAX && crowdOf(bucket) & PASSED; passes++) {
    bucket = after(table, bucket);
    for (let lanes = matches(bucket, tags); lanes; lanes &= lanes - 1) {
      const slot = slotIn(bucket, ctz(lanes));
      if (wordOf(records, slot) == word) return slot;
    }
  }
  return crowdOf(home) >= ASKED_ONE ? ELSEWHERE : NIL;
}

/** The slot of a word; NIL if there is none, ELSEWHERE if a MAPPED entry may have it. */
export function find(table: Table, word: u32): u32 {
  const mixed = mix(word);
  const home = homeOf(table, mixed);
  const tags = i8x16.splat(tagOf(mixed) as i8);
  const records = recordsOf(table);
  for (let lanes = matches(home, tags); lanes; lanes &= lanes - 1) {
    const slot = slotIn(home, ctz(lanes));
    if (wordOf(records, slot) == word) return slot;
  }
  return crowdOf(home) == 0 ? NIL : findBehind(table, home, tags, word);
}

/** The place for a word that is not in the index: a lane's address; 0 if the word is refused. */
export function vacancyFor(table: Table, word: u32): Place {
  const mixed = mix(word);
  const tags = i8x16.splat(tagOf(mixed) as i8);
  let bucket = homeOf(table, mixed);
  let alike = 0;
  for (let passes = 0; passes < PASSES_MAX; passes++) {
    alike += popcnt(matches(bucket, tags));
    if (alike >= TAG_MATCHES_MAX) return 0;
    const vacant = matches(bucket, i8x16.splat(0));
    if (vacant) return bucket + ctz(vacant);
    bucket = after(table, bucket);
  }
  return 0;
}

/** Puts a slot into the place that `vacancyFor` gave for its word. */
export function occupy(table: Table, word: u32, slot: u32, place: Place): void {
  const mixed = mix(word);
  const target = place & ~(BUCKET_BYTES - 1);
  let bucket = homeOf(table, mixed);
  while (bucket != target) {
    setCrowd(bucket, crowdOf(bucket) + 1);
    bucket = after(table, bucket);
  }
  store<u8>(place, tagOf(mixed));
  store<u32>(target + ((place - target) << 2), slot, BUCKET_SLOTS);
}

/** Takes a slot of the index out of it. */
export function vacate(table: Table, word: u32, slot: u32): void {
  const mixed = mix(word);
  const tags = i8x16.splat(tagOf(mixed) as i8);
  let bucket = homeOf(table, mixed);
  // Ends at the slot, which lies on this way (S3).
  while (true) {
    for (let lanes = matches(bucket, tags); lanes; lanes &= lanes - 1) {
      const lane = ctz(lanes);
      if (slotIn(bucket, lane) == slot) {
        store<u8>(bucket + lane, 0);
        return;
      }
    }
    setCrowd(bucket, crowdOf(bucket) - 1);
    bucket = after(table, bucket);
  }
}

/** Notes that a MAPPED entry has this word, so that a search of it asks the Map. */
export function noteMapped(table: Table, word: u32): void {
  const home = homeOf(table, mix(word));
  setCrowd(home, crowdOf(home) + ASKED_ONE);
}

/** Takes the note of one MAPPED entry back. */
export function forgetMapped(table: Table, word: u32): void {
  const home = homeOf(table, mix(word));
  setCrowd(home, crowdOf(home) - ASKED_ONE);
}

/** Empties the index. */
export function clearIndex(table: Table): void {
  memory.fill(bucketsOf(table), 0, (bucketCountOf(table) as usize) << BUCKET_BYTES_LOG2);
}
