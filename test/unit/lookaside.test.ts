// Shows that the lookaside is a hint only: whatever its cells say, a get finds what is there.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { MULTIPLIER, NIL, SLOT_FIRST } from '../../assembly/layout.js';
import { Lookaside } from '../../src/entries/lookaside.js';
import { engineCases, openCache } from '../support/engines.js';
import { expectValid } from '../support/validate.js';

/** Whether two numbers share a cell, of this many bits. */
const share = (a: number, b: number, bits: number) =>
  Math.imul(a, MULTIPLIER) >>> (32 - bits) === Math.imul(b, MULTIPLIER) >>> (32 - bits);

/** Numbers that share the cell of `key`, however many cells a small cache has. */
function rivalsOf(key: number, count: number): number[] {
  const rivals: number[] = [];
  for (let i = key + 1; rivals.length < count; i++) if (share(key, i, 12)) rivals.push(i);
  return rivals;
}

describe('the lookaside by itself', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('knows nothing at first, and nothing after clear', () => {
    const lookaside = new Lookaside();
    expect([0, -1, 2.5, Number.NaN].map((key) => lookaside.slotFor(key))).toEqual([0, 0, 0, 0]);
    lookaside.note(7, 20);
    expect(lookaside.slotFor(7)).toBe(20);
    lookaside.clear();
    expect(lookaside.slotFor(7)).toBe(NIL);
    lookaside.note(7, 3);
    expect(lookaside.slotFor(7)).toBe(3);
  });

  it('gives each of the numbers that share a cell the slot of the latest', () => {
    const lookaside = new Lookaside();
    const [rival = 0] = rivalsOf(1, 1);
    lookaside.note(1, 5);
    lookaside.note(rival, 6);
    expect([lookaside.slotFor(1), lookaside.slotFor(rival)]).toEqual([6, 6]);
  });

  it('has cells enough: nearly all consecutive numbers, four of five random ones', () => {
    for (const [keyAt, least] of [
      [(i: number) => i, 0.85],
      [(i: number) => Math.imul(i ^ (i >>> 3), 0x2c1b3c6d), 0.75],
    ] as const) {
      for (const count of [100, 1000, 60_000]) {
        const lookaside = new Lookaside();
        // Twice: growth forgets what was noted.
        for (let round = 0; round < 2; round++) {
          for (let i = 0; i < count; i++) lookaside.note(keyAt(i), i + SLOT_FIRST);
        }
        let found = 0;
        for (let i = 0; i < count; i++) {
          if (lookaside.slotFor(keyAt(i)) === i + SLOT_FIRST) found++;
        }
        expect(found / count).toBeGreaterThan(least);
      }
    }
  });

  it('goes on with the cells it has when the host refuses more', () => {
    const lookaside = new Lookaside();
    const refuse = () => {
      vi.stubGlobal('Int32Array', function refused() {
        throw new RangeError('Array buffer allocation failed');
      });
    };
    refuse();
    lookaside.note(1, 2);
    expect([0, 1, 2, 3, 0x8000_0000 | 0].map((key) => lookaside.slotFor(key))).toEqual(
      Array(5).fill(NIL),
    );
    vi.unstubAllGlobals();
    lookaside.note(1, 2);
    refuse();
    lookaside.note(2, 5000);
    expect([lookaside.slotFor(1), lookaside.slotFor(2)]).toEqual([2, 5000]);
  });

  it('stays at a number of cells, however high the slots are', () => {
    const made = vi.fn();
    const Original = Int32Array;
    vi.stubGlobal('Int32Array', function counted(length: number) {
      made(length);
      return new Original(length);
    });
    const lookaside = new Lookaside();
    for (let i = 1; i < 25; i++) lookaside.note(i, 2 ** i);
    expect(Math.max(...made.mock.calls.flat())).toBe(2 ** 20);
    expect(lookaside.slotFor(24)).toBe(2 ** 24);
  });
});

describe.each(engineCases)('a cache with numbers as keys: $name', ({ open }) => {
  it('finds each of the numbers that share a cell, and keeps their order', () => {
    const cache = openCache<number, string>(open(), { max: 20 });
    const keys = [3, ...rivalsOf(3, 9)];
    for (const key of keys) cache.set(key, `v${key}`);
    for (let i = 0; i < 100; i++) {
      const key = keys[(i * 7) % keys.length] as number;
      expect(cache.get(key)).toBe(`v${key}`);
      expect(cache.keys().next().value).toBe(key);
    }
  });

  it('does not find a number whose slot is free, or has another key', () => {
    const cache = openCache<unknown, string>(open(), { max: 3 });
    cache.set(1, 'a').set(2, 'b').set(3, 'c');
    expect([cache.get(1), cache.get(1), cache.get(2), cache.get(2)]).toEqual(['a', 'a', 'b', 'b']);
    cache.delete(1);
    expect(cache.get(1)).toBeUndefined();
    cache.set('one', 'd');
    expect(cache.get(1)).toBeUndefined();
    cache.set(4, 'e');
    cache.set(1.5, 'f');
    expect([cache.get(1.5), cache.get(1), cache.get(1.5)]).toEqual(['f', undefined, 'f']);
    expectValid(cache);
    cache.clear();
    expect([1, 1.5, 2, 4].map((key) => cache.get(key))).toEqual(Array(4).fill(undefined));
    cache.set(2, 'g');
    expect([cache.get(2), cache.get(2), cache.get(1)]).toEqual(['g', 'g', undefined]);
  });

  it('finds floats, NaN and -0 as a Map does', () => {
    const cache = openCache<number, string>(open(), { max: 9 });
    const keys = [0.1, 0.2, -0.5, Number.NaN, 0, 2 ** 40, -(2 ** 40), Number.POSITIVE_INFINITY];
    for (const key of keys) cache.set(key, `${key}`);
    for (const key of [...keys, ...keys, ...keys]) expect(cache.get(key)).toBe(`${key}`);
    expect(cache.get(-0)).toBe('0');
  });

  it('goes on when the memory has grown meanwhile, for another cache or by itself', () => {
    const engine = open();
    const cache = openCache<number, number>(engine, { max: 50 });
    for (let i = 0; i < 50; i++) cache.set(i, i);
    for (let round = 0; round < 3; round++) {
      for (let i = 49; i >= 0; i--) expect(cache.get(i)).toBe(i);
      engine.growMemory();
      expect(cache.get(7)).toBe(7);
      const other = openCache<number, number>(engine, { max: 3000 });
      for (let i = 0; i < 3000; i++) other.set(i, i);
      expect([cache.get(8), cache.get(9)]).toEqual([8, 9]);
      expect([...cache.keys()].slice(0, 4)).toEqual([9, 8, 7, 0]);
    }
  });
});
