// The seeded hashes of strings: 32 bits over UTF-16 code units, in two gears.
//
// First gear, seeds from 0 down: the length and a sample of eight units, under the seed of the
// instance. The sample ends `-seed` units before the end of the string. Keys of any length cost
// the same, but keys that differ elsewhere collide, and anybody can make such.
// Second gear, seeds from 1 up: every unit, two a round. The wrapper moves a table's sample, and
// then changes gear, with a secret seed, when its entries collide (src/entries.ts).
//
// H1  Equal strings have equal hashes under one seed, whatever their representation (rope, slice,
//     one-byte).
// H2  src/hash.ts computes the same values in JavaScript, for hosts without js-string builtins.
//
// The first gear multiplies once for four units: the search waits for the hash, and the table
// multiplies once more and takes the topmost bits (table.ts). The shift between the two keeps
// differences in both quads from cancelling out.
//
// A round of the second is the first half of murmur3's finisher (Appleby, public domain): it is a
// bijection of the state, so strings that differ in one round only never collide. It multiplies
// twice because the topmost bit passes one multiplication unchanged, whatever the seed, and the
// next pair of units could take it back. Cost: 1 to 2 ns a code unit. Never hashes bytes of an
// encoding: lone surrogates are distinct.

import { stringCharCodeAt, stringLength } from './imports';
import { SAMPLE_LENGTH } from './layout';

const ROUND_FIRST: u32 = 0x85ebca6b;
const ROUND_SECOND: u32 = 0xc2b2ae35;
const FINISH: u32 = 0x9e3779b1;

let firstSeed: u32 = 0;

/** Sets the seed of the first gear. Must be called before the first hash. */
export function seedHash(value: u32): void {
  firstSeed = value;
}

function round(state: u32, word: u32): u32 {
  const product = (state ^ word) * ROUND_FIRST;
  return (product ^ (product >> 15)) * ROUND_SECOND;
}

function finish(state: u32): u32 {
  const product = (state ^ (state >> 16)) * FINISH;
  return product ^ (product >> 15);
}

/** Four units in one word: injective if they are below 256, and enough for a sample if not. */
function quadAt(text: externref, i: i32): u32 {
  const low = stringCharCodeAt(text, i) ^ (stringCharCodeAt(text, i + 1) << 8);
  const high = stringCharCodeAt(text, i + 2) ^ (stringCharCodeAt(text, i + 3) << 8);
  return low ^ (high << 16);
}

function hashAll(text: externref, length: i32, seed: u32): u32 {
  const paired = length & ~1;
  let state = seed ^ length;
  for (let i = 0; i < paired; i += 2) {
    state = round(state, stringCharCodeAt(text, i) | (stringCharCodeAt(text, i + 1) << 16));
  }
  if (paired != length) state = round(state, stringCharCodeAt(text, paired));
  return finish(state);
}

/**
 * Hash of a string in the gear that the seed says; `text` must be a string, anything else traps.
 */
export function hashString(text: externref, seed: i32): u32 {
  const length = stringLength(text);
  if (seed > 0) return hashAll(text, length, seed);
  const start = length - SAMPLE_LENGTH + seed;
  if (start < 0) return hashAll(text, length, firstSeed);
  // Without a loop, V8 looks into the string's representation once.
  const salt = firstSeed ^ (length * FINISH);
  const first = quadAt(text, start) * ROUND_FIRST;
  return (first ^ (first >> 15) ^ quadAt(text, start + 4) ^ salt) * ROUND_SECOND;
}
