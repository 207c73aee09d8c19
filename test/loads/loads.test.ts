// What `fetch` and `forceFetch` do with a loader that gives a value: each rule and option once.
//
// Loaders that fail, aborts and hostile code are in loads/failure.test.ts and loads/abort.test.ts.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases } from '../support/engines.js';
import { thenable } from './thenable.js';
import {
  cameTo,
  contentsOf,
  drain,
  expectNothingUnhandled,
  openBench,
  openStale,
} from './tools.js';

type FetchOptions = LRUCache.FetchOptions<string, unknown, unknown>;

expectNothingUnhandled();

describe.each(plainCases)('$name', ({ open }) => {
  it('loads a key that is absent, stores it, and does not load it again', async () => {
    const { cache, calls, told, last } = openBench(open());
    const promise = cache.fetch('k');
    expect(await cameTo(promise)).toBe('pending');
    last().resolve(1);
    expect(await cameTo(promise)).toBe(1);
    expect(await cameTo(cache.fetch('k'))).toBe(1);
    expect(cache.get('k')).toBe(1);
    expect(calls).toHaveLength(1);
    expect(told).toStrictEqual(['add k 1']);
  });

  it('calls fetchMethod on the cache with key, stale value, signal, options, context', async () => {
    const { cache, last } = openStale(open(), { noUpdateTTL: true, ignoreFetchAbort: true });
    const context = { of: 'the call' };
    const promise = cache.fetch('k', { context, ttl: 5, noDisposeOnSet: true });
    const call = last();
    expect(call.self).toBe(cache);
    expect([call.key, call.staleValue, call.context]).toStrictEqual(['k', 'old', context]);
    expect(call.context).toBe(context);
    expect(call.signal).toBeInstanceOf(AbortSignal);
    expect(call.signal.aborted).toBe(false);
    expect(call.options).toStrictEqual({
      ...{ allowStale: false, updateAgeOnGet: false, noDeleteOnStaleGet: false },
      ...{ ttl: 5, noDisposeOnSet: true, size: 0, sizeCalculation: undefined, noUpdateTTL: true },
      ...{ noDeleteOnFetchRejection: false, allowStaleOnFetchRejection: false },
      ...{ allowStaleOnFetchAbort: false, ignoreFetchAbort: true },
    });
    call.resolve(1);
    await promise;
    void cache.fetch('other');
    expect(last().options).toMatchObject({ ttl: 10, noDisposeOnSet: false });
  });

  it('loads once for all who ask meanwhile, by the options of the first', async () => {
    const { cache, calls, last } = openBench(open());
    const first = cache.fetch('k', { ttl: 5 });
    const second = cache.fetch('k', { ttl: 50, forceRefresh: true });
    const third = cache.forceFetch('k');
    last().resolve(1);
    expect(await Promise.all([first, second, third])).toStrictEqual([1, 1, 1]);
    expect(calls).toHaveLength(1);
    expect(cache.getRemainingTTL('k')).toBe(5);
  });

  it('loads more keys at once than it holds', async () => {
    const { cache, calls } = openBench(open(), { max: 1, maxSize: 1 });
    cache.set('kept', 0, { size: 1 });
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
    const promises = keys.map((key) => cache.fetch(key, { size: 1 }));
    expect([cache.size, cache.calculatedSize]).toStrictEqual([1, 1]);
    expect(contentsOf(cache)).toBe('kept=0');
    for (const [i, call] of calls.entries()) call.resolve(i);
    expect(await Promise.all(promises)).toStrictEqual(keys.map((_, i) => i));
    expect(contentsOf(cache)).toBe('k19=19');
  });

  const results: [name: string, load: () => unknown, value: unknown][] = [
    ['a value', () => 'v', 'v'],
    ['null', () => null, null],
    ['0', async () => 0, 0],
    ['false', () => false, false],
    ['NaN', async () => Number.NaN, Number.NaN],
    ['a thenable', () => thenable((resolve) => resolve('v')), 'v'],
    ['a thenable of a promise', () => thenable((resolve) => resolve(Promise.resolve('v'))), 'v'],
    [
      'a thenable that calls back twice',
      () =>
        thenable((resolve, reject) => {
          resolve('v');
          resolve('w');
          reject(new Error('no'));
          throw new Error('nor this');
        }),
      'v',
    ],
  ];
  it.each(results)('stores %s that the loader returns', async (_, load, value) => {
    const { cache, told } = openBench(open(), { fetchMethod: load });
    expect(await cameTo(cache.fetch('k'))).toBe(value);
    expect(cache.get('k')).toBe(value);
    expect(told).toStrictEqual([`add k ${String(value)}`]);
  });

  it.each([
    ['at once', () => undefined],
    ['later', async () => undefined],
  ])('settles with undefined that the loader returns %s, and stores nothing', async (_, load) => {
    const { cache, told } = openStale(open(), { fetchMethod: load });
    expect(await cameTo(cache.fetch('absent'))).toBe(undefined);
    expect(await cameTo(cache.fetch('k'))).toBe(undefined);
    expect(await cameTo(cache.forceFetch('k'))).toBe('error FETCH_UNDEFINED');
    expect(contentsOf(cache)).toBe('k=old');
    expect(told).toStrictEqual([]);
  });

  it('gets, where there is no fetchMethod', async () => {
    const cache = openCache<string, number>(open(), { max: 2 });
    const status: LRUCache.Status<string, number> = {};
    expect(await cameTo(cache.fetch('a', { status, context: 1, forceRefresh: true }))).toBe(
      undefined,
    );
    expect(status).toStrictEqual({
      ...{ op: 'fetch', key: 'a', cache, fetch: 'get', get: 'miss' },
      ...{ context: 1, forceRefresh: true },
    });
    cache.set('a', 1, { ttl: -1 }).set('b', 2);
    expect(await cameTo(cache.fetch('a', { allowStale: true, noDeleteOnStaleGet: true }))).toBe(1);
    expect(await cameTo(cache.fetch('a', { allowStale: true }))).toBe(1);
    expect(cache.size).toBe(1);
    expect(await cameTo(cache.forceFetch('a'))).toBe('error FETCH_UNDEFINED');
    expect(await cameTo(cache.forceFetch('b'))).toBe(2);
  });

  it('gets many, where there is no loader at all', async () => {
    const cache = openCache<string, number>(open(), { max: 2 });
    cache.set('a', 1).set('b', 2);
    const found = cache.fetchMany(new Set(['b', 'x', 'a']));
    expect([...(await found)]).toStrictEqual([
      ['b', 2],
      ['a', 1],
    ]);
    expect([...cache.keys()]).toStrictEqual(['a', 'b']);
    for (const keys of ['ab', undefined, null, 5, {}, () => []]) {
      expect(await cameTo(cache.fetchMany(keys as never))).toBe('error INVALID_KEYS');
    }
  });

  it('gives a stale value with allowStale while it loads, to who joins, too', async () => {
    const { cache, calls, last } = openStale(open());
    expect(await cameTo(cache.fetch('k', { allowStale: true }))).toBe('old');
    expect(await cameTo(cache.fetch('k', { allowStale: true }))).toBe('old');
    const waiting = cache.fetch('k');
    expect(await cameTo(waiting)).toBe('pending');
    last().resolve('new');
    expect(await cameTo(waiting)).toBe('new');
    expect(contentsOf(cache)).toBe('k=new');
    expect(calls).toHaveLength(1);
    const all = openStale(open(), { allowStale: true });
    expect(await cameTo(all.cache.fetch('k'))).toBe('old');
    expect(await cameTo(all.cache.fetch('absent'))).toBe('pending');
    expect(await cameTo(all.cache.fetch('absent'))).toBe('pending');
  });

  it('loads a fresh value anew with forceRefresh', async () => {
    const { cache, told, last } = openBench(open());
    cache.set('k', 'old');
    expect(await cameTo(cache.fetch('k', { forceRefresh: true, allowStale: true }))).toBe('old');
    expect(last().staleValue).toBe('old');
    const promise = cache.fetch('k');
    expect(await cameTo(promise)).toBe('pending');
    expect(cache.get('k')).toBe('old');
    last().resolve('new');
    expect(await cameTo(promise)).toBe('new');
    expect(told).toStrictEqual(['add k old', 'set k old', 'replace k new']);
  });

  it('keeps a stale entry while it is being loaded', async () => {
    const { cache, last } = openStale(open());
    const promise = cache.fetch('k');
    expect(cache.get('k')).toBe(undefined);
    expect(cache.get('k', { allowStale: true })).toBe('old');
    expect(contentsOf(cache)).toBe('k=old');
    last().resolve('new');
    await promise;
    expect(cache.get('k')).toBe('new');
  });

  it.each([
    ['evicted', (cache: LRUCache<string, unknown>) => cache.set('b', 1).set('c', 1).set('d', 1)],
    ['popped', (cache: LRUCache<string, unknown>) => cache.pop()],
    ['purged', (cache: LRUCache<string, unknown>) => cache.purgeStale()],
    [
      'pushed out by resize',
      (cache: LRUCache<string, unknown>) => cache.set('b', 1) && cache.resize(1),
    ],
  ])('goes on to load a key whose stale entry is %s', async (_, act) => {
    const { cache, last, told } = openStale(open());
    const promise = cache.fetch('k');
    act(cache);
    expect(cache.peek('k', { allowStale: true })).toBe(undefined);
    last().resolve('new');
    expect(await cameTo(promise)).toBe('new');
    expect(cache.get('k')).toBe('new');
    expect(told.at(-1)).toBe('add k new');
  });

  it('uses an entry it finds fresh, and one it loads when that is stored', async () => {
    const { cache, last, clock } = openBench(open());
    cache.set('a', 1).set('b', 2);
    await cache.fetch('a');
    expect(contentsOf(cache)).toBe('b=2 a=1');
    const ageless = openBench(open(), { ttl: 0 }).cache.set('a', 1).set('b', 2);
    await ageless.fetch('a');
    expect(contentsOf(ageless)).toBe('b=2 a=1');
    clock.now += 11;
    const promise = cache.fetch('b');
    const forced = cache.fetch('b', { forceRefresh: true });
    expect(contentsOf(cache)).toBe('b=2 a=1');
    last().resolve(3);
    await Promise.all([promise, forced]);
    expect(contentsOf(cache)).toBe('a=1 b=3');
  });

  it('renews the age of a hit with updateAgeOnGet only', async () => {
    const { cache, clock, calls } = openBench(open());
    cache.set('k', 1);
    clock.now += 6;
    await cache.fetch('k');
    expect(cache.getRemainingTTL('k')).toBe(4);
    await cache.fetch('k', { updateAgeOnGet: true });
    expect(cache.getRemainingTTL('k')).toBe(10);
    cache.updateAgeOnGet = true;
    clock.now += 6;
    await cache.fetch('k', { updateAgeOnGet: false });
    expect(cache.getRemainingTTL('k')).toBe(4);
    await cache.fetch('k');
    expect(cache.getRemainingTTL('k')).toBe(10);
    expect(calls).toStrictEqual([]);
  });

  it('stores by ttl, as given, as set, or as the loader changes it', async () => {
    const { cache, calls, clock } = openBench(open());
    const given: [string, FetchOptions][] = [
      ['a', {}],
      ['b', { ttl: 5 }],
      ['c', { ttl: 5 }],
    ];
    const promises = given.map(([key, options]) => cache.fetch(key, options));
    clock.now += 2;
    for (const { key, options, resolve } of calls) {
      if (key === 'c') options.ttl = 7;
      resolve(key);
    }
    await Promise.all(promises);
    expect(['a', 'b', 'c'].map((key) => cache.getRemainingTTL(key))).toStrictEqual([10, 5, 7]);
  });

  it('keeps the age of what it refreshes with noUpdateTTL, and gives a new key one', async () => {
    const { cache, calls, clock } = openBench(open());
    cache.set('k', 'old');
    clock.now += 4;
    const old = cache.fetch('k', { forceRefresh: true, noUpdateTTL: true });
    const added = cache.fetch('new', { noUpdateTTL: true });
    for (const { resolve } of calls) resolve(1);
    await Promise.all([old, added]);
    expect([cache.getRemainingTTL('k'), cache.getRemainingTTL('new')]).toStrictEqual([6, 10]);
  });

  it('stores by what the loader makes of any other option', async () => {
    const { cache, told, last } = openStale(open(), { maxSize: 9, sizeCalculation: () => 1 });
    const promise = cache.fetch('k', { size: 2 });
    Object.assign(last().options, { noDisposeOnSet: true, size: 3 });
    last().resolve('new');
    await promise;
    expect(cache.info('k')?.size).toBe(3);
    expect(told).toStrictEqual(['replace k new']);
  });

  it('tells what it stores, and of the value it replaces but for noDisposeOnSet', async () => {
    const { cache, told, last } = openStale(open());
    const refresh = async (value: unknown, options: FetchOptions = {}) => {
      const promise = cache.fetch('k', { ...options, forceRefresh: true });
      last().resolve(value);
      await promise;
    };
    await refresh('new');
    await refresh('new');
    await refresh('newer', { noDisposeOnSet: true });
    cache.noDisposeOnSet = true;
    await refresh('newest', { noDisposeOnSet: false });
    expect(told).toStrictEqual([
      ...['set k old', 'replace k new', 'update k new', 'replace k newer'],
      ...['set k newer', 'replace k newest'],
    ]);
  });

  it('reads each option of a call once, and writes none', async () => {
    for (const fetchMethod of [undefined, () => 1]) {
      const { cache } = openBench(open());
      const bare = openCache<string, unknown>(open(), {
        max: 2,
        ...(fetchMethod && { fetchMethod }),
      });
      for (const subject of [cache, bare]) {
        for (const status of [undefined, {}]) {
          const reads: string[] = [];
          const target = Object.freeze({ status, forceRefresh: true, context: 1 });
          const options = new Proxy(target, {
            get: (from, name, self) => {
              reads.push(String(name));
              return Reflect.get(from, name, self);
            },
          }) as FetchOptions;
          void subject.fetch('k', options);
          expect(new Set(reads).size).toBe(reads.length);
          expect(reads).toContain('forceRefresh');
        }
      }
    }
    await drain();
  });
});
