// The crossings: which functions of the engine an operation calls, and no others.
//
// Each of them is a call of WebAssembly, and what they cost is most of what an operation costs. A
// get, has, peek or set of an int or a string is one. A delete is two (the slot is looked for, and
// then removed), and so is a set with an age or a size (the entry, and then its columns). A road
// that is longer comes to the same end, so that no other test would notice it.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases } from '../support/engines.js';
import { HandClock } from '../support/hand-clock.js';
import { spied } from '../support/spied.js';

type Cache = LRUCache<unknown, number>;
type Kind = 'int' | 'string' | 'float' | 'object';
type Crossing = readonly [
  name: string,
  act: (cache: Cache, key: unknown) => unknown,
  calls: Readonly<Record<Kind, string>>,
];

const object = { seven: 7 };
const KEYS: Readonly<Record<Kind, unknown>> = { int: 7, string: 'seven', float: 7.5, object };
const MAX = 3;

const found = { int: 'find', string: 'findString', float: 'hashFloat find', object: '' };
const same = (calls: string) => ({ int: calls, string: calls, float: calls, object: calls });

/** Of a cache that holds two other keys and, if the operation is to find it, the key. */
const plain: readonly Crossing[] = [
  [
    'get',
    (cache, key) => cache.get(key),
    { int: 'get', string: 'getString', float: 'hashFloat get', object: 'touch' },
  ],
  ['has', (cache, key) => cache.has(key), found],
  ['peek', (cache, key) => cache.peek(key), found],
  [
    'set',
    (cache, key) => cache.set(key, 1),
    { int: 'put', string: 'putString', float: 'hashFloat put', object: 'touch' },
  ],
  [
    'delete',
    (cache, key) => cache.delete(key),
    {
      int: 'find remove',
      string: 'findString remove',
      float: 'hashFloat find remove',
      object: 'remove',
    },
  ],
  ['size', (cache) => cache.size, same('size')],
  ['pop', (cache) => cache.pop(), same('evict')],
  ['clear', (cache) => cache.clear(), same('clear setLimit')],
  ['resize to the same', (cache) => cache.resize(MAX), same('size setLimit')],
  ['purgeStale', (cache) => cache.purgeStale(), same('size')],
];
const plainMisses: readonly Crossing[] = [
  [
    'get',
    (cache, key) => cache.get(key),
    { int: 'get', string: 'getString', float: 'hashFloat get', object: '' },
  ],
  ['has', (cache, key) => cache.has(key), found],
  ['peek', (cache, key) => cache.peek(key), found],
  [
    'set',
    (cache, key) => cache.set(key, 1),
    { int: 'put', string: 'putString', float: 'hashFloat put', object: 'nextSlot insertMapped' },
  ],
  ['delete', (cache, key) => cache.delete(key), found],
  [
    'get, then set',
    (cache, key) => [cache.get(key), cache.set(key, 1)],
    {
      ...{ int: 'get put', string: 'getString putMissed' },
      ...{ float: 'hashFloat get hashFloat put', object: 'nextSlot insertMapped' },
    },
  ],
  [
    'get of another, then set',
    (cache, key) => [cache.get('other'), cache.set(key, 1)],
    {
      ...{ int: 'getString put', string: 'getString putString' },
      ...{ float: 'getString hashFloat put', object: 'getString nextSlot insertMapped' },
    },
  ],
];

const sought = { int: 'seek', string: 'seekString', float: 'hashFloat seek', object: 'visit' };
const missed = { ...sought, object: '' };
/** The same calls, and others after each of them. */
const followed = (calls: Crossing[2], by: string): Crossing[2] => ({
  ...{ int: `${calls.int} ${by}`, string: `${calls.string} ${by}` },
  ...{ float: `${calls.float} ${by}`, object: `${calls.object} ${by}`.trim() },
});
const put = { int: 'put', string: 'putString', float: 'hashFloat put', object: 'touch' };
const added = { ...put, object: 'nextSlot insertMapped' };

const timed: readonly Crossing[] = [
  ['get', (cache, key) => cache.get(key), sought],
  [
    'get that renews',
    (cache, key) => cache.get(key, { updateAgeOnGet: true }),
    followed(sought, 'visit'),
  ],
  ['has', (cache, key) => cache.has(key), followed(found, 'visit')],
  ['peek', (cache, key) => cache.peek(key), followed(found, 'visit')],
  ['peek of stale ones, too', (cache, key) => cache.peek(key, { allowStale: true }), found],
  ['set', (cache, key) => cache.set(key, 1), followed(put, 'write')],
];
const timedMisses: readonly Crossing[] = [
  ['get', (cache, key) => cache.get(key), missed],
  ['has', (cache, key) => cache.has(key), found],
  ['set', (cache, key) => cache.set(key, 1), followed(added, 'write')],
  [
    'get, then set',
    (cache, key) => [cache.get(key), cache.set(key, 1)],
    {
      ...{ int: 'seek put write', string: 'seekString putMissed write' },
      ...{ float: 'hashFloat seek hashFloat put write', object: 'nextSlot insertMapped write' },
    },
  ],
];

const weighed: readonly Crossing[] = [
  ['get', (cache, key) => cache.get(key), (plain[0] as Crossing)[2]],
  ['set', (cache, key) => cache.set(key, 1), followed(put, 'write')],
  [
    'set that makes others go',
    (cache, key) => cache.set(key, 1, { size: 10 }),
    followed(put, 'write shed shed shed'),
  ],
];

const suites: readonly (readonly [string, object, boolean, readonly Crossing[]])[] = [
  ['a key that is there', {}, true, plain],
  ['a key that is not there', {}, false, plainMisses],
  ['an entry with an age', { ttl: 1000 }, true, timed],
  ['a key that is not there, of a cache with ages', { ttl: 1000 }, false, timedMisses],
  ['an entry with a size', { maxSize: 10, sizeCalculation: () => 1 }, true, weighed],
];

describe.each(plainCases)('calls of $name', ({ open }) => {
  describe.each(suites)('for %s', (_, options, isThere, crossings) => {
    it.each(crossings)('%s', (__, act, wanted) => {
      for (const [kind, key] of Object.entries(KEYS)) {
        const { engine, calls } = spied(open());
        const perf = new HandClock(0);
        const cache: Cache = openCache(engine, { max: MAX, perf, ttlResolution: 0, ...options });
        cache.set(1, 1).set('one', 1);
        if (isThere) cache.set(key, 1);
        calls.length = 0;
        act(cache, key);
        expect([kind, calls.join(' ')]).toEqual([kind, wanted[kind as Kind]]);
      }
    });
  });

  it('are more for a stale entry: it may have become another meanwhile', () => {
    const { engine, calls } = spied(open());
    const perf = new HandClock(0);
    const cache: Cache = openCache(engine, { max: MAX, perf, ttlResolution: 0, ttl: 10 });
    cache.set(1, 1).set(2, 2);
    perf.pass(11);
    calls.length = 0;
    cache.get(1, { noDeleteOnStaleGet: true });
    expect(calls.splice(0)).toEqual(['seek']);
    cache.get(1);
    expect(calls.splice(0)).toEqual(['visit', 'find', 'visit', 'remove']);
  });

  it('are one for a clear, and one for all that the empty table is told', () => {
    const { engine, calls } = spied(open());
    const cache: Cache = openCache(engine, {
      max: MAX,
      ttl: 10,
      maxSize: 5,
      sizeCalculation: () => 1,
    });
    calls.length = 0;
    cache.clear();
    expect(calls).toEqual(['clear', 'setLimit', 'useAges', 'useWeights', 'setBudget']);
  });

  it('are as few where an operation is watched', () => {
    for (const options of [{ dispose: () => {} }, { recordStats: true }]) {
      const { engine, calls } = spied(open());
      const cache: Cache = openCache(engine, { max: MAX, ...options });
      cache.set(1, 1);
      calls.length = 0;
      cache.set(1, 2).set(2, 2).get(1);
      expect(calls).toEqual(['put', 'put', 'get']);
    }
  });
});
