// The socket for Keyv, with Keyv 5 and Keyv 6: the suite by which Keyv's own stores are tested, and
// what a bare cache or Map does wrong.

import {
  keyvApiTests,
  keyvIteratorTests,
  keyvNamespaceTest,
  keyvValueTests,
} from '@keyv/test-suite';
import { Keyv as Keyv5, type KeyvStoreAdapter } from 'keyv';
import { Keyv as Keyv6 } from 'keyv-6';
import * as vitest from 'vitest';
import { describe, expect, it, vi } from 'vitest';
import { LRUCache } from 'wasm-lru';
import { KeyvStore } from 'wasm-lru/keyv';

const { beforeEach, afterEach } = vitest;

/** What Keyv 6 does otherwise than the suite, which is for Keyv 5, wants of it: with any store. */
const CHANGED_IN_6 = ['.deleteMany([keys]) with nonexistent keys resolves to false'];

/** The suite as it stands; with `changed`, those tests have to fail. */
function suite(changed: readonly string[]) {
  const test = (name: string, run: () => unknown) =>
    (changed.includes(name) ? it.fails : it)(name, run);
  return { it: test, beforeEach, afterEach } as never;
}

const shared = new LRUCache<string, object>({ max: 1000 });
const map = new Map();

describe.each([
  ['Keyv 5', Keyv5, () => new KeyvStore(shared), []],
  ['Keyv 6', Keyv6, () => new KeyvStore(shared), CHANGED_IN_6],
  ['Keyv 6 and a Map, which fails in the same tests', Keyv6, () => map, CHANGED_IN_6],
] as const)('@keyv/test-suite with %s', (name, Keyv, store, changed) => {
  const given = [suite(changed), Keyv, store] as never as Parameters<typeof keyvApiTests>;
  describe('api', () => keyvApiTests(...given));
  if (name.includes('Map')) return;
  describe('values', () => keyvValueTests(...given));
  describe('namespaces', () => keyvNamespaceTest(...given));
  describe('iterator', () => keyvIteratorTests(...given));
});

const makers = {
  'Keyv 5': (store: KeyvStore) => new Keyv5<number | string>({ store }),
  'Keyv 6': (store: KeyvStore) => new Keyv6<number | string>({ store }) as never as Keyv5,
};

describe.each(Object.entries(makers))('%s', (_, make) => {
  it('gives the cache the ttl of an entry, so that an expired one takes no place', async () => {
    const time = { now: 1 };
    const cache = new LRUCache<string, object>({ max: 10, perf: { now: () => time.now } });
    // Keyv hands on a moment of `Date`, of which the ttl is made again: at the same moment here.
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      await make(new KeyvStore(cache)).set('a', 1, 60_000);
    } finally {
      vi.useRealTimers();
    }
    expect([...cache.keys()].map((key) => cache.getRemainingTTL(key))).toEqual([60_000]);
    time.now += 60_001;
    cache.purgeStale();
    expect(cache.size).toBe(0);
  });

  it('evicts the least recently used entry', async () => {
    const keyv = make(new KeyvStore({ max: 2 }));
    await keyv.set('a', 1);
    await keyv.set('b', 2);
    await keyv.get('a');
    await keyv.set('c', 3);
    expect(await Promise.all(['a', 'b', 'c'].map((key) => keyv.get(key)))).toEqual([
      1,
      undefined,
      3,
    ]);
  });

  it('says that a value was refused', async () => {
    const store = new KeyvStore({ maxSize: 100, sizeCalculation: (value) => `${value}`.length });
    expect(await make(store).set('a', 'x'.repeat(200))).toBe(false);
    expect(await make(store).set('a', 'x')).toBe(true);
  });

  it('stores many, finds many and removes many', async () => {
    const keyv = make(new KeyvStore({ max: 10 }));
    await keyv.setMany([
      { key: 'a', value: 1 },
      { key: 'b', value: 2, ttl: 60_000 },
    ]);
    expect(await keyv.getMany(['a', 'b', 'c'])).toEqual([1, 2, undefined]);
    expect(await keyv.hasMany(['a', 'b', 'c'])).toEqual([true, true, false]);
    await keyv.deleteMany(['a', 'b']);
    expect(await keyv.getMany(['a', 'b'])).toEqual([undefined, undefined]);
    await keyv.disconnect();
  });
});

describe('a bare cache in Keyv 5', () => {
  const bare = () => new LRUCache<string, object>({ maxSize: 100, sizeCalculation: sizeOf });
  const sizeOf = (value: object) => `${value}`.length;

  it.each([
    ['bare', 0, (cache: LRUCache<string, object>) => cache as never],
    ['KeyvStore', 1, (cache: LRUCache<string, object>) => new KeyvStore(cache)],
  ])('clears all namespaces, which KeyvStore does not: %s', async (_, left, storeOf) => {
    const cache = bare();
    const [one, two] = ['one', 'two'].map(
      (namespace) => new Keyv5({ store: storeOf(cache), namespace }),
    );
    await one?.set('a', 1);
    await two?.set('a', 2);
    await one?.clear();
    expect(cache.size).toBe(left);
  });

  it('has no iterator, and KeyvStore has', () => {
    expect(new Keyv5({ store: bare() as never }).iterator).toBeUndefined();
    expect(new Keyv5({ store: new KeyvStore(bare()) }).iterator).toBeTypeOf('function');
  });

  it('says that a value is stored that was refused, and KeyvStore does not', async () => {
    expect(await new Keyv5({ store: bare() as never }).set('a', 'x'.repeat(200))).toBe(true);
    expect(await new Keyv5({ store: new KeyvStore(bare()) }).set('a', 'x'.repeat(200))).toBe(false);
  });
});

it('bounds what a Map does not', async () => {
  const [map, store] = [new Map(), new KeyvStore({ max: 10 })];
  for (const keyv of [new Keyv5({ store: map }), new Keyv5({ store })]) {
    for (let i = 0; i < 100; i++) await keyv.set(`${i}`, i);
  }
  expect([map.size, (store.cache as LRUCache).size]).toEqual([100, 10]);
});

it('has the types of a store of Keyv 5', () => {
  const store: KeyvStoreAdapter = new KeyvStore({ max: 1 });
  expect(store.opts.dialect).toBe('redis');
  expect(store.on('error', () => {})).toBe(store);
});

it('tells Keyv 6 for each key whether it was there', async () => {
  const keyv = new Keyv6({ store: new KeyvStore({ max: 10 }) });
  await keyv.set('a', 1);
  expect(await keyv.deleteMany(['a', 'b'])).toEqual([true, false]);
});

it('keeps namespaces of Keyv 6 apart in one store', async () => {
  const store = new KeyvStore({ max: 10 });
  const [one, two] = ['one', 'two'].map((namespace) => new Keyv6({ store, namespace }));
  await one?.set('a', 1);
  await two?.set('a', 2);
  await one?.clear();
  expect([await one?.get('a'), await two?.get('a')]).toEqual([undefined, 2]);
});

it('works without a namespace', async () => {
  const keyv = new Keyv5(new KeyvStore({ max: 10 }), { namespace: '', useKeyPrefix: false });
  await keyv.set('a', 1);
  const entries: unknown[] = [];
  for await (const entry of keyv.iterator?.('') ?? []) entries.push(entry);
  expect(entries).toEqual([['a', 1]]);
  await keyv.clear();
  expect(await keyv.get('a')).toBeUndefined();
});
