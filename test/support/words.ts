// Words by family: some spread over any index, others are made to crowd one place of it.
//
// Both indexes mix a word, which can be undone; so whoever knows the code chooses the result. Its
// top bits are the chain of a word, its share of 2^32 the bucket, and its low bits the tag
// (assembly/buckets).

import { hashString } from '../../assembly/hash.js';
import { unmix } from '../../bench/hostile-keys.js';

/** Words by number. */
export interface WordFamily {
  /** Whether an index of any size may refuse some of the first 256. */
  readonly crowds: boolean;
  wordAt(i: number): number;
  /** The string whose word it is, if the words are those of strings. */
  textAt?(i: number): string;
  /** Where the strings are sampled. */
  readonly offset: number;
}

/** A bijection of int32, well mixed (the finisher of murmur3). */
export function scramble(i: number): number {
  const first = Math.imul(i ^ (i >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}

/** Products of one home, whatever the capacity up to 2^20, and of one tag; 128 of them. */
export const sameTag = (i: number): number => 0x40000000 + ((i & 127) << 8);
/** Products of one home, whatever the capacity up to 2^20, and of tags that differ. */
export const sameHome = (i: number): number => 0x40000000 + (i & 255);
/** Products of one tag, in the two halves of the index: one bucket of any odd number of them. */
export const straddling = (i: number): number =>
  (i & 1 ? 0x7fff0000 : 0x800100fc) + ((i & 254) << 7);

const textAt = (i: number) => `permissions of user ${i}, of many:v1`;
const OFFSET = 14;

const plain = (crowds: boolean, wordAt: (i: number) => number): WordFamily => {
  return { crowds, wordAt: (i) => wordAt(i) | 0, offset: 0 };
};

/** Words of every kind. */
export const families: Readonly<Record<string, WordFamily>> = {
  few: plain(false, (i) => i % 5),
  sequential: plain(false, (i) => i + 1_000_000),
  random: plain(false, scramble),
  texts: {
    crowds: false,
    textAt,
    wordAt: (i) => hashString(textAt(i), textAt(i).length, OFFSET) | 0,
    offset: OFFSET,
  },
  'one tag': plain(true, (i) => unmix(sameTag(i))),
  'one home': plain(true, (i) => unmix(sameHome(i))),
  straddling: plain(true, (i) => unmix(straddling(i))),
  mixed: plain(true, (i) => (i & 3 ? unmix(sameHome(i)) : i)),
};

/** Those that no index refuses, and those that it may. */
export const spreading = Object.keys(families).filter((name) => !families[name]?.crowds);
export const crowding = Object.keys(families).filter((name) => families[name]?.crowds);
