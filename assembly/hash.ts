// The hash of strings: 32 bits over UTF-16 code units.
//
// It takes the length and a sample of eight units, which ends `offset` units before the end of the
// string; a string that has no such sample is hashed whole. So keys of any length cost the same.
// Keys that differ only elsewhere have equal hashes, by nature or by design; the wrapper's Map
// finds them, at the speed of a Map (S3 in layout.ts), so no secret is needed.
//
// HA1  Equal strings have equal hashes under one offset, whatever their representation (rope,
//      slice, one-byte). Lone surrogates are distinct: no encoding is involved.
//
// The sample is multiplied once for four units, since the search waits for the hash; the index
// mixes all of it once more. The shift between the two keeps differences in both quads from
// cancelling out.

import { mul } from './arith.js';
import { stringCharCodeAt } from './imports.js';
import { SAMPLE_LENGTH } from './layout.js';

const ROUND_FIRST: u32 = 0x85ebca6b;
const ROUND_SECOND: u32 = 0xc2b2ae35;
const LENGTH_FACTOR: u32 = 0x9e3779b1;

/** The first half of murmur3's finisher (Appleby, public domain): a bijection of the state. */
export function round(state: u32, word: u32): u32 {
  const product = mul(state ^ word, ROUND_FIRST);
  return mul(product ^ (product >>> 15), ROUND_SECOND);
}

/**
 * A word, mixed one to one: bucket, chain and tag are parts of the result. A multiplication alone
 * would crowd numbers that follow each other at certain distances.
 */
export function mix(word: u32): u32 {
  return round(0, word);
}

function hashWhole(text: externref, length: i32): u32 {
  const paired = length & ~1;
  let state: u32 = length;
  for (let i: i32 = 0; i < paired; i += 2) {
    state = round(state, stringCharCodeAt(text, i) | (stringCharCodeAt(text, i + 1) << 16));
  }
  if (paired != length) state = round(state, stringCharCodeAt(text, paired));
  return state;
}

/**
 * Hash of a string of this length. O(1), or O(length) if it is shorter than sample and offset.
 *
 * Four units go into one word, which is injective if they are below 256, and enough for a sample if
 * not. Their reads stand here one by one, as V8 looks into the string's representation only once in
 * a function without loops and calls.
 */
export function hashString(text: externref, length: i32, offset: i32): u32 {
  const start = length - SAMPLE_LENGTH - offset;
  if (start < 0) return hashWhole(text, length);
  const first =
    stringCharCodeAt(text, start) ^
    (stringCharCodeAt(text, start + 1) << 8) ^
    (stringCharCodeAt(text, start + 2) << 16) ^
    (stringCharCodeAt(text, start + 3) << 24);
  const second =
    stringCharCodeAt(text, start + 4) ^
    (stringCharCodeAt(text, start + 5) << 8) ^
    (stringCharCodeAt(text, start + 6) << 16) ^
    (stringCharCodeAt(text, start + 7) << 24);
  const product = mul(first, ROUND_FIRST);
  return product ^ (product >>> 15) ^ second ^ mul(length, LENGTH_FACTOR);
}
