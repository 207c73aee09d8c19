// Families of keys that cost a cache dearly that knows nothing of them, each with keys of the same
// kind and length that do not.
//
// A family is in a cache in two numbers: few, so that a defence that waits for some share of the
// entries never sees it, and many. The rest of the cache are innocent keys.
//
// What is known of hashes, samples and buckets is in hostile-keys.ts, and nowhere here.

import { type Genome, keysOf } from './hostile-climb.js';
import {
  collidingString,
  crowdingWords,
  equalQuad,
  floatOf,
  SAMPLE_OFFSET_MAX,
  SAMPLED_UNITS,
} from './hostile-keys.js';
import { mix32 } from './random.js';

/** Keys that may be hostile. */
export type HostileKey = number | string;

/** A family of keys. */
export interface HostileFamily {
  readonly name: string;
  /** How many of it there are at most, absent ones not counted; for lack of keys, or of memory. */
  readonly countMax?: number;
  /** Set if every lookup has a string of its own, as in a server, whose hash V8 does not know. */
  readonly isFresh?: true;
  /** Keys that are different from one another; `capacity` is that of the cache. */
  readonly keysOf: (count: number, capacity: number) => HostileKey[];
  /** Keys that do no harm. */
  readonly randomOf: (count: number) => HostileKey[];
  /** Keys that are put before, to prepare the ground. */
  readonly before?: (capacity: number) => HostileKey[];
}

const LONG_UNITS_MAX = 16_000_000;

function counted(count: number, keyAt: (i: number) => HostileKey): HostileKey[] {
  return Array.from({ length: count }, (_, i) => keyAt(i));
}

/** Different texts of one length, from the first units on. */
function textOf(id: number, units: number): string {
  return id.toString(36).padStart(units, '0').slice(-units);
}

/** Text of some length that no other has, and that looks like none. */
function randomText(i: number, length: number): string {
  let text = '';
  for (let salt = 0; text.length < length; salt++) {
    text += (mix32(mix32(i) + salt) >>> 0).toString(36).padStart(7, '0');
  }
  // What tells them apart for sure is where a sample is taken first.
  return text.slice(0, length - 6) + textOf(i, 6);
}

const randomTexts = (length: number) => (count: number) =>
  counted(count, (i) => randomText(i, length));

/** Strings of four units that there are, of digits and letters; they are taken out of order. */
const FOUR_UNITS = 36 ** 4;
/** So many are present and as many absent, and some are left over for innocent ones. */
const FOUR_UNITS_HALF = 800_000;
const randomFour = (count: number) =>
  counted(count, (i) => textOf((i * 1_000_003) % FOUR_UNITS, 4));

/** Floats that are no integers. */
const randomFloats = (count: number) => counted(count, (i) => mix32(i) + 0.5);
const randomInts = (count: number) => counted(count, mix32);

/** A string of a template's units, but for some that tell the id. */
function withIdAt(id: number, place: number, units: number, length: number, fill: string): string {
  const text = textOf(id, units);
  return fill.repeat(place) + text + fill.repeat(length - place - units);
}

const ID_UNITS = 5;

/** Long keys that differ in a few units where no sample is taken, early or as late as may be. */
function longKeys(length: number, isLate: boolean, isFresh: boolean): HostileFamily {
  const place = isLate ? length - SAMPLE_OFFSET_MAX - SAMPLED_UNITS - ID_UNITS : 0;
  return {
    name: `${isFresh ? 'fresh ' : ''}keys of ${length} units, other ${isLate ? 'late' : 'early'}`,
    countMax: Math.floor(LONG_UNITS_MAX / length),
    ...(isFresh ? { isFresh } : {}),
    keysOf: (count) => counted(count, (i) => withIdAt(i, place, ID_UNITS, length, '-')),
    randomOf: randomTexts(length),
  };
}

/** Offsets of windows from the end of a string, to where the sample is led one after the other. */
const WINDOWS = [16, 32, 48] as const;
const BURNT_LENGTH = 160;
const BURNT_MAX = 20_000;

function inWindow(id: number, fromEnd: number): string {
  return withIdAt(id, BURNT_LENGTH - fromEnd - ID_UNITS, ID_UNITS, BURNT_LENGTH, '.');
}

/** Keys that make the sample move until it does not move any more, and then collide. */
const burntMoves: HostileFamily = {
  name: 'keys behind moves of the sample that are used up',
  countMax: Math.floor(LONG_UNITS_MAX / BURNT_LENGTH),
  before: (capacity) => {
    const count = Math.min(BURNT_MAX, capacity >>> 3);
    return WINDOWS.flatMap((fromEnd) => counted(count, (i) => inWindow(i, fromEnd)));
  },
  keysOf: (count) =>
    counted(count, (i) => inWindow(i, SAMPLE_OFFSET_MAX + SAMPLED_UNITS + ID_UNITS)),
  randomOf: randomTexts(BURNT_LENGTH),
};

/** Int32 keys in one bucket and those behind it, with one tag, at a capacity. */
const crowdedInts: HostileFamily = {
  name: 'ints in one bucket, with one tag',
  keysOf: (count, capacity) => crowdingWords(count, capacity, 0),
  randomOf: randomInts,
};

/** Capacities on the way of a cache that grows, each with a bucket that is crowded only then. */
const crowdedOnTheWay: HostileFamily = {
  name: 'ints that crowd a bucket of each capacity on the way',
  keysOf: (count, capacity) => {
    const keys = new Set<number>();
    for (let size = capacity, bucket = 1; keys.size < count; bucket += 2) {
      for (const word of crowdingWords(24, size, bucket)) keys.add(word);
      size = size > 16 ? size >>> 1 : capacity;
    }
    return [...keys].slice(0, count);
  },
  randomOf: randomInts,
};

/** Floats with words of our choice; NaN is one key, whatever its bits. */
function floats(name: string, wordOf: (i: number, capacity: number) => number): HostileFamily {
  return {
    name,
    keysOf: (count, capacity) => {
      const keys: number[] = [];
      for (let i = 0; keys.length < count; i++) {
        const key = floatOf(wordOf(i, capacity), i);
        if (!Number.isNaN(key) && (key | 0) !== key) keys.push(key);
      }
      return keys;
    },
    randomOf: randomFloats,
  };
}

const CROWD_WORDS = 64;

function wordsInTurn(): (i: number, capacity: number) => number {
  let words: readonly number[] = [];
  return (i, capacity) => {
    if (words.length === 0) words = crowdingWords(CROWD_WORDS, capacity, 0);
    return words[i % CROWD_WORDS] as number;
  };
}

/** A bijection of 21 bits, so that ids look like ids. */
const idOf = (i: number): number => 1_000_000 + i;

const uuidOf = (i: number): string => {
  const hex = (salt: number) => (mix32(mix32(i) + salt) >>> 0).toString(16).padStart(8, '0');
  const [a, b, c, d] = [0, 1, 2, 3].map(hex) as [string, string, string, string];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
};

/** Keys that nobody made to collide. */
function natural(name: string, keyAt: (i: number) => string): HostileFamily {
  return {
    name,
    keysOf: (count) => counted(count, keyAt),
    randomOf: randomTexts(keyAt(0).length),
  };
}

/** What an adversary found who measures times (hostile-climb.ts). */
export function climbed(genome: Genome): HostileFamily {
  const [first] = keysOf(genome, 1);
  const random = { string: randomTexts(`${first}`.length), int: randomInts, float: randomFloats };
  return {
    name: `what was climbed to: ${JSON.stringify(genome)}`,
    countMax: Math.floor(LONG_UNITS_MAX / `${first}`.length),
    keysOf: (count) => keysOf(genome, count),
    randomOf: random[genome.kind],
  };
}

/** All that are known beforehand. */
export const hostileFamilies: readonly HostileFamily[] = [
  {
    name: 'equal length and tail',
    keysOf: (count) => counted(count, (i) => withIdAt(i, 0, ID_UNITS, 160, '-')),
    randomOf: randomTexts(160),
    countMax: Math.floor(LONG_UNITS_MAX / 160),
  },
  burntMoves,
  ...[100, 1000, 10_000].flatMap((length) => [
    longKeys(length, true, false),
    longKeys(length, false, false),
    longKeys(length, true, true),
  ]),
  {
    name: 'four units, one to a sample',
    countMax: FOUR_UNITS_HALF,
    keysOf: (count) => counted(count, equalQuad),
    randomOf: randomFour,
  },
  {
    name: 'eight units, one to a sample',
    keysOf: (count) => counted(count, (i) => equalQuad(i) + equalQuad(i + 1)),
    randomOf: randomTexts(8),
  },
  {
    name: 'four units with one hash, under the known seed',
    countMax: FOUR_UNITS_HALF,
    keysOf: (count) => counted(count, collidingString),
    randomOf: randomFour,
  },
  crowdedInts,
  crowdedOnTheWay,
  floats('floats with one hash, under the known seed', () => 12_345),
  floats('floats in one bucket, with one tag, under the known seed', wordsInTurn()),
  natural('id and suffix', (i) => `${idOf(i)}:user-permissions`),
  natural('prefix and id', (i) => `user-permissions:${idOf(i)}`),
  natural('UUIDs', uuidOf),
  natural('URLs', (i) => `https://example.com/api/v1/users/${idOf(i)}/permissions?page=1`),
];
