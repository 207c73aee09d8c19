// Values that nobody can change: what is frozen, what is not, what is copied and when, and what
// becomes of a value that cannot be frozen, or of a function that throws or uses the cache.
//
// That every way out of the cache is safe is shown by random/freeze.test.ts.

import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { LRUCache } from '../../src/api/lru.js';
import { LRUCacheTypeError } from '../../src/common/errors.js';
import { memoize } from '../../src/memoize.js';
import { cameTo, drain, expectNothingUnhandled } from '../loads/tools.js';
import { openCache, plainCases, type TestEngine } from '../support/engines.js';
import { codeOf, contentOf } from '../support/hand-clock.js';
import { expectValid } from '../support/validate.js';

expectNothingUnhandled();

type Given = LRUCache.OptionsBase<string, unknown, unknown>;

const openFrozen = (engine: TestEngine, given: Given) =>
  openCache<string, unknown>(engine, { max: 3, ...given });

describe.each(plainCases)('freeze on $name', ({ open }) => {
  const engine = open();

  it("'shallow' freezes the value itself, and nothing in it", () => {
    const cache = openFrozen(engine, { freeze: 'shallow' });
    const value = { list: [1], name: 'ada' };
    cache.set('a', value);
    expect(cache.get('a')).toBe(value);
    expect(() => Object.assign(value, { name: 'x' })).toThrow(TypeError);
    value.list.push(2);
    expect(value).toEqual({ list: [1, 2], name: 'ada' });
  });

  it('freezes nothing that a set refuses', () => {
    const cache = openFrozen(engine, { freeze: 'deep' });
    const value = { in: {} };
    for (const bad of [{ ttl: Number.NaN }, { tags: 5 }, { ttl: 5, start: Number.NaN }]) {
      expect(() => cache.set('a', value, bad as never)).toThrow(LRUCacheTypeError);
    }
    expect([Object.isFrozen(value), Object.isFrozen(value.in)]).toEqual([false, false]);
  });

  it('a function copies what a fetch finds at once, before it can leave the cache', async () => {
    const cache = openCache<string, { items: string[] }>(engine, {
      ...{ max: 1, freeze: structuredClone, fetchMethod: async () => ({ items: [] }) },
      dispose: (value: { items: string[] }) => void value.items.push('disposed'),
    });
    cache.set('a', { items: ['book'] });
    const found = cache.fetch('a');
    cache.set('b', { items: [] });
    expect(await found).toEqual({ items: ['book'] });
  });

  it('lets a load fail in silence if nobody waits for its copy', async () => {
    const cache = openCache<string, object>(engine, {
      ...{ max: 3, freeze: structuredClone },
      fetchMethod: () => Promise.reject(new Error('load failed')),
    });
    const first = cache.fetch('a').catch(() => {});
    const status = {
      set fetch(_: unknown) {
        throw new Error('status');
      },
    };
    await expect(cache.fetch('a', { status: status as never })).rejects.toThrow('status');
    await first;
    await drain();
  });

  it('gives a stale value that leaves the cache as it is, without a copy', () => {
    let now = 0;
    let copies = 0;
    const cache = openCache<string, object>(engine, {
      ...{ max: 3, ttl: 10, ttlResolution: 0, allowStale: true, perf: { now: () => now } },
      freeze: (value: object) => {
        copies += 1;
        return { ...value };
      },
    });
    cache.set('a', { n: 1 });
    now = 100;
    expect([cache.get('a'), copies, cache.size]).toEqual([{ n: 1 }, 1, 0]);
  });

  it("'deep' freezes arrays and plain objects in it, however deep and in circles", () => {
    const cache = openFrozen(engine, { freeze: 'deep' });
    const symbol = Symbol('held');
    const foreign = runInNewContext('({ list: [{}] })');
    const bare = Object.assign(Object.create(null), { in: {} });
    // Deeper than a stack.
    const deepest = {};
    let chain: object = deepest;
    for (let i = 0; i < 50_000; i++) chain = [chain];
    const hidden = {};
    const value = {
      ...{ rows: [{ cells: [{}] }], foreign, bare, chain, [symbol]: { of: {} } },
      self: undefined as unknown,
      alreadyFrozen: Object.freeze({ inner: {} }),
    };
    value.self = [value];
    Object.defineProperty(value, 'hidden', { value: hidden });
    cache.set('a', value);
    const all = [
      ...[value, value.self, value.rows, value.rows[0], value.rows[0]?.cells[0], foreign],
      ...[foreign.list[0], bare, bare.in, deepest, value[symbol].of, hidden],
      value.alreadyFrozen.inner,
    ];
    expect(all.filter((object) => !Object.isFrozen(object))).toEqual([]);
  });

  it("'deep' leaves what has a class as it is, but for the value itself", () => {
    class Point {
      x = { at: 1 };
    }
    const cache = openFrozen(engine, { freeze: 'deep' });
    const inner = [new Point(), new Date(), new Map(), new Uint8Array(2), () => {}, /x/];
    const value = { list: [...inner] };
    const root = new Point();
    cache.set('a', value).set('b', root);
    expect([value, value.list, root, root.x].map(Object.isFrozen)).toEqual([
      ...[true, true, true, true],
    ]);
    expect(inner.filter(Object.isFrozen)).toEqual([]);
  });

  it('calls no getter', () => {
    const cache = openFrozen(engine, { freeze: 'deep' });
    const value = Object.defineProperty({}, 'lazy', {
      enumerable: true,
      get: () => expect.fail('called'),
    });
    cache.set('a', value);
    expect(Object.isFrozen(value)).toBe(true);
  });

  it.each(['shallow', 'deep'] as const)(
    '%s refuses what cannot be frozen, and changes nothing',
    async (freeze) => {
      const error = new Error('no');
      const bads = [
        new Uint8Array(1),
        Buffer.from('x'),
        new Proxy({}, { preventExtensions: () => false }),
        new Proxy(
          {},
          {
            preventExtensions: () => {
              throw error;
            },
          },
        ),
      ];
      const told: unknown[] = [];
      const cache = openFrozen(engine, {
        ...{ freeze, dispose: (value) => void told.push(value) },
        fetchMethod: async () => bads[0],
        memoMethod: () => bads[0],
      });
      cache.set('a', 1).set('b', 2).set('c', 3);
      const before = contentOf(cache);
      for (const bad of bads) {
        for (const key of ['a', 'new']) {
          expect(codeOf(() => cache.set(key, bad))).toBe('INVALID_VALUE');
          expect(codeOf(() => cache.getOrInsert('new', bad))).toBe('INVALID_VALUE');
        }
      }
      expect(codeOf(() => cache.memo('new'))).toBe('INVALID_VALUE');
      expect(await cameTo(cache.fetch('new'))).toBe('error INVALID_VALUE');
      expect([contentOf(cache), told]).toEqual([before, []]);
      const thrown = (): void => void cache.set('a', bads[3]);
      expect(thrown).toThrow(LRUCacheTypeError);
      expect(thrown).toThrow(expect.objectContaining({ cause: error }));
      cache.set('a', new Uint8Array(0));
      expectValid(cache);
    },
  );

  it.each(['shallow', 'deep'] as const)('%s lets primitives and functions through', (freeze) => {
    const cache = openCache<number, unknown>(engine, { max: 10, freeze });
    const values = [1, '', null, false, 1n, Symbol('s'), Number.NaN];
    for (const [i, value] of values.entries()) cache.set(i, value);
    expect(values.map((_, i) => cache.get(i))).toEqual(values);
    const run = () => {};
    cache.set(9, run);
    expect([cache.get(9), Object.isFrozen(run)]).toEqual([run, true]);
  });

  it('freezes a value that is refused as too large, and not one that is refused before', () => {
    const cache = openFrozen(engine, { freeze: 'shallow', maxSize: 5 });
    const [large, wrong] = [{}, {}];
    cache.set('a', large, { size: 9 });
    expect(codeOf(() => cache.set('a', wrong, { size: -1 }))).toBe('INVALID_SIZE');
    expect([large, wrong].map(Object.isFrozen)).toEqual([true, false]);
  });

  it('freezes what loads bring, also if it is not stored', async () => {
    const bring = { fetch: {}, memo: {}, computed: {}, a: {}, b: {}, unwanted: {} };
    let gate = (): void => {};
    const cache = openFrozen(engine, {
      freeze: 'deep',
      fetchMethod: (key) =>
        key === 'unwanted'
          ? new Promise((resolve) => {
              gate = () => resolve(bring.unwanted);
            })
          : bring[key as 'fetch'],
      fetchManyMethod: async (keys) => keys.map((key) => bring[key as 'a']),
      memoMethod: () => bring.memo,
    });
    await cache.fetch('fetch');
    await cache.fetchMany(['a', 'b']);
    cache.memo('memo');
    cache.getOrInsertComputed('computed', () => bring.computed);
    const unwanted = cache.fetch('unwanted', { ignoreFetchAbort: true });
    cache.delete('unwanted');
    gate();
    expect(await unwanted).toBe(bring.unwanted);
    expect(Object.values(bring).filter((value) => !Object.isFrozen(value))).toEqual([]);
  });
});

describe.each(plainCases)('copies on $name', ({ open }) => {
  const engine = open();

  it('stores a copy, and gives each a copy of it', () => {
    const calls: unknown[] = [];
    const cache = openFrozen(engine, {
      freeze: function (this: unknown, value, ...rest: unknown[]) {
        // So that `structuredClone` can be given as it is.
        expect([this, rest]).toEqual([undefined, []]);
        calls.push(value);
        return structuredClone(value);
      },
    });
    const value = { n: 1 };
    cache.set('a', value);
    expect(calls).toEqual([value]);
    const [first, second] = [cache.get('a'), cache.get('a')];
    expect(new Set([value, first, second]).size).toBe(3);
    expect(calls.length).toBe(3);
    expect(calls[1]).toBe(calls[2]);
    cache.has('a');
    cache.getRemainingTTL('a');
    [...cache.keys()];
    cache.pop();
    cache.set('b', 'a primitive').get('b');
    expect(calls.length, 'not for what gives no value, nor for one that leaves').toBe(3);
  });

  it('gives a value that has left as it is', () => {
    const told: unknown[] = [];
    const copies = new Set<unknown>();
    const cache = openFrozen(engine, {
      max: 1,
      freeze: (value) => {
        const copy = structuredClone(value);
        copies.add(copy);
        return copy;
      },
      dispose: (value) => void told.push(value),
    });
    cache.set('a', { n: 1 });
    const [stored] = copies;
    const [[, evicted]] = cache.setWithEvicted('b', { n: 2 }) as [[string, unknown]];
    expect([told[0], evicted]).toEqual([stored, stored]);
    expect(told[0]).toBe(stored);
    cache.set('b', { n: 2 });
    expect(told.length, 'a copy is never the same value').toBe(2);
  });

  it('gives each who joins a load a copy of his own', async () => {
    const cache = openFrozen(engine, {
      ...{ freeze: structuredClone, fetchMethod: async () => ({ n: 1 }) },
      ...{ fetchManyMethod: async (keys) => keys.map(() => ({ n: 2 })) },
    });
    const given = await Promise.all([cache.fetch('a'), cache.fetch('a'), cache.forceFetch('a')]);
    expect(given).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
    expect(new Set([...given, cache.peek('a')]).size).toBe(4);
    const [one, two] = await Promise.all([cache.fetchMany(['b', 'c']), cache.fetchMany(['b'])]);
    expect(one.get('b')).not.toBe(two.get('b'));
  });

  it.each([
    ['set', (cache: LRUCache<string, unknown>) => cache.set('new', {})],
    ['get', (cache: LRUCache<string, unknown>) => cache.get('a')],
    ['peek', (cache: LRUCache<string, unknown>) => cache.peek('a')],
    ['info', (cache: LRUCache<string, unknown>) => cache.info('a')],
    ['dump', (cache: LRUCache<string, unknown>) => cache.dump()],
    ['values', (cache: LRUCache<string, unknown>) => [...cache.values()]],
    ['forEach', (cache: LRUCache<string, unknown>) => cache.forEach(() => {})],
    ['deleteWhere', (cache: LRUCache<string, unknown>) => cache.deleteWhere(() => true)],
    ['fetch', (cache: LRUCache<string, unknown>) => cache.fetch('a')],
    ['a load', (cache: LRUCache<string, unknown>) => cache.fetch('new')],
    ['a refresh', (cache: LRUCache<string, unknown>) => cache.fetch('a', { forceRefresh: true })],
    ['many', (cache: LRUCache<string, unknown>) => cache.fetchMany(['a', 'new'])],
  ])('%s throws what the function throws, and goes on afterwards', async (_, act) => {
    const error = new Error('cannot be copied');
    let isFailing = false;
    const cache = openFrozen(engine, {
      freeze: (value) => {
        if (isFailing) throw error;
        return structuredClone(value);
      },
      fetchMethod: async () => ({}),
      noDeleteOnFetchRejection: true,
    });
    cache.set('a', { n: 1 });
    isFailing = true;
    await expect((async () => act(cache))()).rejects.toBe(error);
    await drain();
    isFailing = false;
    expect([cache.size, cache.has('new')]).toEqual([1, false]);
    expect(await cache.fetch('a')).toEqual({ n: 1 });
    expect(await cache.fetch('other')).toEqual({});
  });

  it('refuses a function that returns nothing', () => {
    const cache = openFrozen(engine, { freeze: (() => undefined) as never });
    expect(codeOf(() => cache.set('a', {}))).toBe('INVALID_VALUE');
    expect(() => cache.set('a', {})).toThrow('freeze must return a value, not undefined');
    expect(cache.size).toBe(0);
  });

  const inner: readonly (readonly [string, (cache: LRUCache<string, unknown>) => unknown])[] = [
    ['get', (cache) => cache.get('a')],
    ['set', (cache) => cache.set('a', 7)],
    ['set others', (cache) => cache.set('x', 7).set('y', 8)],
    ['delete', (cache) => cache.delete('a')],
    ['clear', (cache) => cache.clear()],
    ['dispose', (cache) => cache[Symbol.dispose]()],
  ];
  describe.each(inner)('with a function that uses the cache by %s', (within, run) => {
    it.each([
      ['set', (cache: LRUCache<string, unknown>) => cache.set('a', { n: 5 }).size],
      ['get', (cache: LRUCache<string, unknown>) => cache.get('a')],
      ['entries', (cache: LRUCache<string, unknown>) => [...cache]],
      ['dump', (cache: LRUCache<string, unknown>) => cache.dump()],
      ['find', (cache: LRUCache<string, unknown>) => cache.find(() => true)],
      ['deleteWhere', (cache: LRUCache<string, unknown>) => cache.deleteWhere(() => true)],
      ['fetch', (cache: LRUCache<string, unknown>) => cache.fetch('a', { forceRefresh: true })],
    ])('%s', async (_, act) => {
      let isArmed = false;
      let present = 0;
      const cache: LRUCache<string, unknown> = openFrozen(engine, {
        freeze: (value) => {
          if (isArmed) {
            isArmed = false;
            run(cache);
          }
          return structuredClone(value);
        },
        fetchMethod: async () => ({ n: 9 }),
        onInsert: (_value, _key, reason) => {
          if (reason === 'add') present += 1;
        },
        dispose: (_value, _key, reason) => {
          if (reason !== 'set') present -= 1;
        },
      });
      cache.set('a', { n: 1 }).set('b', { n: 2 });
      isArmed = true;
      let thrown: unknown;
      try {
        await act(cache);
      } catch (error) {
        thrown = (error as { code?: string }).code ?? error;
      }
      await drain();
      expect([undefined, 'DISPOSED', 'FETCH_LOOP', 'FETCH_DELETED', 'FETCH_REPLACED']).toContain(
        thrown,
      );
      if (within !== 'dispose') expectValid(cache);
      expect(within === 'dispose' ? 0 : cache.size).toBe(present);
    });
  });
});

describe('the option', () => {
  it.each([null, 1, {}, 'Deep', ''])('refuses %s', (bad) => {
    expect(codeOf(() => new LRUCache({ max: 1, freeze: bad as never }))).toBe('INVALID_OPTIONS');
    expect(() => new LRUCache({ max: 1, freeze: bad as never })).toThrow(
      "freeze must be 'shallow', 'deep' or a function",
    );
  });

  it.each([true, false])('ignores %s, which lru-memoizer passes on to its cache', (other) => {
    const cache = new LRUCache<string, object>({ max: 1, freeze: other as never });
    const value = {};
    cache.set('a', value);
    expect([cache.freeze, Object.isFrozen(value)]).toEqual([undefined, false]);
  });

  it('is a property that makes another cache of the kind', () => {
    const cache = new LRUCache<string, object>({ max: 1, freeze: 'shallow' });
    expect([cache.freeze, new LRUCache({ max: 1 }).freeze]).toEqual(['shallow', undefined]);
    const copy = new LRUCache(cache);
    const value = {};
    copy.set('a', value);
    expect(Object.isFrozen(value)).toBe(true);
  });

  it('freezes what memoized functions remember, or copies it', async () => {
    const frozen = memoize((n: number) => ({ n }), { freeze: 'deep' });
    expect(frozen(1)).toBe(frozen(1));
    expect(Object.isFrozen(frozen(1))).toBe(true);
    const copied = memoize(async (n: number) => ({ n }), {
      ...{ freeze: structuredClone, negativeTtl: 5 },
    });
    const [first, second] = [await copied(1), await copied(1)];
    expect([first, second, first === second]).toEqual([{ n: 1 }, { n: 1 }, false]);
    const none = memoize((_: number) => undefined, { freeze: structuredClone, negativeTtl: 5 });
    expect([none(1), none(1), none.stats().hits]).toEqual([undefined, undefined, 1]);
  });
});
