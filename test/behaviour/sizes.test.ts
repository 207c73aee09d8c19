// The sizes: what entries weigh, what has to go for them, and what is no size at all.
//
// Rows B3 and C10 of docs/reliability.md. Whatever is done to a cache, the sum it keeps is
// the sum of the sizes in it. How bounds change later is in resize.test.ts.

import { describe, expect, it } from 'vitest';
import { WEIGHT_MAX } from '../../assembly/layout.js';
import { LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases } from '../support/engines.js';
import {
  type Cache,
  codeOf,
  contentOf,
  type Given,
  HandClock,
  type Key,
} from '../support/hand-clock.js';
import { expectRecount, openSized } from '../support/sized.js';

describe.each(plainCases)('a size on $name', ({ open }) => {
  it('makes the oldest entries go, as many as it takes, in their order', () => {
    const engine = open();
    const { cache, told } = openSized(engine);
    cache.set('a', 3).set('b', 2).set('c', 4).set('d', 1);
    expect([told, cache.calculatedSize]).toEqual([[], 10]);
    cache.get('a');
    cache.set('e', 6);
    expect(told).toEqual([
      [2, 'b', 'evict'],
      [4, 'c', 'evict'],
    ]);
    expect([...cache.keys()]).toEqual(['e', 'a', 'd']);
    expectRecount(cache);
    expect(cache.setWithEvicted('f', 10)).toEqual([
      ['d', 1],
      ['a', 3],
      ['e', 6],
    ]);
    expect([cache.calculatedSize, [...cache.keys()]]).toEqual([10, ['f']]);
    expectRecount(cache);
  });

  it('counts beside max: what comes first, evicts', () => {
    const engine = open();
    const { cache, told } = openSized(engine, { max: 2 });
    cache.set('a', 1).set('b', 1).set('c', 9);
    expect(told).toEqual([[1, 'a', 'evict']]);
    cache.set('d', 1);
    expect([told.at(-1), cache.size, cache.calculatedSize]).toEqual([[1, 'b', 'evict'], 2, 10]);
    cache.set('e', 2);
    expect([[...cache.keys()], cache.calculatedSize]).toEqual([['e', 'd'], 3]);
    expectRecount(cache);
  });

  it('may change with a new value, which makes others go, and never the new one', () => {
    const engine = open();
    const { cache, told } = openSized(engine);
    cache.set('a', 3).set('b', 3).set('c', 3);
    cache.set('a', 4);
    expect([told, cache.calculatedSize]).toEqual([[[3, 'a', 'set']], 10]);
    cache.set('b', 7);
    expect(told.slice(1)).toEqual([
      [3, 'b', 'set'],
      [3, 'c', 'evict'],
      [4, 'a', 'evict'],
    ]);
    expect([...cache.keys()]).toEqual(['b']);
    cache.set('b', 1);
    expect(cache.calculatedSize).toBe(1);
    cache.set('b', 10);
    expect([cache.calculatedSize, cache.size]).toEqual([10, 1]);
    expectRecount(cache);
  });

  it('is calculated anew when the same value is set again', () => {
    const engine = open();
    const cache = openCache<Key, { weight: number }>(engine, {
      maxSize: 10,
      sizeCalculation: ({ weight }) => weight,
    });
    const value = { weight: 3 };
    cache.set('a', { weight: 4 }).set('b', value);
    value.weight = 5;
    expect(cache.calculatedSize).toBe(7);
    cache.set('b', value);
    expect([cache.calculatedSize, cache.info('b')?.size]).toEqual([9, 5]);
    value.weight = 8;
    cache.set('b', value);
    expect([cache.calculatedSize, cache.has('a')]).toEqual([8, false]);
    cache.set('b', value, { size: 2 });
    expect(cache.calculatedSize).toBe(2);
    expectRecount(cache as never);
  });

  it('may be given to a set, by number or function', () => {
    const calls: unknown[] = [];
    const sizeCalculation = (...args: unknown[]) => {
      calls.push(args);
      return 3;
    };
    const { cache } = openSized(open(), { sizeCalculation });
    cache.set('a', 1);
    expect([calls, cache.info('a')?.size]).toEqual([[[1, 'a']], 3]);
    cache.set('a', 1, { size: 2 });
    expect([calls.length, cache.info('a')?.size]).toEqual([1, 2]);
    cache.set('a', 1, { sizeCalculation: () => 5 });
    expect([calls.length, cache.info('a')?.size]).toEqual([1, 5]);
    cache.set('a', 1, { size: 0 });
    expect([calls.length, cache.info('a')?.size]).toEqual([2, 3]);
    cache.set('a', undefined);
    expect([calls.length, cache.calculatedSize]).toEqual([2, 0]);
    cache.sizeCalculation = (value) => value * 2;
    expect(cache.set('b', 4).calculatedSize).toBe(8);
    expect(cache.dump()).toEqual([['b', { value: 4, size: 8 }]]);
  });

  it('is given back by everything that removes an entry', () => {
    const engine = open();
    const perf = new HandClock(0);
    const given = { maxSize: 2000, ttl: 10, ttlResolution: 0, perf };
    const { cache } = openSized(engine, given);
    for (let key = 1; key <= 9; key++) cache.set(key, 2 ** key, { ttl: key === 9 ? 0 : 10 });
    const left = (act: () => unknown) => {
      act();
      expectRecount(cache);
      return cache.calculatedSize;
    };
    expect(cache.calculatedSize).toBe(1022);
    expect(left(() => cache.delete(1))).toBe(1020);
    expect(left(() => cache.delete('absent'))).toBe(1020);
    expect(left(() => cache.set(2, undefined))).toBe(1016);
    expect(left(() => cache.pop())).toBe(1008);
    expect(left(() => cache.set(4, 2))).toBe(994);
    perf.pass(11);
    expect(left(() => cache.has(5))).toBe(994);
    expect(left(() => cache.get(5))).toBe(962);
    expect(left(() => cache.purgeStale())).toBe(512);
    expect(left(() => cache.load([['x', { value: 7, size: 9 }]]))).toBe(9);
    expect(left(() => cache.clear())).toBe(0);
    expect(left(() => cache.set('y', 5))).toBe(5);
  });
});

type Fit = readonly [maxSize: number, maxEntrySize: number, fits: number[], doesNot: number[]];
const HUGE = Number.MAX_SAFE_INTEGER;

/** What fits into a cache by its bounds; 0 is none. */
const fits: readonly Fit[] = [
  [10, 0, [1, 10], [11, HUGE]],
  [10, 4, [1, 4], [5, 10]],
  [10, 100, [10], [11, 100]],
  [0, 4, [1, 4], [5, HUGE]],
  [WEIGHT_MAX, 0, [1, WEIGHT_MAX - 1, WEIGHT_MAX], [WEIGHT_MAX + 1, HUGE]],
  [HUGE, 0, [WEIGHT_MAX], [WEIGHT_MAX + 1, HUGE]],
  [0, HUGE, [WEIGHT_MAX], [WEIGHT_MAX + 1, HUGE]],
];

describe.each(plainCases)('what is too large on $name', ({ open }) => {
  it.each(fits)('by maxSize %d and maxEntrySize %d is not stored', (...bounds) => {
    const [maxSize, maxEntrySize, good, bad] = bounds;
    for (const size of [...good, ...bad]) {
      const engine = open();
      const { cache, told } = openSized(engine, { max: 9, maxSize, maxEntrySize });
      const status: LRUCache.Status<Key, number> = {};
      cache.set('a', 1).set('b', 1);
      told.length = 0;
      cache.set('a', size, { status });
      if (good.includes(size)) {
        expect(cache.get('a')).toBe(size);
        expect(told[0]).toEqual(size === 1 ? undefined : [1, 'a', 'set']);
        expect(status).not.toHaveProperty('maxEntrySizeExceeded');
      } else {
        // The value that was there goes, and nothing else does.
        expect(told).toEqual([[1, 'a', 'set']]);
        expect([[...cache.keys()], cache.calculatedSize]).toEqual([['b'], 1]);
        expect(status).toMatchObject({ set: 'miss', maxEntrySizeExceeded: true, value: size });
        expect(cache.setWithEvicted('new', size)).toEqual([]);
        expect([[...cache.keys()], told.length]).toEqual([['b'], 1]);
      }
      expectRecount(cache);
    }
  });

  it('follows the property maxEntrySize, but never above maxSize', () => {
    const { cache } = openSized(open());
    expect(cache.maxEntrySize).toBe(10);
    cache.maxEntrySize = 3;
    expect(cache.set('a', 4).has('a')).toBe(false);
    cache.set('b', 3);
    cache.maxEntrySize = 20;
    expect(cache.set('a', 7).calculatedSize).toBe(10);
    expect(cache.set('a', 11).calculatedSize).toBe(3);
    cache.maxEntrySize = 0;
    expect(cache.set('a', 10).calculatedSize).toBe(10);
    expect(cache.set('a', 11).calculatedSize).toBe(0);
  });

  it('does not bound the sum when only maxEntrySize is given', () => {
    const engine = open();
    const { cache, told } = openSized(engine, { max: 3, maxSize: 0, maxEntrySize: 5 });
    cache.set('a', 5).set('b', 5).set('c', 5);
    expect([cache.calculatedSize, cache.maxSize, told]).toEqual([15, 0, []]);
    cache.set('d', 1);
    expect([cache.calculatedSize, told]).toEqual([11, [[5, 'a', 'evict']]]);
    expectRecount(cache);
  });
});

const badSizes = [
  ...[Number.NaN, -1, 0, -0, 1.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ...['3', 2 ** 53, 3n, null, undefined, {}, true],
];

describe.each(plainCases)('a bad size on $name', ({ open }) => {
  /** A full cache and what it was told; refuses and checks that nothing is changed by it. */
  function expectRefused(given: Given, code: string, run: (cache: Cache, key: Key) => unknown) {
    for (const key of ['a', 'c', 'new']) {
      const engine = open();
      const { cache, told } = openSized(engine, { recordStats: true });
      cache.set('a', 3).set('b', 3).set('c', 4);
      Object.assign(cache, given);
      const before = [contentOf(cache), cache.stats()];
      expect(codeOf(() => run(cache, key))).toBe(code);
      expect([contentOf(cache), cache.stats(), told]).toEqual([...before, []]);
      expect(cache.set('after', 1, { size: 4 }).get('after')).toBe(1);
      expectRecount(cache);
    }
  }

  it.each(badSizes)('of %o is refused, whoever says so', (size) => {
    const lie = () => size as number;
    const code = 'INVALID_SIZE';
    expectRefused({ sizeCalculation: lie }, code, (cache, key) => cache.set(key, 1));
    expectRefused({}, code, (cache, key) => cache.set(key, 1, { sizeCalculation: lie }));
    expectRefused({}, code, (cache, key) => cache.setWithEvicted(key, 1, { sizeCalculation: lie }));
    expectRefused({ sizeCalculation: lie }, code, (cache, key) =>
      cache.set(key, 1, { size: size as number }),
    );
    const { cache } = openSized(open(), { sizeCalculation: undefined as never });
    expect(codeOf(() => cache.set('a', 1, { size: size as number }))).toBe(code);
    expect(codeOf(() => cache.set('a', 1))).toBe(code);
    expect([cache.size, cache.calculatedSize]).toEqual([0, 0]);
  });

  it.each([null, 5, 'size', {}])('is what a sizeCalculation of %o has', (sizeCalculation) => {
    const given = { sizeCalculation } as never;
    const code = 'INVALID_CALLBACK';
    expectRefused(given, code, (cache, key) => cache.set(key, 1));
    expectRefused({}, code, (cache, key) => cache.set(key, 1, given));
    expect(codeOf(() => openSized(open(), given))).toBe(code);
  });

  it('is any size where none is kept', () => {
    const perf = new HandClock(0);
    for (const ttl of [0, 10]) {
      const cache = openCache<Key, number>(open(), { max: 2, ttl, perf });
      cache.set('a', 1).set('b', 2, { size: 0 });
      for (const given of [{ size: 3 }, { size: '3' as never }, { sizeCalculation: () => 3 }]) {
        for (const key of ['a', 'new']) {
          expect(codeOf(() => cache.set(key, 3, given))).toBe('INVALID_SIZE');
        }
      }
      cache.sizeCalculation = () => 3;
      expect(codeOf(() => cache.set('a', 3))).toBe('INVALID_SIZE');
      expect(cache.dump().map(([key, { value }]) => [key, value])).toEqual([
        ['a', 1],
        ['b', 2],
      ]);
    }
    const construct = () => new LRUCache({ max: 5, sizeCalculation: () => 1 });
    expect(codeOf(construct)).toBe('INVALID_SIZE');
  });

  it.each([...badSizes, {}])('of %o is no bound', (size) => {
    for (const name of ['maxSize', 'maxEntrySize']) {
      // 0 and nothing leave the bound to others, and a bound need not be exact.
      if (size === undefined || size === 0 || size === 2 ** 53) continue;
      expect(codeOf(() => openSized(open(), { max: 5, [name]: size }))).toBe('INVALID_SIZE');
    }
  });

  it.each([2 ** 53, Number.MAX_VALUE])('of %d may be a bound, and 2^52 is kept', (bound) => {
    for (const name of ['maxSize', 'maxEntrySize']) {
      const { cache } = openSized(open(), { maxSize: 2 ** 53, [name]: bound });
      expect(cache[name as 'maxSize']).toBe(bound);
      cache
        .set('a', 1, { size: 2 ** 51 })
        .set('b', 2, { size: 2 ** 51 })
        .set('c', 3, { size: 1 });
      expect([[...cache.keys()], cache.calculatedSize]).toEqual([['c', 'b'], 2 ** 51 + 1]);
    }
  });
});

describe.each(plainCases)('a sizeCalculation on $name', ({ open }) => {
  it('that throws leaves everything as it was', () => {
    const failure = new Error('no size');
    const { cache, told } = openSized(open());
    cache.set('a', 3).set('b', 3);
    const before = contentOf(cache);
    cache.sizeCalculation = () => {
      throw failure;
    };
    for (const key of ['a', 'new']) expect(() => cache.set(key, 9)).toThrow(failure);
    expect([contentOf(cache), told]).toEqual([before, []]);
  });

  type Change = readonly [name: string, act: (cache: Cache) => unknown, left: unknown[]];

  it.each([
    ['sets the same key', (cache) => cache.set('c', 2, { size: 2 }), ['c', 'b', 'a']],
    ['sets another', (cache) => cache.set('x', 5, { size: 5 }), ['c', 'x']],
    ['deletes the same key', (cache) => cache.delete('c'), ['c', 'b', 'a']],
    ['deletes another', (cache) => cache.delete('a'), ['c', 'b']],
    ['uses the oldest', (cache) => cache.get('a'), ['c', 'a', 'b']],
    ['pops', (cache) => cache.pop(), ['c', 'b']],
    ['clears', (cache) => cache.clear(), ['c']],
    ['resizes', (cache) => cache.resize({ maxSize: 4 }), ['c']],
    ['purges', (cache) => cache.purgeStale(), ['c', 'b', 'a']],
  ] satisfies Change[])('that %s takes effect before the set', (_, act, left) => {
    for (const given of [{}, { ttl: 3_600_000 }]) {
      const engine = open();
      const { cache } = openSized(engine, given);
      let isInside = false;
      cache.set('a', 3).set('b', 3).set('c', 2);
      cache.sizeCalculation = (value) => {
        expect(isInside).toBe(false);
        isInside = true;
        act(cache);
        isInside = false;
        return value;
      };
      cache.set('c', 4);
      expect([[...cache.keys()], cache.get('c')]).toEqual([left, 4]);
      expectRecount(cache);
    }
  });

  it('that disposes of the cache makes the set throw DISPOSED', () => {
    const { cache, told } = openSized(open());
    cache.set('a', 3);
    cache.sizeCalculation = () => {
      cache[Symbol.dispose]();
      return 1;
    };
    expect(codeOf(() => cache.set('b', 1))).toBe('DISPOSED');
    expect(told).toEqual([[3, 'a', 'delete']]);
  });
});
