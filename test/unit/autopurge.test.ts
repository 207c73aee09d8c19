// The autopurge: every stale entry goes by itself, with one timer for the whole cache.
//
// Row E6 of docs/reliability.md, and P1 to P3 of autopurge.ts. Timers and `performance` are
// vitest's. That no timer keeps a process alive is shown in clock-host.test.ts.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases, type TestEngine } from '../support/engines.js';
import { type Cache, type Given, HandClock, type Key, TTL } from '../support/hand-clock.js';

const COUNT = 1000;
const DELAY_MS_MAX = 2 ** 31 - 1;
/** A purge is not made more often than once a millisecond for so many entries. */
const ENTRIES_PER_MS = 5000;
/** When a clock that failed is asked again. */
const RETRY_MS = 1001;
const broken = new Error('the clock is broken');

type Told = [key: Key, reason: string, at: number];

/** A cache that purges itself, and what it told, with the time it is told at. */
function openPurging(engine: TestEngine, given: Given = {}, onTold = () => {}) {
  const told: Told[] = [];
  const startedAt = performance.now();
  const now = () => Math.round(performance.now() - startedAt);
  const cache: Cache = openCache<Key, number>(engine, {
    ...{ max: 20_000, ttl: TTL, ttlAutopurge: true, ttlResolution: 0 },
    dispose: (_, key, reason) => {
      told.push([key, reason, now()]);
      onTold();
    },
    ...given,
  });
  return { cache, told, now };
}

describe.each(plainCases)('the autopurge on $name', ({ open }) => {
  let engine: TestEngine;

  beforeEach(() => {
    vi.useFakeTimers();
    engine = open();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('removes each entry one millisecond after its deadline, with one timer', () => {
    const { cache, told } = openPurging(engine);
    // 7 has no factor in common with 1000: every ttl from 1 to 1000 once, in no order.
    for (let i = 0; i < COUNT; i++) cache.set(i, i, { ttl: ((i * 7) % COUNT) + 1 });
    expect(vi.getTimerCount()).toBe(1);
    for (let passed = 1; passed <= COUNT + 1; passed++) {
      vi.advanceTimersByTime(1);
      expect([cache.size, vi.getTimerCount()]).toEqual([
        ...[COUNT + 1 - passed, passed <= COUNT ? 1 : 0],
      ]);
    }
    expect(told).toHaveLength(COUNT);
    for (const [key, reason, at] of told) {
      expect([reason, at]).toEqual(['expire', (((key as number) * 7) % COUNT) + 2]);
    }
  });

  it('has at most one timer beside that of the clock', () => {
    const { cache } = openPurging(engine, { ttlResolution: 5 });
    for (let i = 0; i < COUNT; i++) cache.set(i, i, { ttl: COUNT - i });
    for (let i = 0; i < COUNT; i++) cache.get(i);
    expect(vi.getTimerCount()).toBe(2);
    vi.advanceTimersByTime(COUNT + 1);
    expect([cache.size, vi.getTimerCount()]).toEqual([0, 1]);
    vi.advanceTimersByTime(5);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is for whole caches: each has its own timer', () => {
    const caches = [10, 20, 30].map((ttl) => openPurging(engine, { ttl }).cache);
    for (const cache of caches) for (let i = 0; i < 10; i++) cache.set(i, i);
    expect(vi.getTimerCount()).toBe(3);
    vi.advanceTimersByTime(21);
    expect(caches.map(({ size }) => size)).toEqual([0, 0, 10]);
  });

  it.each([0, -0, Number.POSITIVE_INFINITY])('sets no timer for a ttl of %d', (ttl) => {
    const { cache } = openPurging(engine);
    cache.set('a', 1, { ttl });
    expect(vi.getTimerCount()).toBe(0);
    cache.set('b', 2);
    vi.advanceTimersByTime(2 * TTL);
    expect([[...cache.keys()], vi.getTimerCount()]).toEqual([['a'], 0]);
  });

  it.each([-1, Number.NEGATIVE_INFINITY, Number.MIN_VALUE, 0.5])(
    'soon removes a ttl of %d',
    (ttl) => {
      const { cache, told } = openPurging(engine);
      cache.set('a', 1, { ttl }).set('b', 2);
      vi.advanceTimersByTime(2);
      expect(told.map(([key, reason]) => [key, reason])).toEqual([['a', 'expire']]);
      expect(cache.size).toBe(1);
    },
  );

  it.each([DELAY_MS_MAX - 1, DELAY_MS_MAX, 2 ** 31, 2 ** 32, 2 ** 40])(
    'waits for a ttl of %d in as many steps as it takes',
    (ttl) => {
      const setTimer = vi.spyOn(globalThis, 'setTimeout');
      const { cache, told } = openPurging(engine, { ttl });
      cache.set('a', 1);
      vi.advanceTimersByTime(ttl);
      expect([cache.size, vi.getTimerCount()]).toEqual([1, 1]);
      vi.advanceTimersByTime(1);
      expect([cache.size, vi.getTimerCount()]).toEqual([0, 0]);
      expect(told).toEqual([['a', 'expire', ttl + 1]]);
      const delays = setTimer.mock.calls.map(([, delay]) => delay as number);
      expect(delays).toHaveLength(Math.ceil((ttl + 1) / DELAY_MS_MAX));
      expect(Math.max(...delays)).toBeLessThanOrEqual(DELAY_MS_MAX);
    },
  );

  it('counts from the start that is given', () => {
    const { cache, told } = openPurging(engine);
    cache.set('old', 1, { start: performance.now() - TTL + 10 });
    cache.set('stale', 2, { start: performance.now() - 2 * TTL });
    cache.set('ahead', 3, { start: performance.now() + 100 });
    vi.advanceTimersByTime(2 * TTL);
    expect(told).toEqual([
      ['stale', 'expire', 1],
      ['old', 'expire', 11],
      ['ahead', 'expire', TTL + 101],
    ]);
  });

  it('purges what is loaded from a dump', () => {
    const { cache, told } = openPurging(engine);
    cache.set('a', 1).set('b', 2, { ttl: 50 });
    const dump = cache.dump();
    vi.advanceTimersByTime(20);
    told.length = 0;
    const other = openPurging(engine);
    other.cache.load(dump);
    vi.advanceTimersByTime(TTL);
    expect(other.told).toEqual([
      ['b', 'expire', 31],
      ['a', 'expire', TTL - 19],
    ]);
  });

  it('purges what memo and getOrInsert store', () => {
    const { cache, told } = openPurging(engine, { memoMethod: () => 1 });
    cache.memo('a', { ttl: 10 });
    cache.getOrInsert('b', 2);
    vi.advanceTimersByTime(TTL + 1);
    expect(told).toEqual([
      ['a', 'expire', 11],
      ['b', 'expire', TTL + 1],
    ]);
  });

  it('goes off earlier when a shorter ttl is set', () => {
    const { cache, told } = openPurging(engine);
    cache.set('a', 1);
    vi.advanceTimersByTime(500);
    cache.set('b', 2, { ttl: 100 }).set('c', 3, { ttl: 200 });
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(600);
    expect(told).toEqual([
      ['b', 'expire', 601],
      ['c', 'expire', 701],
      ['a', 'expire', TTL + 1],
    ]);
  });

  it('lets renewed entries live', () => {
    const { cache, told } = openPurging(engine, { updateAgeOnGet: true, updateAgeOnHas: true });
    cache.set('got', 1).set('had', 2).set('set', 3).set('left', 4);
    vi.advanceTimersByTime(600);
    cache.get('got');
    cache.has('had');
    cache.set('set', 5);
    vi.advanceTimersByTime(TTL);
    expect(told).toEqual([
      ['set', 'set', 600],
      ['left', 'expire', TTL + 1],
    ]);
    vi.advanceTimersByTime(1);
    expect([cache.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('keeps to the deadline that noUpdateTTL keeps', () => {
    const { cache, told } = openPurging(engine, { noUpdateTTL: true, noDisposeOnSet: true });
    cache.set('a', 1).set('b', 2);
    vi.advanceTimersByTime(600);
    cache.set('a', 3, { ttl: 10 }).set('b', 3, { ttl: 5000 });
    vi.advanceTimersByTime(TTL);
    expect(told).toEqual([
      ['a', 'expire', TTL + 1],
      ['b', 'expire', TTL + 1],
    ]);
  });

  it('may be switched off and on', () => {
    const { cache, told } = openPurging(engine);
    cache.set('a', 1);
    cache.ttlAutopurge = false;
    vi.advanceTimersByTime(2 * TTL);
    expect([cache.size, vi.getTimerCount(), told]).toEqual([1, 0, []]);
    cache.set('b', 2);
    expect(vi.getTimerCount()).toBe(0);
    cache.ttlAutopurge = true;
    cache.set('c', 3);
    vi.advanceTimersByTime(1);
    // With the first ttl that is set, everything from before is seen to, too.
    expect(told).toEqual([['a', 'expire', 2 * TTL + 1]]);
    vi.advanceTimersByTime(TTL);
    expect(cache.size).toBe(0);
  });

  it('begins with the ttl, in a cache made without one', () => {
    const { cache } = openPurging(engine, { ttl: 0 });
    cache.set('a', 1);
    expect(vi.getTimerCount()).toBe(0);
    cache.ttl = 10;
    cache.set('b', 2);
    vi.advanceTimersByTime(11);
    expect([...cache.keys()]).toEqual(['a']);
  });
});

describe.each(plainCases)('a purge on $name', ({ open }) => {
  let engine: TestEngine;

  beforeEach(() => {
    vi.useFakeTimers();
    engine = open();
  });
  afterEach(() => void vi.useRealTimers());

  it('is made again after a callback threw', () => {
    const failure = new Error('dispose');
    const { cache, told } = openPurging(engine, {}, () => {
      throw failure;
    });
    cache.set('a', 1, { ttl: 10 }).set('b', 2, { ttl: 10 }).set('c', 3, { ttl: 20 });
    expect(() => vi.advanceTimersByTime(11)).toThrow(failure);
    expect([told.length, cache.size, vi.getTimerCount()]).toEqual([2, 1, 1]);
    expect(() => vi.advanceTimersByTime(10)).toThrow(failure);
    expect([told.length, cache.size, vi.getTimerCount()]).toEqual([3, 0, 0]);
  });

  it('may be answered by setting the entry again', () => {
    const { cache, told } = openPurging(engine, { ttl: 10 }, () => {
      if (told.length < 5) cache.set('a', told.length, { ttl: told.length === 4 ? 0 : 10 });
    });
    cache.set('a', 0);
    for (let i = 1; i < 4; i++) {
      vi.advanceTimersByTime(11);
      expect([told.length, cache.get('a'), vi.getTimerCount()]).toEqual([i, i, 1]);
    }
    vi.advanceTimersByTime(100);
    expect([told.length, cache.get('a'), vi.getTimerCount()]).toEqual([4, 4, 0]);
  });

  it.each([
    ['disposes of', (cache: Cache) => cache[Symbol.dispose]()],
    ['clears', (cache: Cache) => cache.clear()],
    ['switches off', (cache: Cache) => Object.assign(cache, { ttlAutopurge: false })],
  ])('may be answered by a callback that %s the cache', (_, act) => {
    const { cache, told } = openPurging(engine, {}, () => act(cache));
    cache.set('a', 1, { ttl: 10 }).set('b', 2);
    vi.advanceTimersByTime(5 * TTL);
    expect(told[0]).toEqual(['a', 'expire', 11]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['disposed of', (cache: Cache) => cache[Symbol.dispose]()],
    ['cleared', (cache: Cache) => cache.clear()],
  ])('is not made when the cache is %s', (_, act) => {
    const { cache, told } = openPurging(engine);
    cache.set('a', 1).set('b', 2);
    act(cache);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(2 * TTL);
    expect(told.map(([key, reason]) => [key, reason])).toEqual([
      ['a', 'delete'],
      ['b', 'delete'],
    ]);
  });

  it('sets in again after clear', () => {
    const { cache } = openPurging(engine);
    cache.set('a', 1);
    vi.advanceTimersByTime(500);
    cache.clear();
    cache.set('b', 2);
    vi.advanceTimersByTime(TTL);
    expect(cache.size).toBe(1);
    vi.advanceTimersByTime(1);
    expect(cache.size).toBe(0);
  });

  it('finds nothing when the entries are gone already', () => {
    const { cache, told } = openPurging(engine, { max: 2 });
    for (let i = 0; i < 5; i++) cache.set(i, i, { ttl: 10 + i });
    cache.delete(3);
    cache.set(4, 9, { ttl: 0 });
    told.length = 0;
    vi.advanceTimersByTime(2 * TTL);
    expect([told, [...cache.keys()], vi.getTimerCount()]).toEqual([[], [4], 0]);
  });

  it.each([Number.NaN, broken])('with a clock that gives %s throws, and is made again', (bad) => {
    const perf = new HandClock(0);
    vi.spyOn(perf, 'now').mockImplementation(() => {
      if (perf.time === broken) throw broken;
      return perf.time as number;
    });
    const { cache } = openPurging(engine, { ttl: 10, perf });
    cache.set('a', 1);
    perf.time = bad;
    const thrown = bad === broken ? broken : 'perf.now() returned NaN';
    expect(() => vi.advanceTimersByTime(11)).toThrow(thrown);
    expect(() => vi.advanceTimersByTime(RETRY_MS)).toThrow(thrown);
    perf.time = 11;
    vi.advanceTimersByTime(RETRY_MS - 1);
    expect([cache.size, vi.getTimerCount()]).toEqual([1, 1]);
    vi.advanceTimersByTime(1);
    expect([cache.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('that comes early, by a clock behind the timers, removes nothing too soon', () => {
    const perf = new HandClock(0);
    const { cache } = openPurging(engine, { ttl: 10, perf });
    cache.set('a', 1);
    perf.time = 10;
    vi.advanceTimersByTime(11);
    expect([cache.size, vi.getTimerCount()]).toEqual([1, 1]);
    perf.time = 10.5;
    vi.advanceTimersByTime(1);
    expect([cache.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('is made the less often the more entries there are, and all go all the same', () => {
    const perf = { now: () => performance.now() };
    const { cache } = openPurging(engine, { perf });
    const size = 20_000;
    const spread = 200;
    for (let i = 0; i < size; i++) cache.set(i, i, { ttl: (i % spread) + 1 });
    const reads = vi.spyOn(perf, 'now');
    const least = size / ENTRIES_PER_MS;
    vi.advanceTimersByTime(spread / 2);
    // Each purge reads the clock twice: to purge, and to set the timer.
    const purges = reads.mock.calls.length / 2;
    expect(purges).toBeGreaterThan(spread / 2 / least / 2);
    expect(purges).toBeLessThanOrEqual((spread / 2 / least) * 2);
    expect(Math.abs(cache.size - size / 2)).toBeLessThan((size / spread) * 5);
    vi.advanceTimersByTime(spread / 2 + least + 1);
    expect([cache.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('counts as expiration, and aborts no load', async () => {
    let resolve = (_: number) => {};
    const fetchMethod: LRUCache.Fetcher<Key, number> = () =>
      new Promise((done) => {
        resolve = done;
      });
    const { cache, told } = openPurging(engine, { recordStats: true, fetchMethod });
    cache.set('a', 1);
    const fetched = cache.fetch('a', { forceRefresh: true });
    vi.advanceTimersByTime(TTL + 1);
    expect([told, cache.stats().expirations]).toEqual([[['a', 'expire', TTL + 1]], 1]);
    resolve(2);
    expect([await fetched, cache.get('a')]).toEqual([2, 2]);
    vi.advanceTimersByTime(TTL + 1);
    expect(cache.size).toBe(0);
  });

  it('where the host refuses a timer is asked for again by the next ttl', () => {
    const { cache, told } = openPurging(engine, { ttl: 10 });
    const refuse = vi.spyOn(globalThis, 'setTimeout').mockImplementation(() => {
      throw new Error('not at top level');
    });
    cache.set('a', 1).set('b', 2);
    expect([cache.size, vi.getTimerCount()]).toEqual([2, 0]);
    refuse.mockRestore();
    vi.advanceTimersByTime(5);
    cache.set('c', 3);
    vi.advanceTimersByTime(11);
    expect(told).toEqual([
      ['a', 'expire', 11],
      ['b', 'expire', 11],
      ['c', 'expire', 16],
    ]);
  });
});
