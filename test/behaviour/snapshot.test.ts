// The snapshot of a cache: what dump gives, load takes, in this process or another.
//
// `start` is by `Date`, so that a dump means the same to a cache with another clock. The wall clock
// is set by hand here. What a caller hands in is never written to.

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases } from '../support/engines.js';
import {
  type Cache,
  codeOf,
  contentOf,
  type Given,
  HandClock,
  type Key,
  TTL,
} from '../support/hand-clock.js';
import { expectValid } from '../support/validate.js';

type Dump = [Key, LRUCache.Entry<number>][];

const NOW = 1_700_000_000_000;

/** Freezes everything there is to a value. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

describe.each(plainCases)('a dump on $name', ({ open }) => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }));
  afterEach(() => void vi.useRealTimers());

  /** A cache that starts at some time of its own, and lets the wall clock go with it. */
  function openAlike(start: number, given: Given = {}) {
    const clock = new HandClock(start);
    const engine = open();
    const cache: Cache = openCache<Key, number>(engine, {
      ...{ max: 10, ttl: TTL, ttlResolution: 0, maxSize: 100 },
      ...{ sizeCalculation: (value: number) => value, perf: clock },
      ...given,
    });
    const pass = (ms: number) => {
      clock.pass(ms);
      vi.setSystemTime(Date.now() + ms);
    };
    return { cache, clock, pass, engine };
  }

  it('has every entry, the oldest first, with all it takes to make it again', () => {
    const { cache, pass } = openAlike(0);
    cache.set('a', 1).set('b', 2, { ttl: 50 }).set('c', 3, { ttl: 0, size: 9 });
    pass(20);
    cache.set('d', 4);
    cache.get('a');
    pass(60);
    expect(cache.info('b')).toEqual({ value: 2, ttl: -30, start: NOW + 80, size: 2 });
    expect(cache.info('c')).toStrictEqual({ value: 3, size: 9 });
    expect([cache.info('absent'), cache.getRemainingTTL('absent')]).toEqual([undefined, 0]);
    expect(cache.dump()).toEqual([
      ['b', { value: 2, ttl: 50, start: NOW, size: 2 }],
      ['c', { value: 3, ttl: 0, start: expect.any(Number), size: 9 }],
      ['d', { value: 4, ttl: TTL, start: NOW + 20, size: 4 }],
      ['a', { value: 1, ttl: TTL, start: NOW, size: 1 }],
    ]);
  });

  it('has no more than there is to an entry', () => {
    const plain = openCache<Key, number>(open(), { max: 3 });
    plain.set('a', 1).set('b', 2);
    expect(plain.dump()).toStrictEqual([
      ['a', { value: 1 }],
      ['b', { value: 2 }],
    ]);
    const sized = openAlike(0, { ttl: 0 }).cache;
    expect(sized.set('a', 3).dump()).toStrictEqual([['a', { value: 3, size: 3 }]]);
    const timed = openCache<Key, number>(open(), { max: 3, ttl: 5, perf: new HandClock(0) });
    const aged = [['a', { value: 1, ttl: 5, start: NOW }]];
    expect(timed.set('a', 1).dump()).toStrictEqual(aged);
    expect(openAlike(0).cache.dump()).toEqual([]);
  });

  it('makes the same cache again: entries, order, sizes, and what is left of each ttl', () => {
    const ttl = fc.constantFrom(0, 1, 20, 50, TTL);
    const entry = fc.record({ key: fc.nat(12), value: fc.integer({ min: 1, max: 20 }), ttl });
    const step = fc.tuple(entry, fc.integer({ min: 0, max: 15 }), fc.boolean());
    const property = fc.property(fc.array(step), fc.nat(90), (steps, rest) => {
      const first = openAlike(1e6);
      for (const [{ key, value, ttl }, ms, isRead] of steps) {
        first.cache.set(key, value, { ttl });
        if (isRead) first.cache.get(key);
        first.pass(ms);
      }
      const { cache, pass } = openAlike(-5000);
      const dump = deepFreeze(first.cache.dump());
      first.pass(rest);
      pass(0);
      cache.load(dump);
      expect(contentOf(cache)).toEqual(contentOf(first.cache));
      for (const key of Array.from({ length: 13 }, (_, i) => i)) {
        expect(cache.getRemainingTTL(key)).toBe(first.cache.getRemainingTTL(key));
        expect(cache.has(key)).toBe(first.cache.has(key));
      }
      expect(cache.dump().map(([key, { start, ...rest }]) => [key, rest])).toEqual(
        dump.map(([key, { start, ...rest }]) => [key, rest]),
      );
      expectValid(cache);
    });
    fc.assert(property, { numRuns: 60 });
  });

  it('may be loaded by a cache whose clock went back, and is right if one did', () => {
    const first = openAlike(1000);
    first.clock.time = 400;
    first.cache.set('a', 1);
    first.clock.time = 300;
    first.cache.has('a');
    first.pass(100);
    const dump = first.cache.dump();
    expect(dump[0]?.[1].start).toBe(NOW);
    const second = openAlike(700);
    second.cache.set('x', 1);
    second.clock.time = 200;
    second.cache.has('x');
    vi.setSystemTime(NOW + 250);
    second.cache.load(dump);
    expect(second.cache.getRemainingTTL('a')).toBe(TTL - 250);
    second.pass(TTL - 250);
    expect(second.cache.has('a')).toBe(true);
    second.pass(1);
    expect(second.cache.has('a')).toBe(false);
  });

  it('may go through JSON, also with entries that live for ever', () => {
    const { cache } = openAlike(0);
    cache.set('a', 1).set('b', 2, { ttl: Number.POSITIVE_INFINITY }).set('c', 3, { ttl: 0 });
    const other = openAlike(77).cache;
    other.load(JSON.parse(JSON.stringify(cache.dump())) as Dump);
    expect(['a', 'b', 'c'].map((key) => other.getRemainingTTL(key))).toEqual([
      ...[TTL, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ]);
  });

  it('may have a start for some entries only: the ttl of the others counts from now', () => {
    const { cache } = openAlike(5000);
    const starts = [NOW - 100, undefined, null, Number.NaN, NOW + 100];
    const dump = starts.map((start, key) => [key, { value: 1, ttl: TTL, start }]);
    for (const list of [dump, dump.toReversed()]) {
      cache.load(list as never);
      const rest = starts.map((_, key) => cache.getRemainingTTL(key));
      expect(rest).toEqual([TTL - 100, TTL, TTL, TTL, TTL + 100]);
    }
  });

  it('is loaded without a look at the clock where there are no ages', () => {
    const { cache, clock } = openAlike(0, { ttl: 0 });
    cache.load([['a', { value: 1 }]]);
    expect([cache.get('a'), clock.reads]).toEqual([1, 0]);
  });

  it('is not written to, nor are its entries, and has copies of everything', () => {
    const { cache, pass } = openAlike(0);
    cache.set('a', 1).set('b', 2);
    const dump = cache.dump();
    const before = structuredClone(dump);
    pass(10);
    openAlike(500).cache.load(deepFreeze(dump));
    expect(dump).toEqual(before);
    const again = cache.dump();
    (again[0] as Dump[0])[1].value = 99;
    again.length = 0;
    expect([cache.peek('a'), cache.dump()]).toEqual([1, before]);
  });

  it('too large for a cache leaves what was used last', () => {
    const { cache } = openAlike(0);
    for (let value = 1; value <= 8; value++) cache.set(`k${value}`, value);
    cache.get('k1');
    for (const [given, keys] of [
      [{ max: 3 }, 'k7,k8,k1'],
      [{ maxSize: 10 }, 'k8,k1'],
      [{ maxSize: 30, maxEntrySize: 6 }, 'k2,k3,k4,k5,k6,k1'],
    ] as const) {
      const { cache: small } = openAlike(0, given);
      small.load(cache.dump());
      expect([...small.rkeys()].join()).toBe(keys);
      expectValid(small);
    }
  });
});

describe.each(plainCases)('load on $name', ({ open }) => {
  const openFull = (given: Given = {}) => {
    const told: unknown[] = [];
    const note = (what: string) => (value: number, key: Key, reason: string) =>
      void told.push([what, value, key, reason]);
    const callbacks = { dispose: note('dispose'), onInsert: note('onInsert') };
    const engine = open();
    const cache: Cache = openCache<Key, number>(engine, { max: 3, ...callbacks, ...given });
    cache.set('a', 1).set('b', 2);
    told.length = 0;
    return { cache, told, engine };
  };

  it('replaces everything, and tells of it', () => {
    const { cache, told } = openFull();
    cache.load([
      ['b', { value: 5 }],
      ['c', { value: 6 }],
    ]);
    expect([...cache.entries()]).toEqual([
      ['c', 6],
      ['b', 5],
    ]);
    expect(told).toEqual([
      ['dispose', 1, 'a', 'delete'],
      ['dispose', 2, 'b', 'delete'],
      ['onInsert', 5, 'b', 'add'],
      ['onInsert', 6, 'c', 'add'],
    ]);
    cache.load(cache.dump());
    expect([...cache.rkeys()]).toEqual(['b', 'c']);
    cache.load([]);
    expect(cache.size).toBe(0);
  });

  it('takes any iterable, read before anything is cleared', () => {
    const { cache } = openFull();
    cache.load(new Map(cache.dump()));
    expect([...cache.rkeys()]).toEqual(['a', 'b']);
    cache.load(new Set(cache.dump()));
    expect([...cache.rkeys()]).toEqual(['a', 'b']);
    function* lazily(): Generator<[Key, LRUCache.Entry<number>]> {
      for (const [key, value] of cache.rentries()) yield [`${key}!`, { value }];
    }
    cache.load(lazily());
    expect([...cache.rentries()]).toEqual([
      ['a!', 1],
      ['b!', 2],
    ]);
  });

  it.each([
    ...[undefined, null, 5, true, {}, () => [], Symbol('dump'), 'ab'],
    ...[[1], [undefined], [null], [[]], [['a']], [['a', null]], [['a', 1]], [['a', 'b']]],
    [['c', { value: 1 }], ['d']],
    [['c', { value: 1 }], 'de'],
  ])('refuses %o, and nothing changed', (dump) => {
    const { cache, told } = openFull();
    const before = contentOf(cache);
    const load = () => cache.load(dump as never);
    expect(codeOf(load)).toBe('INVALID_ENTRIES');
    expect(load).toThrow(TypeError);
    expect([contentOf(cache), told]).toEqual([before, []]);
  });

  it('passes on what reading the dump throws, and nothing changed', () => {
    const failure = new Error('dump');
    function* failing(): Generator<[Key, LRUCache.Entry<number>]> {
      yield ['c', { value: 3 }];
      throw failure;
    }
    const { cache, told } = openFull();
    expect(() => cache.load(failing())).toThrow(failure);
    expect([[...cache.rkeys()], told]).toEqual([['a', 'b'], []]);
  });

  it.each([
    [{ value: 9, ttl: '5' }, 'INVALID_TTL'],
    [{ value: 9, size: 3 }, 'INVALID_SIZE'],
  ])('that fails at an entry like %o has loaded what came before it', (entry, code) => {
    const { cache } = openFull();
    const dump = [
      ['x', { value: 7 }],
      ['y', entry],
      ['z', { value: 8 }],
    ];
    expect(codeOf(() => cache.load(dump as never))).toBe(code);
    expect([...cache.entries()]).toEqual([['x', 7]]);
  });

  it('passes over entries without a value, and lets the last of a key count', () => {
    const { cache } = openFull();
    cache.load([
      ['x', { value: undefined as never }],
      ['y', { value: 1 }],
      ['z', { value: 2 }],
      ['y', { value: 3 }],
    ]);
    expect([...cache.rentries()]).toEqual([
      ['z', 2],
      ['y', 3],
    ]);
  });

  it('gives what has no ttl that of the cache', () => {
    const { cache } = openFull({ ttl: 0 });
    cache.ttl = TTL;
    cache.load([
      ['x', { value: 1 }],
      ['y', { value: 2, ttl: 0 }],
      ['z', { value: 3, ttl: 9e9 }],
    ]);
    expect(cache.getRemainingTTL('x')).toBeLessThanOrEqual(TTL);
    expect(cache.getRemainingTTL('y')).toBe(Number.POSITIVE_INFINITY);
    expect(cache.getRemainingTTL('z')).toBeGreaterThan(TTL);
  });

  it('aborts the loads in flight', async () => {
    const { cache } = openFull({ fetchMethod: () => new Promise(() => {}) });
    const fetched = cache.fetch('x');
    cache.load([['x', { value: 1 }]]);
    await expect(fetched).rejects.toMatchObject({ code: 'FETCH_DELETED' });
    expect(cache.get('x')).toBe(1);
  });
});
