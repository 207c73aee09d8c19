// A clock that a test moves by hand, a cache for it, and what tests ask of a refusal.

import { expect } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { openCache, type TestEngine } from './engines.js';

export type Key = unknown;
export type Cache = LRUCache<Key, number>;
export type Given = Partial<LRUCache.OptionsBase<Key, number, unknown>>;

/** The ttl of the caches that `openAt` opens. */
export const TTL = 1000;

/** Times at which a clock may start, by name. */
export const STARTS: readonly (readonly [name: string, time: number])[] = [
  ['0', 0],
  ['-0', -0],
  ['1', 1],
  ['-60000', -60_000],
  ['2^31 - 1', 2 ** 31 - 1],
  ['2^32', 2 ** 32],
  ['2^53 - 60000', 2 ** 53 - 60_000],
];

/** A clock that shows what `time` is, and counts how often it is asked. */
export class HandClock {
  time: unknown;
  reads = 0;

  constructor(time: unknown = 0) {
    this.time = time;
  }

  now(): number {
    this.reads += 1;
    return this.time as number;
  }

  /** Goes on, or back, by so many milliseconds. */
  pass(ms: number): void {
    this.time = (this.time as number) + ms;
  }
}

/** A cache with a ttl, and the clock it reads each time. */
export function openAt(
  engine: TestEngine,
  start: number,
  given: Given = {},
): { cache: Cache; clock: HandClock } {
  const clock = new HandClock(start);
  const cache = openCache<Key, number>(engine, {
    ...{ max: 10, ttl: TTL, ttlResolution: 0, perf: clock },
    ...given,
  });
  return { cache, clock };
}

/** The code of the error that something throws; an error without one is thrown on. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'string') return code;
    throw error;
  }
  return expect.fail('nothing was thrown');
}

/** What is in a cache: keys, values, ttls and sizes, oldest first. Needs a clock that works. */
export function contentOf<K, V>(cache: LRUCache<K, V>): unknown {
  const entries = cache.dump().map(([key, { value, ttl, size }]) => [key, value, ttl, size]);
  return { entries, size: cache.size, calculatedSize: cache.calculatedSize };
}
