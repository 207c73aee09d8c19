// Loads that fail, and user code that fails them: loaders, callbacks, sizes, clocks, reports.
//
// Whoever waits for a load hears of it; where nobody waits, nothing is unhandled; and the key can
// be loaded again.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { plainCases } from '../support/engines.js';
import { thenable } from './thenable.js';
import {
  type Bench,
  cameTo,
  contentsOf,
  drain,
  expectNothingUnhandled,
  openBench,
  openStale,
} from './tools.js';

type FetchOptions = LRUCache.FetchOptions<string, unknown, unknown>;
type Cache = LRUCache<string, unknown>;

expectNothingUnhandled();

const fail = (message = 'no'): never => {
  throw new Error(message);
};

describe.each(plainCases)('$name', ({ open }) => {
  const failures: [name: string, load: () => unknown][] = [
    ['rejects', () => Promise.reject(new Error('no'))],
    ['throws', () => fail()],
    ['returns a thenable that rejects', () => thenable((_, reject) => reject(new Error('no')))],
    ['returns a thenable that throws', () => thenable(() => fail())],
    [
      'returns a thenable that calls back twice',
      () =>
        thenable((resolve, reject) => {
          reject(new Error('no'));
          resolve('v');
          reject(new Error('twice'));
        }),
    ],
    [
      'returns an object whose then cannot be read',
      () => Object.defineProperty({}, 'then', { get: () => fail() }),
    ],
  ];
  it.each(failures)('fails when the loader %s, for all who wait', async (_, load) => {
    let calls = 0;
    const fetchMethod = () => (++calls === 1 ? load() : 'again');
    const { cache, told } = openStale(open(), { fetchMethod });
    const promises = [cache.fetch('k'), cache.fetch('k'), cache.forceFetch('k')];
    expect(await Promise.all(promises.map(cameTo))).toEqual(Array(3).fill('error no'));
    expect(told).toEqual(['fetch k old']);
    expect(calls).toBe(1);
    expect(await cameTo(cache.fetch('k'))).toBe('again');
  });

  const refreshes: [name: string, options: FetchOptions, came: unknown, contents: string][] = [
    ['nothing', {}, 'error no', ''],
    ['noDeleteOnFetchRejection', { noDeleteOnFetchRejection: true }, 'error no', 'k=old'],
    ['allowStaleOnFetchRejection', { allowStaleOnFetchRejection: true }, 'old', 'k=old'],
    ['allowStaleOnFetchAbort', { allowStaleOnFetchAbort: true }, 'error no', ''],
    ['ignoreFetchAbort', { ignoreFetchAbort: true }, 'error no', ''],
    ['allowStale', { allowStale: true }, 'old', ''],
  ];
  it.each(refreshes)('fails a refresh with %s', async (_, options, came, contents) => {
    const ways: [defaults: object, given: FetchOptions][] = [
      [options, {}],
      [{}, options],
    ];
    for (const [defaults, given] of ways) {
      const { cache, told, last } = openStale(open(), defaults);
      const promise = cameTo(cache.fetch('k', given));
      last().reject(new Error('no'));
      expect(await promise).toBe(came);
      expect(contentsOf(cache)).toBe(contents);
      expect(told).toEqual(contents === '' ? ['fetch k old'] : []);
    }
  });

  it('lets the loader say what becomes of its failure', async () => {
    const { cache, last } = openStale(open());
    const promise = cameTo(cache.fetch('k'));
    last().options.allowStaleOnFetchRejection = true;
    last().reject(new Error('no'));
    expect(await promise).toBe('old');
  });

  it('gives undefined with allowStaleOnFetchRejection where there is nothing stale', async () => {
    const { cache, last } = openBench(open(), { allowStaleOnFetchRejection: true });
    const promises = [cache.fetch('k'), cache.forceFetch('k')].map(cameTo);
    last().reject(new Error('no'));
    expect(await Promise.all(promises)).toEqual([undefined, 'error FETCH_UNDEFINED']);
    expect(cache.size).toBe(0);
  });

  it('removes a fresh value, too, when the refresh that was forced fails', async () => {
    for (const value of ['v', Number.NaN, null]) {
      const { cache, told, last } = openBench(open());
      cache.set('k', value);
      const promise = cameTo(cache.fetch('k', { forceRefresh: true }));
      last().reject(new Error('no'));
      expect(await promise).toBe('error no');
      expect(told.at(-1)).toBe(`fetch k ${value}`);
      expect(cache.size).toBe(0);
    }
  });

  it('waits for a loader that never settles, and lets other keys alone', async () => {
    const { cache, calls } = openBench(open());
    const promise = cache.fetch('never');
    const other = cache.fetch('other');
    calls[1]?.resolve(1);
    expect(await cameTo(other)).toBe(1);
    expect(await cameTo(promise)).toBe('pending');
    cache.delete('never');
    expect(await cameTo(promise)).toBe('error FETCH_DELETED');
  });

  it('hands what a callback throws when a result is stored to who waits', async () => {
    for (const name of ['dispose', 'onInsert', 'disposeAfter'] as const) {
      let isArmed = false;
      const { cache, last } = openStale(open(), {
        [name]: () => {
          if (isArmed) fail(name);
        },
      });
      isArmed = true;
      const waiting = [cache.fetch('k', { allowStale: true }), cache.fetch('k')].map(cameTo);
      last().resolve('new');
      expect(await Promise.all(waiting)).toEqual(['old', `error ${name}`]);
      isArmed = false;
      expect(contentsOf(cache)).toBe('k=new');
      expect(await cameTo(cache.fetch('k'))).toBe('new');
    }
  });

  it('gives the stale value to who begins or joins a load, if allowStale is truthy', async () => {
    const { cache, last } = openStale(open());
    const allowStale = 1 as unknown as boolean;
    expect(await cache.fetch('k', { allowStale })).toBe('old');
    expect(await cache.fetch('k', { allowStale })).toBe('old');
    last().resolve('new');
    expect(await cameTo(cache.fetch('k', { allowStale: 0 as unknown as boolean }))).toBe('new');
  });

  it('hands what dispose throws when a stale value is dropped to who waits', async () => {
    const dispose = () => fail('dispose');
    const { cache, last } = openStale(open(), { dispose });
    const promise = cache.fetch('k');
    last().reject(new Error('no'));
    expect(await cameTo(promise)).toBe('error dispose');
    expect(cache.size).toBe(0);
    const aborted = cache
      .set('k', 1)
      .fetch('k', { forceRefresh: true, signal: AbortSignal.abort() });
    expect(await cameTo(aborted)).toBe('error dispose');
  });

  it('leaves all where nobody waits', async () => {
    const { cache, last } = openStale(open(), { dispose: () => fail(), onInsert: () => {} });
    await cache.fetch('k', { allowStale: true });
    last().reject(new Error('no'));
    await drain();
    expect(cache.size).toBe(0);
  });

  it('refuses a result of which the size is bad, and leaves what there was', async () => {
    const sizes: unknown[] = [0, -1, 1.5, undefined];
    for (const size of sizes) {
      const { cache, last } = openBench(open(), { maxSize: 9 });
      cache.set('k', 'old', { size: 1 });
      const promise = cache.fetch('k', { size, forceRefresh: true } as FetchOptions);
      last().resolve('new');
      expect(await cameTo(promise)).toBe('error INVALID_SIZE');
      expect(contentsOf(cache)).toBe('k=old');
    }
    const { cache, last } = openBench(open());
    const promise = cache.fetch('k', { size: 1 });
    last().resolve('new');
    expect(await cameTo(promise)).toBe('error INVALID_SIZE');
    expect(cache.size).toBe(0);
  });

  it('gives a result that is too large, and stores nothing', async () => {
    const { cache, last, told } = openStale(open(), { maxSize: 9, sizeCalculation: () => 1 });
    const status: LRUCache.Status<string, unknown> = {};
    const promise = cache.fetch('k', { size: 10, status });
    last().resolve('new');
    expect(await cameTo(promise)).toBe('new');
    expect(status).toMatchObject({ set: 'miss', maxEntrySizeExceeded: true });
    expect(told).toEqual(['set k old']);
  });

  it('refuses a ttl that the loader made nonsense of', async () => {
    const { cache, last } = openBench(open());
    const promise = cache.fetch('k');
    last().options.ttl = Number.NaN;
    last().resolve(1);
    expect(await cameTo(promise)).toBe('error INVALID_TTL');
    expect(cache.size).toBe(0);
  });

  it('survives a clock that throws: on a call, on storing a result, on timing a load', async () => {
    let isBroken = false;
    const perf = { now: () => (isBroken ? fail('clock') : 1000) };
    const { cache, calls, last } = openBench(open(), { perf, recordStats: true });
    cache.set('k', 'old');
    isBroken = true;
    expect(await cameTo(cache.fetch('k'))).toBe('error clock');
    expect(await cameTo(cache.fetch('absent'))).toBe('error clock');
    expect(calls).toEqual([]);
    isBroken = false;
    const stored = cache.fetch('a');
    isBroken = true;
    last().resolve(1);
    expect(await cameTo(stored)).toBe('error clock');
    isBroken = false;
    const failed = cache.fetch('a');
    isBroken = true;
    last().reject(new Error('no'));
    expect(await cameTo(failed)).toBe('error no');
    isBroken = false;
    const timed = cache.fetch('a');
    last().resolve(undefined);
    expect(await cameTo(timed)).toBe(undefined);
    expect(contentsOf(cache)).toBe('k=old');
  });

  it('loads once when the clock fetches the same key, at whichever reading', async () => {
    const READINGS = 2;
    for (let reading = 1; reading <= READINGS; reading++) {
      let left = reading;
      const inner: Promise<unknown>[] = [];
      const perf = {
        now: () => {
          left -= 1;
          if (left === 0) inner.push(bench.cache.fetch('k'));
          return 1000;
        },
      };
      const bench = openBench(open(), { perf, recordStats: true });
      const outer = bench.cache.fetch('k');
      expect([inner.length, bench.calls.length], `reading ${reading}`).toEqual([1, 1]);
      bench.last().resolve(1);
      expect([await cameTo(outer), await cameTo(inner[0] as Promise<unknown>)]).toEqual([1, 1]);
    }
  });

  it('counts no time for a load that is over before it is begun', async () => {
    const bench = openBench(open(), { recordStats: true });
    const ended = cameTo(bench.cache.fetch('k', { signal: AbortSignal.abort(new Error('no')) }));
    expect([await ended, bench.cache.stats().totalLoadTimeMs]).toEqual(['error no', 0]);
  });

  const reports: [name: string, act: (bench: Bench) => void, spoil: (status: object) => void][] = [
    ['a result', ({ last }) => last().resolve(1), Object.freeze],
    ['a failure', ({ last }) => last().reject(new Error('no')), Object.freeze],
    ['an abort', ({ cache }) => cache.delete('k'), Object.freeze],
    [
      'an abort to the end',
      ({ cache }) => cache.delete('k'),
      (status) => Object.defineProperty(status, 'fetchError', { set: () => fail('status') }),
    ],
  ];
  it.each(reports)('survives a status that cannot be told of %s', async (name, act, spoil) => {
    // It is written when all is done: a result is stored by then, and the next fetch finds it.
    const next = name === 'a result' ? 1 : 'again';
    const bench = openBench(open());
    const { cache, calls } = bench;
    const status = {};
    const promise = cache.fetch('k', { status });
    spoil(status);
    act(bench);
    expect(await cameTo(promise)).toMatch(/^error (Cannot add property|status)/);
    const again = cache.fetch('k');
    const [first, second] = calls;
    second?.resolve('again');
    expect(await cameTo(again)).toBe(next);
    const reported = { ...status };
    first?.resolve('late');
    await drain();
    expect(status).toEqual(reported);
    expect(cache.get('k')).toBe(next);
  });

  it('rejects where a load cannot even begin, and begins it the next time', async () => {
    const { cache, calls, last } = openBench(open());
    for (const signal of [
      {},
      'signal',
      { aborted: false, addEventListener: () => fail('listen') },
    ]) {
      const promise = cache.fetch('k', { signal: signal as never });
      expect(await cameTo(promise)).toMatch(/^error (.*not a function|listen)/);
    }
    const status = Object.defineProperty({}, 'fetchDispatched', { set: () => fail('status') });
    expect(await cameTo(cache.fetch('k', { status }))).toBe('error status');
    expect(calls).toEqual([]);
    const promise = cache.fetch('k', { signal: null as never });
    last().resolve(1);
    expect(await cameTo(promise)).toBe(1);
  });

  it('rejects where a load was replaced before it began, and leaves the other alone', async () => {
    const { cache, calls } = openBench(open());
    let other: Promise<unknown> | undefined;
    const signal = {
      aborted: false,
      addEventListener: () => {
        cache.delete('k');
        other = cache.fetch('k');
        fail('listen');
      },
    };
    expect(await cameTo(cache.fetch('k', { signal: signal as never }))).toMatch(/^error/);
    const shared = cache.fetch('k');
    expect(calls.length).toBe(1);
    calls[0]?.resolve('v');
    expect(await Promise.all([other, shared])).toEqual(['v', 'v']);
  });

  it('throws nothing at who calls it', async () => {
    const { cache } = openBench(open(), { fetchMethod: () => fail() });
    const options = Object.defineProperty({}, 'ttl', { get: () => fail('ttl') });
    expect(await cameTo(cache.fetch('k', options))).toBe('error ttl');
    expect(await cameTo(cache.forceFetch('k', options))).toBe('error ttl');
    cache[Symbol.dispose]();
    for (const forceRefresh of [false, true]) {
      expect(await cameTo(cache.fetch('k', { forceRefresh }))).toBe('error DISPOSED');
    }
  });

  const innocent: [name: string, act: (cache: Cache) => unknown, contents: string][] = [
    ['gets', (cache) => cache.get('k'), 'a=1 k=v'],
    ['sets others', (cache) => cache.set('b', 2), 'a=1 b=2 k=v'],
    ['deletes others', (cache) => cache.delete('a'), 'k=v'],
    ['fetches others', (cache) => cache.fetch('b'), 'a=1 b=v k=v'],
    ['pops', (cache) => cache.pop(), 'k=v'],
  ];
  it.each(innocent)('may be called by a loader that %s', async (_, act, contents) => {
    const bench = openBench(open(), {
      fetchMethod: (key) => {
        if (key === 'k') act(bench.cache);
        return 'v';
      },
    });
    bench.cache.set('a', 1);
    expect(await cameTo(bench.cache.fetch('k'))).toBe('v');
    expect(contentsOf(bench.cache)).toBe(contents);
  });

  const guilty: [name: string, act: (cache: Cache) => unknown, came: string, contents: string][] = [
    ['sets it', (cache) => cache.set('k', 'set'), 'error FETCH_REPLACED', 'a=1 k=set'],
    ['deletes it', (cache) => cache.delete('k'), 'error FETCH_DELETED', 'a=1'],
    ['clears', (cache) => cache.clear(), 'error FETCH_DELETED', ''],
  ];
  it.each(guilty)('ends when the loader of a key %s', async (_, act, came, contents) => {
    const bench = openBench(open(), {
      fetchMethod: () => {
        act(bench.cache);
        return 'v';
      },
    });
    bench.cache.set('a', 1);
    expect(await cameTo(bench.cache.fetch('k'))).toBe(came);
    expect(contentsOf(bench.cache)).toBe(contents);
  });

  it('refuses a loader that fetches the key it is to load, before it returns', async () => {
    const inner: Promise<unknown>[] = [];
    let later: Promise<unknown> | undefined;
    const { cache } = openBench(open(), {
      fetchMethod: async (key) => {
        inner.push(cameTo(cache.fetch(key)), cameTo(cache.forceFetch(key, { allowStale: true })));
        await undefined;
        later = cache.fetch(key);
        return 'v';
      },
    });
    expect(await cameTo(cache.fetch('k'))).toBe('v');
    expect(await Promise.all(inner)).toEqual(['error FETCH_LOOP', 'error FETCH_LOOP']);
    expect(await later).toBe('v');
  });
});
