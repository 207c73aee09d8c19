// Shows that keys that collide, by chance or by design, cost little more than any other.
//
// What they cost is counted, not timed: calls of the engine that step from one colliding key to
// the next, rehashes, and the longest chain. Engines have the seed given here, which an attacker
// is taken to know.

import { describe, expect, it } from 'vitest';
import { PATIENCE_FIRST } from '../assembly/layout.js';
import {
  HOSTILE_COUNT as COUNT,
  collidingFloat,
  collidingString,
  hostileFamilies,
  SEED_KNOWN as SEED,
} from '../bench/hostile-keys.js';
import { hashFloat, hashString } from '../src/hash.js';
import { engines, longestChain, openCounting } from './counting.js';

describe('the families', () => {
  it('collide as they are said to', () => {
    const first = collidingFloat(0);
    for (let i = 0; i < 1000; i++) {
      expect(hashString(collidingString(i), 0, SEED)).toBe(hashString(collidingString(0), 0, SEED));
      const value = collidingFloat(i);
      if (!Number.isNaN(value)) expect(hashFloat(value, SEED)).toBe(hashFloat(first, SEED));
      expect(collidingString(i)).toHaveLength(4);
    }
    const floats = new Set(Array.from({ length: COUNT }, (_, i) => collidingFloat(i)));
    expect(floats.size).toBeGreaterThan(COUNT * 0.99);
  });
});

describe.each(engines)('on %s,', (_, open) => {
  it.each(hostileFamilies)('2^17 $name are spread after a few rehashes', ({ keyAt }) => {
    const { cache, count, image } = openCounting(open(), COUNT);
    const keys = [...new Set(Array.from({ length: COUNT }, (__, i) => keyAt(i)))];
    for (const [i, key] of keys.entries()) cache.set(key, i);
    expect(cache.size).toBe(keys.length);
    expect(count.detours, 'detours in sets').toBeLessThan(2000);
    count.detours = 0;
    keys.forEach((key, i) => {
      if (cache.get(key) !== i) expect.fail(`value of key ${i}`);
    });
    expect(count.detours, 'detours in gets').toBeLessThan(200);
    expect(count.rehashes).toBeLessThanOrEqual(4);
    expect(longestChain(image())).toBeLessThanOrEqual(PATIENCE_FIRST * 2);
    // Churn: the same again, with as many others.
    for (let i = COUNT; i < COUNT * 2; i++) cache.set(keyAt(i), i);
    expect(count.rehashes).toBeLessThanOrEqual(4);
    expect(longestChain(image())).toBeLessThanOrEqual(PATIENCE_FIRST * 2);
  });

  it.each(Array.from({ length: 32 }, (__, k) => k))('keys i << %i need no rehash', (k) => {
    const { cache, count, image } = openCounting(open(), COUNT);
    for (let i = 0; i < COUNT; i++) cache.set(i << k, i);
    expect(cache.size).toBe(Math.min(COUNT, 2 ** (32 - k)));
    expect(count.rehashes).toBe(0);
    expect(longestChain(image())).toBeLessThanOrEqual(4);
  });
});
