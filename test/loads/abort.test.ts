// Loads that are aborted, by a caller's signal or since the key was set or deleted meanwhile.

import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { plainCases } from '../support/engines.js';
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

const deletions: [name: string, act: (cache: Cache) => unknown, contents: string][] = [
  ['delete', (cache) => cache.delete('k'), ''],
  ['clear', (cache) => cache.clear(), ''],
  ['set to undefined', (cache) => cache.set('k', undefined), ''],
  ['set too large', (cache) => cache.set('k', 1, { size: 10 }), ''],
  ['load', (cache) => cache.load([['a', { value: 1 }]]), 'a=1'],
];
const replacements: [name: string, act: (cache: Cache) => unknown, contents: string][] = [
  ['set', (cache) => cache.set('k', 'set'), 'k=set'],
  ['set with noDisposeOnSet', (cache) => cache.set('k', 's', { noDisposeOnSet: true }), 'k=s'],
  ['setWithEvicted', (cache) => cache.setWithEvicted('k', 'set'), 'k=set'],
  ['getOrInsert', (cache) => cache.getOrInsert('k', 'set'), 'k=set'],
  ['memo', (cache) => cache.memo('k'), 'k=memo'],
];
const events = [
  ...deletions.map((event) => ['FETCH_DELETED', ...event] as const),
  ...replacements.map((event) => ['FETCH_REPLACED', ...event] as const),
];
const options = { maxSize: 9, sizeCalculation: () => 1, memoMethod: () => 'memo' };

describe.each(plainCases)('$name', ({ name, open }) => {
  it.each(events)('aborts with %s on %s', async (code, _, act, contents) => {
    for (const openOne of [openBench, openStale]) {
      for (const end of ['resolve', 'reject'] as const) {
        const { cache, last } = openOne(open(), options);
        const waiting = [cache.fetch('k'), cache.forceFetch('k')].map(cameTo);
        const { signal } = last();
        act(cache);
        expect(signal.reason).toMatchObject({ name: 'LRUCacheError', code });
        expect(signal.reason.message).toBe(code === 'FETCH_DELETED' ? 'deleted' : 'replaced');
        expect(await Promise.all(waiting)).toEqual(Array(2).fill(`error ${code}`));
        last()[end]('late');
        await cameTo(Promise.resolve());
        expect(contentsOf(cache)).toBe(contents);
      }
    }
  });

  it.each(events)(
    'with ignoreFetchAbort gives the late result after %s on %s',
    async (...event) => {
      const [, , act, contents] = event;
      const { cache, last, told } = openBench(open(), { ...options, ignoreFetchAbort: true });
      const waiting = cache.fetch('k');
      act(cache);
      told.length = 0;
      expect(last().signal.aborted).toBe(true);
      expect(await cameTo(waiting)).toBe('pending');
      last().resolve('late');
      expect(await cameTo(waiting)).toBe('late');
      expect([contentsOf(cache), told]).toEqual([contents, []]);
    },
  );

  it('loads anew beside a load that is not wanted any more', async () => {
    for (const ignoreFetchAbort of [false, true]) {
      const { cache, calls, told } = openBench(open(), { ignoreFetchAbort });
      const first = cameTo(cache.fetch('k'));
      cache.delete('k');
      const second = cache.fetch('k');
      calls[1]?.resolve('second');
      expect(await cameTo(second)).toBe('second');
      calls[0]?.resolve('first');
      expect(await first).toBe(ignoreFetchAbort ? 'pending' : 'error FETCH_DELETED');
      expect(told).toEqual(['add k second']);
    }
  });

  it('stores nothing that is not wanted while the key is being loaded anew', async () => {
    const { cache, calls, told } = openBench(open(), { ignoreFetchAbort: true });
    const first = cache.fetch('k');
    cache.delete('k');
    const second = cache.fetch('k');
    calls[0]?.resolve('first');
    expect(await cameTo(first)).toBe('first');
    expect(told).toEqual([]);
    expect(await cameTo(second)).toBe('pending');
    const joined = cache.fetch('k');
    calls[1]?.resolve('second');
    expect(await Promise.all([second, joined])).toEqual(['second', 'second']);
    expect(calls).toHaveLength(2);
  });

  it('goes on when a set of the key was refused', async () => {
    const engine = open();
    const { cache, last } = openBench(engine);
    const waiting = cache.fetch('k');
    if (name === 'pure') {
      // The others have room for a first entry.
      engine.refuseGrowthAfter(0);
      expect(() => cache.set('k', 'set')).toThrow(
        expect.objectContaining({ code: 'OUT_OF_MEMORY' }),
      );
      engine.refuseGrowthAfter(-1);
    }
    expect(() => cache.set('k', 'set', { ttl: Number.NaN })).toThrow('ttl');
    expect(last().signal.aborted).toBe(false);
    last().resolve('new');
    expect(await cameTo(waiting)).toBe('new');
    expect(cache.get('k')).toBe('new');
  });

  it('returns true when delete removes a load only', () => {
    const { cache } = openBench(open());
    cache.fetch('k').catch(() => {});
    expect([cache.delete('k'), cache.delete('k')]).toEqual([true, false]);
  });

  it('aborts every load when the cache is disposed of, and stores nothing', async () => {
    for (const ignoreFetchAbort of [false, true]) {
      const { cache, calls } = openStale(open(), { ignoreFetchAbort });
      const waiting = [cache.fetch('k'), cache.fetch('other')];
      cache[Symbol.dispose]();
      for (const { signal, resolve } of calls) {
        expect(signal.aborted).toBe(true);
        resolve('late');
      }
      const came = ignoreFetchAbort ? 'late' : 'error FETCH_DELETED';
      expect(await Promise.all(waiting.map(cameTo))).toEqual([came, came]);
      expect(() => cache.get('k')).toThrow('disposed');
    }
  });

  it('tells the loader after the callbacks', async () => {
    const log: string[] = [];
    const bench = openStale(open(), { dispose: (_, key, reason) => log.push(`${reason} ${key}`) });
    const { cache, last } = bench;
    for (const act of [() => cache.set('k', 1), () => cache.delete('k')]) {
      cache.fetch('k', { forceRefresh: true }).catch(() => {});
      last().signal.addEventListener('abort', () => log.push('aborted'));
      act();
    }
    cache.set('k', 1);
    cache.fetch('k', { forceRefresh: true }).catch(() => {});
    last().signal.addEventListener('abort', () => log.push(`aborted, size ${cache.size}`));
    cache.clear();
    expect(log).toEqual([
      ...['set k', 'aborted', 'delete k', 'aborted'],
      ...['delete k', 'aborted, size 0'],
    ]);
  });

  const aborts: [name: string, options: FetchOptions, stale: string, absent: unknown][] = [
    // What the fetch comes to, and what is there then and after the late result, with and without
    // a stale value.
    ['nothing', {}, 'error stop, then , then ', 'error stop'],
    [
      'noDeleteOnFetchRejection',
      { noDeleteOnFetchRejection: true },
      'error stop, then k=old, then k=old',
      'error stop',
    ],
    [
      'allowStaleOnFetchRejection',
      { allowStaleOnFetchRejection: true },
      'old, then k=old, then k=old',
      undefined,
    ],
    [
      'allowStaleOnFetchAbort',
      { allowStaleOnFetchAbort: true },
      'old, then k=old, then k=old',
      undefined,
    ],
    ['ignoreFetchAbort', { ignoreFetchAbort: true }, 'pending, then k=old, then k=late', 'pending'],
    [
      'both',
      { ignoreFetchAbort: true, allowStaleOnFetchAbort: true },
      'old, then k=old, then k=late',
      undefined,
    ],
  ];
  it.each(aborts)('aborts by a signal with %s', async (_, given, stale, absent) => {
    const controller = new AbortController();
    const { cache, last, told } = openStale(open());
    const waiting = cache.fetch('k', { ...given, signal: controller.signal });
    const { signal, resolve } = last();
    controller.abort(new Error('stop'));
    expect(signal.reason).toBe(controller.signal.reason);
    const came = await cameTo(waiting);
    const then = contentsOf(cache);
    expect(told).toEqual(then === '' ? ['fetch k old'] : []);
    resolve('late');
    await waiting.catch(() => {});
    expect(`${came}, then ${then}, then ${contentsOf(cache)}`).toBe(stale);
    const isLater = came === 'pending';
    expect(await cameTo(waiting)).toBe(isLater ? 'late' : came);

    const other = new AbortController();
    const lonely = cache.fetch('absent', { ...given, signal: other.signal });
    other.abort(new Error('stop'));
    expect(await cameTo(lonely)).toBe(absent);
    last().resolve('late');
    await lonely.catch(() => {});
    expect(cache.get('absent')).toBe(given.ignoreFetchAbort ? 'late' : undefined);
  });

  it('gives up when the loader fails, or gives nothing, in spite of ignoreFetchAbort', async () => {
    const ends: [act: (bench: Bench) => void, came: string][] = [
      [({ last }) => last().reject(new Error('no')), 'error no'],
      [({ last }) => last().resolve(undefined), 'error stop'],
    ];
    for (const [end, came] of ends) {
      const controller = new AbortController();
      const bench = openStale(open(), { ignoreFetchAbort: true });
      const waiting = bench.cache.fetch('k', { signal: controller.signal });
      controller.abort(new Error('stop'));
      end(bench);
      expect(await cameTo(waiting)).toBe(came);
      expect(bench.told).toEqual(['fetch k old']);
    }
  });

  it('calls no loader with a signal that is aborted, but for ignoreFetchAbort', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    const { cache, calls, last, told } = openStale(open());
    expect(await cameTo(cache.fetch('absent', { signal }))).toBe('error stop');
    expect(await cameTo(cache.fetch('k', { signal, allowStaleOnFetchAbort: true }))).toBe('old');
    expect(told).toEqual([]);
    expect(await cameTo(cache.fetch('k', { signal }))).toBe('error stop');
    expect(told).toEqual(['fetch k old']);
    expect(calls).toEqual([]);
    const waiting = cache.fetch('k', { signal, ignoreFetchAbort: true });
    expect(last().signal.reason).toBe(signal.reason);
    last().resolve('new');
    expect(await cameTo(waiting)).toBe('new');
    expect(await cameTo(cache.fetch('k', { signal }))).toBe('new');
  });

  it('rejects the caller whose signal is aborted, and no other', async () => {
    const { cache, calls, last } = openStale(open());
    const controllers = Array.from({ length: 3 }, () => new AbortController());
    const fetched = controllers.map(({ signal }) => cache.fetch('k', { signal }));
    const all = [...fetched, cache.fetch('k')];
    const early = all.map(cameTo);
    controllers[1]?.abort(new Error('second'));
    controllers[0]?.abort(new Error('first'));
    const left = ['error first', 'error second'];
    expect(await Promise.all(early)).toEqual([...left, 'pending', 'pending']);
    expect([last().signal.aborted, contentsOf(cache)]).toEqual([false, 'k=old']);
    last().resolve(1);
    expect(await Promise.all(all.map(cameTo))).toEqual([...left, 1, 1]);
    expect([calls.length, contentsOf(cache)]).toEqual([1, 'k=1']);
  });

  it('aborts the load when the last caller leaves, by his reason', async () => {
    const { cache, last } = openBench(open());
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = [first, second, second].map(({ signal }) => cache.fetch('k', { signal }));
    first.abort(new Error('first'));
    expect(last().signal.aborted).toBe(false);
    second.abort(new Error('second'));
    expect(last().signal.reason).toBe(second.signal.reason);
    expect(await Promise.all(waiting.map(cameTo))).toEqual([
      ...['error first', 'error second', 'error second'],
    ]);
    expect(await cameTo(cache.fetch('k'))).toBe('pending');
  });

  it('rejects at once who joins with an aborted signal, unless aborts are ignored', async () => {
    for (const [given, came] of [
      [{}, 'error stop'],
      [{ allowStaleOnFetchAbort: true }, 'old'],
      [{ allowStaleOnFetchRejection: true }, 'old'],
      [{ ignoreFetchAbort: true }, 'pending'],
      [{ ignoreFetchAbort: true, allowStaleOnFetchAbort: true }, 'old'],
    ] as const) {
      const { cache, last } = openStale(open());
      const first = cache.fetch('k', given);
      const signal = AbortSignal.abort(new Error('stop'));
      expect(await cameTo(cache.fetch('k', { signal }))).toBe(came);
      expect(last().signal.aborted).toBe(false);
      last().resolve(1);
      expect(await cameTo(first)).toBe(1);
    }
  });

  it('tells the one who leaves, and goes on to tell the one who began the load', async () => {
    const { cache, last } = openStale(open(), { allowStaleOnFetchAbort: true });
    const controller = new AbortController();
    const { signal } = controller;
    const statuses: LRUCache.Status<string, unknown>[] = [{}, {}];
    const [first, second] = [
      cache.fetch('k', { status: statuses[0] as object }),
      cache.fetch('k', { status: statuses[1] as object, signal }),
    ];
    controller.abort(new Error('stop'));
    expect(await cameTo(second)).toBe('old');
    last().resolve(1);
    await first;
    expect(statuses[0]).toMatchObject({ fetch: 'stale', fetchResolved: true, fetchUpdated: true });
    expect(statuses[0]).not.toHaveProperty('fetchAborted');
    expect(statuses[1]).toMatchObject({
      ...{ fetch: 'inflight', fetchAborted: true, fetchError: signal.reason, returnedStale: true },
    });
  });

  it('tells the one who began a load nothing more of it when he has left', async () => {
    const { cache, last } = openBench(open());
    const controller = new AbortController();
    const status: LRUCache.Status<string, unknown> = {};
    const first = cameTo(cache.fetch('k', { status, signal: controller.signal }));
    const second = cameTo(cache.fetch('k'));
    controller.abort(new Error('stop'));
    const told = { ...status };
    last().resolve(1);
    expect(await Promise.all([first, second])).toEqual(['error stop', 1]);
    expect(told).toMatchObject({ fetchAborted: true, fetchError: controller.signal.reason });
    expect(status).toEqual(told);
  });

  it('lets a caller leave whose status throws: he hears of that', async () => {
    const { cache, last } = openBench(open());
    const controller = new AbortController();
    const { signal } = controller;
    const status = Object.defineProperty({}, 'fetchAborted', {
      set: () => {
        throw new Error('no status');
      },
    });
    const first = cache.fetch('k');
    const second = cameTo(cache.fetch('k', { status, signal }));
    controller.abort();
    last().resolve(1);
    expect([await second, await cameTo(first)]).toEqual(['error no status', 1]);
  });

  it('listens to a signal once for all loads and callers, until the last is over', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const { cache, calls } = openBench(open(), { max: 100 });
    const { signal } = new AbortController();
    const listen = vi.spyOn(signal, 'addEventListener');
    const count = () => getEventListeners(signal, 'abort').length;
    const keys = Array.from({ length: 50 }, (_, i) => `k${i}`);
    const waiting = [...keys, ...keys].map((key) => cache.fetch(key, { signal }));
    expect([listen.mock.calls.length, count(), calls.length]).toEqual([1, 1, 50]);
    for (const [i, { resolve }] of calls.entries()) if (i > 0) resolve(i);
    await drain();
    expect(count()).toBe(1);
    calls[0]?.resolve(0);
    await Promise.all(waiting);
    expect(count()).toBe(0);
    await drain();
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('lets the loader say what becomes of an abort', async () => {
    const { cache, last } = openStale(open());
    const waiting = cache.fetch('k');
    last().options.ignoreFetchAbort = true;
    cache.delete('k');
    last().resolve('late');
    expect(await cameTo(waiting)).toBe('late');
  });

  const listeners: [name: string, act: (bench: Bench) => unknown, options?: FetchOptions][] = [
    ['resolves', ({ last }) => last().resolve(1)],
    ['gives undefined', ({ last }) => last().resolve(undefined)],
    ['rejects', ({ last }) => last().reject(new Error('no'))],
    ['is deleted', ({ cache }) => cache.delete('k')],
    ['is replaced', ({ cache }) => cache.set('k', 1)],
    [
      'is deleted and resolves nevertheless',
      ({ cache, last }) => cache.delete('k') && last().resolve(1),
      { ignoreFetchAbort: true },
    ],
  ];
  it.each(listeners)(
    'leaves the signal, and its own, alone when a load %s',
    async (_, act, given) => {
      const bench = openBench(open());
      const { signal } = new AbortController();
      const count = () => getEventListeners(signal, 'abort').length;
      const waiting = cameTo(bench.cache.fetch('k', { ...given, signal }));
      const joined = cameTo(bench.cache.fetch('k', { signal }));
      expect(count()).toBe(1);
      act(bench);
      await Promise.all([waiting, joined]);
      expect(count()).toBe(0);
      expect(getEventListeners(bench.last().signal, 'abort')).toEqual([]);
      await bench.cache.set('k', 1).fetch('k', { signal });
      expect(count()).toBe(0);
    },
  );

  it('listens to a signal once for all keys of a call, until the last is loaded', async () => {
    const { cache, calls } = openBench(open());
    const controller = new AbortController();
    const { signal } = controller;
    const listen = vi.spyOn(signal, 'addEventListener');
    const count = () => getEventListeners(signal, 'abort').length;
    const found = cache.fetchMany(['a', 'b', 'c'], { signal });
    expect([listen.mock.calls.length, count()]).toEqual([1, 1]);
    calls[0]?.resolve(1);
    await drain();
    expect([count(), calls.map((call) => call.signal.aborted)]).toEqual([1, [false, false, false]]);
    controller.abort(new Error('stop'));
    expect(calls.map((call) => call.signal.aborted)).toEqual([false, true, true]);
    expect([await cameTo(found), count(), contentsOf(cache)]).toEqual(['error stop', 0, 'a=1']);
  });

  it('leaves the signal alone when a load cannot begin, or be reported', async () => {
    const { cache, last } = openBench(open());
    const { signal } = new AbortController();
    for (const field of ['fetchDispatched', 'fetchResolved']) {
      const status = Object.defineProperty({}, field, {
        set: () => {
          throw new Error(field);
        },
      });
      const waiting = cameTo(cache.fetch('k', { signal, status }));
      if (field === 'fetchResolved') last().resolve(1);
      expect(await waiting).toBe(`error ${field}`);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
  });

  it('gives the result although the signal cannot be left alone', async () => {
    const { cache, last } = openBench(open());
    const { signal } = new AbortController();
    signal.removeEventListener = () => {
      throw new Error('stay');
    };
    const waiting = cache.fetch('k', { signal });
    last().resolve(1);
    expect(await cameTo(waiting)).toBe(1);
  });
});
