// The timers of test frameworks: caches made, filled and used before, under and after them.
//
// Row E8 of docs/reliability.md, and K6 of clock.ts. The host beneath is a simulated one,
// so nothing here waits. Jest, which needs a process of its own, is in test/runtimes.

import { mock } from 'node:test';
import FakeTimers from '@sinonjs/fake-timers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LRUCache } from '../../src/api/lru.js';
import type { Perf } from '../../src/common/types.js';
import { SimulatedHost } from '../support/simulated-host.js';

const TTL = 1000;
const HOUR_MS = 3_600_000;

/** Lets promises settle; all else may be faked. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await undefined;
}

interface Framework {
  readonly name: string;
  /** The clock for caches under it; the default one if undefined. */
  readonly perf?: Perf;
  enter(): void;
  advance(ms: number): void;
  leave(): void;
}

let sinon: ReturnType<typeof FakeTimers.install>;
const sinonWith = (name: string, config?: Parameters<typeof FakeTimers.install>[0]): Framework => ({
  name,
  enter: () => {
    sinon = FakeTimers.install(config);
  },
  advance: (ms) => void sinon.tick(ms),
  leave: () => sinon.uninstall(),
});

const frameworks: readonly Framework[] = [
  {
    name: 'Vitest',
    enter: () => void vi.useFakeTimers(),
    advance: (ms) => void vi.advanceTimersByTime(ms),
    leave: () => void vi.useRealTimers(),
  },
  {
    name: 'Vitest, in another year',
    enter: () => void vi.useFakeTimers({ now: new Date('2035-01-01') }),
    advance: (ms) => void vi.advanceTimersByTime(ms),
    leave: () => void vi.useRealTimers(),
  },
  // Fakes microtasks, too, and begins in 1970.
  sinonWith('sinon'),
  // As Jest does it.
  sinonWith('sinon, from now on', { now: 1.8e12 }),
  {
    // Has no clock but Date.
    name: 'node:test',
    perf: { now: () => Date.now() },
    enter: () => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() }),
    advance: (ms) => mock.timers.tick(ms),
    leave: () => mock.timers.reset(),
  },
];

describe.each(frameworks)('under the timers of $name', ({ perf, enter, advance, leave }) => {
  let host: SimulatedHost;

  beforeEach(() => {
    host = new SimulatedHost().install();
  });
  afterEach(() => {
    leave();
    vi.unstubAllGlobals();
  });

  type Given = Partial<LRUCache.OptionsBase<string, number, unknown>>;

  function open(given: Given = {}) {
    const clock = perf === undefined ? {} : { perf };
    return new LRUCache<string, number>({ max: 10, ttl: TTL, ...clock, ...given });
  }

  it('a cache that is made there expires its entries on time', () => {
    enter();
    const cache = open().set('a', 1);
    advance(TTL);
    expect([cache.get('a'), cache.getRemainingTTL('a')]).toEqual([1, 0]);
    advance(1);
    expect(cache.get('a')).toBeUndefined();
  });

  it('a cache of before expires what is set there', () => {
    const cache = open().set('old', 0);
    expect(cache.get('old')).toBe(0);
    enter();
    cache.set('a', 1);
    advance(TTL);
    expect(cache.get('a')).toBe(1);
    advance(1);
    expect([cache.get('a'), cache.get('old')]).toEqual([undefined, undefined]);
  });

  it.each([false, true])('a cache of before expires what was set before (read: %s)', (isRead) => {
    const cache = open().set('a', 1);
    if (isRead) expect(cache.get('a')).toBe(1);
    enter();
    advance(TTL);
    expect(cache.get('a')).toBe(1);
    advance(1);
    expect(cache.get('a')).toBeUndefined();
  });

  it('a cache that is kept afterwards expires old and new entries', () => {
    enter();
    const cache = open().set('a', 1);
    expect(cache.get('a')).toBe(1);
    leave();
    expect(cache.get('a')).toBe(1);
    host.pass(TTL / 2);
    expect(cache.set('b', 2).get('a')).toBe(1);
    host.pass(TTL / 2 + 1);
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 2]);
    host.pass(TTL / 2);
    expect(cache.get('b')).toBeUndefined();
  });

  it('a cache that is kept from test to test loses no time, and wins none', () => {
    const cache = open({ ttl: 3 * HOUR_MS }).set('a', 1);
    for (let test = 0; test < 3; test++) {
      enter();
      expect(cache.get('a')).toBe(1);
      advance(HOUR_MS);
      expect(cache.get('a')).toBe(1);
      leave();
      expect(cache.get('a')).toBe(1);
    }
    // The clock that is given is a Date, which goes back after each test: no time passes then.
    host.pass(perf === undefined ? 1 : 3 * HOUR_MS + 1);
    expect(cache.get('a')).toBeUndefined();
  });

  it.each(['before', 'under'])(
    'a load ends by its loadTimeout, of a cache made %s',
    async (when) => {
      const given = { loadTimeout: TTL, fetchMethod: () => new Promise<number>(() => {}) };
      let cache = open(given);
      enter();
      if (when === 'under') cache = open(given);
      const codes: string[] = [];
      const end = (error: { code: string }) => codes.push(error.code);
      cache.fetch('a').catch(end);
      advance(TTL - 1);
      await settled();
      expect(codes).toEqual([]);
      advance(1);
      await settled();
      expect(codes).toEqual(['FETCH_TIMEOUT']);
      // One that begins here, and whose timer goes with the framework, is ended by the next fetch.
      cache.fetch('b').catch(end);
      leave();
      // No time passes until the clock of the host is looked at (K6).
      cache.get('x');
      host.pass(TTL + 1);
      cache.fetch('b').catch(end);
      await settled();
      expect(codes).toEqual(['FETCH_TIMEOUT', 'FETCH_TIMEOUT']);
    },
  );

  it('a `start` by the clock that is there counts from then', () => {
    const cache = open().set('old', 0);
    enter();
    advance(50);
    cache.set('a', 1, { start: cache.perf.now() - 300 });
    expect(cache.getRemainingTTL('a')).toBe(TTL - 300);
  });

  describe('ttlAutopurge', () => {
    const purging = { ttlAutopurge: true };

    it('purges there what is set there', () => {
      enter();
      const cache = open(purging).set('a', 1);
      advance(TTL + 1);
      expect(cache.size).toBe(0);
    });

    it('goes on after them, though they took a timer along', () => {
      const cache = open(purging);
      enter();
      cache.set('a', 1);
      leave();
      cache.set('b', 2);
      expect(host.timers).toBe(1);
      host.pass(TTL + 1);
      expect(cache.size).toBe(0);
      cache.set('c', 3);
      host.pass(TTL + 1);
      expect(cache.size).toBe(0);
    });

    it('goes on after them at a mere look, too', () => {
      enter();
      const cache = open(purging).set('a', 1);
      leave();
      expect(cache.has('x')).toBe(false);
      host.pass(TTL + 1);
      expect(cache.size).toBe(0);
    });

    it('goes on under them with what was set before', () => {
      const cache = open(purging).set('a', 1);
      enter();
      cache.set('b', 2, { ttl: 2 * TTL });
      advance(TTL + 1);
      expect([...cache.keys()]).toEqual(['b']);
      advance(TTL);
      expect(cache.size).toBe(0);
      leave();
      // The timer of before is still there, and does nothing.
      expect(cache.set('c', 3).size).toBe(1);
      host.pass(TTL + 1);
      expect(cache.size).toBe(0);
    });
  });
});

describe('the property perf', () => {
  afterEach(() => void vi.useRealTimers());

  it('is the clock that the host has now, unless one was given', () => {
    const own = performance;
    const given = { now: () => 1 };
    const [cache, other] = [new LRUCache({ max: 1 }), new LRUCache({ max: 1, perf: given })];
    expect(cache.perf).toBe(own);
    vi.useFakeTimers();
    expect(cache.perf).toBe(performance);
    expect(cache.perf).not.toBe(own);
    expect(other.perf).toBe(given);
    vi.useRealTimers();
    expect(cache.perf).toBe(own);
  });

  it('given explicitly is used as it is, whatever is put in the place of the host', () => {
    const perf = performance;
    const before = perf.now();
    const cache = new LRUCache<string, number>({ max: 5, ttl: 1e9, perf }).set('a', 1);
    vi.useFakeTimers();
    vi.advanceTimersByTime(2e9);
    expect(cache.get('a')).toBe(1);
    const status: LRUCache.Status<string, number> = {};
    cache.get('a', { status });
    expect(status.now).toBeGreaterThanOrEqual(before);
  });
});
