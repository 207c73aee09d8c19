// Keys that are made to collide by someone who knows the code, and all that is known of it: what
// hostile-families.ts makes whole families of.
//
// A string's hash is made of rounds, each a bijection of the state (assembly/hash.ts): choose all
// units but the last two freely, and the last two take the state to where it should end. Floats
// likewise, of two rounds. Bucket and tag of an int32 are parts of what one round makes of it, and
// that can be undone.

import { mix } from '../assembly/hash.js';
import { MULTIPLIER, SAMPLE_LENGTH } from '../assembly/layout.js';

/** Code units from which a string is sampled: at the end of it first. */
export const SAMPLED_UNITS = SAMPLE_LENGTH;
/** Units from the end of a string to the end of its sample, at most, wherever that is moved. */
export const SAMPLE_OFFSET_MAX = 64;
/** Entries to a bucket of a full table: so many buckets a capacity has. */
const ENTRIES_PER_BUCKET = 7;
/** So few keys that a defence does not see them that waits for more, the larger the cache. */
export function fewOf(size: number): number {
  return Math.max(8, Math.floor(Math.sqrt(size / 4)) - 1);
}

/** How many keys are made to collide. */
export const HOSTILE_COUNT = 1 << 17;

/** Keys that collide, and keys of the same kind and length that do not. */
export interface HostileFamily {
  readonly name: string;
  keyAt(i: number): number | string;
  randomAt(i: number): number | string;
}

/** A bijection of int32, well mixed (the finisher of murmur3). */
function random(i: number): number {
  const first = Math.imul(i ^ (i >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}

function randomText(i: number): string {
  const [a, b] = [random(i), random(~i)];
  return String.fromCharCode(a & 0xffff, a >>> 16, b & 0xffff, b >>> 16);
}

/** x with x * factor == 1, modulo 2^32; the factor is odd (Newton's iteration). */
function inverse(factor: number): number {
  let x = factor;
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(factor, x));
  return x;
}

const FIRST = inverse(0x85ebca6b | 0);
const SECOND = inverse(0xc2b2ae35 | 0);

function unshift(product: number): number {
  const high = product ^ (product >>> 15);
  return product ^ (high >>> 15);
}

/** The word that is mixed to this: what a round of hash.ts was given that led to its result. */
export function unmix(mixed: number): number {
  return Math.imul(unshift(Math.imul(mixed, SECOND)), FIRST);
}

/** Strings of four units with one hash : the last pair undoes the first. */
export function collidingString(i: number): string {
  const last = unmix(12345) ^ mix(4 ^ i);
  return String.fromCharCode(i & 0xffff, i >>> 16, last & 0xffff, last >>> 16);
}

const halves = new Int32Array(2);
const float = new Float64Array(halves.buffer);

/** Floats with one hash , likewise. */
export function collidingFloat(i: number): number {
  halves[0] = i;
  halves[1] = unmix(12345) ^ mix(i);
  return float[0] as number;
}

/** Ints in one bucket of any table. */
export function collidingInt(i: number): number {
  return unmix(i);
}

function bucketsOf(capacity: number): number {
  return Math.ceil(capacity / ENTRIES_PER_BUCKET);
}

/** The bucket of a word in a table of some capacity. */
export function bucketOf(word: number, capacity: number): number {
  return Math.floor(((mix(word) >>> 0) * bucketsOf(capacity)) / 2 ** 32);
}

/** The tag of a word, which is told apart within a bucket. */
export function tagOf(word: number): number {
  const mixed = mix(word);
  return (mixed ^ (mixed >>> 15)) & 0xff || 1;
}

/**
 * Words with one tag, from a bucket on and those behind it, in a table of some capacity. They come
 * close together: some 2^24 / buckets are in one bucket.
 */
export function crowdingWords(count: number, capacity: number, bucket: number): number[] {
  const words: number[] = [];
  // The low byte is the tag, as far as the bits above do not change it: one of 256 is right.
  let high = Math.ceil((bucket * 2 ** 32) / bucketsOf(capacity) / 256) % 2 ** 24;
  for (; words.length < count; high = (high + 1) % 2 ** 24) {
    const low = ((high >>> 7) & 0xff) ^ 0x5a;
    words.push(unmix((high << 8) | low));
  }
  return words;
}

/** A float whose hash is a word; another one for each `i`. */
export function floatOf(word: number, i: number): number {
  halves[0] = i;
  halves[1] = unmix(word) ^ mix(i);
  return float[0] as number;
}

/**
 * Strings of four units, which are one to whoever puts units together 8 bits apart, as a sample
 * does: what the second has above 8 bits, the third takes back, and the fourth loses its own.
 */
export function equalQuad(i: number): string {
  const second = i & 0xffff;
  const fourth = 0x61 | ((i >>> 16) << 8);
  const first = 0x61 ^ ((second & 0xff) << 8);
  const third = 0x61 ^ (second >>> 8);
  return String.fromCharCode(first, second, third, fourth);
}

/** The families, each of which costs a cache dearly that knows nothing of it. */
export const hostileFamilies: readonly HostileFamily[] = [
  {
    name: 'strings with one hash, under a known seed',
    keyAt: collidingString,
    randomAt: randomText,
  },
  {
    name: 'strings that differ where no sample is taken',
    keyAt: (i) => `${i + 1e6}:user-permissions`,
    randomAt: (i) => `user-permissions:${i + 1e6}`,
  },
  {
    name: 'ints in one bucket, as the mixing is known',
    keyAt: collidingInt,
    randomAt: random,
  },
  {
    // Steps of its square, which a multiplication alone would put into few buckets.
    name: 'ints that were multiplied by a Fibonacci hash',
    keyAt: (i) => Math.imul(i, MULTIPLIER),
    randomAt: random,
  },
  { name: 'ints i << 15', keyAt: (i) => i << 15, randomAt: random },
  {
    name: 'floats with one hash, under a known seed',
    keyAt: collidingFloat,
    randomAt: (i) => random(i) + 0.5,
  },
];
