// Many at once: getMany, setMany, hasMany and deleteMany: equal to a loop, in what they return, in
// order, in what is evicted and told, on each engine.

import { describe, expect, it } from 'vitest';
import { hashString } from '../../assembly/hash.js';
import { unmix } from '../../bench/hostile-keys.js';
import type { LRUCache } from '../../src/api/lru.js';
import { engineCases, openCache, openRelease, plainCases } from '../support/engines.js';
import { codeOf, HandClock } from '../support/hand-clock.js';
import { spied } from '../support/spied.js';
import { expectValid } from '../support/validate.js';
import { sameTag, scramble } from '../support/words.js';

type Key = number | string;
type Cache = LRUCache<Key, number>;

const below = (seed: number, count: number): number => (scramble(seed) >>> 0) % count;

/** Lists of keys, by kind: many times the batch, and with duplicates. */
const LISTS: Readonly<Record<string, (i: number) => Key>> = {
  ints: (i) => below(i, 40),
  'many ints': (i) => below(i, 5000) - 2500,
  'ints that crowd': (i) => unmix(sameTag(below(i, 60))),
  'ints and strings': (i) => (i % 7 === 0 ? `${below(i, 40)}` : below(i, 40)),
  floats: (i) => below(i, 40) / 4,
};

const pairOf = (open: () => Cache): [Cache, Cache] => [open(), open()];

describe.each(engineCases)('on $name', (engineCase) => {
  describe.each(Object.keys(LISTS))('a list of %s', (name) => {
    const keyAt = LISTS[name] as (i: number) => Key;

    it.each([1, 2, 3, 300, 5000])('does what a loop does, at a max of %d', (max) => {
      const [loop, many] = pairOf(() => openCache<Key, number>(engineCase.open(), { max }));
      const list = (from: number, length: number) =>
        Array.from({ length }, (_, i) => keyAt(from + i));
      for (let round = 0; round < 6; round++) {
        const stored = list(round * 1000, 400);
        for (const [i, key] of stored.entries()) loop.set(key, i);
        expect(many.setMany(stored.map((key, i) => [key, i]))).toBe(many);
        const read = list(round * 1000 + 100, 600);
        expect(many.hasMany(read)).toEqual(read.map((key) => loop.has(key)));
        expect(many.getMany(new Set(read))).toEqual([...new Set(read)].map((key) => loop.get(key)));
        expect(many.getMany(read)).toEqual(read.map((key) => loop.get(key)));
        expect([...many]).toEqual([...loop]);
        const gone = list(round * 1000 + 300, 9);
        expect(many.deleteMany(gone)).toBe(gone.filter((key) => loop.delete(key)).length);
        expect([...many]).toEqual([...loop]);
        expectValid(many);
      }
    });
  });
});

/** More entries and keys than it takes for numbers to be found together. */
const LARGE = 70_000;

describe.each(plainCases)('a large cache on $name', ({ open }) => {
  /** Numbers and others, among them some that crowd the index, or have the word of a string. */
  const keyAt = (i: number): Key => {
    if (i % 50 === 0) return unmix(sameTag(i / 50));
    const text = `key ${i - (i % 4)}`;
    const kinds = [text, hashString(text, text.length, 0) | 0, i, i + 0.5];
    return kinds[i % 4] as Key;
  };
  const large = (): Cache => {
    const cache = openCache<Key, number>(open(), { max: LARGE, recordStats: true });
    for (let i = 0; i < LARGE + 1000; i++) cache.set(keyAt(i), i);
    return cache;
  };

  it('does what a loop does', () => {
    const [loop, many] = pairOf(large);
    const rare = [Number.NaN, -0, 0, undefined, null, {}, 2 ** 40] as Key[];
    const list = Array.from({ length: 3000 }, (_, i) => keyAt(below(i, LARGE + 2000)));
    for (const keys of [[...list, ...rare, ...list], rare.concat(rare, rare, rare, rare)]) {
      expect(many.getMany(keys)).toEqual(keys.map((key) => loop.get(key)));
    }
    expect([...many.keys()]).toEqual([...loop.keys()]);
    expect(many.stats()).toEqual(loop.stats());
  });

  it('finds numbers in one call of the engine, a short list or few entries not', () => {
    const { engine, calls } = spied(open());
    const cache = openCache<Key, number>(engine, { max: LARGE });
    const list = Array.from({ length: 300 }, (_, i) => i);
    for (let i = 0; i < LARGE; i++) cache.set(i, i);
    calls.length = 0;
    expect(cache.getMany(list)).toEqual(list);
    expect(calls).toEqual(['size', 'findMany', ...list.map(() => 'touch')]);
    calls.length = 0;
    cache.getMany(list.slice(0, 9));
    cache.resize(1000);
    cache.getMany(list);
    expect(calls).not.toContain('findMany');
  });
});

describe('many', () => {
  const open = (options: object = {}) =>
    openCache<Key, number>(openRelease(), { max: 10, ...options });

  it('takes the options of each call, a ttl, and counts', () => {
    const clock = new HandClock(0);
    const cache = open({ ttl: 10, perf: clock, ttlResolution: 0, recordStats: true });
    cache.setMany(
      [
        [1, 1],
        [2, 2],
      ],
      { ttl: 50 },
    );
    cache.set(3, 3);
    clock.pass(11);
    expect(cache.getMany([1, 3, 2], { allowStale: true })).toEqual([1, 3, 2]);
    expect([cache.getMany([1, 3, 2]), cache.hasMany([3, 2])]).toEqual([
      [1, undefined, 2],
      [false, true],
    ]);
    expect(cache.stats()).toMatchObject({ hits: 4, misses: 2, expirations: 1, sets: 3 });
  });

  it('tells dispose of each, in turn, and lets it call back in', () => {
    const told: unknown[] = [];
    const cache: Cache = open({
      max: 2,
      dispose: (value: number, key: Key, reason: string) => {
        told.push([key, value, reason]);
        if (key === 1) cache.delete(2);
      },
    });
    cache.setMany([1, 2, 3, 4].map((key) => [key, key * 10]));
    expect([told, [...cache.keys()]]).toEqual([
      [
        [1, 10, 'evict'],
        [2, 20, 'delete'],
      ],
      [4, 3],
    ]);
    expect(cache.deleteMany([4, 4, 9])).toBe(1);
  });

  it('has done what came before something that throws, and nothing after', () => {
    const cache: Cache = open({
      max: 2,
      dispose: (_: number, key: Key) => {
        if (key === 2) throw new Error('of the callback');
      },
    });
    const entries = [1, 2, 3, 4, 5].map((key): [Key, number] => [key, key]);
    expect(() => cache.setMany(entries)).toThrow('of the callback');
    expect([...cache.keys()]).toEqual([4, 3]);
    expect(() =>
      cache.setMany([
        [2, 1],
        [3, 1],
        [4, 1],
        [9, 9],
      ]),
    ).toThrow('of the callback');
    expect([...cache.keys()]).toEqual([4, 3]);
  });

  it('reads the whole list first, and changes nothing if that throws', () => {
    const cache = open();
    cache.set(1, 1).set(2, 2);
    const failing = function* (): Generator<never> {
      yield 1 as never;
      throw new Error('of the list');
    };
    for (const run of ['getMany', 'setMany', 'hasMany', 'deleteMany'] as const) {
      expect(() => cache[run](failing())).toThrow('of the list');
    }
    expect(codeOf(() => cache.setMany([[3, 3], 4 as never]))).toBe('INVALID_ENTRIES');
    expect([...cache.keys()]).toEqual([2, 1]);
  });

  it.each(['keys', undefined, null, 5, {}])('refuses %o as a list', (list) => {
    const cache = open();
    for (const run of ['getMany', 'setMany', 'hasMany', 'deleteMany'] as const) {
      expect(codeOf(() => cache[run](list as never))).toBe('INVALID_KEYS');
    }
    expect(cache.getMany([])).toEqual([]);
  });

  it('refuses a cache that was disposed of', () => {
    const cache = open();
    cache[Symbol.dispose]();
    for (const list of [[1], ['a']]) {
      expect(codeOf(() => cache.getMany(list))).toBe('DISPOSED');
      expect(codeOf(() => cache.hasMany(list))).toBe('DISPOSED');
      expect(codeOf(() => cache.deleteMany(list))).toBe('DISPOSED');
    }
  });
});
