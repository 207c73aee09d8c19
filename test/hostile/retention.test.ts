// What has left a cache is not kept alive by it, whichever way it left; and memory stays flat.
//
// Where a host lets symbols be weakly held, symbols are tried as keys, too.

import { describe, expect, it } from 'vitest';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import { collectGarbage, stillAlive } from '../support/collected.js';
import { randomOf } from '../support/commands.js';
import {
  openCache,
  openDebug,
  openJs,
  openRelease,
  plainCases,
  type TestEngine,
} from '../support/engines.js';
import { expectValid } from '../support/validate.js';

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
      const caches: Cache[] = [];
      const refs: Refs = {};
      for (const [kind, makeKey] of weakKeys) {
        const cache: Cache = openCache(engine, { max: 2, ...callbacks });
        caches.push(cache);
        for (const [part, ref] of Object.entries(leave(cache, makeKey, act))) {
          refs[`${part} of ${kind}`] = ref;
        }
      }
      expect(await stillAlive(refs), cause).toEqual([]);
      if (cause === 'Symbol.dispose') return;
      for (const cache of caches) expectValid(cache);
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

  it.each([
    ['evict', (cache) => cache.set('other', {})],
    ['set', (cache, key) => cache.set(key(), { other: true }).set('other', {})],
    ['pop', (cache) => cache.pop()],
    ['clear', (cache) => cache.clear()],
    ['delete', (cache, key) => cache.delete(key())],
  ] as typeof causes)('what a callback threw about: %s', async (_, act) => {
    const engine = open();
    const refuse = () => {
      throw new Error('on purpose');
    };
    const cache: Cache = openCache(engine, { max: 1, dispose: refuse, disposeAfter: refuse });
    const fail: typeof act = (...args) => expect(() => act(...args)).toThrow('on purpose');
    const { value } = leave(cache, () => ({}), fail);
    expect(await stillAlive({ value } as Refs)).toEqual([]);
    expectValid(cache);
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
    const refs = leave(
      cache,
      () => ({}),
      () => cache.set('other', {}),
    );
    expect(passesLeft).toBe(-1);
    expect([...cache.keys()]).toEqual(['other']);
    expect(await stillAlive(refs)).toEqual([]);
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
    if (engine.engine.kind === 'wasm') {
      // The host reports to one registry at a time, and the engines of other tests have some, too.
      for (let round = 0; round < 300 && engine.host.tables > 0; round++) await collectGarbage();
      expect(engine.host.tables, 'its table is freed').toBe(0);
    }
  });
});

describe.each([
  { name: 'wasm debug', open: openDebug as () => TestEngine },
  { name: 'js', open: openJs as () => TestEngine },
])('memory is refused: $name', ({ open }) => {
  /** Refuses memory, and leaves none free in the engine for a first entry. */
  function exhaust(engine: TestEngine): Cache[] {
    engine.refuseGrowthAfter(0);
    const others: Cache[] = [];
    if (engine.debug === undefined) return others;
    // A large cache takes what it can double into, small ones take the rest.
    for (const max of [1e6, 2]) {
      for (let isFull = false; !isFull; ) {
        const other = openCache<unknown, object>(engine, { max });
        // Where not even a table fits, a cache gets the pure engine.
        if (other.engine !== 'wasm') break;
        others.push(other);
        try {
          for (let key = 0; other.size === key && key < max; key++) other.set(key, other);
        } catch {
          isFull = true;
        }
      }
    }
    return others;
  }

  it.each(weakKeys)('what a first set could not store under %s', async (_, makeKey) => {
    const engine = open();
    const cache = openCache<unknown, object>(engine, { max: 2 });
    const others = exhaust(engine);
    const refs: Refs = {};
    const fail = () => {
      const [key, value] = [makeKey(), {}];
      const keyRef = weakly(key);
      Object.assign(refs, { value: new WeakRef(value), ...(keyRef && { key: keyRef }) });
      cache.set(key, value);
    };
    expect(fail).toThrow(expect.objectContaining({ code: 'OUT_OF_MEMORY' }));
    expect(Object.keys(refs)).toContain('value');
    expect(await stillAlive(refs)).toEqual([]);
    expect([...cache]).toEqual([]);
    for (const each of [cache, ...others]) expectValid(each);
  });

  it('what was evicted because the cache could not grow', async () => {
    const engine = open();
    const cache = openCache<unknown, object>(engine, { max: 1e6 });
    const refs = add(cache, {});
    exhaust(engine);
    let sets = 1;
    for (; cache.size === sets; sets++) cache.set(sets, {});
    expect(cache.size).toBe(sets - 1);
    for (let more = 0; more < 3; more++) cache.set(-1 - more, {});
    expect(await stillAlive(refs)).toEqual([]);
  });
});

/** Bytes of the JavaScript heap in use, after collection. */
async function heapBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) await collectGarbage();
  return process.memoryUsage().heapUsed;
}

const MB = 2 ** 20;
const CHURN_CAPACITY = 100;

describe.each(plainCases)('churn: $name', ({ open }) => {
  it('object keys leave nothing behind', async () => {
    const engine = open();
    const cache: Cache = openCache(engine, { max: CHURN_CAPACITY });
    for (let i = 0; i < CHURN_CAPACITY; i++) cache.set({}, { i });
    const before = await heapBytes();
    for (let i = 0; i < 2e5; i++) cache.set({}, { i });
    expect((await heapBytes()) - before).toBeLessThan(5 * MB);
    expect(cache.size).toBe(CHURN_CAPACITY);
  });

  it('keeps the heap and the linear memory flat, and tells of every value', async () => {
    const engine = open();
    let came = 0;
    let left = 0;
    const cache = openCache<unknown, object>(engine, {
      max: CHURN_CAPACITY,
      onInsert: () => void came++,
      dispose: () => void left++,
    });
    const makeKeys: ((i: number) => unknown)[] = [
      (i) => i,
      (i) => `key ${i}`,
      (i) => i + 0.5,
      (i) => BigInt(i),
      (i) => ({ i }),
      (i) => Symbol(i),
    ];
    const churn = (first: number, count: number) => {
      for (let i = first; i < first + count; i++) {
        cache.set(makeKeys[i % makeKeys.length]?.(i), { i });
        if (i % 7 === 0) cache.delete(i);
        if (i % 50_000 === 0) cache.clear();
      }
    };
    churn(0, 1e5);
    const [heap, linear] = [await heapBytes(), engine.memoryBytes()];
    churn(1e5, 1e5);
    const halfway = await heapBytes();
    churn(2e5, 1e5);
    expect(await heapBytes()).toBeLessThan(1.1 * Math.min(heap, halfway) + MB);
    expect(engine.memoryBytes()).toBe(linear);
    expect([came, left]).toEqual([3e5, 3e5 - cache.size]);
  });

  it('holds after clear no more than an empty cache does', () => {
    const engine = open();
    const bytesOf = (cache: Cache) => {
      const { engine: core, table } = entriesOf(cache).lease;
      return core.bytesHeld(table);
    };
    const cache = openCache<unknown, object>(engine, { max: 1e5 });
    const empty = bytesOf(cache);
    for (let i = 0; i < 2e4; i++) cache.set(i, cache);
    expect(bytesOf(cache)).toBeGreaterThan(2e4 * 16);
    cache.clear();
    expect(bytesOf(cache)).toBe(empty);
    expect(entriesOf(cache).items.length).toBe(4);
  });
});

/** Rounds after which every cache has been cleared and filled at both of its sizes. */
const WARM_UP_ROUNDS = 12;
const ROUND_OPERATIONS = 10_000;

describe('linear memory', () => {
  it('stays as large over 10^6 operations on caches that are resized and cleared', () => {
    const engine = openRelease();
    const caches = [{}, { ttl: 5 }, { maxSize: 1e6, sizeCalculation: () => 3 }].map((options) =>
      openCache<unknown, object>(engine, { max: 1, ...options }),
    );
    const random = randomOf(4);
    const operate = (cache: Cache) => {
      const [dice, number] = [random(100), random(2000)];
      const key = number % 2 === 0 ? number : `key ${number}`;
      if (dice < 20) cache.get(key);
      else if (dice < 25) cache.delete(key);
      else cache.set(key, cache);
    };
    const bytes: number[] = [];
    for (let round = 0; round < 100; round++) {
      caches.forEach((cache, i) => {
        cache.resize((round + i) % 2 === 0 ? 100 : 1500);
      });
      caches[round % caches.length]?.clear();
      for (let i = 0; i < ROUND_OPERATIONS; i++) operate(caches[i % caches.length] as Cache);
      bytes.push(engine.memoryBytes());
    }
    expect(new Set(bytes.slice(WARM_UP_ROUNDS))).toEqual(new Set([bytes[WARM_UP_ROUNDS]]));
    for (const cache of caches) expectValid(cache);
  });
});
