// What is given for the options of a call that is not an object: null, a number, a text.
//
// lru-cache writes into the options of a call, and so throws a TypeError without a code for all of
// them, of null, too. Ours takes null for none, and refuses the others, but for a number in `set`.

import { LRUCache as Peer } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases } from '../support/engines.js';
import { HandClock } from '../support/hand-clock.js';
import { expectValid } from '../support/validate.js';

type Cache = LRUCache<string, number>;
type Call = readonly [name: string, call: (cache: Cache, options: never) => unknown];

const calls: readonly Call[] = [
  ['get', (cache, options) => cache.get('a', options)],
  ['has', (cache, options) => cache.has('a', options)],
  ['peek', (cache, options) => cache.peek('a', options)],
  ['find', (cache, options) => cache.find(() => true, options)],
  ['set', (cache, options) => cache.set('a', 2, options)],
  ['setWithEvicted', (cache, options) => cache.setWithEvicted('a', 2, options)],
  ['memo', (cache, options) => cache.memo('a', options)],
  ['fetch', (cache, options) => cache.fetch('a', options)],
  ['forceFetch', (cache, options) => cache.forceFetch('a', options)],
  ['fetchMany', (cache, options) => cache.fetchMany(['a'], options)],
];
const settings = { max: 3, memoMethod: () => 3, fetchMethod: () => 4 };
const texts = ['text', '', true, false, 1n, Symbol('s')];
const numbers = [0, 1, -1, 0.5, Number.NaN];
const isSet = (name: string) => name.startsWith('set');

/** What a call throws, now or by its promise. */
async function errorOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each(plainCases)('options that are not an object, on $name', ({ open }) => {
  const openOne = () => openCache<string, number>(open(), settings).set('a', 1);

  it.each(calls)('are refused by %s, with nothing changed', async (name, call) => {
    for (const given of isSet(name) ? texts : [...texts, ...numbers]) {
      const cache = openOne();
      const error = await errorOf(() => call(cache, given as never));
      expect(error).toMatchObject({ name: 'LRUCacheTypeError', code: 'INVALID_OPTIONS' });
      expect(error).toBeInstanceOf(TypeError);
      expect([...cache]).toEqual([['a', 1]]);
      expectValid(cache);
    }
  });

  it.each(calls)(
    'are none for %s if they are null, and so is a status of null',
    async (_, call) => {
      const wanted = await call(openOne(), undefined as never);
      for (const given of [null, { status: null }, { status: undefined }]) {
        const result = await call(openOne(), given as never);
        expect(typeof result).toBe(typeof wanted);
        if (typeof wanted === 'number') expect(result).toBe(wanted);
      }
    },
  );

  it('are a ttl for set if they are a number', () => {
    const set: Call[1][] = [
      (cache, options) => cache.set('b', 2, options),
      (cache, options) => cache.setWithEvicted('b', 2, options),
    ];
    for (const call of set) {
      const perf = new HandClock(0);
      const given = { max: 3, ttl: 50, ttlResolution: 0, perf };
      const cache = openCache<string, number>(open(), given);
      call(cache, 500 as never);
      perf.pass(500);
      expect(cache.get('b')).toBe(2);
      perf.pass(1);
      expect(cache.get('b')).toBe(undefined);
      call(cache, 0 as never);
      expect(cache.getRemainingTTL('b')).toBe(Number.POSITIVE_INFINITY);
      const refused = expect.objectContaining({ code: 'INVALID_TTL' });
      expect(() => call(cache, Number.NaN as never)).toThrow(refused);
      expectValid(cache);
    }
  });

  it('expire what a cache of Map-like caches sets, though it has no ttl of its own', () => {
    const perf = new HandClock(7);
    const cache = openCache<string, number>(open(), { max: 3, ttlResolution: 0, perf });
    cache.set('kept', 1).set('a', 1, 10 as never);
    expect([cache.has('a'), cache.getRemainingTTL('a')]).toEqual([true, 10]);
    perf.pass(11);
    expect([cache.has('a'), cache.has('kept')]).toEqual([false, true]);
  });
});

describe('lru-cache', () => {
  const skipped = ['find', 'setWithEvicted', 'fetchMany'];
  it.each(calls.filter(([name]) => !skipped.includes(name)))(
    'throws of all of them in %s',
    async (_, call) => {
      for (const given of [null, ...numbers, ...texts]) {
        const cache = new Peer<string, number>(settings) as unknown as Cache;
        const error = await errorOf(() => call(cache, given as never));
        expect(error).toBeInstanceOf(TypeError);
        expect(cache.size).toBe(0);
      }
    },
  );
});
