// Shows that keys that collide, by chance or by design, cost little more than any other.
//
// What they cost is counted, not timed: calls of the engine that step from one colliding key to
// the next, rehashes, and the longest chain. Engines have the seed given here, which an attacker
// is taken to know.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHAIN_SLOT, NIL, PATIENCE_FIRST, SLOT_CHAIN } from '../assembly/layout.js';
import {
  HOSTILE_COUNT as COUNT,
  collidingFloat,
  collidingString,
  hostileFamilies,
  SEED_KNOWN as SEED,
} from '../bench/hostile-keys.js';
import type { Engine, TableImage } from '../src/engine.js';
import { createPureEngine } from '../src/engine-pure.js';
import { compileCore, createWasmEngine } from '../src/engine-wasm.js';
import { SharedEngine } from '../src/engines.js';
import { hashFloat, hashString } from '../src/hash.js';
import { entriesOf, LRUCache } from '../src/lru.js';
import { expectValid } from './validate.js';

const core = compileCore(
  new Uint8Array(readFileSync(new URL('../build/core.wasm', import.meta.url))),
);
const engines: readonly [name: string, open: () => Engine][] = [
  ['wasm', () => createWasmEngine(core, { seed: SEED })],
  [
    'wasm that hashes in JavaScript',
    () => {
      const hash = (text: string, seed: number) => hashString(text, seed, SEED);
      return createWasmEngine(core, { seed: SEED, hashString: hash });
    },
  ],
  ['pure', () => createPureEngine({ seed: SEED })],
];

/** A cache whose engine counts what collisions cost. */
function openCounting(engine: Engine, max: number, options: object = {}, refuses = false) {
  const count = { detours: 0, rehashes: 0 };
  const findNext: Engine['findNext'] = (table, slot) => {
    count.detours += 1;
    return engine.findNext(table, slot);
  };
  const rehash: Engine['rehash'] = (table, words, multiplier) => {
    count.rehashes += 1;
    return refuses && words !== undefined ? 0 : engine.rehash(table, words, multiplier);
  };
  const shared = new SharedEngine({ ...engine, findNext, rehash });
  const cache = new LRUCache<unknown, number>({ max, ...options, engine: shared as never });
  return { cache, count, image: () => engine.image(entriesOf(cache).table) };
}

function longestChain(image: TableImage): number {
  let longest = 0;
  for (const head of image.heads) {
    let length = 0;
    for (let slot = head; slot !== NIL; length++) {
      slot = (image.slots[slot * 4 + SLOT_CHAIN / 4] as number) & CHAIN_SLOT;
    }
    longest = Math.max(longest, length);
  }
  return longest;
}

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
