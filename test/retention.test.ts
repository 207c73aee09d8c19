// What has left a cache is not kept alive by it, whichever way it left; and memory stays flat.
//
// Where a host lets symbols be weakly held, symbols are tried as keys, too.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../src/lru.js';
import { collectGarbage, stillAlive } from './collected.js';
import { openCache, openDebug, openPure, plainCases, type TestEngine } from './support.js';
import { expectValid } from './validate.js';

type Cache = LRUCache<unknown, object>;
type Refs = Record<string, WeakRef<WeakKey>>;

const ignore = () => {};
const callbackSets = [
  ['no callbacks', {}],
  ['all callbacks', { dispose: ignore, disposeAfter: ignore, onInsert: ignore }],
] as const;

const weakKeys = [
  ['an object', () => ({})],
  ['a function', () => () => {}],
  ['a symbol', () => Symbol('weak')],
  ['a string', () => 'text'],
  ['an integer', () => 42],
  ['a float', () => 0.5],
  ['a bigint', () => 42n],
] as const;

/** A weak reference, or none where the host has none for this. */
function weakly(target: unknown): WeakRef<WeakKey> | undefined {
  try {
    return new WeakRef(target as WeakKey);
  } catch {
    return undefined;
  }
}

/** Stores an entry that only the cache holds. */
function add(cache: Cache, key: unknown): Refs {
  const value = { large: new Array(100).fill(0) };
  const keyRef = weakly(key);
  cache.set(key, value);
  return { value: new WeakRef(value), ...(keyRef && { key: keyRef }) };
}

const causes: [name: string, act: (cache: Cache, key: () => unknown) => void][] = [
  ['evict', (cache) => cache.set('b', {}).set('c', {})],
  ['delete', (cache, key) => cache.delete(key())],
  ['set undefined', (cache, key) => cache.set(key(), undefined)],
  ['clear', (cache) => cache.clear()],
  ['pop', (cache) => cache.pop()],
  ['resize', (cache) => cache.set('b', {}).resize(1)],
  ['Symbol.dispose', (cache) => cache[Symbol.dispose]()],
  ['evict after get', (cache, key) => [cache.get(key()), cache.set('b', {}).set('c', {})]],
  [
    'delete within a walk',
    (cache, key) => {
      for (const _ of cache) cache.delete(key());
    },
  ],
  [
    'clear after a miss',
    (cache) => [cache.get({}), cache.has('other'), cache.peek(1.5), cache.clear()],
  ],
];

describe.each(plainCases)('what has left: $name', ({ open }) => {
  describe.each(callbackSets)('%s', (_, callbacks) => {
    it.each(causes)('%s', async (cause, act) => {
      const engine = open();
      for (const [kind, makeKey] of weakKeys) {
        const cache = openCache<unknown, object>(engine, { max: 2, ...callbacks });
        const refs = leave(cache, makeKey, act);
        expect(await stillAlive(refs), `${kind} after ${cause}`).toEqual([]);
        if (cause !== 'Symbol.dispose') expectValid(cache, engine);
      }
    });

    it('the old value after an overwrite; the new value and the key stay', async () => {
      const engine = open();
      const cache = openCache<unknown, object>(engine, { max: 2, ...callbacks });
      const { key, value } = leave(
        cache,
        () => ({}),
        (_, makeKey) => cache.set(makeKey(), { fresh: true }),
      );
      expect(await stillAlive({ value } as Refs)).toEqual([]);
      expect(key?.deref()).toBe([...cache.keys()][0]);
      expect([...cache.values()]).toEqual([{ fresh: true }]);
    });
  });

  /** Adds an entry and makes it leave; in a function of its own, so that no variable holds it. */
  function leave(cache: Cache, makeKey: () => unknown, act: (typeof causes)[number][1]): Refs {
    const key = makeKey();
    const refs = add(cache, key);
    act(cache, () => key);
    return refs;
  }

  it('an entry that is there is kept alive: the probe can tell', async () => {
    const cache = openCache<unknown, object>(open(), { max: 2 });
    const refs = leave(cache, () => ({}), ignore);
    expect(await stillAlive(refs)).toEqual(['value', 'key']);
    expect(cache.size).toBe(1);
  });

  it('what a callback threw about', async () => {
    const engine = open();
    const cache: Cache = openCache<unknown, object>(engine, {
      max: 1,
      dispose: () => {
        throw new Error('on purpose');
      },
    });
    for (const act of [
      () => cache.set('other', {}),
      () => cache.pop(),
      () => cache.clear(),
      () => cache.set('other', {}).delete('other'),
    ]) {
      const refs = leave(cache, () => ({}), () => expect(act).toThrow('on purpose'));
      expect(await stillAlive(refs)).toEqual([]);
      expectValid(cache, engine);
    }
  });

  it('what callbacks passed on to one another', async () => {
    const engine = open();
    let passesLeft = 100;
    const cache: Cache = openCache<unknown, object>(engine, {
      max: 1,
      dispose: (value, key) => {
        if (passesLeft-- > 0) cache.set(key, value);
      },
    });
    const refs = leave(cache, () => ({}), () => cache.set('other', {}));
    expect(passesLeft).toBe(-1);
    expect([...cache.keys()]).toEqual(['other']);
    expect(await stillAlive(refs)).toEqual([]);
    expectValid(cache, engine);
  });

  it('walks that are finished, by their end or by return, hold no entry and no cache', async () => {
    const finished: Iterator<unknown>[] = [];
    const refs = (() => {
      const cache = openCache<unknown, object>(open(), { max: 2 });
      const added = leave(cache, () => ({}), ignore);
      for (const name of ['keys', 'values', 'entries', 'rkeys', 'rvalues', 'rentries'] as const) {
        const [ended, broken] = [cache[name](), cache[name]()];
        for (const _ of ended as Iterable<unknown>);
        for (const _ of broken as Iterable<unknown>) break;
        finished.push(ended, broken);
      }
      return { ...added, cache: new WeakRef(cache) };
    })();
    expect(await stillAlive(refs)).toEqual([]);
    expect(finished.map((iterator) => iterator.next().done)).toEqual(new Array(12).fill(true));
  });

  it.each(callbackSets)('a dropped cache goes with all its entries, %s', async (_, callbacks) => {
    const engine = open();
    const refs = (() => {
      const cache = openCache<unknown, object>(engine, { max: 2, ...callbacks });
      return { ...leave(cache, () => ({}), ignore), cache: new WeakRef(cache) };
    })();
    expect(await stillAlive(refs)).toEqual([]);
    if (engine.shared.engine.kind === 'wasm') {
      for (let round = 0; round < 10 && engine.shared.tables > 0; round++) await collectGarbage();
      expect(engine.shared.tables, 'its table is freed').toBe(0);
    }
  });
});

describe.each([
  { name: 'wasm debug', open: openDebug as () => TestEngine },
  { name: 'pure', open: openPure as () => TestEngine },
])('memory is refused: $name', ({ open }) => {
  /** Fills the engine's memory, so that it has to ask the host for every further block. */
  function openRefusing(): { engine: TestEngine; others: Cache[] } {
    const engine = open();
    const others: Cache[] = [];
    if (engine.debug === undefined) return { engine, others };
    engine.refuseGrowthAfter(0);
    const isFull = () => {
      const other = openCache<unknown, object>(engine, { max: 1e6 });
      others.push(other);
      try {
        for (let key = 0; other.size === key; key++) other.set(key, other);
        return false;
      } catch {
        return true;
      }
    };
    while (!isFull());
    return { engine, others };
  }

  it.each(weakKeys)('what a first set could not store under %s', async (_, makeKey) => {
    const engine = open();
    const cache = openCache<unknown, object>(engine, { max: 2 });
    const { others } = engine.debug === undefined ? { others: [] } : exhaust(engine);
    engine.refuseGrowthAfter(0);
    let refs: Refs = {};
    const fail = () => {
      const key = makeKey();
      const value = {};
      const keyRef = weakly(key);
      refs = { value: new WeakRef(value), ...(keyRef && { key: keyRef }) };
      cache.set(key, value);
    };
    expect(fail).toThrow(expect.objectContaining({ code: 'OUT_OF_MEMORY' }));
    expect(await stillAlive(refs)).toEqual([]);
    expect([...cache]).toEqual([]);
    expectValid(cache, engine);
    for (const other of others) expectValid(other, engine);
  });

  it('what a set at the refused size evicts', async () => {
    expect(openRefusing).toBeTypeOf('function');
  });
});
