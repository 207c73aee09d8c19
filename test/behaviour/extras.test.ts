// What lru-cache has not: statistics, getOrInsert as Map will have it, evicted entries returned.
//
// How a cache ends is in lifecycle.test.ts, together with how one is made from another.

import { describe, expect, it, vi } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases } from '../support/engines.js';
import {
  type Cache,
  codeOf,
  type Given,
  HandClock,
  type Key,
  openAt,
  TTL,
} from '../support/hand-clock.js';

const LOAD_MS = 7;
const ZERO: LRUCache.Stats = {
  ...{ hits: 0, misses: 0, sets: 0, updates: 0, deletes: 0, evictions: 0, expirations: 0 },
  ...{ loads: 0, loadFailures: 0, totalLoadTimeMs: 0 },
};

type Counted = readonly [
  name: string,
  act: (cache: Cache, clock: HandClock) => unknown,
  counts: Partial<LRUCache.Stats>,
];
const failed = { misses: 1, loads: 1, loadFailures: 1, totalLoadTimeMs: LOAD_MS };
const loaded = { misses: 1, loads: 1, sets: 1, totalLoadTimeMs: LOAD_MS };

/** What each operation counts; `a` is fresh and the oldest, `s` is stale, the cache is full. */
const counted: readonly Counted[] = [
  ['get, hit', (cache) => cache.get('a'), { hits: 1 }],
  ['get, miss', (cache) => cache.get('x'), { misses: 1 }],
  ['get, stale', (cache) => cache.get('s'), { misses: 1, expirations: 1 }],
  [
    'get, stale and returned',
    (cache) => cache.get('s', { allowStale: true }),
    { misses: 1, expirations: 1 },
  ],
  ['get, stale and kept', (cache) => cache.get('s', { noDeleteOnStaleGet: true }), { misses: 1 }],
  ['has and peek', (cache) => [cache.has('a'), cache.has('x'), cache.peek('s')], {}],
  ['info and getRemainingTTL', (cache) => [cache.info('a'), cache.getRemainingTTL('a')], {}],
  ['iteration', (cache) => [[...cache], cache.forEach(() => {}), cache.dump()], {}],
  ['find', (cache) => [cache.find(() => true), cache.find(() => false)], { hits: 1 }],
  ['set, new', (cache) => cache.set('x', 1), { sets: 1, evictions: 1 }],
  ['set, old', (cache) => cache.set('a', 9), { updates: 1 }],
  ['set, same', (cache) => cache.set('a', 1), { updates: 1 }],
  ['set over a stale entry', (cache) => cache.set('s', 9), { updates: 1 }],
  ['set, undefined', (cache) => cache.set('a', undefined), { deletes: 1 }],
  ['set, undefined and absent', (cache) => cache.set('x', undefined), {}],
  ['set, too large', (cache) => cache.set('a', 2, { size: 99 }), { deletes: 1 }],
  ['set, too large and new', (cache) => cache.set('x', 2, { size: 99 }), {}],
  ['set, large', (cache) => cache.set('x', 2, { size: 9 }), { sets: 1, evictions: 2 }],
  ['setWithEvicted', (cache) => cache.setWithEvicted('x', 1), { sets: 1, evictions: 1 }],
  ['delete', (cache) => [cache.delete('a'), cache.delete('x')], { deletes: 1 }],
  ['delete of a stale entry', (cache) => cache.delete('s'), { deletes: 1 }],
  ['pop', (cache) => [cache.pop(), cache.pop(), cache.pop()], { evictions: 2 }],
  ['resize', (cache) => cache.resize(1), { evictions: 1 }],
  ['resize by size', (cache) => cache.resize({ maxSize: 1 }), { evictions: 1 }],
  ['clear', (cache) => cache.clear(), { deletes: 2 }],
  ['Symbol.dispose', (cache) => cache[Symbol.dispose](), { deletes: 2 }],
  ['purgeStale', (cache) => [cache.purgeStale(), cache.purgeStale()], { expirations: 1 }],
  ['load', (cache) => cache.load([['y', { value: 1 }]]), { deletes: 2, sets: 1 }],
  ['getOrInsert, hit', (cache) => cache.getOrInsert('a', 9), { hits: 1 }],
  ['getOrInsert', (cache) => cache.getOrInsert('x', 9), { misses: 1, sets: 1, evictions: 1 }],
  [
    'getOrInsertComputed',
    (cache) => cache.getOrInsertComputed('s', () => 9),
    { misses: 1, expirations: 1, sets: 1 },
  ],
  ['memo, hit', (cache) => cache.memo('a'), { hits: 1 }],
  ['memo, miss', (cache) => cache.memo('x'), { ...loaded, evictions: 1 }],
  ['memo, stale', (cache) => cache.memo('s'), { ...loaded, expirations: 1 }],
  ['memo that throws', (cache) => expect(() => cache.memo('bad')).toThrow('bad'), failed],
  ['fetch, hit', (cache) => cache.fetch('a'), { hits: 1 }],
  ['fetch, miss', (cache) => cache.fetch('x'), { ...loaded, evictions: 1 }],
  ['fetch, stale', (cache) => cache.fetch('s'), { ...loaded, sets: 0, updates: 1 }],
  [
    'fetch twice',
    (cache) => Promise.all([cache.fetch('x'), cache.fetch('x')]),
    { ...loaded, misses: 2, evictions: 1 },
  ],
  ['fetch that fails', (cache) => expect(cache.fetch('bad')).rejects.toThrow('bad'), failed],
  [
    'fetch that is aborted',
    async (cache) => {
      const fetched = cache.fetch('x');
      cache.delete('x');
      await expect(fetched).rejects.toMatchObject({ code: 'FETCH_DELETED' });
    },
    failed,
  ],
];

describe.each(plainCases)('statistics on $name', ({ open }) => {
  function openCounted() {
    const perf = new HandClock(50);
    const { cache } = openAt(open(), 0, {
      ...{ max: 2, maxSize: 9, sizeCalculation: () => 1, recordStats: true, perf },
      memoMethod: (key) => {
        perf.pass(LOAD_MS);
        if (key === 'bad') throw new Error('bad');
        return 5;
      },
      fetchMethod: async (key) => {
        perf.pass(LOAD_MS);
        if (key === 'bad') throw new Error('bad');
        return 5;
      },
    });
    cache.set('a', 1).set('s', 2, { ttl: 3 });
    perf.pass(4);
    cache.resetStats();
    return { cache, perf };
  }

  it.each(counted)('count %s', async (_, act, counts) => {
    const { cache, perf } = openCounted();
    await act(cache, perf);
    expect(cache.stats()).toEqual({ ...ZERO, ...counts });
    cache.resetStats();
    expect(cache.stats()).toEqual(ZERO);
  });

  it('are a copy, and add up', () => {
    const { cache } = openCounted();
    const before = cache.stats();
    cache.get('a');
    before.hits = 9;
    for (let i = 0; i < 5; i++) cache.get('x');
    expect(cache.stats()).toEqual({ ...ZERO, hits: 1, misses: 5 });
  });

  it('are kept of a cache without ttl, sizes and loads, too', () => {
    const cache = openCache<Key, number>(open(), { max: 2, recordStats: true });
    cache.set('a', 1).set('b', 2).set('b', 2).set('c', 3);
    for (const key of ['a', 'b', 'c', 'd']) cache.get(key);
    cache.delete('b');
    const counts = { sets: 3, updates: 1, evictions: 1, hits: 2, misses: 2, deletes: 1 };
    expect(cache.stats()).toEqual({ ...ZERO, ...counts });
  });

  it('are refused by a cache that keeps none', () => {
    for (const recordStats of [undefined, false, 0]) {
      const cache = openCache<Key, number>(open(), { max: 2, recordStats: recordStats as never });
      for (const ask of [() => cache.stats(), () => cache.resetStats()]) {
        expect(codeOf(ask)).toBe('NO_STATS');
        expect(ask).toThrow(expect.objectContaining({ name: 'LRUCacheError' }));
      }
    }
  });
});

describe.each(plainCases)('getOrInsert on $name', ({ open }) => {
  const openPlain = (given: Given = {}) => openAt(open(), 0, { max: 2, ttl: 0, ...given }).cache;

  it('gives what is there, as a use, and asks nobody for more', () => {
    const cache = openPlain();
    const compute = vi.fn(() => 9);
    for (const value of [1, 0, Number.NaN, null, '', false]) {
      cache.set('a', value as number).set('b', 2);
      expect(cache.getOrInsert('a', 9)).toBe(value);
      expect([...cache.keys()]).toEqual(['a', 'b']);
      cache.get('b');
      expect(cache.getOrInsertComputed('a', compute)).toBe(value);
      expect([...cache.keys()]).toEqual(['a', 'b']);
    }
    expect(compute).not.toHaveBeenCalled();
  });

  it('stores what is not there, as set does', () => {
    const inserted: unknown[] = [];
    const onInsert = (...args: unknown[]) => void inserted.push(args);
    const { cache } = openAt(open(), 0, { max: 2, onInsert });
    const compute = vi.fn((key: Key) => `${key}!` as never);
    expect(cache.getOrInsert('a', 1)).toBe(1);
    expect(cache.getOrInsertComputed('b', compute)).toBe('b!');
    expect(compute.mock.calls).toEqual([['b']]);
    expect([cache.getRemainingTTL('a'), cache.getRemainingTTL('b')]).toEqual([TTL, TTL]);
    expect(cache.getOrInsert('c', 3)).toBe(3);
    expect([...cache.keys()]).toEqual(['c', 'b']);
    expect(inserted).toEqual([
      [1, 'a', 'add'],
      ['b!', 'b', 'add'],
      [3, 'c', 'add'],
    ]);
  });

  it('stores the computed value over what the callback stored', () => {
    const engine = open();
    const cache = openCache<Key, number>(engine, { max: 2 });
    const compute = (key: Key) => {
      cache.set(key, 1).set('other', 2);
      return 3;
    };
    expect(cache.getOrInsertComputed('a', compute)).toBe(3);
    expect([...cache.entries()]).toEqual([
      ['a', 3],
      ['other', 2],
    ]);
    const nested = () => cache.getOrInsertComputed('b', () => cache.getOrInsert('b', 4) + 1);
    expect([nested(), cache.get('b'), cache.size]).toEqual([5, 5, 2]);
    const clearing = () => {
      cache.clear();
      return 6;
    };
    expect([cache.getOrInsertComputed('c', clearing), [...cache.keys()]]).toEqual([6, ['c']]);
  });

  it('computes for 0 where the key is -0, as a Map does', () => {
    const cache = openPlain();
    const compute = vi.fn(() => 1);
    cache.getOrInsertComputed(-0, compute);
    cache.getOrInsertComputed(0.5, compute);
    expect(compute.mock.calls).toEqual([[0], [0.5]]);
    expect([...cache.keys()]).toEqual([0.5, 0]);
  });

  it('stores nothing when the callback throws, or gives nothing', () => {
    const cache = openPlain();
    const failure = new Error('compute');
    const fail = () => {
      throw failure;
    };
    cache.set('b', 2);
    expect(() => cache.getOrInsertComputed('a', fail)).toThrow(failure);
    expect(cache.getOrInsertComputed('a', () => undefined as never)).toBe(undefined);
    expect(cache.getOrInsert('a', undefined as never)).toBe(undefined);
    expect([...cache.keys()]).toEqual(['b']);
  });

  it.each([undefined, null, 5, 'a', {}, true])(
    'refuses %o as a callback, also for a hit',
    (bad) => {
      const cache = openPlain();
      cache.set('a', 1).set('b', 2);
      for (const key of ['a', 'x']) {
        const insert = () => cache.getOrInsertComputed(key, bad as never);
        expect(codeOf(insert)).toBe('INVALID_CALLBACK');
        expect(insert).toThrow(TypeError);
      }
      expect([...cache.keys()]).toEqual(['b', 'a']);
    },
  );
});

describe.each(plainCases)('setWithEvicted on $name', ({ open }) => {
  it('gives back the entries that had to go, the oldest first', () => {
    const told: unknown[] = [];
    const dispose = (value: unknown, key: unknown) => void told.push([key, value]);
    for (const given of [
      {},
      { dispose },
      { ttl: TTL },
      { maxSize: 99, sizeCalculation: () => 1 },
    ]) {
      const { cache, clock } = openAt(open(), 0, { max: 2, ttl: 0, ...given });
      const object = {};
      expect(cache.setWithEvicted('a', 1)).toEqual([]);
      expect(cache.setWithEvicted(object, 2)).toEqual([]);
      expect(cache.setWithEvicted('a', 3)).toEqual([]);
      expect(cache.setWithEvicted('c', undefined as never)).toEqual([]);
      clock.pass(TTL + 1);
      const evicted = cache.setWithEvicted('c', 4, { ttl: 1 });
      expect(evicted).toEqual([[object, 2]]);
      expect(evicted[0]?.[0]).toBe(object);
      expect(cache.setWithEvicted(1, 5)).toEqual([['a', 3]]);
      expect([...cache.keys()].at(0)).toBe(1);
    }
    expect(told).toEqual([
      ['a', 1],
      [expect.anything(), 2],
      ['a', 3],
    ]);
  });

  it('reports as set does', () => {
    const { cache } = openAt(open(), 0, { max: 1 });
    const [mine, theirs]: LRUCache.Status<Key, number>[] = [{}, {}];
    cache.set('a', 1).set('b', 2, { status: theirs as object });
    cache.clear();
    cache.set('a', 1).setWithEvicted('b', 2, { status: mine as object });
    expect(mine).toEqual(theirs);
  });
});
