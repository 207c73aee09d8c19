// Shows when entries are given new hashes, and that nothing else changes by it.
//
// How well keys that collide are spread by it is in gears.test.ts.

import { describe, expect, it } from 'vitest';
import { collidingFloat, collidingInt } from '../bench/hostile-keys.js';
import type { Engine } from '../src/engine/engine.js';
import { engines, longestChain, openCounting } from './counting.js';
import { expectValid } from './validate.js';

describe.each(engines)('on %s,', (_, open) => {
  it('a rehash keeps order, values and columns of keys of all kinds', () => {
    for (const options of [{}, { ttl: 1e6 }, { maxSize: 1e6, sizeCalculation: () => 1 }]) {
      const { cache, count } = openCounting(open(), 600, { ...options });
      const others = [{}, Symbol('a'), null, undefined, true, 5n, 1.5, Number.NaN, -0, 'short', 7];
      for (const [i, key] of others.entries()) cache.set(key, i);
      const colliding = (i: number) => `${i + 1000}:user-permissions`;
      for (let i = 0; count.rehashes === 0; i++) {
        const before = [...cache.entries()];
        cache.get(colliding(i));
        cache.set(colliding(i), i);
        expect([...cache.entries()]).toEqual([[colliding(i), i], ...before]);
        if (i > 500) expect.fail('no rehash');
      }
      expectValid(cache);
      others.forEach((key, i) => {
        expect(cache.get(key)).toBe(i);
        expect(cache.has(key)).toBe(true);
      });
      expect(cache.delete(colliding(1))).toBe(true);
      expect(cache.peek(colliding(2))).toBe(2);
      expectValid(cache);
    }
  });

  it('pairs that collide are told apart, too, though no chain is long', () => {
    const { cache, count } = openCounting(open(), 10_000);
    for (let i = 0; i < 5000; i++) {
      for (const kind of ['read', 'edit']) cache.set(`${kind}:user/${i + 10_000_000}`, i);
    }
    expect(count.rehashes).toBe(1);
    expect(cache.get('read:user/10000001')).toBe(1);
    expect(cache.get('edit:user/10004999')).toBe(4999);
  });

  it('a rehash comes when the detours come to what it costs, which doubles', () => {
    // Every key is added past all that there are; 16 steps and one for every eight entries are
    // allowed, then twice as many, and so on.
    const { cache, count } = openCounting({ ...open(), hashFloat: () => 0 }, 100);
    const rehashing: number[] = [];
    for (let i = 1; i <= 30; i++) {
      const before = count.rehashes;
      cache.set(i + 0.5, i);
      if (count.rehashes > before) rehashing.push(i);
    }
    expect(rehashing).toEqual([7, 12, 18, 26]);
    expectValid(cache);
  });

  it('a rehash that gets no memory leaves everything findable', () => {
    const { cache, count } = openCounting(open(), 1000, {}, true);
    for (let i = 0; i < 2000; i++) cache.set(`${i + 1e6}:user-permissions`, i);
    expect(count.rehashes).toBeGreaterThan(1);
    expect(count.rehashes).toBeLessThan(30);
    expect(cache.size).toBe(1000);
    for (let i = 1000; i < 2000; i++) expect(cache.get(`${i + 1e6}:user-permissions`)).toBe(i);
    expectValid(cache);
  });

  it('a string that was missed before a rehash is put under its new hash', () => {
    const { cache, count } = openCounting(open(), 1000);
    const missed = 'missed before';
    let i = 0;
    for (; count.rehashes === 0; i++) {
      cache.get(missed);
      cache.set(`${i + 1e6}:user-permissions`, i);
    }
    cache.set(missed, -1);
    expect(cache.get(`${missed} the rehash`.slice(0, missed.length))).toBe(-1);
    expectValid(cache);
  });

  it('the sample is moved, and once that does not help any more, seeds are secret for good', () => {
    const seeds: number[] = [];
    const engine = open();
    const putString: Engine['putString'] = (table, text, seed) => {
      seeds.push(seed);
      return engine.putString(table, text, seed);
    };
    // Floats all collide, so that they make entries rehash whenever that is wanted.
    const { cache, count } = openCounting({ ...engine, putString, hashFloat: () => 0 }, 10_000);
    const seedAfterRehash = (keys: (i: number) => number | string) => {
      const before = count.rehashes;
      for (let i = 0; count.rehashes === before && i < 10_000; i++) cache.set(keys(i), i);
      cache.set('whose seed is seen', 0);
      return seeds.at(-1) as number;
    };
    const sampled = (i: number) => `${i + 1000}:user-permissions`;
    let floats = 0;
    const float = () => ++floats + 0.5;

    expect(seedAfterRehash(sampled)).toBeLessThan(0);
    expect(new Set(seeds.slice(0, -1))).toEqual(new Set([0]));
    // The place is chosen anew, and the next time it is found to be the one there is.
    expect(seedAfterRehash(float)).toBeLessThan(0);
    const secret = seedAfterRehash(float);
    expect(secret).toBeGreaterThan(0);
    const another = seedAfterRehash(float);
    expect(another).toBeGreaterThan(0);
    expect(another).not.toBe(secret);
    expectValid(cache);
  });

  it('strings that no sample tells apart get a secret seed at once', () => {
    const seeds = new Set<number>();
    const engine = open();
    const putString: Engine['putString'] = (table, text, seed) => {
      seeds.add(seed);
      return engine.putString(table, text, seed);
    };
    const { cache, count } = openCounting({ ...engine, putString }, 10_000);
    const rest = '-'.repeat(100);
    for (let i = 0; i < 1000; i++) cache.set(`${i + 1000}${rest}`, i);
    expect(count.rehashes).toBe(1);
    expect([...seeds]).toEqual([0, expect.any(Number)]);
    expect(Math.max(...seeds)).toBeGreaterThan(0);
    expect(count.detours).toBeLessThan(100);
  });

  it('a crowded bucket is no want of room: a full cache is rehashed, and does not grow', () => {
    const { cache, count } = openCounting(open(), 500);
    for (let i = 0; i < 500; i++) cache.set(i, i);
    count.growths = 0;
    for (let i = 1000; i < 1400; i++) cache.set(collidingInt(i), i);
    expect([cache.size, count.growths]).toEqual([500, 0]);
    expect(count.rehashes).toBeGreaterThan(0);
    expectValid(cache);
  });

  it('keys of the rarer kinds keep the words that spread them', () => {
    const { cache, count, image } = openCounting({ ...open(), hashFloat: () => 0 }, 3000);
    for (let i = 0; i < 2000; i++) cache.set(i % 2 === 0 ? { i } : BigInt(i), i);
    for (let i = 0; count.rehashes === 0; i++) cache.set(i + 0.5, i);
    // The floats are in one bucket, whatever is done.
    for (const key of [...cache.keys()]) if (typeof key === 'number') cache.delete(key);
    expect(longestChain(image())).toBeLessThan(20);
    expectValid(cache);
  });

  it('floats that collide under the first seed are spread by a secret one', () => {
    const { cache, count, image } = openCounting(open(), 3000);
    const floats = Array.from({ length: 2000 }, (__, i) => collidingFloat(i)).filter(
      (value) => !Number.isNaN(value),
    );
    for (const [i, value] of floats.entries()) cache.set(value, i);
    expect(count.rehashes).toBe(1);
    expect(longestChain(image())).toBeLessThan(1000);
    expect(floats.filter((value, i) => cache.get(value) !== i)).toEqual([]);
    expectValid(cache);
  });

  it('a cleared cache goes on with its hashes', () => {
    const { cache, count } = openCounting(open(), 1000);
    for (let i = 0; i < 1000; i++) cache.set(`${i + 1e6}:user-permissions`, i);
    expect(count.rehashes).toBeGreaterThan(0);
    cache.clear();
    for (let i = 0; i < 1000; i++) cache.set(`${i + 1e6}:user-permissions`, i);
    expect(cache.size).toBe(1000);
    expectValid(cache);
  });
});
