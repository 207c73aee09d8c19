// How long a value may be given beyond a ttl, and how long a load may take: each option by itself,
// at its edges. In every order of events they are tried by loads/scheduler.test.ts.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { LRUCache } from '../../src/api/lru.js';
import { memoize } from '../../src/memoize.js';
import { openCache, plainCases } from '../support/engines.js';
import { SimulatedHost } from '../support/simulated-host.js';
import { cameTo, contentsOf, drain, expectNothingUnhandled, openBench } from './tools.js';

expectNothingUnhandled();

const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
};

describe('an option that is wrong is refused', () => {
  const spans = ['maxAge', 'staleWhileRevalidate', 'staleIfError', 'loadTimeout'];
  const wrong: (readonly [name: string, value: unknown, code: string])[] = [
    ...spans.flatMap((name) =>
      ['10', null, -1, Number.NaN, true, {}, 10n].map(
        (value) => [name, value, 'INVALID_TTL'] as const,
      ),
    ),
    ...[1, -0.1, 2, Number.NaN, '0.5', null].map(
      (value) => ['refreshAhead', value, 'INVALID_OPTIONS'] as const,
    ),
    ...['ttlCalculation', 'waitUntil'].map((name) => [name, 5, 'INVALID_CALLBACK'] as const),
  ];
  it.each(wrong)('%s: %o', async (name, value, code) => {
    expect(codeOf(() => new LRUCache({ max: 1, [name]: value }))).toBe(code);
    const isOfMemoize = () => memoize((x: number) => x, { [name]: value } as never);
    expect(codeOf(isOfMemoize)).toBe(code);
    if (name === 'maxAge' || name === 'ttlCalculation') return;
    const cache = new LRUCache<string, number>({ max: 1, fetchMethod: () => 1 });
    expect(await cameTo(cache.fetch('k', { [name]: value }))).toBe(`error ${code}`);
    expect(cache.size).toBe(0);
  });

  it('and what is not given shows as its default', () => {
    const cache = new LRUCache({ max: 1 });
    const { maxAge, staleWhileRevalidate, staleIfError, refreshAhead, loadTimeout } = cache;
    expect([maxAge, staleWhileRevalidate, staleIfError, refreshAhead, loadTimeout]).toEqual([
      ...[0, 0, 0, 0, 0],
    ]);
    expect([cache.ttlCalculation, cache.waitUntil]).toEqual([undefined, undefined]);
    const like = new LRUCache(new LRUCache({ max: 1, ttl: 5, staleIfError: 7, maxAge: 9 }));
    expect([like.staleIfError, like.maxAge, like.refreshAhead]).toEqual([7, 9, 0]);
  });
});

describe.each(plainCases)('$name', ({ open }) => {
  describe('staleWhileRevalidate', () => {
    it('gives the stale value up to its end, and loads once', async () => {
      const { cache, calls, clock } = openBench(open(), { staleWhileRevalidate: 5 });
      cache.set('k', 'old');
      clock.now += 15;
      expect(await cameTo(cache.fetch('k'))).toBe('old');
      expect(await cameTo(cache.fetch('k'))).toBe('old');
      expect([calls.length, calls[0]?.staleValue]).toEqual([1, 'old']);
      clock.now += 1;
      const waiting = cache.fetch('k');
      expect(await cameTo(waiting)).toBe('pending');
      calls[0]?.resolve('new');
      expect(await cameTo(waiting)).toBe('new');
      expect([calls.length, contentsOf(cache)]).toEqual([1, 'k=new']);
    });

    it('keeps the stale entry for so long from get, purges and failures', async () => {
      const { cache, calls, clock, told } = openBench(open(), { staleWhileRevalidate: 5 });
      cache.set('k', 'old');
      clock.now += 15;
      expect([cache.get('k'), cache.has('k'), cache.purgeStale()]).toEqual([
        ...[undefined, false, false],
      ]);
      expect(await cameTo(cache.fetch('k'))).toBe('old');
      calls[0]?.reject(new Error('no'));
      await drain();
      expect(contentsOf(cache)).toBe('k=old');
      expect(await cameTo(cache.fetch('k', { staleWhileRevalidate: 0 }))).toBe('pending');
      calls[1]?.reject(new Error('no'));
      await drain();
      expect(contentsOf(cache)).toBe('k=old');
      clock.now += 1;
      expect([cache.purgeStale(), contentsOf(cache)]).toEqual([true, '']);
      expect(told).toEqual(['add k old', 'expire k old']);
      cache.set('k', 'old');
      clock.now += 16;
      expect([cache.get('k'), cache.size]).toEqual([undefined, 0]);
    });

    it('is for no forceRefresh, and its load for no signal', async () => {
      const { cache, calls, clock } = openBench(open(), { staleWhileRevalidate: 5 });
      cache.set('k', 'old');
      clock.now += 11;
      const controller = new AbortController();
      expect(await cameTo(cache.fetch('k', { signal: controller.signal }))).toBe('old');
      controller.abort();
      expect(calls[0]?.signal.aborted).toBe(false);
      const forced = cache.fetch('k', { forceRefresh: true });
      expect(await cameTo(forced)).toBe('pending');
      calls[0]?.resolve('new');
      expect(await cameTo(forced)).toBe('new');
    });

    it('is reported as a stale value, and what is joined as in flight', async () => {
      const { cache, clock } = openBench(open(), { staleWhileRevalidate: 5, recordStats: true });
      cache.set('k', 'old');
      clock.now += 11;
      const statuses: LRUCache.Status<string, unknown>[] = [{}, {}];
      for (const status of statuses) await cache.fetch('k', { status });
      expect(statuses.map(({ fetch, returnedStale }) => [fetch, returnedStale])).toEqual([
        ...[
          ['stale', true],
          ['inflight', true],
        ],
      ]);
      expect(cache.stats()).toMatchObject({ hits: 0, misses: 2, loads: 1 });
    });

    it('may be given per call, and be without an end', async () => {
      const { cache, clock } = openBench(open());
      cache.set('k', 'old');
      clock.now += 1e6;
      const given = { staleWhileRevalidate: Number.POSITIVE_INFINITY };
      expect(await cameTo(cache.fetch('k', given))).toBe('old');
    });
  });

  describe('staleIfError', () => {
    it('gives the stale value if loading fails before its end, and keeps it', async () => {
      const { cache, last, clock } = openBench(open(), { staleIfError: 20 });
      cache.set('k', 'old');
      clock.now += 11;
      const first = cache.fetch('k');
      clock.now += 19;
      last().reject(new Error('no'));
      expect([await cameTo(first), contentsOf(cache)]).toEqual(['old', 'k=old']);
      const second = cache.fetch('k');
      clock.now += 1;
      last().reject(new Error('no'));
      expect([await cameTo(second), contentsOf(cache)]).toEqual(['error no', '']);
    });

    it('is no answer to an abort, but keeps the entry', async () => {
      const { cache, clock } = openBench(open(), { staleIfError: 20 });
      cache.set('k', 'old');
      clock.now += 11;
      const controller = new AbortController();
      const waiting = cache.fetch('k', { signal: controller.signal });
      controller.abort(new Error('stop'));
      expect([await cameTo(waiting), contentsOf(cache)]).toEqual(['error stop', 'k=old']);
    });

    it('is for a forced refresh of a fresh value, and of one without a ttl', async () => {
      for (const ttl of [10, 0]) {
        const { cache, last } = openBench(open(), { staleIfError: 1, ttl });
        cache.set('k', 'old');
        const waiting = cache.fetch('k', { forceRefresh: true });
        last().reject(new Error('no'));
        expect([await cameTo(waiting), contentsOf(cache)]).toEqual(['old', 'k=old']);
        const absent = cache.fetch('absent');
        last().reject(new Error('no'));
        expect(await cameTo(absent)).toBe('error no');
      }
    });

    it('loses no failure to a clock that fails', async () => {
      let isBroken = false;
      const { cache, last } = openBench(open(), {
        staleIfError: 20,
        perf: { now: () => (isBroken ? Number.NaN : 1) },
      });
      cache.set('k', 'old');
      const waiting = cache.fetch('k', { forceRefresh: true });
      isBroken = true;
      last().reject(new Error('no'));
      expect(await cameTo(waiting)).toBe('error no');
    });
  });

  describe('refreshAhead', () => {
    it('loads once in the last part of the ttl, and gives the value that is there', async () => {
      const { cache, calls, clock } = openBench(open(), { refreshAhead: 0.2 });
      cache.set('k', 'old');
      clock.now += 7;
      expect(await cameTo(cache.fetch('k'))).toBe('old');
      expect(calls).toHaveLength(0);
      clock.now += 1;
      for (let i = 0; i < 3; i++) expect(await cameTo(cache.fetch('k'))).toBe('old');
      expect(calls).toHaveLength(1);
      calls[0]?.resolve('new');
      await drain();
      expect(await cameTo(cache.fetch('k'))).toBe('new');
      expect([calls.length, cache.getRemainingTTL('k')]).toEqual([1, 10]);
    });

    it('leaves the value there if it fails, or its caller is gone', async () => {
      const { cache, calls, clock } = openBench(open(), { refreshAhead: 0.5 });
      cache.set('k', 'old');
      clock.now += 5;
      const controller = new AbortController();
      await cache.fetch('k', { signal: controller.signal });
      controller.abort();
      expect(calls[0]?.signal.aborted).toBe(false);
      calls[0]?.reject(new Error('no'));
      await drain();
      expect([cache.get('k'), cache.getRemainingTTL('k')]).toEqual(['old', 5]);
    });

    it('counts a hit, reports one, and looks at the age before it is renewed', async () => {
      const { cache, calls, clock } = openBench(open(), {
        ...{ refreshAhead: 0.5, updateAgeOnGet: true, recordStats: true },
      });
      cache.set('k', 'old');
      clock.now += 5;
      const status: LRUCache.Status<string, unknown> = {};
      await cache.fetch('k', { status });
      expect([status.fetch, status.fetchDispatched, calls.length]).toEqual(['hit', true, 1]);
      expect(cache.stats()).toMatchObject({ hits: 1, misses: 0, loads: 1 });
      expect(cache.getRemainingTTL('k')).toBe(10);
    });

    it('is nothing to a value without a ttl', async () => {
      const { cache, calls, clock } = openBench(open(), { refreshAhead: 0.5, ttl: 0 });
      cache.set('k', 'old').set('other', 1, { ttl: 5 });
      clock.now += 1000;
      expect([await cameTo(cache.fetch('k')), calls.length]).toEqual(['old', 0]);
    });
  });

  describe('maxAge', () => {
    const openAged = (given: object) => {
      const clock = { now: 1000 };
      const cache = openCache<string, number>(open(), {
        ...{ max: 3, ttl: 10, maxAge: 25, ttlResolution: 0, perf: { now: () => clock.now } },
        ...given,
      });
      return { cache, clock };
    };

    it('ends what use renews', () => {
      for (const given of [{ updateAgeOnGet: true }, { updateAgeOnHas: true }]) {
        for (const sized of [{}, { maxSize: 10, sizeCalculation: () => 2 }]) {
          const { cache, clock } = openAged({ ...given, ...sized });
          const use = () => ('updateAgeOnGet' in given ? cache.get('k') === 1 : cache.has('k'));
          cache.set('k', 1);
          const left: number[] = [];
          for (let i = 0; i < 4; i++) {
            expect(use()).toBe(true);
            left.push(cache.getRemainingTTL('k'));
            clock.now += 8;
          }
          expect(left).toEqual([10, 10, 9, 1]);
          expect([use(), cache.calculatedSize % 2]).toEqual([false, 0]);
          // At the very end of its time it is fresh, and is not renewed for ever.
          cache.set('k', 1);
          for (const ms of [10, 10, 5]) {
            clock.now += ms;
            expect(use()).toBe(true);
          }
          clock.now += 1;
          expect(use()).toBe(false);
        }
      }
    });

    it('is the ttl of what has none or a longer one, and begins with each value', () => {
      const { cache, clock } = openAged({ ttl: 0 });
      cache.set('a', 1).set('b', 1, { ttl: 99 }).set('c', 1, { ttl: 3 });
      const left = () => ['a', 'b', 'c'].map((key) => cache.getRemainingTTL(key));
      expect(left()).toEqual([25, 25, 3]);
      clock.now += 3;
      cache.set('a', 2);
      expect(left()).toEqual([25, 22, 0]);
    });

    it('counts on in a cache that loads a dump', () => {
      const [from, to] = [openAged({ updateAgeOnGet: true }), openAged({ updateAgeOnGet: true })];
      from.cache.set('k', 1);
      for (let i = 0; i < 2; i++) {
        from.clock.now += 9;
        from.cache.get('k');
      }
      to.cache.load(JSON.parse(JSON.stringify(from.cache.dump())));
      to.clock.now += 6;
      to.cache.get('k');
      // A millisecond, since a dump has whole ones.
      expect(to.cache.getRemainingTTL('k')).toBeGreaterThanOrEqual(0);
      expect(to.cache.getRemainingTTL('k')).toBeLessThanOrEqual(2);
    });
  });

  describe('ttlCalculation', () => {
    it('gives each value its ttl, unless the call does', async () => {
      const asked: unknown[] = [];
      const { cache, last, clock } = openBench(open(), {
        ttlCalculation: (value, key) => {
          asked.push([value, key]);
          return typeof value === 'number' ? value : undefined;
        },
      });
      cache.set('a', 3).set('b', 'x').set('c', 0);
      expect(['a', 'b', 'c'].map((key) => cache.getRemainingTTL(key))).toEqual([
        ...[3, 10, Number.POSITIVE_INFINITY],
      ]);
      cache.set('a', 3, { ttl: 50 });
      expect(asked).toEqual([
        ...[
          [3, 'a'],
          ['x', 'b'],
          [0, 'c'],
        ],
      ]);
      clock.now += 1;
      const waiting = cache.fetch('d');
      last().resolve(7);
      await waiting;
      expect(cache.getRemainingTTL('d')).toBe(7);
    });

    it('changes nothing if it throws, or returns no ttl', () => {
      const results: unknown[] = ['5', Number.NaN, null];
      const { cache } = openBench(open(), {
        ttlCalculation: () => {
          if (results.length === 0) throw new Error('no ttl');
          return results.shift() as number;
        },
      });
      cache.set('a', 'x', { ttl: 5 });
      const codes = [0, 1].map(() => codeOf(() => cache.set('a', 'y')));
      expect(codes).toEqual(['INVALID_TTL', 'INVALID_TTL']);
      expect(cache.set('b', 'z').getRemainingTTL('b')).toBe(10);
      expect(() => cache.set('a', 'y')).toThrow('no ttl');
      expect(contentsOf(cache)).toBe('a=x b=z');
    });
  });

  describe('loadTimeout', () => {
    let host: SimulatedHost | undefined;
    afterEach(() => void vi.unstubAllGlobals());

    it('ends a load that takes too long, by a timer, whatever is ignored', async () => {
      host = new SimulatedHost().install();
      const { cache, last } = openBench(open(), { loadTimeout: 100, ignoreFetchAbort: true });
      const waiting = cache.fetch('k');
      const { signal, resolve } = last();
      host.pass(99);
      expect(await cameTo(waiting)).toBe('pending');
      host.pass(1);
      expect(await cameTo(waiting)).toBe('error FETCH_TIMEOUT');
      expect(signal.reason).toMatchObject({ code: 'FETCH_TIMEOUT' });
      resolve('late');
      await drain();
      expect([contentsOf(cache), host.timers]).toEqual(['', 0]);
      const second = cache.fetch('k', { loadTimeout: 0 });
      expect(host.timers).toBe(0);
      last().resolve('new');
      expect(await cameTo(second)).toBe('new');
    });

    it('leaves no timer when a load ends', async () => {
      host = new SimulatedHost().install();
      const { cache, last } = openBench(open(), { loadTimeout: 100 });
      const waiting = cache.fetch('k');
      expect(host.timers).toBe(1);
      last().resolve(1);
      await waiting;
      expect(host.timers).toBe(0);
    });

    it('lets nobody join a load that is overdue, though its timer was lost', async () => {
      for (const staleIfError of [0, 1000]) {
        const { cache, calls, clock } = openBench(open(), { loadTimeout: 1e9, staleIfError });
        cache.set('k', 'old');
        clock.now += 11;
        const first = cache.fetch('k');
        clock.now += 1e9;
        const joined = cache.fetch('k');
        expect(calls).toHaveLength(1);
        clock.now += 1;
        const second = cache.fetch('k', { forceRefresh: true });
        expect([calls.length, calls[0]?.signal.aborted]).toEqual([2, true]);
        const came = ['error FETCH_TIMEOUT', 'error FETCH_TIMEOUT'];
        expect(await Promise.all([first, joined].map(cameTo))).toEqual(came);
        calls[1]?.resolve('new');
        expect(await cameTo(second)).toBe('new');
      }
    });

    it('is an error to staleIfError', async () => {
      const { cache, clock } = openBench(open(), { loadTimeout: 1e6, staleIfError: 1e9 });
      cache.set('k', 'old');
      clock.now += 11;
      const first = cache.fetch('k');
      clock.now += 1e6 + 1;
      void cache.fetch('k');
      expect([await cameTo(first), contentsOf(cache)]).toEqual(['old', 'k=old']);
    });
  });

  describe('waitUntil', () => {
    it('is told of every load, whose end its promise waits for, and of nothing else', async () => {
      const told: Promise<void>[] = [];
      const { cache, calls, clock } = openBench(open(), {
        ...{ staleWhileRevalidate: 5, waitUntil: (promise) => told.push(promise) },
      });
      const first = cache.fetch('k');
      first.catch(() => {});
      void cache.fetch('k').catch(() => {});
      expect([told.length, await cameTo(told[0] as Promise<void>)]).toEqual([1, 'pending']);
      calls[0]?.reject(new Error('no'));
      expect([await cameTo(first), await cameTo(told[0] as Promise<void>)]).toEqual([
        'error no',
        undefined,
      ]);
      cache.set('k', 'old');
      await cache.fetch('k');
      expect(told).toHaveLength(1);
      clock.now += 11;
      const own: Promise<void>[] = [];
      await cache.fetch('k', { waitUntil: (promise) => own.push(promise) });
      expect([told.length, own.length]).toEqual([1, 1]);
      cache.set('k', 'set');
      expect(await cameTo(own[0] as Promise<void>)).toBe(undefined);
    });

    it('that throws rejects the call, and the next begins anew', async () => {
      let isBroken = true;
      const { cache, last } = openBench(open(), {
        waitUntil: () => {
          if (isBroken) throw new Error('no context');
        },
      });
      expect(await cameTo(cache.fetch('k'))).toBe('error no context');
      isBroken = false;
      const waiting = cache.fetch('k');
      last().resolve(1);
      expect(await cameTo(waiting)).toBe(1);
    });
  });
});

describe('a memoized function', () => {
  it('has what a cache has', async () => {
    const clock = { now: 0 };
    let runs = 0;
    const told: Promise<void>[] = [];
    const find = memoize(async (_: string) => ++runs, {
      ...{ ttl: 10, ttlResolution: 0, perf: { now: () => clock.now }, staleWhileRevalidate: 5 },
      ...{ maxAge: 100, waitUntil: (promise) => told.push(promise), negativeTtl: 3 },
      ttlCalculation: (result, key) => (key === '["b"]' || result > 5 ? 1 : undefined),
    });
    expect(await find('a')).toBe(1);
    clock.now += 15;
    expect(await find('a')).toBe(1);
    await drain();
    expect(await find('a')).toBe(2);
    clock.now += 16;
    expect(await find('a')).toBe(3);
    expect(told).toHaveLength(3);
  });

  it('that fails gives its result for as long as staleIfError says', async () => {
    const clock = { now: 0 };
    let runs = 0;
    const find = memoize(
      async () => {
        runs += 1;
        if (runs > 1) throw new Error('no');
        return runs;
      },
      { ttl: 10, ttlResolution: 0, perf: { now: () => clock.now }, staleIfError: 5 },
    );
    expect(await find()).toBe(1);
    clock.now += 15;
    expect(await find()).toBe(1);
    clock.now += 1;
    expect(await cameTo(find())).toBe('error no');
  });
});

describe('ttlAutopurge', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('purges an entry when its window ends', () => {
    const host = new SimulatedHost().install();
    const cache = new LRUCache<string, number>({
      ...{ max: 5, ttl: 100, ttlAutopurge: true, staleIfError: 50 },
    });
    cache.set('a', 1);
    host.pass(150);
    expect([cache.has('a'), cache.size]).toEqual([false, 1]);
    host.pass(2);
    expect(cache.size).toBe(0);
  });
});
