// What operations report in status objects, and what they do to the options they are given.
//
// A report is lru-cache's, of a cache made and used alike. Options are only read: lru-cache writes
// to them.

import { describe, expect, it } from 'vitest';
import { LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases } from '../support/engines.js';
import { HandClock } from '../support/hand-clock.js';
import {
  type Base,
  type Cache,
  kinds,
  type Open,
  openPeer,
  START,
  type Status,
  TTL,
} from '../support/peer.js';

type Act = readonly [
  name: string,
  act: (cache: Cache, status: Status, clock: HandClock) => unknown,
];
const age = (clock: HandClock) => clock.pass(TTL + 1);

/** Every method that takes a status, in every outcome; `a` is 1 and `b` is 2. */
const reported: readonly Act[] = [
  ['get hit', (cache, status) => cache.get('a', { status })],
  ['get miss', (cache, status) => cache.get('absent', { status })],
  ['get stale', (cache, status, clock) => [age(clock), cache.get('a', { status })]],
  [
    'get stale, returned',
    (cache, status, clock) => [age(clock), cache.get('a', { status, allowStale: true })],
  ],
  [
    'get stale, kept',
    (cache, status, clock) => [age(clock), cache.get('a', { status, noDeleteOnStaleGet: true })],
  ],
  [
    'get renewed',
    (cache, status, clock) => {
      clock.pass(9);
      cache.get('a', { updateAgeOnGet: true });
      return cache.get('a', { status });
    },
  ],
  ['has hit', (cache, status, clock) => [clock.pass(9), cache.has('a', { status })]],
  ['has miss', (cache, status) => cache.has('absent', { status })],
  ['has stale', (cache, status, clock) => [age(clock), cache.has('a', { status })]],
  ['peek hit', (cache, status) => cache.peek('a', { status })],
  ['peek miss', (cache, status) => cache.peek('absent', { status })],
  ['peek of a falsy value', (cache, status) => cache.set('a', 0).peek('a', { status })],
  ['set add', (cache, status) => [cache.set('c', 3, { status })].length],
  ['set replace', (cache, status) => [cache.set('a', 3, { status })].length],
  ['set update', (cache, status) => [cache.set('a', 1, { status })].length],
  ['set deleted', (cache, status) => [cache.set('a', undefined, { status })].length],
  ['set deleted, absent', (cache, status) => [cache.set('x', undefined, { status })].length],
  ['set with ttl', (cache, status) => [cache.set('c', 3, { status, ttl: 7 })].length],
  ['set with start', (cache, status) => [cache.set('c', 3, { status, ttl: 7, start: 4 })].length],
  ['set without ttl', (cache, status) => [cache.set('c', 3, { status, ttl: 0 })].length],
  [
    'set over a stale entry',
    (cache, status, clock) => [age(clock), cache.set('a', 3, { status })].length,
  ],
  [
    'set with noUpdateTTL',
    (cache, status, clock) => [
      clock.pass(9),
      [cache.set('a', 3, { status, noUpdateTTL: true })].length,
    ],
  ],
  ['memo hit', (cache, status) => cache.memo('a', { status })],
  ['memo miss', (cache, status) => cache.memo('c', { status })],
  ['memo refreshed', (cache, status) => cache.memo('a', { status, forceRefresh: true })],
  ['memo with context', (cache, status) => cache.memo('c', { status, context: { at: 1 } })],
  ['memo stale', (cache, status, clock) => [age(clock), cache.memo('a', { status })]],
  ['fetch as get', (cache, status) => cache.fetch('a', { status })],
  ['fetch as get, absent', (cache, status) => cache.fetch('absent', { status })],
  ['fetch as get, stale', (cache, status, clock) => [age(clock), cache.fetch('a', { status })]],
  ['forceFetch with context', (cache, status) => cache.forceFetch('a', { status, context: 5 })],
];

/** What only caches with sizes can report. */
const sizedOnly: readonly Act[] = [
  ['set with size', (cache, status) => [cache.set('c', 3, { status, size: 5 })].length],
  ['set too large', (cache, status) => [cache.set('a', 3, { status, size: 11 })].length],
  ['set that evicts', (cache, status) => [cache.set('c', 3, { status, size: 9 })].length],
];

type Report = Omit<Status, 'cache'> & { readonly result: unknown };

/** Runs an act on a new cache with two entries; returns what it reports, the cache left out. */
async function reportOf(open: Open, base: Base, act: Act[1]): Promise<Report> {
  const clock = new HandClock(START);
  const memoMethod = (key: string) => `memo ${key}`;
  const cache = open({ ttlResolution: 0, memoMethod, ...base, perf: clock });
  cache.set('a', 1).set('b', 2);
  const status: Status = {};
  const result = await Promise.resolve(act(cache, status, clock));
  expect(status.cache).toBe(cache);
  const { cache: _, ...rest } = status;
  return { result: Array.isArray(result) ? await result.at(-1) : result, ...rest };
}

describe.each(plainCases)('a status on $name', ({ open }) => {
  const openOurs: Open = (options) => openCache(open(), options);

  it.each(reported)('of %s is as in lru-cache', async (_, act) => {
    for (const [kind, base] of Object.entries(kinds)) {
      const theirs = await reportOf(openPeer, base, act);
      const ours = await reportOf(openOurs, base, act);
      // Ours weighs the same value anew, and says so.
      const isWeighed = ours.set === 'update' && base.maxSize !== undefined;
      const weights = isWeighed ? { entrySize: 2, totalCalculatedSize: 4 } : {};
      expect(ours, kind).toStrictEqual({ ...theirs, ...weights });
    }
  });

  it.each(sizedOnly)('of %s is as in lru-cache', async (_, act) => {
    for (const base of [kinds.sized, kinds.all] as Base[]) {
      expect(await reportOf(openOurs, base, act)).toStrictEqual(
        await reportOf(openPeer, base, act),
      );
    }
  });

  it('says all there is to say', async () => {
    const report = (act: Act[1], kind = 'all') => reportOf(openOurs, kinds[kind] as Base, act);
    const aged = { ttl: TTL, start: START, now: START + 9, remainingTTL: TTL - 9 };
    expect(
      await report((cache, status, clock) => [clock.pass(9), cache.get('a', { status })]),
    ).toStrictEqual({ result: 1, op: 'get', get: 'hit', key: 'a', value: 1, ...aged });
    expect(
      await report((cache, status) => [cache.set('a', 3, { status, size: 4 })].length),
    ).toStrictEqual({
      ...{ result: 1, op: 'set', set: 'replace', key: 'a', value: 3, oldValue: 1 },
      ...{ ttl: TTL, start: START, now: START, remainingTTL: TTL },
      ...{ entrySize: 4, totalCalculatedSize: 6 },
    });
    expect(await report((cache, status) => cache.peek('a', { status }), 'plain')).toStrictEqual({
      ...{ result: 1, op: 'peek', peek: 'hit', key: 'a', value: 1 },
    });
    const stale: Act[1] = (cache, status, clock) => [age(clock), cache.peek('a', { status })];
    expect(await report(stale, 'timed')).toMatchObject({ result: undefined, peek: 'stale' });
    const allowed: Act[1] = (cache, status, clock) => [
      age(clock),
      cache.peek('a', { status, allowStale: true }),
    ];
    expect(await report(allowed, 'timed')).toMatchObject({ result: 1, peek: 'hit', value: 1 });
  });
});

type Call = readonly [name: string, call: (cache: Cache, options: never) => unknown];

/** Every method that takes options. */
const calls: readonly Call[] = [
  ['get', (cache, options) => cache.get('a', options)],
  ['get of a stale entry', (cache, options) => cache.get('stale', options)],
  ['set', (cache, options) => cache.set('a', 2, options)],
  ['set of a new key', (cache, options) => cache.set('new', 2, options)],
  ['setWithEvicted', (cache, options) => cache.setWithEvicted('a', 2, options)],
  ['has', (cache, options) => cache.has('a', options)],
  ['peek', (cache, options) => cache.peek('a', options)],
  ['find', (cache, options) => cache.find(() => true, options)],
  ['memo', (cache, options) => cache.memo('absent', options)],
  ['memo of a stale entry', (cache, options) => cache.memo('stale', options)],
  ['fetch', (cache, options) => cache.fetch('absent', options)],
  ['fetch of a stale entry', (cache, options) => cache.fetch('stale', options)],
  ['fetch of a fresh entry', (cache, options) => cache.fetch('a', options)],
  ['forceFetch', (cache, options) => cache.forceFetch('absent', options)],
  ['resize', (cache, options) => cache.resize(options)],
];

describe.each(plainCases)('the options of a call on $name', ({ open }) => {
  const given = () => ({
    ...{ max: 2, maxSize: 9, ttl: 7, start: 4, size: 2, sizeCalculation: () => 1 },
    ...{ allowStale: true, updateAgeOnGet: true, updateAgeOnHas: true, noUpdateTTL: true },
    ...{ noDeleteOnStaleGet: true, noDisposeOnSet: true, forceRefresh: false },
    ...{ noDeleteOnFetchRejection: true, allowStaleOnFetchRejection: true },
    ...{ allowStaleOnFetchAbort: true, ignoreFetchAbort: true },
    ...{ context: Object.freeze({ deep: Object.freeze([1]) }), status: {} },
    signal: new AbortController().signal,
  });

  function openFull(): Cache {
    const perf = new HandClock(START);
    const cache = openCache<string, unknown>(open(), {
      ...{ max: 5, maxSize: 10, ttl: TTL, sizeCalculation: () => 1, perf, ttlResolution: 0 },
      ...{ memoMethod: () => 3, fetchMethod: async () => 4 },
    });
    cache.set('stale', 1, { ttl: 1 }).set('a', 1);
    perf.pass(2);
    return cache;
  }

  it.each(calls)('are only read by %s, each once', async (_, call) => {
    const reads: PropertyKey[] = [];
    const refuse = (name: string) => () => expect.fail(name);
    const options = new Proxy(Object.freeze(given()), {
      get: (target, name) => {
        reads.push(name);
        return Reflect.get(target, name);
      },
      set: refuse('set'),
      defineProperty: refuse('defineProperty'),
      deleteProperty: refuse('deleteProperty'),
      setPrototypeOf: refuse('setPrototypeOf'),
      preventExtensions: refuse('preventExtensions'),
    });
    const cache = openFull();
    await call(cache, options as never);
    expect(reads.filter((name, i) => reads.indexOf(name) !== i)).toEqual([]);
    expect(reads.length).toBeGreaterThan(0);
    expect(Object.keys(options)).toEqual(Object.keys(given()));
  });

  it.each(calls)('may be frozen by %s, with and without a status', async (_, call) => {
    for (const { status, ...rest } of [given(), { ...given(), status: undefined }]) {
      const wanted = await call(openFull(), { ...rest } as never);
      const frozen = Object.freeze(status === undefined ? rest : { ...rest, status });
      const result = await call(openFull(), frozen as never);
      if (!(result instanceof LRUCache)) expect(result).toEqual(wanted);
    }
  });

  it.each(calls)('may be empty for %s', async (name, call) => {
    if (name === 'resize') return;
    for (const options of [undefined, Object.freeze({}), Object.freeze(Object.create(null))]) {
      await call(openFull(), options as never);
    }
  });
});
