// Keys by value: which key is shown, how often and when `keyOf` is called, and what becomes of a
// `keyOf` that throws, gives something else, or uses the cache itself.

import { describe, expect, it } from 'vitest';
import { entriesOf, LRUCache } from '../../src/api/lru.js';
import { LRUCacheTypeError } from '../../src/common/errors.js';
import { cameTo, drain, expectNothingUnhandled } from '../loads/tools.js';
import { openCache, plainCases, type TestEngine } from '../support/engines.js';
import { codeOf, contentOf } from '../support/hand-clock.js';
import { uses } from '../support/uses.js';
import { expectValid } from '../support/validate.js';

expectNothingUnhandled();

type Pair = readonly [string, number];
type Cache = LRUCache<Pair, number>;
type Given = LRUCache.OptionsBase<Pair, number, unknown>;

const keyOf = ([name, id]: Pair): string => `${name}/${id}`;

function openPairs(engine: TestEngine, given: Given = {}): Cache {
  return openCache<Pair, number>(engine, { max: 3, keyOf, ...given });
}

/** Every use of a cache that takes a key, those that give a promise included. */
const usesOfKeys: readonly (readonly [string, (cache: LRUCache<unknown, number>) => unknown])[] = [
  ...uses
    .filter(([, use]) => /\bkey\b/.test(String(use).split('=>')[0] as string))
    .map(([name, use]) => [name, (cache: LRUCache<unknown, number>) => use(cache, 'k')] as const),
  ['getMany', (cache) => cache.getMany(['k'])],
  ['hasMany', (cache) => cache.hasMany(['k'])],
  ['setMany', (cache) => cache.setMany([['k', 1]])],
  ['deleteMany', (cache) => cache.deleteMany(['k'])],
];
const loadsOfKeys: readonly (readonly [
  string,
  (cache: LRUCache<unknown, number>) => Promise<unknown>,
])[] = [
  ['fetch', (cache) => cache.fetch('k')],
  ['forceFetch', (cache) => cache.forceFetch('k')],
  ['fetchMany', (cache) => cache.fetchMany(['a', 'k'])],
];

describe.each(plainCases)('keyOf on $name', ({ open }) => {
  const engine = open();

  it('finds a key by what is in it', () => {
    const cache = openPairs(engine);
    cache.set(['a', 1], 10).set(['a', 2], 20);
    expect([cache.get(['a', 1]), cache.has(['a', 2]), cache.peek(['b', 1])]).toEqual([
      ...[10, true, undefined],
    ]);
    expect(cache.delete(['a', 1])).toBe(true);
    expect([...cache.keys()]).toEqual([['a', 2]]);
  });

  it('takes every kind of primitive, each for itself', () => {
    const ids = [1, '1', 1n, true, Symbol('1'), Number.NaN, -0, ''];
    const cache = openCache<{ id: unknown }, number>(engine, {
      ...{ max: 10, keyOf: ({ id }) => id as string },
    });
    for (const [i, id] of ids.entries()) cache.set({ id }, i);
    expect(cache.getMany(ids.map((id) => ({ id })))).toEqual(ids.map((_, i) => i));
    expect(cache.get({ id: 0 })).toBe(6);
  });

  it('shows the key with which the value was set', () => {
    const told: unknown[][] = [];
    const tell = (...args: unknown[]) => void told.push(args);
    const cache = openPairs(engine, { dispose: tell, onInsert: tell, disposeAfter: tell });
    const [first, second, third]: Pair[] = [
      ['a', 1],
      ['a', 1],
      ['a', 1],
    ];
    cache.set(first as Pair, 10);
    cache.get(third as Pair);
    expect([...cache.keys()][0]).toBe(first);
    told.length = 0;
    cache.set(second as Pair, 20);
    expect(
      told.map(([value, key, reason]) => [value, key === first, key === second, reason]),
    ).toEqual([
      [10, true, false, 'set'],
      [20, false, true, 'replace'],
      [10, true, false, 'set'],
    ]);
    expect(cache.dump()[0]?.[0]).toBe(second);
    // Also with the same value: that is a set as any other.
    cache.set(third as Pair, 20);
    expect(told.at(-1)?.[1]).toBe(third);
    expect([...cache.rkeys()][0]).toBe(third);
    expect(cache.setWithEvicted(['b', 1], 1)).toEqual([]);
    cache.set(['c', 1], 1);
    expect(cache.setWithEvicted(['d', 1], 1)[0]?.[0]).toBe(third);
  });

  it('gives -0 back as 0, as a Map does', () => {
    const cache = openCache<number, number>(engine, { max: 3, keyOf: (key: number) => key });
    cache.set(-0, 1);
    expect(Object.is([...cache.keys()][0], 0)).toBe(true);
  });

  it('gives loaders and functions of the caller the keys that were given', async () => {
    const seen: unknown[] = [];
    const see = <T>(key: Pair, value: T): T => {
      seen.push(key);
      return value;
    };
    const cache = openPairs(engine, {
      ...{ maxSize: 100, ttl: 60_000 },
      sizeCalculation: (_, key) => see(key, 1),
      ttlCalculation: (_, key) => see(key, 60_000),
      fetchMethod: (key) => see(key, 1),
      fetchManyMethod: (keys) => keys.map((key) => see(key, 1)),
      memoMethod: (key) => see(key, 1),
    });
    const key: Pair = ['a', 1];
    await cache.fetch(key);
    cache.delete(['a', 1]);
    cache.memo(key);
    cache.delete(['a', 1]);
    cache.getOrInsertComputed(key, (given) => see(given, 1));
    cache.delete(['a', 1]);
    await cache.fetchMany([key, ['a', 1], ['a', 1]]);
    cache.deleteWhere((_, given) => see(given, false));
    cache.forEach((_, given) => void see(given, false));
    cache.find((_, given) => see(given, false));
    expect(seen.length).toBe(4 * 3 + 3);
    expect(seen.filter((other) => other !== key)).toEqual([]);
  });

  it('joins the load of an equal key, and gives many keys once each', async () => {
    const calls: (readonly Pair[])[] = [];
    const cache = openPairs(engine, {
      fetchManyMethod: async (keys) => {
        calls.push(keys);
        // Under keys of the loader's own.
        return new Map(keys.map(([name, id]) => [[name, id], id] as const));
      },
    });
    const [first, again]: Pair[] = [
      ['a', 1],
      ['a', 1],
    ];
    const [one, many] = await Promise.all([
      cache.fetch(first as Pair),
      cache.fetchMany([['b', 2], again as Pair, ['b', 2]]),
    ]);
    expect(one).toBe(1);
    expect([...many]).toEqual([
      [['b', 2], 2],
      [['a', 1], 1],
    ]);
    expect([...many.keys()][1]).toBe(again);
    expect(calls).toEqual([[['a', 1]], [['b', 2]]]);
    expect([...cache.keys()].find(([name]) => name === 'a')).toBe(first);
  });

  it('aborts a load when an equal key is set or deleted', async () => {
    const cache = openPairs(engine, { fetchMethod: () => new Promise(() => {}) });
    const loads = [cache.fetch(['a', 1]), cache.fetch(['b', 1])].map(cameTo);
    cache.set(['a', 1], 5);
    expect(cache.delete(['b', 1])).toBe(true);
    expect(await Promise.all(loads)).toEqual(['error FETCH_REPLACED', 'error FETCH_DELETED']);
  });

  it('is called once for a key, whatever the operation does with it', async () => {
    let calls = 0;
    const cache = openCache<unknown, number>(engine, {
      ...{ max: 3, ttl: 60_000, recordStats: true, maxAge: 120_000, staleWhileRevalidate: 5 },
      keyOf: (key) => {
        calls += 1;
        return String(key);
      },
      fetchMethod: async () => 1,
      memoMethod: () => 1,
      dispose: () => {},
    });
    for (const [name, use] of usesOfKeys) {
      for (const isThere of [true, false]) {
        if (isThere) cache.set('k', 1);
        else cache.delete('k');
        calls = 0;
        use(cache);
        expect(calls, `${name}, ${isThere}`).toBe(1);
      }
    }
    for (const [name, load] of loadsOfKeys) {
      cache.clear();
      calls = 0;
      await load(cache);
      expect(calls, name).toBe(name === 'fetchMany' ? 2 : 1);
    }
    calls = 0;
    for (const [name, use] of uses)
      if (!usesOfKeys.some(([other]) => other === name)) use(cache, 1);
    expect(calls, 'without a key').toBe(0);
  });

  it('goes on by what a key was, though its owner changes it', async () => {
    const settle: ((value: number) => void)[] = [];
    const cache = openCache<[number], number>(engine, {
      ...{ max: 3, keyOf: ([id]) => id, dispose: () => {} },
      fetchMethod: () => new Promise((resolve) => settle.push(resolve)),
    });
    const key: [number] = [1];
    cache.set(key, 10);
    const loading = cache.fetch(key, { forceRefresh: true });
    key[0] = 2;
    expect([cache.get([1]), cache.get([2])]).toEqual([10, undefined]);
    expect(cache.find(() => true)).toBe(10);
    settle[0]?.(11);
    expect(await loading).toBe(11);
    expect(cache.dump()).toEqual([[[2], { value: 11 }]]);
    expect(cache.get([1])).toBe(11);
    expect(cache.deleteWhere(() => true)).toBe(1);
  });

  it('lets an array be used again and again as the key', () => {
    const scratch: [number] = [0];
    const cache = openCache<[number], number>(engine, { max: 50, keyOf: ([id]) => id });
    for (let i = 0; i < 100; i++) {
      scratch[0] = i;
      cache.set(scratch, i);
    }
    expect(cache.getMany([[49], [50], [99]])).toEqual([undefined, 50, 99]);
  });

  it('keeps no key of what has left', () => {
    const cache = openPairs(engine);
    const { originals } = entriesOf(cache);
    for (let i = 0; i < 10; i++) cache.set(['a', i], i);
    cache.pop();
    cache.delete(['a', 9]);
    expect(originals?.filter((key) => key !== undefined)).toEqual([['a', 8]]);
    cache.clear();
    expect(originals).toEqual([]);
  });

  it('reads a dump, and makes another cache of the same kind', () => {
    const cache = openPairs(engine, { ttl: 60_000 });
    cache.set(['a', 1], 1).set(['b', 2], 2);
    const copy = new LRUCache<Pair, number>(cache);
    expect(copy.keyOf).toBe(keyOf);
    copy.load(JSON.parse(JSON.stringify(cache.dump())));
    expect(copy.get(['b', 2])).toBe(2);
    expect([...copy.keys()]).toEqual([...cache.keys()]);
  });

  it('tells a status the key of the call', () => {
    const cache = openPairs(engine);
    const status: LRUCache.Status<Pair, number> = {};
    const key: Pair = ['a', 1];
    cache.set(['a', 1], 1);
    cache.get(key, { status });
    expect(status.key).toBe(key);
    expect(status.get).toBe('hit');
  });
});

describe.each(plainCases)('a keyOf that fails on $name', ({ open }) => {
  const engine = open();
  const error = new Error('no key');
  /** A cache with a stale entry, which lookups would remove, and a fresh one. */
  const openStale = (bad: (key: unknown) => unknown) => {
    let isBad = false;
    let now = 1;
    const told: unknown[] = [];
    const cache = openCache<unknown, number>(engine, {
      ...{ max: 2, ttl: 10, ttlResolution: 0, perf: { now: () => now }, recordStats: true },
      keyOf: (key) => (isBad && key === 'k' ? bad(key) : key) as string,
      fetchMethod: async () => expect.fail('loaded'),
      memoMethod: () => expect.fail('computed'),
      dispose: (...args) => told.push(args),
    });
    cache.set('k', 1);
    now += 20;
    cache.set('fresh', 2);
    const state = () => JSON.stringify([contentOf(cache), told, cache.stats()]);
    isBad = true;
    return { cache, state };
  };

  const bads: readonly (readonly [string, string, (key: unknown) => unknown])[] = [
    ['an object', 'INVALID_KEY', (key) => ({ key })],
    ['a promise', 'INVALID_KEY', async (key) => key],
    ['a function', 'INVALID_KEY', (key) => () => key],
    ['undefined', 'INVALID_KEY', () => undefined],
    ['null', 'INVALID_KEY', () => null],
  ];

  describe.each(bads)('as it gives %s', (_, code, bad) => {
    it.each(usesOfKeys)('%s', (name, use) => {
      const { cache, state } = openStale(bad);
      const was = state();
      const refused = codeOf(() => use(cache));
      expect(refused).toBe(code);
      expect(state(), name).toBe(was);
    });

    it.each(loadsOfKeys)('%s', async (_, load) => {
      const { cache, state } = openStale(bad);
      const was = state();
      expect(await cameTo(load(cache))).toBe(`error ${code}`);
      await drain();
      expect(state()).toBe(was);
    });
  });

  it.each(usesOfKeys)('as it throws: %s', (_, use) => {
    const { cache, state } = openStale(() => {
      throw error;
    });
    const was = state();
    expect(() => use(cache)).toThrow(error);
    expect(state()).toBe(was);
  });

  it.each(loadsOfKeys)('as it throws: %s', async (_, load) => {
    const { cache, state } = openStale(() => {
      throw error;
    });
    const was = state();
    await expect(load(cache)).rejects.toBe(error);
    expect(state()).toBe(was);
  });

  it('rejects each load of a batch whose result has such a key', async () => {
    const cache = openCache<unknown, number>(engine, {
      ...{ max: 3, keyOf: (key) => key as string },
      fetchManyMethod: async () => [['a', 1] as const, [{}, 2] as const].values(),
    });
    expect(await cameTo(cache.fetchMany(['a', 'b']))).toBe('error INVALID_KEY');
    expect(cache.size).toBe(0);
  });

  it('says what is wrong', () => {
    const cache = openCache<unknown, number>(engine, { max: 1, keyOf: () => null as never });
    expect(() => cache.get({})).toThrow(LRUCacheTypeError);
    expect(() => cache.get({})).toThrow(
      'keyOf must return a string, number, bigint, boolean or symbol, not null',
    );
  });

  it('is refused if it is no function', () => {
    for (const bad of ['id', {}, null, 1]) {
      expect(codeOf(() => openCache(engine, { max: 1, keyOf: bad as never }))).toBe(
        'INVALID_CALLBACK',
      );
    }
  });
});

describe.each(plainCases)('a keyOf that uses the cache on $name', ({ open }) => {
  const engine = open();
  const inner: readonly (readonly [string, (cache: LRUCache<unknown, number>) => unknown])[] = [
    ['get', (cache) => cache.get('k')],
    ['set', (cache) => cache.set('k', 7)],
    ['set another', (cache) => cache.set('x', 7).set('y', 8)],
    ['delete', (cache) => cache.delete('k')],
    ['clear', (cache) => cache.clear()],
    ['resize', (cache) => cache.resize(1)],
    ['fetch', (cache) => void cache.fetch('k').catch(() => {})],
    ['dispose', (cache) => cache[Symbol.dispose]()],
  ];

  describe.each(inner)('by %s', (within, run) => {
    it.each([...usesOfKeys, ...loadsOfKeys])('%s', async (_, use) => {
      let isArmed = false;
      const held = new Map<unknown, number>();
      const cache: LRUCache<unknown, number> = openCache<unknown, number>(engine, {
        max: 2,
        keyOf: (key) => {
          if (isArmed) {
            isArmed = false;
            run(cache);
          }
          return key as string;
        },
        fetchMethod: async () => 9,
        memoMethod: () => 9,
        onInsert: (value, key) => void held.set(key, value),
        dispose: (value, key, reason) => {
          if (reason !== 'set') held.delete(key);
          expect(value).toBeTypeOf('number');
        },
      });
      cache.set('k', 1).set('l', 2);
      isArmed = true;
      let thrown: unknown;
      try {
        await use(cache);
      } catch (error) {
        thrown = (error as { code?: string }).code ?? error;
      }
      await drain();
      if (within === 'dispose') {
        expect([thrown, held.size]).toEqual(['DISPOSED', 0]);
        return;
      }
      expectValid(cache);
      expect(new Map([...cache])).toEqual(held);
    });
  });
});
