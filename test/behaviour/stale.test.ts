// What becomes of entries when their ttl has passed, and the options that say so.
//
// Row E7 of docs/reliability.md. Every option is given in every way there is; clocks are
// moved by hand, as in ttl.test.ts.

import { describe, expect, it } from 'vitest';
import { openCache, plainCases } from '../support/engines.js';
import {
  type Cache,
  codeOf,
  contentOf,
  type Given,
  type HandClock,
  type Key,
  openAt,
  STARTS,
  TTL,
} from '../support/hand-clock.js';
import { expectValid } from '../support/validate.js';

/** A way to give an option, and whether it is to take effect. */
const ways = [
  ['by the constructor', true, undefined, undefined, true],
  ['not at all', undefined, undefined, undefined, false],
  ['as a property', false, true, undefined, true],
  ['as a property, taken back', true, false, undefined, false],
  ['to a call', false, undefined, true, true],
  ['to a call, against the constructor', true, undefined, false, false],
  ['to a call, against a property', false, true, false, false],
  ['as undefined to a call', true, undefined, 'undefined', true],
] as const;

type Flag = 'updateAgeOnGet' | 'updateAgeOnHas' | 'noUpdateTTL' | 'allowStale';
type Effect = (cache: Cache, clock: HandClock, given: object) => boolean;

/** Whether an option has its effect. */
const effects: readonly (readonly [Flag | 'noDeleteOnStaleGet', string, Effect])[] = [
  [
    'updateAgeOnGet',
    'get',
    (cache, clock, given) => {
      clock.pass(TTL);
      expect(cache.get('a', given)).toBe(1);
      clock.pass(1);
      return cache.getRemainingTTL('a') === TTL - 1 && cache.has('a');
    },
  ],
  [
    'updateAgeOnHas',
    'has',
    (cache, clock, given) => {
      clock.pass(TTL);
      expect(cache.has('a', given)).toBe(true);
      clock.pass(1);
      expect([...cache.dump()].map(([key]) => key)).toEqual(['a', 'b']);
      return cache.getRemainingTTL('a') === TTL - 1 && cache.has('a');
    },
  ],
  [
    'noUpdateTTL',
    'set',
    (cache, clock, given) => {
      clock.pass(TTL);
      cache.set('a', 5, { ttl: 77, ...given }).set('c', 3, given);
      expect([cache.getRemainingTTL('c'), cache.peek('a')]).toEqual([TTL, 5]);
      clock.pass(1);
      return cache.getRemainingTTL('a') === -1;
    },
  ],
  [
    'allowStale',
    'get',
    (cache, clock, given) => {
      clock.pass(TTL + 1);
      const got = cache.get('a', given);
      expect(cache.size).toBe(1);
      return got === 1;
    },
  ],
  [
    'allowStale',
    'peek',
    (cache, clock, given) => {
      clock.pass(TTL + 1);
      const seen = cache.peek('a', given);
      expect(cache.size).toBe(2);
      return seen === 1;
    },
  ],
  [
    'noDeleteOnStaleGet',
    'get',
    (cache, clock, given) => {
      clock.pass(TTL + 1);
      expect(cache.get('a', given)).toBe(undefined);
      return cache.size === 2;
    },
  ],
];

describe.each(plainCases)('an option of time on $name', ({ open }) => {
  describe.each(STARTS)('from %s on', (_, start) => {
    it.each(effects)('heeds %s in %s', (flag, _, effect) => {
      for (const [way, constructed, property, call, isHeeded] of ways) {
        const { cache, clock } = openAt(open(), start, { [flag]: constructed });
        cache.set('a', 1).set('b', 2, { ttl: 0 });
        if (property !== undefined) cache[flag] = property;
        const value = call === 'undefined' ? undefined : call;
        const given = call === undefined ? {} : { [flag]: value };
        expect(effect(cache, clock, given), way).toBe(isHeeded);
      }
    });
  });
});

const seven = [0, 1, 2, 3, 4, 5, 6];

describe.each(plainCases)('the property ttl on $name', ({ open }) => {
  it('begins to count where there was none, and entries from before never expire', () => {
    const engine = open();
    const { cache, clock } = openAt(engine, -60_000, { ttl: 0 });
    for (const key of seven) cache.set(key, key);
    expect([clock.reads, cache.getRemainingTTL(3), cache.info(3)]).toEqual([
      ...[0, Number.POSITIVE_INFINITY, { value: 3 }],
    ]);
    cache.ttl = 100;
    cache.set('new', 8).set(3, 33);
    clock.pass(100);
    expect([cache.get('new'), cache.get(3), cache.get(2)]).toEqual([8, 33, 2]);
    clock.pass(1);
    expect([cache.get('new'), cache.get(3), cache.get(2)]).toEqual([undefined, undefined, 2]);
    expect(cache.getRemainingTTL(2)).toBe(Number.POSITIVE_INFINITY);
    clock.pass(2 ** 50);
    expect([...cache.keys()].sort()).toEqual([0, 1, 2, 4, 5, 6]);
  });

  it('holds for what is set from then on, also when it is 0 again', () => {
    const { cache, clock } = openAt(open(), 0);
    cache.set('a', 1);
    cache.ttl = 50;
    cache.set('b', 2);
    cache.ttl = 0;
    cache.set('c', 3).set('d', 4, { ttl: 25 });
    expect(['a', 'b', 'c', 'd'].map((key) => cache.getRemainingTTL(key))).toEqual([
      ...[TTL, 50, Number.POSITIVE_INFINITY, 25],
    ]);
    clock.pass(TTL + 1);
    expect([...cache.keys()]).toEqual(['c']);
  });

  it.each([Number.NaN, '5', null])('refuses a set while it is %o', (ttl) => {
    for (const made of [0, TTL]) {
      const { cache } = openAt(open(), 0, { ttl: made });
      cache.set('a', 1);
      const before = contentOf(cache);
      cache.ttl = ttl as never;
      expect(codeOf(() => cache.set('b', 2))).toBe('INVALID_TTL');
      expect(codeOf(() => cache.set('a', 2))).toBe('INVALID_TTL');
      expect(contentOf(cache)).toEqual(before);
      expect(cache.set('b', 2, { ttl: 5 }).get('b')).toBe(2);
    }
  });
});

describe.each(plainCases)('stale entries on $name', ({ open }) => {
  type Told = [number, Key, string][];

  /** Three entries, oldest first: b stays, a and c are stale. */
  function openStale(given: Given = {}) {
    const told: Told = [];
    const dispose = (value: number, key: Key, reason: string) =>
      void told.push([value, key, reason]);
    const engine = open();
    const { cache, clock } = openAt(engine, 0, { max: 3, dispose, ...given });
    cache.set('b', 2, { ttl: 5000 }).set('a', 1).set('c', 3);
    clock.pass(TTL + 1);
    return { cache, clock, told, engine };
  }

  it('are there until somebody looks: in size, dump and info, and not in iterations', () => {
    const { cache, told } = openStale();
    expect(cache.size).toBe(3);
    expect([...cache.keys()]).toEqual(['b']);
    expect(cache.dump().map(([key]) => key)).toEqual(['b', 'a', 'c']);
    expect(cache.info('a')).toMatchObject({ value: 1, ttl: -1 });
    expect([cache.has('a'), cache.peek('c'), cache.size, told]).toEqual([false, undefined, 3, []]);
    cache.allowStale = true;
    expect([...cache.keys()]).toEqual(['c', 'a', 'b']);
    expect([...cache.rvalues()]).toEqual([2, 1, 3]);
  });

  it('are counted in calculatedSize', () => {
    const { cache } = openStale({ maxSize: 100, sizeCalculation: (value) => value * 10 });
    expect(cache.calculatedSize).toBe(60);
    cache.purgeStale();
    expect(cache.calculatedSize).toBe(20);
  });

  it('are evicted in their turn: an older live entry goes first', () => {
    const { cache, told } = openStale();
    cache.set('d', 4);
    expect(told).toEqual([[2, 'b', 'evict']]);
    cache.set('e', 5);
    expect(told[1]).toEqual([1, 'a', 'evict']);
  });

  it.each([
    ['get', (cache: Cache) => cache.get('a'), undefined, [[1, 'a', 'expire']]],
    ['get with allowStale', (cache: Cache) => cache.get('a', { allowStale: true }), 1, 'expire'],
    ['delete', (cache: Cache) => cache.delete('a'), true, 'delete'],
    ['pop', (cache: Cache) => [cache.pop(), cache.pop()], [2, 1], 'evict'],
    ['set', (cache: Cache) => cache.set('a', 4).get('a'), 4, 'set'],
    ['getOrInsert', (cache: Cache) => cache.getOrInsert('a', 4), 4, 'expire'],
  ] as const)('are let go by %s', (_, act, result, reason) => {
    const { cache, told } = openStale();
    expect(act(cache)).toEqual(result);
    const wanted = typeof reason === 'string' ? [1, 'a', reason] : reason[0];
    expect(told.at(-1)).toEqual(wanted);
    expectValid(cache);
  });

  it('are removed by purgeStale, the oldest first, and nothing else is', () => {
    const { cache, clock, told, engine } = openStale();
    expect(cache.purgeStale()).toBe(true);
    expect(told).toEqual([
      [1, 'a', 'expire'],
      [3, 'c', 'expire'],
    ]);
    expect([cache.purgeStale(), cache.size, cache.get('b')]).toEqual([false, 1, 2]);
    clock.pass(5000);
    expect([cache.purgeStale(), cache.size, cache.purgeStale()]).toEqual([true, 0, false]);
    expectValid(cache);
    const ageless = openCache<string, number>(engine, { max: 3 }).set('a', 1);
    expect([ageless.purgeStale(), ageless.size]).toEqual([false, 1]);
  });

  it('stay with noDeleteOnStaleGet, and are given out as often as asked for', () => {
    const { cache, told } = openStale({ noDeleteOnStaleGet: true, allowStale: true });
    expect([cache.get('a'), cache.get('a'), cache.size, told]).toEqual([1, 1, 3, []]);
    // Stale reads are no uses.
    expect(cache.dump().map(([key]) => key)).toEqual(['b', 'a', 'c']);
  });
});
