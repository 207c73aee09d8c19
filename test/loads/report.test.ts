// What is reported of loads: in status objects, in statistics, on the tracing channel.

import { tracingChannel } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { plainCases } from '../support/engines.js';
import { type Bench, cameTo, drain, expectNothingUnhandled, openBench } from './tools.js';

type Status = LRUCache.Status<string, unknown>;
type FetchOptions = LRUCache.FetchOptions<string, unknown, unknown>;

expectNothingUnhandled();

const error = new Error('no');
const ages = { ttl: 10, start: 1000, now: 1000, remainingTTL: 10 };
const agesLater = { ttl: 10, start: 1011, now: 1011, remainingTTL: 10 };
const signal = () => AbortSignal.abort(error);

interface Case {
  readonly name: string;
  /** Whether there is a stale entry, or a fresh one, with the value `old`. */
  readonly entry?: 'stale' | 'fresh';
  readonly options?: FetchOptions;
  /** What happens after the call. */
  readonly act?: (bench: Bench) => unknown;
  /** The status, but for `op`, `key` and `cache`. */
  readonly status: Status;
}

const began = { fetchDispatched: true } as const;
const resolved = { fetchDispatched: true, fetchResolved: true, fetchUpdated: true } as const;
const resolve = ({ last }: Bench) => last().resolve('new');
const reject = ({ last }: Bench) => last().reject(error);
const remove = ({ cache }: Bench) => cache.delete('k');

const cases: Case[] = [
  { name: 'a load that goes on', status: { fetch: 'miss', ...began } },
  {
    name: 'a result',
    act: resolve,
    status: { fetch: 'miss', ...resolved, set: 'add', value: 'new', ...ages },
  },
  {
    name: 'no value',
    act: ({ last }) => last().resolve(undefined),
    status: { fetch: 'miss', ...began, fetchResolved: true },
  },
  {
    name: 'a refresh',
    entry: 'stale',
    options: { context: 'c' },
    act: resolve,
    status: {
      ...{ fetch: 'stale', ...resolved, set: 'replace', value: 'new', oldValue: 'old' },
      ...{ context: 'c', ...agesLater },
    },
  },
  {
    name: 'a stale value',
    entry: 'stale',
    options: { allowStale: true },
    status: { fetch: 'stale', ...began, returnedStale: true },
  },
  { name: 'a hit', entry: 'fresh', status: { fetch: 'hit', ...ages } },
  {
    name: 'a refresh on request',
    entry: 'fresh',
    options: { forceRefresh: true, allowStale: true },
    status: { fetch: 'refresh', ...began, forceRefresh: true },
  },
  {
    name: 'a failure',
    entry: 'stale',
    act: reject,
    status: { fetch: 'stale', ...began, fetchRejected: true, fetchError: error },
  },
  {
    name: 'a failure with a stale value',
    entry: 'stale',
    options: { allowStaleOnFetchRejection: true },
    act: reject,
    status: {
      ...{ fetch: 'stale', ...began, fetchRejected: true, fetchError: error },
      returnedStale: true,
    },
  },
  {
    name: 'a failure without a stale value',
    options: { allowStaleOnFetchRejection: true },
    act: reject,
    status: { fetch: 'miss', ...began, fetchRejected: true, fetchError: error },
  },
  {
    name: 'a signal that is aborted already',
    options: { signal: signal() },
    status: { fetch: 'miss', fetchAborted: true, fetchError: error },
  },
  {
    name: 'an abort',
    act: remove,
    status: {
      ...{ fetch: 'miss', ...began, fetchAborted: true },
      fetchError: expect.objectContaining({ code: 'FETCH_DELETED' }),
    },
  },
  {
    name: 'an abort and a late result',
    act: (bench) => remove(bench) && resolve(bench),
    status: {
      ...{ fetch: 'miss', ...began, fetchAborted: true },
      fetchError: expect.objectContaining({ code: 'FETCH_DELETED' }),
    },
  },
  {
    name: 'an abort and a late failure',
    act: (bench) => remove(bench) && reject(bench),
    status: {
      ...{ fetch: 'miss', ...began, fetchAborted: true },
      fetchError: expect.objectContaining({ code: 'FETCH_DELETED' }),
    },
  },
  {
    name: 'an abort that is ignored',
    options: { ignoreFetchAbort: true, signal: signal() },
    act: resolve,
    status: {
      ...{ fetch: 'miss', ...began, fetchAborted: true, fetchError: error },
      ...{ fetchAbortIgnored: true, fetchUpdated: true, set: 'add', value: 'new', ...ages },
    },
  },
  {
    name: 'an abort that is ignored, of what was deleted',
    options: { ignoreFetchAbort: true },
    act: (bench) => remove(bench) && resolve(bench),
    status: {
      ...{ fetch: 'miss', ...began, fetchAborted: true, fetchAbortIgnored: true },
      fetchError: expect.objectContaining({ code: 'FETCH_DELETED' }),
    },
  },
  {
    name: 'an abort with a stale value',
    entry: 'stale',
    options: { allowStaleOnFetchAbort: true, signal: signal() },
    status: { fetch: 'stale', fetchAborted: true, fetchError: error, returnedStale: true },
  },
  {
    name: 'an abort with a stale value, ignored',
    entry: 'stale',
    options: { allowStaleOnFetchAbort: true, ignoreFetchAbort: true, signal: signal() },
    status: {
      ...{ fetch: 'stale', ...began, fetchAborted: true, fetchError: error },
      returnedStale: true,
    },
  },
];

function openWith(engine: ReturnType<(typeof plainCases)[number]['open']>, entry: Case['entry']) {
  const bench = openBench(engine);
  if (entry !== undefined) bench.cache.set('k', 'old');
  if (entry === 'stale') bench.clock.now += 11;
  return bench;
}

describe.each(plainCases)('$name', ({ open }) => {
  it.each(cases)('reports $name', async ({ entry, options, act, status: wanted }) => {
    for (const method of ['fetch', 'forceFetch'] as const) {
      const bench = openWith(open(), entry);
      const status: Status = {};
      const waiting = cameTo(bench.cache[method]('k', { ...options, status }));
      act?.(bench);
      await waiting;
      await drain();
      expect(status).toStrictEqual({ op: 'fetch', key: 'k', cache: bench.cache, ...wanted });
    }
  });

  it('reports a load that is joined to who joins, and that it is under way to who gets', () => {
    const status = () => ({}) as Status;
    const { cache } = openWith(open(), 'stale');
    cache.fetch('k');
    cache.fetch('absent');
    const joined = [{}, { allowStale: true }, { forceRefresh: true }].map((options) => {
      const own = status();
      cache.fetch('k', { ...options, status: own });
      return own;
    });
    const base = { op: 'fetch', key: 'k', cache, fetch: 'inflight' };
    expect(joined).toStrictEqual([
      base,
      { ...base, returnedStale: true },
      { ...base, forceRefresh: true },
    ]);
    const [stale, absent] = [status(), status()];
    cache.get('k', { status: stale });
    cache.get('absent', { status: absent });
    expect([stale.get, absent.get]).toStrictEqual(['stale-fetching', 'fetching']);
  });

  it('counts loads, their failures, and the time they take', async () => {
    const { cache, calls, clock } = openBench(open(), { recordStats: true, ttl: 100 });
    const waiting = ['a', 'a', 'b', 'c', 'd'].map((key) => cameTo(cache.fetch(key)));
    const aborted = cache.fetch('e', { signal: signal() });
    waiting.push(cameTo(aborted));
    const counted = () => {
      const { hits, misses, loads, loadFailures, totalLoadTimeMs } = cache.stats();
      return { hits, misses, loads, loadFailures, totalLoadTimeMs };
    };
    clock.now += 5;
    calls[0]?.resolve(1);
    await drain();
    expect(counted()).toStrictEqual({
      hits: 0,
      misses: 6,
      loads: 4,
      loadFailures: 0,
      totalLoadTimeMs: 5,
    });
    clock.now += 2;
    cache.delete('b');
    calls[2]?.reject(error);
    calls[3]?.resolve(undefined);
    await Promise.all(waiting);
    await cache.fetch('a');
    expect(counted()).toStrictEqual({
      ...{ hits: 1, misses: 6, loads: 4, loadFailures: 2, totalLoadTimeMs: 5 + 3 * 7 },
    });
  });

  it('counts the time of a load once, though its result cannot be stored', async () => {
    const dispose = () => {
      throw error;
    };
    const { cache, calls, clock } = openBench(open(), { recordStats: true, max: 1, dispose });
    cache.set('old', 1);
    const waiting = cameTo(cache.fetch('k'));
    clock.now += 5;
    calls[0]?.resolve('new');
    expect(await waiting).toMatch('error');
    expect(cache.stats()).toMatchObject({ loads: 1, totalLoadTimeMs: 5 });
  });

  it('counts no time of a load at whose end the clock fails, and stores its result', async () => {
    let isBroken = false;
    const perf = { now: () => (isBroken ? Number.NaN : 1) };
    const { cache, calls } = openBench(open(), { recordStats: true, ttl: 0, perf });
    const waiting = cameTo(cache.fetch('k'));
    isBroken = true;
    calls[0]?.resolve('new');
    expect(await waiting).toBe('new');
    expect(cache.stats()).toMatchObject({ loads: 1, loadFailures: 0, totalLoadTimeMs: 0 });
  });

  it('reports each key of fetchMany in a Map of the caller', async () => {
    const { cache, calls } = openWith(open(), 'fresh');
    const statuses = new Map<string, Status>();
    const found = cache.fetchMany(['k', 'x'], { statuses, context: 'c' });
    calls[0]?.resolve('new');
    expect(await found).toStrictEqual(new Map(Object.entries({ k: 'old', x: 'new' })));
    const common = { op: 'fetch', cache, context: 'c' };
    expect([...statuses]).toStrictEqual([
      ['k', { ...common, key: 'k', fetch: 'hit', ...ages }],
      ['x', { ...common, key: 'x', fetch: 'miss', ...resolved, set: 'add', value: 'new', ...ages }],
    ]);
  });

  it('traces each fetch while somebody subscribes, and only then', async () => {
    const { cache, calls } = openBench(open());
    const log: unknown[] = [];
    const note = (event: string) => (status: unknown) => {
      const { op, key, trace, error: why } = status as Status & { error?: Error };
      log.push([event, op, key, trace, why?.message]);
    };
    const subscriber = {
      ...{ start: note('start'), end: () => {}, asyncStart: () => {} },
      ...{ asyncEnd: note('asyncEnd'), error: note('error') },
    };
    const channel = tracingChannel('lru-cache');
    channel.subscribe(subscriber);
    const waiting = [cache.fetch('a'), cache.forceFetch('b')].map(cameTo);
    channel.unsubscribe(subscriber);
    const status: Status = {};
    waiting.push(cameTo(cache.fetch('c', { status })));
    calls[0]?.resolve(1);
    calls[1]?.reject(error);
    await Promise.all(waiting);
    expect(status.trace).toBe(undefined);
    expect(log).toStrictEqual([
      ['start', 'fetch', 'a', true, undefined],
      ['start', 'fetch', 'b', true, undefined],
    ]);
    channel.subscribe(subscriber);
    log.length = 0;
    expect(await cameTo(cache.fetch('a'))).toBe(1);
    const failing = cameTo(cache.fetch('d'));
    calls.at(-1)?.reject(error);
    expect(await failing).toBe('error no');
    channel.unsubscribe(subscriber);
    expect(log).toStrictEqual([
      ['start', 'fetch', 'a', true, undefined],
      ['asyncEnd', 'fetch', 'a', true, undefined],
      ['start', 'fetch', 'd', true, undefined],
      ['error', 'fetch', 'd', true, 'no'],
      ['asyncEnd', 'fetch', 'd', true, 'no'],
    ]);
  });
});
