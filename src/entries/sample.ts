// Where strings differ: chooses the place of the sample that a table hashes.
//
// Keys of one cache usually have one shape: a prefix, an id, a suffix. The sample of eight code
// units that assembly/hash.ts takes is at the end of a string at first. When keys collide there,
// the sample moves to where they differ, so that their hash stays as cheap.

import { SAMPLE_LENGTH } from '../../assembly/layout.js';

/** The number of strings that are examined. */
const TEXTS_MAX = 256;
/** The largest number of units after the sample. */
const OFFSET_MAX = 64;
/** Share of the strings that must have a sample of their own. */
const DISTINCT_MIN = 0.95;

/** Its multiples, modulo 1, are spread evenly (Weyl). */
const GOLDEN = 0.6180339887498949;

/** Some of the strings among the keys, which are at the even places of `items`. */
function pickTexts(items: readonly unknown[]): string[] {
  const slots = items.length >> 1;
  const texts = new Set<string>();
  for (let i = 0; i < Math.min(slots, TEXTS_MAX); i++) {
    const slot = slots <= TEXTS_MAX ? i : Math.floor(slots * ((i * GOLDEN) % 1));
    const key = items[slot * 2];
    if (typeof key === 'string') texts.add(key);
  }
  return [...texts];
}

/**
 * For every place, counted from the end, the bits needed to distinguish the units of the strings
 * there.
 */
function bitsByPlace(texts: readonly string[]): number[] {
  return Array.from({ length: OFFSET_MAX + SAMPLE_LENGTH }, (_, place) => {
    const units = new Set<number>();
    for (const text of texts) {
      if (place < text.length) units.add(text.charCodeAt(text.length - 1 - place));
    }
    return Math.log2(Math.max(1, units.size));
  });
}

/** The share of strings with a unique sample at this offset. */
function distinctShare(texts: readonly string[], offset: number): number {
  const samples = new Set<string>();
  for (const text of texts) {
    const end = text.length - offset;
    const sample = end < SAMPLE_LENGTH ? text : text.slice(end - SAMPLE_LENGTH, end);
    samples.add(`${text.length} ${sample}`);
  }
  return samples.size / texts.length;
}

/**
 * Units between the sample and the end of a string with which the strings among the keys differ
 * most; undefined if no sample tells them apart. O(1): it looks at 256 keys at most.
 */
export function chooseOffset(items: readonly unknown[]): number | undefined {
  const texts = pickTexts(items);
  const bits = bitsByPlace(texts);
  const longest = texts.reduce((length, text) => Math.max(length, text.length), 0);
  const last = Math.min(OFFSET_MAX, longest - SAMPLE_LENGTH);
  let best = 0;
  let bestBits = 0;
  for (let offset = 0; offset <= last; offset++) {
    let sum = 0;
    for (let place = offset; place < offset + SAMPLE_LENGTH; place++) sum += bits[place] as number;
    // Of equals, the one farthest from the end: numbers grow to the left.
    if (sum >= bestBits) {
      best = offset;
      bestBits = sum;
    }
  }
  return bestBits > 0 && distinctShare(texts, best) >= DISTINCT_MIN ? best : undefined;
}
