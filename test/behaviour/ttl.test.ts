// How long entries live: alive at the age of their ttl, gone a millisecond later, on any clock.
//
// Rows E1 and E5 of docs/reliability.md. No time is special: what is shown at one is shown
// at all of STARTS. Clocks are moved by hand and read each time; clock.test.ts has the rest.

import { describe, expect, it } from 'vitest';
import { entriesOf, LRUCache } from '../../src/api/lru.js';
import { plainCases } from '../support/engines.js';
import {
  type Cache,
  codeOf,
  contentOf,
  type Given,
  HandClock,
  type Key,
  openAt,
  STARTS,
  TTL,
} from '../support/hand-clock.js';
import { expectValid } from '../support/validate.js';

/** One key for each road to an entry. */
const KEYS: readonly Key[] = [7, 'seven', 7.5, { seven: 7 }];

type Sight = readonly [
  name: string,
  see: (cache: Cache, key: Key) => unknown,
  whileFresh: (key: Key) => unknown,
  whenStale: (key: Key) => unknown,
];

const listed = (cache: Cache, name: 'forEach' | 'rforEach') => {
  const seen: unknown[] = [];
  cache[name]((value, key) => seen.push([key, value]));
  return seen;
};

/** What each method shows of an entry, beside one that stays for ever and is more recent. */
const sights: readonly Sight[] = [
  ['get', (cache, key) => cache.get(key), () => 1, () => undefined],
  ['has', (cache, key) => cache.has(key), () => true, () => false],
  ['peek', (cache, key) => cache.peek(key), () => 1, () => undefined],
  ['getOrInsert', (cache, key) => cache.getOrInsert(key, 9), () => 1, () => 9],
  [
    'getOrInsertComputed',
    (cache, key) => cache.getOrInsertComputed(key, () => 9),
    () => 1,
    () => 9,
  ],
  ['memo', (cache, key) => cache.memo(key), () => 1, () => 8],
  ['find', (cache) => cache.find((value) => value === 1), () => 1, () => undefined],
  ['keys', (cache) => [...cache.keys()], (key) => ['ever', key], () => ['ever']],
  ['rkeys', (cache) => [...cache.rkeys()], (key) => [key, 'ever'], () => ['ever']],
  ['values', (cache) => [...cache.values()], () => [2, 1], () => [2]],
  ['rvalues', (cache) => [...cache.rvalues()], () => [1, 2], () => [2]],
  ...(['entries', Symbol.iterator] as const).map(
    (name): Sight => [
      String(name),
      (cache) => [...cache[name]()],
      (key) => [
        ['ever', 2],
        [key, 1],
      ],
      () => [['ever', 2]],
    ],
  ),
  [
    'rentries',
    (cache) => [...cache.rentries()],
    (key) => [
      [key, 1],
      ['ever', 2],
    ],
    () => [['ever', 2]],
  ],
  [
    'forEach',
    (cache) => listed(cache, 'forEach'),
    (key) => [
      ['ever', 2],
      [key, 1],
    ],
    () => [['ever', 2]],
  ],
  [
    'rforEach',
    (cache) => listed(cache, 'rforEach'),
    (key) => [
      [key, 1],
      ['ever', 2],
    ],
    () => [['ever', 2]],
  ],
  ['purgeStale', (cache) => [cache.purgeStale(), cache.size], () => [false, 2], () => [true, 1]],
  ['getRemainingTTL', (cache, key) => cache.getRemainingTTL(key), () => 0, () => -1],
  [
    'info',
    (cache, key) => {
      const { start, ...rest } = cache.info(key) as LRUCache.Entry<number>;
      return { ...rest, hasStart: Number.isInteger(start) };
    },
    () => ({ value: 1, ttl: 0, hasStart: true }),
    () => ({ value: 1, ttl: -1, hasStart: true }),
  ],
  [
    'dump',
    (cache) => cache.dump().map(([key, { value, ttl }]) => [key, value, ttl]),
    (key) => [
      [key, 1, TTL],
      ['ever', 2, 0],
    ],
    (key) => [
      [key, 1, TTL],
      ['ever', 2, 0],
    ],
  ],
];

describe.each(plainCases)('a ttl on $name', ({ open }) => {
  describe.each(STARTS)('from %s on', (_, start) => {
    it.each(sights)('shows a fresh entry and no stale one by %s', (_, see, fresh, stale) => {
      for (const key of KEYS) {
        const engine = open();
        const { cache, clock } = openAt(engine, start, { memoMethod: () => 8 });
        cache.set(key, 1).set('ever', 2, { ttl: 0 });
        clock.pass(TTL);
        expect(see(cache, key)).toEqual(fresh(key));
        // What was seen may have become the most recent.
        cache.get('ever');
        clock.pass(1);
        expect(see(cache, key)).toEqual(stale(key));
        expectValid(cache);
      }
    });

    it('counts down in getRemainingTTL and info', () => {
      const { cache, clock } = openAt(open(), start);
      cache.set('a', 1);
      for (const [passed, left] of [
        [0, TTL],
        [1, TTL - 1],
        [998, 1],
        [1, 0],
        [501, -501],
      ] as const) {
        clock.pass(passed);
        expect([cache.getRemainingTTL('a'), cache.info('a')?.ttl]).toEqual([left, left]);
      }
      expect([cache.getRemainingTTL('absent'), cache.info('absent')]).toEqual([0, undefined]);
    });

    it('is 0 of what the clock removes when it is asked', () => {
      let isArmed = false;
      const perf = {
        now: () => {
          if (isArmed) cache.delete('a');
          return start;
        },
      };
      const { cache } = openAt(open(), start, { perf });
      cache.set('a', 1);
      isArmed = true;
      expect([cache.getRemainingTTL('a'), cache.info('b')]).toEqual([0, undefined]);
      cache.set('a', 1);
      expect(cache.info('a')).toBe(undefined);
    });

    it('counts from the start that is given', () => {
      for (const [age, left] of [
        [400, 600],
        [TTL, 0],
        [TTL + 1, -1],
        [-500, 1500],
      ] as const) {
        const { cache, clock } = openAt(open(), start);
        cache.set('a', 1, { start: start - age });
        expect([cache.getRemainingTTL('a'), cache.has('a')]).toEqual([left, left >= 0]);
        clock.pass(Math.max(left, 0));
        expect(cache.has('a')).toBe(left >= 0);
        clock.pass(1);
        expect(cache.has('a')).toBe(false);
      }
    });

    it('begins anew with every set', () => {
      const { cache, clock } = openAt(open(), start);
      cache.set('a', 1);
      for (let value = 1; value < 5; value++) {
        clock.pass(TTL);
        cache.set('a', value);
      }
      expect([cache.get('a'), cache.getRemainingTTL('a')]).toEqual([4, TTL]);
      clock.pass(TTL + 1);
      cache.set('a', 5);
      expect(cache.get('a')).toBe(5);
    });
  });
});

describe.each(plainCases)('the ttl of one set on $name', ({ open }) => {
  it.each([
    [0, 0, Number.POSITIVE_INFINITY, 2 ** 53],
    [-0, 0, Number.POSITIVE_INFINITY, 2 ** 53],
    [Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY, 2 ** 53],
    [0.5, 0.5, 0, 0.001],
    [Number.MIN_VALUE, 0, Number.MIN_VALUE, 1],
    [2 ** 31 - 1, 2 ** 31 - 1, 0, 1],
    [2 ** 31, 2 ** 31, 0, 1],
    [2 ** 32 + 1, 2 ** 32 + 1, 0, 1],
    [2 ** 53, 2 ** 53, 0, 2],
  ])('may be %d: alive at the age of %d with %d left', (ttl, age, left, further) => {
    for (const isTimed of [true, false]) {
      const { cache, clock } = openAt(open(), 0, isTimed ? {} : { ttl: 0 });
      cache.set('a', 1, { ttl });
      clock.pass(age);
      expect([cache.peek('a'), cache.getRemainingTTL('a')]).toEqual([1, left]);
      clock.pass(further);
      expect(cache.peek('a')).toBe(left === Number.POSITIVE_INFINITY ? 1 : undefined);
    }
  });

  it('of one entry ends when it is set without, in a cache that has none of its own', () => {
    const { cache, clock } = openAt(open(), 0, { ttl: 0 });
    for (const key of [1, 'a', 1.5, {}]) {
      cache.set(key, 1, { ttl: 5 }).set(key, 2);
      expect(cache.getRemainingTTL(key)).toBe(Number.POSITIVE_INFINITY);
      clock.pass(6);
      expect(cache.get(key)).toBe(2);
    }
  });

  it.each([-1, -0.5, -(2 ** 53), Number.NEGATIVE_INFINITY])('may be %d: stale at once', (ttl) => {
    const { cache } = openAt(open(), 5);
    cache.set('a', 1, { ttl });
    expect([cache.size, cache.getRemainingTTL('a')]).toEqual([1, ttl]);
    expect([cache.has('a'), cache.peek('a'), [...cache.keys()]]).toEqual([false, undefined, []]);
    expect([cache.get('a', { allowStale: true }), cache.size]).toEqual([1, 0]);
  });

  const notTtls = [Number.NaN, '5', '', null, 5n, true, false, {}, [5], () => 5, Symbol('5')];
  const badAges: (readonly [object])[] = [
    ...notTtls.map((ttl) => [{ ttl }] as const),
    ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, ...notTtls].map(
      (start) => [{ start }] as const,
    ),
  ];

  it.each(badAges)('is refused if it is %o, and nothing changed', (given) => {
    for (const isTimed of [true, false]) {
      const engine = open();
      const told: unknown[] = [];
      const note = (...args: unknown[]) => void told.push(args);
      // Without any ttl, a start means nothing and is not looked at.
      const ttl = isTimed || !('ttl' in given) ? TTL : 0;
      const callbacks = { dispose: note, disposeAfter: note, onInsert: note };
      const { cache } = openAt(engine, 0, { max: 2, ttl, recordStats: true, ...callbacks });
      cache.set('a', 1).set('b', 2);
      const before = [contentOf(cache), [...told], cache.stats()];
      for (const key of ['a', 'b', 'new']) {
        expect(codeOf(() => cache.set(key, 3, given as Given))).toBe('INVALID_TTL');
        expect(codeOf(() => cache.setWithEvicted(key, 3, given as Given))).toBe('INVALID_TTL');
      }
      expect([contentOf(cache), told, cache.stats()]).toEqual(before);
      expect(entriesOf(cache).isTimed).toBe(ttl !== 0);
      cache.set('c', 3);
      expect([...cache.keys()]).toEqual(['c', 'b']);
      expectValid(cache);
    }
  });

  it('is not looked at when a value is deleted', () => {
    const { cache } = openAt(open(), 0);
    cache.set('a', 1).set('a', undefined, { ttl: '5' as never });
    expect(cache.size).toBe(0);
  });
});

describe('the ttl of the constructor', () => {
  const bad = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null, 5n, true, {}];
  it.each(bad)('is refused if it is %o', (ttl) => {
    for (const bound of [{ max: 5 }, { maxSize: 5 }, { ttlAutopurge: true }]) {
      const construct = () => new LRUCache({ ...bound, ttl } as never);
      expect(codeOf(construct)).toBe('INVALID_TTL');
      expect(construct).toThrow(TypeError);
    }
  });

  const good = [0, -0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, Number.MAX_VALUE];
  it.each(good)('may be %d', (ttl) => {
    const clock = new HandClock(0);
    const cache = new LRUCache({ max: 5, ttl, ttlResolution: 0, perf: clock });
    expect(cache.ttl).toBe(ttl + 0);
    cache.set(1, 1);
    clock.pass(ttl);
    expect(cache.getRemainingTTL(1)).toBe(ttl === 0 ? Number.POSITIVE_INFINITY : 0);
    expect(cache.has(1)).toBe(true);
  });
});
