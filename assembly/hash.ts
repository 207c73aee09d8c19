// The seeded hash of strings: 32 bits over UTF-16 code units, two units a round.
//
// H1  Equal strings have equal hashes, whatever their representation (rope, slice, one-byte).
// H2  src/hash.ts computes the same value in JavaScript, for hosts without js-string builtins.
//
// A round is the first half of murmur3's finisher (Appleby, public domain): it is a bijection of
// the state, so strings that differ in one round only never collide. It multiplies twice because
// the topmost bit passes one multiplication unchanged, whatever the seed, and the next pair of
// units could take it back. Cost: 1 to 2 ns a code unit. Never hashes bytes of an encoding: lone
// surrogates are distinct.

import { stringCharCodeAt, stringLength } from './imports';

const ROUND_FIRST: u32 = 0x85ebca6b;
const ROUND_SECOND: u32 = 0xc2b2ae35;
const FINISH: u32 = 0x9e3779b1;

let seed: u32 = 0;

/** Sets the seed of every later hash. Must be called before the first one. */
export function seedHash(value: u32): void {
  seed = value;
}

function round(state: u32, pair: u32): u32 {
  const product = (state ^ pair) * ROUND_FIRST;
  return (product ^ (product >> 15)) * ROUND_SECOND;
}

/** Hash of a string; `text` must be a string, anything else traps. */
export function hashString(text: externref): u32 {
  const length = stringLength(text);
  const paired = length & ~1;
  let state = seed ^ length;
  for (let i = 0; i < paired; i += 2) {
    state = round(state, stringCharCodeAt(text, i) | (stringCharCodeAt(text, i + 1) << 16));
  }
  if (paired != length) state = round(state, stringCharCodeAt(text, paired));
  state = (state ^ (state >> 16)) * FINISH;
  return state ^ (state >> 15);
}
