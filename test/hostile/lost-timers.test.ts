// Hosts that lose timers, or do with them what no host should: readings end, and purges come.
//
// Row E9 of docs/reliability.md, K3 of clock.ts, P3 of autopurge.ts. Time passes by hand.
// A worker forgets its timers when a request ends; a job is what runs at once.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LRUCache } from '../../src/api/lru.js';
import type { Perf } from '../../src/common/types.js';
import { HandClock } from '../support/hand-clock.js';
import { SimulatedHost } from '../support/simulated-host.js';

const TTL = 500;
const PAUSE_MS = 2000;
const SIZE = 1000;

type Cache = LRUCache<string | number, number>;
type Told = [key: unknown, reason: string];

let host: SimulatedHost;

beforeEach(() => {
  host = new SimulatedHost().install();
});
afterEach(() => void vi.unstubAllGlobals());

/** Ends the job, and what comes of it at once. */
const jobEnd = () => Promise.resolve().then(() => {});

/** How many reactions to promises something asks for. */
function reactionsOf(run: () => void): number {
  const { then } = Promise.prototype;
  let count = 0;
  function counting(this: Promise<unknown>, ...args: Parameters<typeof then>): unknown {
    count += 1;
    return then.apply(this, args);
  }
  Reflect.set(Promise.prototype, 'then', counting);
  try {
    run();
  } finally {
    Reflect.set(Promise.prototype, 'then', then);
  }
  return count;
}

/** A request to a worker, and the pause until the next one. */
async function request<T>(run: () => T): Promise<T> {
  const answer = run();
  await jobEnd();
  host.dropTimers();
  host.pass(PAUSE_MS);
  return answer;
}

function openPurging(given: { perf?: Perf; dispose?: () => void } = {}) {
  const told: Told[] = [];
  const cache: Cache = new LRUCache({
    ...{ max: 2 * SIZE, ttl: TTL, ttlAutopurge: true },
    ...given,
    dispose: (_, key, reason) => {
      told.push([key, reason]);
      given.dispose?.();
    },
  });
  return { cache, told };
}

describe('in a worker, which forgets timers', () => {
  it('no request sees an entry that got stale between two', async () => {
    const cache: Cache = new LRUCache({ max: 5, ttl: TTL });
    for (let i = 0; i < 100; i++) {
      expect(await request(() => cache.get('a'))).toBeUndefined();
      expect(await request(() => cache.set('a', i).get('a'))).toBe(i);
    }
  });

  it.each(['has', 'peek', 'getRemainingTTL', 'size of keys'] as const)(
    'nor does a look by %s',
    async (name) => {
      const cache: Cache = new LRUCache({ max: 5, ttl: TTL, ttlResolution: 1e6 });
      const look = () => (name === 'size of keys' ? [...cache.keys()].length : cache[name]('a'));
      await request(() => [cache.set('a', 1), look()]);
      const seen = await request(look);
      expect(seen === undefined || Number(seen) <= 0).toBe(true);
    },
  );

  it('the autopurge comes when the request ends that looks at the clock', async () => {
    const { cache, told } = openPurging();
    for (let i = 0; i < 3; i++) {
      await request(() => cache.set(i, i).set('ever', 0, { ttl: 0 }));
      expect(cache.size).toBe(2);
      expect(await request(() => cache.has('x'))).toBe(false);
      expect([cache.size, told.at(-1)]).toEqual([1, [i, 'expire']]);
    }
  });

  it('what the autopurge throws then does not end it', async () => {
    const failure = new Error('dispose');
    const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve));
    let isFailing = true;
    const { cache, told } = openPurging({
      dispose: () => {
        if (isFailing) throw failure;
      },
    });
    await request(() => cache.set('a', 1));
    await request(() => cache.has('x'));
    expect(await unhandled).toBe(failure);
    isFailing = false;
    await request(() => cache.set('b', 2));
    await request(() => cache.has('x'));
    expect(told.map(([key]) => key)).toEqual(['a', 'b']);
  });

  it('an overdue purge is for a cache that still wants one', async () => {
    for (const change of [
      (cache: Cache) => void Object.assign(cache, { ttlAutopurge: false }),
      (cache: Cache) => cache.clear(),
      (cache: Cache) => cache[Symbol.dispose](),
    ]) {
      const { cache, told } = openPurging();
      await request(() => cache.set('a', 1));
      cache.has('x');
      change(cache);
      const { length } = told;
      await jobEnd();
      expect([told.length, host.timers]).toEqual([length, 1]);
      host.dropTimers();
    }
  });

  it('a purge is not overdue while its timer is on time, or a little late', async () => {
    const { cache } = openPurging();
    cache.set('a', 1);
    host.dropTimers();
    host.time += TTL + 1 + 1000;
    cache.has('x');
    await jobEnd();
    expect(cache.size).toBe(1);
    host.time += 1;
    cache.has('x');
    await jobEnd();
    expect(cache.size).toBe(0);
  });
});

describe('a reading of the clock', () => {
  function openCounted(ttlResolution = 1000) {
    const perf = new HandClock(0);
    const cache: Cache = new LRUCache({ max: 5, ttl: 1e9, perf, ttlResolution });
    cache.set('a', 1);
    perf.reads = 0;
    return { cache, perf };
  }

  it('is used again within a job, and not in the next', async () => {
    const { cache, perf } = openCounted();
    for (let job = 1; job < 10; job++) {
      for (let use = 0; use < 10; use++) cache.get('a');
      expect(perf.reads).toBe(job);
      await jobEnd();
    }
  });

  it('is not kept for a while, once jobs were seen to use it once', async () => {
    const { cache, perf } = openCounted();
    const jobs = 90;
    let microtasks = 0;
    for (let job = 0; job < jobs; job++) {
      microtasks += reactionsOf(() => cache.get('a'));
      await null;
    }
    expect([perf.reads, microtasks]).toEqual([jobs, jobs / 9]);
    for (let use = 0; use < 100; use++) cache.get('a');
    expect(perf.reads).toBeLessThan(jobs + 12);
  });

  it('costs one microtask a job and one timer a resolution, at most', async () => {
    const setTimer = vi.spyOn(globalThis, 'setTimeout');
    const { cache } = openCounted(10);
    const use = () => {
      for (let i = 0; i < 6400; i++) cache.get('a');
    };
    expect([reactionsOf(use), setTimer.mock.calls.length]).toEqual([1, 1]);
    await jobEnd();
    host.pass(10);
    use();
    expect(setTimer.mock.calls.length).toBe(2);
  });

  it('has its timer set again when it is long overdue', () => {
    const { cache, perf } = openCounted(10);
    const get = () => {
      for (let use = 0; use < 65; use++) cache.get('a');
    };
    get();
    host.dropTimers();
    perf.pass(1010);
    get();
    expect(host.timers).toBe(0);
    perf.pass(1);
    get();
    expect(host.timers).toBe(1);
  });
});

describe('a host', () => {
  it('that refuses timers is asked again as time passes, and not for every set', async () => {
    let asked = 0;
    vi.stubGlobal('setTimeout', () => {
      asked += 1;
      throw new Error('not at top level');
    });
    const { cache } = openPurging();
    for (let i = 0; i < SIZE; i++) cache.set(i, i);
    expect(asked).toBe(1);
    host.time += 1;
    cache.set('b', 1).set('c', 1);
    expect(asked).toBe(2);
    host.time += TTL + 1002;
    cache.has('x');
    await jobEnd();
    expect(cache.size).toBe(0);
  });

  it.each([
    ['without setTimeout', undefined],
    ['whose setTimeout gives nothing', () => {}],
  ])('%s purges when it is looked at', async (_, setTimeout) => {
    vi.stubGlobal('setTimeout', setTimeout);
    const { cache } = openPurging();
    cache.set('a', 1);
    expect(cache.get('a')).toBe(1);
    host.time += TTL + 1002;
    expect(cache.get('x')).toBeUndefined();
    await jobEnd();
    expect(cache.size).toBe(0);
  });

  it('that calls at once what it should call later does no harm', async () => {
    vi.stubGlobal('setTimeout', (run: () => void) => {
      run();
      return 1;
    });
    const { cache, told } = openPurging();
    for (let i = 0; i < 10; i++) expect(cache.set(i, i, { ttl: TTL - i }).get(i)).toBe(i);
    expect(told).toEqual([]);
    host.time += TTL + 1002;
    expect(cache.get(0)).toBeUndefined();
    await jobEnd();
    expect(cache.size).toBe(0);
  });

  it.each([
    ['whose unref throws', { unref: () => expect.fail('no') }, () => {}],
    ['without clearTimeout', 5, undefined],
  ])('%s is served', (_, handle, clearTimeout) => {
    vi.stubGlobal('setTimeout', () => handle);
    vi.stubGlobal('clearTimeout', clearTimeout);
    const { cache } = openPurging();
    cache.set('a', 1).set('b', 2, { ttl: 10 });
    expect([cache.get('a'), cache.get('b')]).toEqual([1, 2]);
    cache.clear();
    expect(cache.size).toBe(0);
  });

  it('whose timers go off although they were taken back does no harm', () => {
    const run: (() => void)[] = [];
    vi.stubGlobal('setTimeout', (call: () => void) => run.push(call));
    const { cache, told } = openPurging();
    cache.set('a', 1);
    cache.set('b', 2, { ttl: 10 });
    cache.set('c', 3, { ttl: 0 });
    host.time += 11;
    // The first one, which the second took the place of.
    run[0]?.();
    expect(told).toEqual([]);
    run[1]?.();
    expect(told).toEqual([['b', 'expire']]);
  });
});
