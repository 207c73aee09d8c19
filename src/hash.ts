// Hashes computed in JavaScript: strings where the core cannot read them, and floats everywhere;
// and the draws of what is secret about hashes.
//
// `hashString` gives exactly what assembly/hash.ts gives for the same seeds; test/hash.test.ts
// compares them. No hash is ever the identity of a key: see entries.ts.

import { CAPACITY_MAX, MULTIPLIER, SAMPLE_LENGTH } from '../assembly/layout.js';

const ROUND_FIRST = 0x85ebca6b;
const ROUND_SECOND = 0xc2b2ae35;
const FINISH = 0x9e3779b1;

const float = new Float64Array(1);
const halves = new Int32Array(float.buffer);

function round(state: number, word: number): number {
  const product = Math.imul(state ^ word, ROUND_FIRST);
  return Math.imul(product ^ (product >>> 15), ROUND_SECOND);
}

function finish(state: number): number {
  const product = Math.imul(state ^ (state >>> 16), FINISH);
  return product ^ (product >>> 15);
}

function quadAt(text: string, i: number): number {
  const low = text.charCodeAt(i) ^ (text.charCodeAt(i + 1) << 8);
  const high = text.charCodeAt(i + 2) ^ (text.charCodeAt(i + 3) << 8);
  return low ^ (high << 16);
}

function hashAll(text: string, seed: number): number {
  const length = text.length;
  const paired = length & ~1;
  let state = seed ^ length;
  for (let i = 0; i < paired; i += 2) {
    state = round(state, text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
  }
  if (paired !== length) state = round(state, text.charCodeAt(paired));
  return finish(state);
}

/**
 * 32-bit hash of a string, as an int32. With a seed from 0 down, of its length and of eight code
 * units that end `-seed` before its end, under `firstSeed`; from 1 up, of all of it. O(1) and
 * O(length).
 */
export function hashString(text: string, seed: number, firstSeed: number): number {
  if (seed > 0) return hashAll(text, seed);
  const length = text.length;
  const start = length - SAMPLE_LENGTH + seed;
  if (start < 0) return hashAll(text, firstSeed);
  const salt = firstSeed ^ Math.imul(length, FINISH);
  const first = Math.imul(quadAt(text, start), ROUND_FIRST);
  return Math.imul(first ^ (first >>> 15) ^ quadAt(text, start + 4) ^ salt, ROUND_SECOND);
}

/** A string's hash under the seed of its table. */
export type HashString = (text: string, seed: number) => number;

/** `hashString` for one seed of the first gear. */
export function hashUnder(firstSeed: number): HashString {
  return (text, seed) => hashString(text, seed, firstSeed);
}

/** Seeded 32-bit hash of a number other than an int32, as an int32: equal for all NaNs. */
export function hashFloat(value: number, seed: number): number {
  // Every NaN is one key, but a NaN may carry any payload into its bits.
  float[0] = Number.isNaN(value) ? 0 : value;
  return finish(round(round(seed, halves[0] as number), halves[1] as number));
}

/** A seed from 1 to 2^30 - 1: never that of the first gear, and never boxed. */
function seedOf(drawn: number): number {
  return drawn & 0x3fffffff || 1;
}

/**
 * A seed of the first gear. Anybody can make keys that collide in it, so it need not be secret:
 * Node takes some 10 ms to load `crypto`, and workerd forbids it while a module is evaluated.
 */
export function drawFirstSeed(): number {
  return seedOf(Math.random() * 2 ** 32);
}

/** A secret seed, from the host's best randomness there is. */
export function drawSeed(): number {
  try {
    return seedOf(globalThis.crypto.getRandomValues(new Int32Array(1))[0] as number);
  } catch {
    return drawFirstSeed();
  }
}

/** Draws of a multiplier, at most; on average it takes five. */
const DRAWS_MAX = 100;
/** Bound of the quotients of a multiplier's continued fraction. */
const QUOTIENT_MAX = 16;

/**
 * Whether a multiplier spreads consecutive ints. As fractions of 2^32, their products leave gaps
 * of three lengths (Knuth, The Art of Computer Programming 6.4, theorem S), which differ the more,
 * the larger a quotient in the continued fraction of the multiplier is.
 */
function spreads(multiplier: number): boolean {
  let [larger, smaller] = [2 ** 32, multiplier >>> 0];
  let [denominator, last] = [1, 0];
  while (denominator <= CAPACITY_MAX) {
    const quotient = Math.floor(larger / smaller);
    if (quotient > QUOTIENT_MAX) return false;
    [larger, smaller] = [smaller, larger - quotient * smaller];
    [denominator, last] = [quotient * denominator + last, denominator];
  }
  return true;
}

/**
 * A secret multiplier for the buckets of a table, under which ids in sequence, the most usual keys,
 * never crowd: one in a hundred of all odd numbers would make them take five steps each.
 */
export function drawMultiplier(): number {
  let multiplier = 0;
  for (let draws = 0; draws < DRAWS_MAX; draws++) {
    multiplier = Math.imul(drawSeed(), MULTIPLIER) | 1;
    if (spreads(multiplier)) break;
  }
  return multiplier;
}
