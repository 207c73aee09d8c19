// The streams that the page can play: keys in the order in which they are requested.
//
// A stream is made whole before it is played, since the optimal policy has to know its future. The
// same name and number of keys give the same stream, on every machine.

import { createRandom, createZipf } from '../../../bench/random.js';

/** Names of the streams. */
export const streamNames = ['zipf', 'scan', 'loop'] as const;

/** Name of a stream. */
export type StreamName = (typeof streamNames)[number];

/** Requests of a stream. */
export const STREAM_LENGTH = 10_000;

/** Position of a request that never comes. */
export const NEVER = Number.POSITIVE_INFINITY;

const SEED = 1;
/** The key of rank r has a share in proportion to r to the power of minus this. */
const ZIPF_EXPONENT = 0.99;
/** The sweep of `scan`: so many requests from its start to that of the next, and so many in it. */
const SCAN_EVERY = 500;
const SCAN_LENGTH = 100;

const isStreamName = (name: string): name is StreamName => streamNames.some((is) => is === name);

/** The name, if it is one of a stream. Throws otherwise. */
export function checkStreamName(name: unknown): StreamName {
  if (typeof name === 'string' && isStreamName(name)) return name;
  throw new TypeError(`there is no stream ${name}`);
}

/**
 * A stream of requests for `keyCount` keys.
 *
 * - `zipf`: drawn at random, the key `1` most often, `2` half as often, and so on.
 * - `scan`: likewise, but every so often a sweep over keys (`s1`, `s2`, …) that come only once.
 * - `loop`: every key in turn, again and again.
 */
export function createStream(name: StreamName, keyCount: number): string[] {
  if (name === 'loop') {
    return Array.from({ length: STREAM_LENGTH }, (_, i) => `${(i % keyCount) + 1}`);
  }
  const drawRank = createZipf(keyCount, ZIPF_EXPONENT, createRandom(SEED));
  let swept = 0;
  return Array.from({ length: STREAM_LENGTH }, (_, i) => {
    const isSweep = name === 'scan' && i % SCAN_EVERY >= SCAN_EVERY - SCAN_LENGTH;
    if (!isSweep) return `${drawRank() + 1}`;
    swept += 1;
    return `s${swept}`;
  });
}

/** For each request, the position of the next one for the same key, or NEVER. O(length). */
export function nextUses(stream: readonly string[]): Float64Array {
  const next = new Float64Array(stream.length).fill(NEVER);
  const seen = new Map<string, number>();
  for (let i = stream.length - 1; i >= 0; i--) {
    const key = stream[i] as string;
    next[i] = seen.get(key) ?? NEVER;
    seen.set(key, i);
  }
  return next;
}
