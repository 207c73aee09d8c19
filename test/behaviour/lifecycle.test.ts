// Beginning and end: caches made from others, and what an end ends.
//
// What a cache refuses to be made of, and the end of a cache without ttl, sizes and loads, is in
// options.test.ts.

import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entriesOf, LRUCache } from '../../src/api/lru.js';
import { CHANGEABLE, OPTION_TABLE } from '../../src/common/option-table.js';
import { openCache, plainCases } from '../support/engines.js';
import { everyOption } from '../support/every-option.js';
import { type Cache, codeOf, type Key, openAt, TTL } from '../support/hand-clock.js';
import { openPeer } from '../support/peer.js';
import { expectArena } from '../support/validate.js';

const optionNames = Object.keys(everyOption) as (keyof typeof everyOption)[];

describe.each(plainCases)('a cache made from another on $name', ({ open }) => {
  type Settings = Record<string, unknown>;

  it('has every option of it, and nothing else', () => {
    const engine = open();
    const shared = { engine: engine.host as never };
    const other = new LRUCache<unknown, unknown>({ ...everyOption, ...shared });
    other.set('a', 1);
    const copy = new LRUCache<unknown, unknown>(other) as LRUCache<unknown, unknown>;
    for (const name of optionNames) {
      expect((copy as unknown as Settings)[name], name).toBe(everyOption[name]);
    }
    expect(Object.keys(copy).sort()).toEqual(Object.keys(other).sort());
    expect([copy.size, copy.calculatedSize]).toEqual([0, 0]);
    expect(new Set(Object.values(copy.stats()))).toEqual(new Set([0]));
    expect(copy.engine).toBe(other.engine);
    copy.set('b', 2);
    expect([[...other.keys()], [...copy.keys()]]).toEqual([['a'], ['b']]);
    copy.ttl = 5;
    expect(other.ttl).toBe(everyOption.ttl);
    for (const cache of [copy, other]) cache[Symbol.dispose]();
  });

  it('has those options as properties that the table says, in its order, and no others', () => {
    const names = Object.entries(OPTION_TABLE)
      .filter(([, [, , use]]) => use === CHANGEABLE)
      .map(([name]) => name);
    expect(Object.keys(new LRUCache({ max: 1 }))).toEqual(names);
    expect(Object.keys(OPTION_TABLE).sort()).toEqual(Object.keys(everyOption).sort());
  });

  it('has options as they are by now', () => {
    const other = openCache<Key, number>(open(), { max: 5, maxSize: 10 });
    Object.assign(other, { ttl: 50, allowStale: true, maxEntrySize: 3, sizeCalculation: () => 2 });
    other.resize({ max: 7, maxSize: 20 });
    const copy = new LRUCache<Key, number>(other);
    expect(copy).toMatchObject({ ttl: 50, allowStale: true, maxEntrySize: 3 });
    expect([copy.max, copy.maxSize, copy.set('a', 1).calculatedSize]).toEqual([7, 20, 2]);
  });

  it('has the defaults of a cache with nothing but max', () => {
    const other = openCache<Key, number>(open(), { max: 5 });
    const copy = new LRUCache<Key, number>(other);
    expect({ ...copy }).toEqual({ ...new LRUCache({ max: 5 }) });
    expect(codeOf(() => copy.stats())).toBe('NO_STATS');
    other[Symbol.dispose]();
    expect(copy.set('a', 1).get('a')).toBe(1);
  });
});

/** What a worker gets that a value is sent to. */
function sent(value: unknown): unknown {
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage(value);
    return receiveMessageOnPort(port2)?.message;
  } finally {
    port1.close();
  }
}

describe.each(plainCases)('a cache that is sent away from $name', ({ open }) => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['structuredClone', structuredClone],
    ['postMessage', sent],
  ])('arrives by %s as the options that are its properties', (_, send) => {
    for (const options of [
      { max: 3, allowStale: true },
      { max: 3, ttl: TTL },
    ]) {
      const cache = openCache<string, unknown>(open(), options);
      cache.set('a', 1);
      const clone = send(cache) as Record<string, unknown>;
      expect(clone).toEqual(Object.fromEntries(Object.entries(cache)));
      expect([clone.ttl, clone.get, clone.size]).toEqual([cache.ttl, undefined, undefined]);
      expect([cache.get('a'), cache.size]).toEqual([1, 1]);
      // With a ttl, lru-cache has a method of its own, and nothing arrives.
      const peer = openPeer(options).set('a', 1);
      if (cache.ttl === 0) expect(clone).toEqual(send(peer));
      else expect(() => send(peer)).toThrow(expect.objectContaining({ name: 'DataCloneError' }));
    }
  });

  it('is refused, as lru-cache is, if one of these is a function', () => {
    const options = { maxSize: 3, sizeCalculation: () => 1 };
    const refusal = expect.objectContaining({ name: 'DataCloneError' });
    for (const cache of [openCache(open(), options), openPeer(options)]) {
      expect(() => structuredClone(cache)).toThrow(refusal);
      expect(() => sent(cache)).toThrow(refusal);
    }
  });

  it('goes by its dump, ages included', () => {
    const cache = openCache<string, number>(open(), { max: 3, ttl: TTL });
    cache
      .set('a', 1)
      .set('b', 2, { ttl: 3 * TTL })
      .get('a');
    const other = openCache<string, number>(open(), { max: 3 });
    other.load(sent(cache.dump()) as ReturnType<typeof cache.dump>);
    expect([...other]).toEqual([...cache]);
    expect(other.getRemainingTTL('b')).toBe(3 * TTL);
  });
});

describe.each(plainCases)('the end of a cache on $name', ({ open }) => {
  afterEach(() => void vi.useRealTimers());

  it('comes with all it had: ages, sizes, timers and loads', async () => {
    vi.useFakeTimers();
    const engine = open();
    const told: unknown[] = [];
    const signals: AbortSignal[] = [];
    const cache = openCache<Key, number>(engine, {
      ...{ max: 5, ttl: TTL, maxSize: 10, sizeCalculation: () => 2, ttlAutopurge: true },
      dispose: (...args) => void told.push(args),
      fetchMethod: (_, __, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    cache.set('a', 1).set('b', 2);
    const fetched = [cache.fetch('x'), cache.fetch('a', { forceRefresh: true })];
    const ended = Promise.allSettled(fetched);
    cache[Symbol.dispose]();
    cache[Symbol.dispose]();
    for (const result of await ended) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'FETCH_DELETED' } });
    }
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(told).toEqual([
      [1, 'a', 'delete'],
      [2, 'b', 'delete'],
    ]);
    vi.advanceTimersByTime(2 * TTL);
    expect([vi.getTimerCount(), told.length, engine.host.tables]).toEqual([0, 2, 0]);
    expect(entriesOf(cache).items.length).toBe(4);
    if (engine.debug !== undefined) expectArena(engine.debug.memory);
  });

  it('may be that of its block', () => {
    const engine = open();
    {
      using cache = openCache<Key, number>(engine, { max: 5, ttl: TTL });
      cache.set('a', 1);
      expect(engine.host.tables).toBe(engine.engine.kind === 'wasm' ? 1 : 0);
    }
    expect(engine.host.tables).toBe(0);
  });

  const uses: readonly (readonly [string, (cache: Cache) => unknown])[] = [
    ['getOrInsert', (cache) => cache.getOrInsert('a', 1)],
    ['getOrInsertComputed', (cache) => cache.getOrInsertComputed('a', () => 1)],
    ['setWithEvicted', (cache) => cache.setWithEvicted('a', 1)],
    ['set with options', (cache) => cache.set('a', 1, { ttl: 5 })],
    ['memo', (cache) => cache.memo('a')],
    ['info', (cache) => cache.info('a')],
    ['dump', (cache) => cache.dump()],
    ['load', (cache) => cache.load([['a', { value: 1 }]])],
    ['purgeStale', (cache) => cache.purgeStale()],
    ['getRemainingTTL', (cache) => cache.getRemainingTTL('a')],
    ['resize', (cache) => cache.resize({ max: 3 })],
  ];

  it.each(uses)('makes %s throw DISPOSED', (_, use) => {
    for (const ttl of [0, TTL]) {
      const { cache } = openAt(open(), 0, { ttl, memoMethod: () => 1 });
      cache.set('a', 1);
      cache[Symbol.dispose]();
      expect(codeOf(() => use(cache))).toBe('DISPOSED');
    }
  });

  it('makes fetch reject with DISPOSED', async () => {
    for (const given of [{}, { fetchMethod: () => 1 }]) {
      const { cache } = openAt(open(), 0, given);
      cache[Symbol.dispose]();
      await expect(cache.fetch('a')).rejects.toMatchObject({ code: 'DISPOSED' });
      await expect(cache.forceFetch('a')).rejects.toMatchObject({ code: 'DISPOSED' });
    }
  });
});
