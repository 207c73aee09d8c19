// The clock of the host: which one a cache takes, how often it reads it, and what it leaves behind.
//
// Rows E4 and E6 of docs/reliability.md, and K3 of clock.ts. What clock.test.ts shows of a
// clock that is moved by hand is not repeated here.

import { LRUCache as Peer } from 'lru-cache';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LRUCache } from '../../src/api/lru.js';
import { runChild } from '../support/child.js';
import { HandClock, TTL } from '../support/hand-clock.js';

const USES = 6400;
const HOUR_MS = 3_600_000;

/** A cache whose clock is counted and was just read, with one entry that lives for an hour. */
function openCounted(ttlResolution?: number) {
  const perf = new HandClock(0);
  const given = ttlResolution === undefined ? {} : { ttlResolution };
  const cache = new LRUCache<string, number>({ max: 5, ttl: TTL, perf, ...given });
  cache.set('a', 1, { ttl: HOUR_MS }).get('a');
  perf.reads = 0;
  return { cache, perf };
}

const read = (cache: LRUCache<string, number>, times: number) => {
  for (let i = 0; i < times; i++) cache.get('a');
};

describe('the resolution of the clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('of 0 reads it each time', () => {
    const { cache, perf } = openCounted(0);
    read(cache, 100);
    expect([perf.reads, vi.getTimerCount()]).toEqual([100, 0]);
  });

  it.each([undefined, 1, 100])('of %o reads it once for some 64 uses', (resolution) => {
    const { cache, perf } = openCounted(resolution);
    read(cache, USES);
    expect(perf.reads).toBeGreaterThanOrEqual(Math.floor(USES / 66));
    expect(perf.reads).toBeLessThanOrEqual(Math.ceil(USES / 62));
    expect(vi.getTimerCount()).toBe(1);
  });

  it.each([Number.NaN, -1, 0.5, '5', null, Number.POSITIVE_INFINITY])(
    'of %o is one of 1',
    (bad) => {
      const { cache, perf } = openCounted(bad as number);
      expect(cache.ttlResolution).toBe(1);
      read(cache, 10);
      expect(perf.reads).toBe(0);
      vi.advanceTimersByTime(1);
      read(cache, 10);
      expect(perf.reads).toBe(1);
    },
  );

  it('is how long a reading is used', () => {
    const { cache, perf } = openCounted(10);
    vi.advanceTimersByTime(9);
    read(cache, 3);
    expect(perf.reads).toBe(0);
    vi.advanceTimersByTime(1);
    read(cache, 3);
    expect(perf.reads).toBe(1);
    vi.advanceTimersByTime(10);
    expect([perf.reads, vi.getTimerCount()]).toEqual([1, 0]);
    read(cache, 3);
    expect(perf.reads).toBe(2);
  });

  it('may be more than a timer can count', () => {
    const { cache, perf } = openCounted(2 ** 40);
    vi.advanceTimersByTime(2 ** 31 - 2);
    read(cache, 10);
    expect(perf.reads).toBe(0);
    vi.advanceTimersByTime(1);
    read(cache, 10);
    expect(perf.reads).toBe(1);
  });

  it('may be changed later', () => {
    const { cache, perf } = openCounted(10);
    read(cache, 5);
    expect(perf.reads).toBe(0);
    cache.ttlResolution = 0;
    read(cache, 5);
    expect(perf.reads).toBe(5);
    cache.ttlResolution = 10;
    read(cache, 60);
    expect(perf.reads).toBe(6);
  });

  it('never makes an entry stale at once, nor older than it is', () => {
    const { cache, perf } = openCounted(10);
    perf.pass(5000);
    cache.set('b', 2);
    expect([cache.get('b'), cache.getRemainingTTL('b')]).toEqual([2, TTL]);
    perf.pass(5000);
    // The reading of before still counts.
    expect(cache.has('b')).toBe(true);
    expect(cache.get('b', { updateAgeOnGet: true })).toBe(undefined);
    perf.pass(500);
    cache.set('c', 3);
    perf.pass(500);
    expect(cache.has('c', { updateAgeOnHas: true })).toBe(true);
    expect(cache.getRemainingTTL('c')).toBe(TTL);
  });

  it('reads it at every set with a ttl, and for what is shown of all', () => {
    const { cache, perf } = openCounted(1000);
    for (let i = 0; i < 10; i++) cache.set('b', i);
    expect(perf.reads).toBe(10);
    cache.set('b', 1, { ttl: 0 });
    expect(perf.reads).toBe(10);
    cache.purgeStale();
    cache.dump();
    cache.info('a');
    expect(perf.reads).toBe(13);
  });

  it.each([
    ['lru-cache', Peer as unknown as typeof LRUCache],
    ['ours', LRUCache],
  ])('begins with a look, and not with a set, in %s', (_, Class) => {
    for (const ttlAutopurge of [false, true]) {
      const perf = new HandClock(1000);
      const cache = new Class<string, number>({ max: 5, ttl: TTL, ttlAutopurge, perf });
      cache.set('a', 1).set('b', 2, { start: 1000 });
      perf.pass(TTL + 1);
      expect([cache.get('a'), cache.has('b')]).toEqual([undefined, false]);
    }
  });

  type Cache = LRUCache<string, number>;
  const readings: readonly (readonly [string, (cache: Cache) => unknown, number])[] = [
    ['get', (cache) => cache.get('a'), 1],
    ['get of nothing', (cache) => cache.get('x'), 1],
    ['get that renews', (cache) => cache.get('a', { updateAgeOnGet: true }), 1],
    ['get with a status', (cache) => cache.get('a', { status: {} }), 1],
    ['has', (cache) => cache.has('a'), 1],
    ['has that renews', (cache) => cache.has('a', { updateAgeOnHas: true }), 1],
    ['peek', (cache) => cache.peek('a'), 1],
    ['peek of stale ones, too', (cache) => cache.peek('a', { allowStale: true }), 0],
    ['set', (cache) => cache.set('a', 1), 1],
    ['set with a status', (cache) => cache.set('a', 1, { status: {} }), 2],
    ['set without a ttl', (cache) => cache.set('a', 1, { ttl: 0 }), 0],
    ['set without a ttl, with a status', (cache) => cache.set('a', 1, { ttl: 0, status: {} }), 1],
    ['set with a start', (cache) => cache.set('a', 1, { start: 1 }), 0],
    ['setWithEvicted', (cache) => cache.setWithEvicted('a', 1), 1],
    ['delete', (cache) => cache.delete('a'), 0],
    ['getRemainingTTL', (cache) => cache.getRemainingTTL('a'), 1],
    ['getRemainingTTL of nothing', (cache) => cache.getRemainingTTL('x'), 0],
    ['purgeStale', (cache) => cache.purgeStale(), 1],
    ['purgeStale of nothing', (cache) => [cache.clear(), cache.purgeStale()], 0],
    ['clear', (cache) => cache.clear(), 0],
    ['keys of one entry', (cache) => [...cache.keys()], 1],
    ['load of an entry without a start', (cache) => cache.load([['b', { value: 1 }]]), 1],
  ];

  it.each(readings)('of 0 has it read by %s as often as that needs it', (_, act, reads) => {
    const { cache, perf } = openCounted(0);
    act(cache);
    expect(perf.reads).toBe(reads);
  });

  it('is not looked at where there are no ages', async () => {
    const perf = new HandClock(0);
    for (const fetchMethod of [undefined, () => 1]) {
      const given = fetchMethod === undefined ? {} : { fetchMethod };
      const cache = new LRUCache<string, number>({ max: 5, perf, ...given });
      for (const [, act] of readings) act(cache);
      await cache.fetch('a', { updateAgeOnGet: true });
      await cache.fetch('a', { forceRefresh: true });
    }
    expect(perf.reads).toBe(0);
  });

  it('lets time pass within one long job', () => {
    const { cache, perf } = openCounted(1);
    cache.set('b', 2);
    perf.pass(TTL + 1);
    let uses = 0;
    while (cache.has('b') && uses < 1000) uses += 1;
    expect(uses).toBeGreaterThan(0);
    expect(uses).toBeLessThanOrEqual(64);
  });
});

describe('the clock a cache takes', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const open = () => new LRUCache<string, number>({ max: 5, ttl: TTL, ttlResolution: 0 });

  it('is performance', () => {
    expect(open().perf).toBe(performance);
  });

  it.each([
    ['no performance', undefined],
    ['a null performance', null],
    ['a performance without now', {}],
  ])('is Date, on a host with %s', (_, host) => {
    vi.stubGlobal('performance', host);
    vi.useFakeTimers({ toFake: ['Date'], now: 1e12 });
    const cache = open();
    expect(cache.perf).toBe(Date);
    cache.set('a', 1);
    vi.setSystemTime(1e12 + TTL);
    expect(cache.has('a')).toBe(true);
    vi.setSystemTime(1e12 + TTL + 1);
    expect(cache.has('a')).toBe(false);
  });

  it('is looked up when it is made, so that fake timers may be installed after the import', () => {
    vi.useFakeTimers();
    const cache = new LRUCache<string, number>({ max: 5, ttl: TTL });
    cache.set('a', 1);
    vi.advanceTimersByTime(TTL);
    expect([cache.has('a'), cache.getRemainingTTL('a')]).toEqual([true, 0]);
    vi.advanceTimersByTime(1);
    expect(cache.has('a')).toBe(false);
    cache.set('b', 2, { ttl: HOUR_MS });
    vi.useRealTimers();
    expect(cache.get('b')).toBe(2);
    expect(cache.set('c', 3, { ttl: HOUR_MS }).get('c')).toBe(3);
  });

  it('goes on when fake timers are installed later', () => {
    const cache = open();
    cache.ttl = HOUR_MS;
    cache.set('a', 1);
    vi.useFakeTimers();
    expect(cache.get('a')).toBe(1);
    expect(cache.set('b', 2).get('b')).toBe(2);
  });

  it.each([undefined, 0, 5, null, '', {}, () => 5, { now: 5 }])('is not %o', (perf) => {
    const construct = () => new LRUCache({ max: 5, perf } as never);
    if (perf === undefined) expect(construct().perf).toBe(performance);
    else expect(construct).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }));
  });

  it('is asked as a method', () => {
    const perf = {
      time: 5,
      now() {
        return this.time;
      },
    };
    const cache = new LRUCache({ max: 5, ttl: TTL, perf });
    expect(cache.set('a', 1).get('a')).toBe(1);
  });

  it('that deletes the key asked about leaves nothing of it', () => {
    let isArmed = false;
    const now = (): number => (isArmed && cache.delete('a') ? 2 : 1);
    const given = { max: 5, ttl: TTL, ttlResolution: 0, perf: { now } };
    const cache: LRUCache<string, number> = new LRUCache(given);
    for (const name of ['getRemainingTTL', 'info', 'peek', 'get', 'has'] as const) {
      isArmed = false;
      cache.set('a', 1);
      isArmed = true;
      expect(cache[name]('a') || undefined, name).toBeUndefined();
    }
    expect(cache.size).toBe(0);
  });

  it('that disposes of the cache after a purge leaves no timer, and no error', () => {
    vi.useFakeTimers();
    const told: unknown[] = [];
    const now = (): number => {
      // The purge reads it, and then who looks for the next deadline.
      if (told.length === 1) cache[Symbol.dispose]();
      return performance.now();
    };
    const dispose = (_: number, key: string, reason: string) => void told.push([key, reason]);
    const given = {
      max: 5,
      ttl: TTL,
      ttlAutopurge: true,
      ttlResolution: 0,
      perf: { now },
      dispose,
    };
    const cache: LRUCache<string, number> = new LRUCache(given);
    cache.set('a', 1, { ttl: 10 }).set('b', 2);
    vi.advanceTimersByTime(5 * TTL);
    expect(told).toEqual([
      ['a', 'expire'],
      ['b', 'delete'],
    ]);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});

describe('a host', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it.each([
    ['whose setTimeout throws', () => expect.fail('not at top level')],
    ['without setTimeout', undefined],
  ])('%s has the clock read each time', (_, setTimeout) => {
    vi.stubGlobal('setTimeout', setTimeout);
    for (const ttlAutopurge of [false, true]) {
      const told: unknown[] = [];
      const perf = new HandClock(0);
      const dispose = (...args: unknown[]) => void told.push(args);
      const given = { max: 1, ttl: TTL, ttlAutopurge, dispose, perf };
      const cache = new LRUCache<string, number>(given);
      cache.set('a', 1).set('b', 2);
      expect(told).toEqual([[1, 'a', 'evict']]);
      perf.pass(TTL);
      expect(cache.get('b')).toBe(2);
      perf.pass(1);
      expect([cache.get('b'), cache.size]).toEqual([undefined, 0]);
    }
  });

  it('whose timers are numbers is served, too', () => {
    const run: (() => void)[] = [];
    vi.stubGlobal('setTimeout', (call: () => void) => run.push(call));
    vi.stubGlobal('clearTimeout', (timer: unknown) => expect(timer).toBeTypeOf('number'));
    const perf = new HandClock(0);
    const cache = new LRUCache<string, number>({ max: 5, ttl: TTL, ttlAutopurge: true, perf });
    cache.set('a', 1).get('a');
    expect(run).toHaveLength(2);
    perf.pass(TTL + 1);
    for (const call of run) call();
    expect(cache.size).toBe(0);
    cache.set('a', 1);
    cache[Symbol.dispose]();
  });

  interface Left {
    readonly active: string[];
    readonly sizeAtExit: number;
    readonly perf: string;
  }

  it.each(['ttl', 'resolution', 'autopurge'])('may end its process with %s in use', (mode) => {
    const { status, stderr, report } = runChild<Left>('time.mjs', { args: [mode] });
    expect([status, stderr]).toEqual([0, '']);
    // Had a timer kept the process, it would have purged the entries.
    expect(report).toEqual({ active: [], sizeAtExit: 3, perf: 'Performance' });
  });

  it('without performance from the beginning has Date', () => {
    const { status, report } = runChild<Left>('time.mjs', { args: ['bare'] });
    expect([status, report?.perf, report?.sizeAtExit]).toEqual([0, 'Date', 3]);
  });
});
