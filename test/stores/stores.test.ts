// The caches in front of a store: what a store may be, and what both do alike. How each writes is
// in stores/write-through.test.ts and stores/write-back.test.ts.

import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Dict } from '../../src/stores/dict.js';
import { WriteBackCache } from '../../src/stores/write-back.js';
import { WriteThroughCache } from '../../src/stores/write-through.js';
import { cameTo, drain, expectNothingUnhandled } from '../loads/tools.js';
import { SlowBatchStore, SlowStore } from './slow-store.js';

type Store = Dict<string, number>;
type Cache = WriteThroughCache<string, number> | WriteBackCache<string, number>;

const KINDS: readonly (readonly [string, (store: Store, max?: number) => Cache])[] = [
  ['write-through', (store, max = 10) => new WriteThroughCache({ store, max })],
  ['write-back', (store, max = 10) => new WriteBackCache({ store, max })],
];

/** All that an iteration gives. */
async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const sync = async (cache: Cache) => cache instanceof WriteBackCache && cache.sync();

/** Two ways in which a call of a store fails. */
const FAILURES = [
  () => Promise.reject(new Error('down')),
  () => {
    throw new Error('down');
  },
];

expectNothingUnhandled();

/** The least that is a store: three methods that need their `this`. */
class Least implements Store {
  readonly #map = new Map<string, number>();
  get(key: string) {
    return this.#map.get(key);
  }
  set(key: string, value: number) {
    this.#map.set(key, value);
  }
  delete(key: string) {
    this.#map.delete(key);
  }
}

/** The same, asynchronous, with keys that come in time. */
class Listed extends Least {
  readonly deleted: (readonly string[])[] = [];
  async *keys() {
    yield* ['a', 'b'].filter((key) => this.get(key) !== undefined);
  }
}

describe.each(KINDS)('a store of a %s cache', (_, open) => {
  it('may be a Map', async () => {
    const store = new Map<string, number>();
    const cache = open(store);
    await cache.set('a', 1);
    await sync(cache);
    expect([...store]).toEqual([['a', 1]]);
    expect([await cache.has('a'), await cache.has('b')]).toEqual([true, false]);
    expect(await listOf(cache.keys())).toEqual(['a']);
    await cache.clear();
    expect([store.size, await cache.get('a')]).toEqual([0, undefined]);
  });

  it('needs no more than get, set and delete', async () => {
    const store = new Least();
    const cache = open(store, 1);
    await cache.set('a', 1);
    await cache.set('b', 2);
    await sync(cache);
    expect([store.get('a'), store.get('b')]).toEqual([1, 2]);
    expect([await cache.has('a'), await cache.has('c')]).toEqual([true, false]);
    expect(await cache.getMany(['b', 'a', 'c'])).toEqual(
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
    );
    await cache.delete('a');
    expect([store.get('a'), await cache.get('a')]).toEqual([undefined, undefined]);
    expect(await cameTo(cache.clear())).toBe('error NO_KEYS');
    expect(await cameTo(listOf(cache.keys()))).toBe('error NO_KEYS');
    expect(store.get('b')).toBe(2);
  });

  it('is emptied key by key without clear, at once with deleteMany', async () => {
    const many: string[][] = [];
    const stores = [
      new Listed(),
      Object.assign(new Listed(), {
        async deleteMany(this: Listed, keys: readonly string[]) {
          many.push([...keys]);
          for (const key of keys) this.delete(key);
        },
      }),
    ];
    for (const store of stores) {
      const cache = open(store);
      for (const key of ['a', 'b']) await cache.set(key, 1);
      await sync(cache);
      expect(await listOf(cache.keys())).toEqual(['a', 'b']);
      await cache.clear();
      expect([store.get('a'), store.get('b'), cache.size]).toEqual([undefined, undefined, 0]);
    }
    expect(many).toEqual([['a', 'b']]);
  });

  it('may have any keys', async () => {
    const object = {};
    const keys: unknown[] = [Number.NaN, -0, '', null, object, Symbol.iterator];
    const store = new Map<unknown, number>();
    const cache = open(store as never) as unknown as WriteThroughCache<unknown, number>;
    for (const [i, key] of keys.entries()) await cache.set(key, i);
    await sync(cache as never);
    expect(await Promise.all(keys.map((key) => cache.get(key)))).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...(await cache.getMany(keys)).values()]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(store.get(object)).toBe(4);
  });
});

describe.each(KINDS)('a %s cache reads', (_, open) => {
  it('once for all who ask meanwhile, and keeps what it got', async () => {
    const store = new SlowStore([['a', 1]]);
    const cache = open(store);
    const both = Promise.all([cache.get('a'), cache.get('a')]);
    expect(store.names).toEqual(['get a']);
    store.last.go();
    expect(await both).toEqual([1, 1]);
    expect([await cache.get('a'), cache.peek('a'), cache.size]).toEqual([1, 1, 1]);
    expect(store.calls).toHaveLength(1);
  });

  it('many keys with one call, and gives them in the order asked for', async () => {
    const store = new SlowBatchStore([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
    const cache = open(store);
    const one = cache.get('b');
    store.last.go();
    await one;
    const found = cache.getMany(new Set(['c', 'none', 'b', 'a']));
    expect(store.names).toEqual(['get b', 'getMany c,none,a']);
    store.last.go();
    expect([...(await found)]).toEqual([
      ['c', 3],
      ['b', 2],
      ['a', 1],
    ]);
  });

  it.each([
    ['fewer values', [1], 'error INVALID_BATCH'],
    ['more values', [1, 2, 3], 'error INVALID_BATCH'],
    ['no list', 7, 'error INVALID_BATCH'],
    ['nothing', undefined, 'error INVALID_BATCH'],
    ['fewer keys', new Map([['b', 2]]), new Map([['b', 2]])],
    [
      'more keys',
      new Map([
        ['b', 2],
        ['c', 3],
      ]),
      new Map([['b', 2]]),
    ],
  ])('a batch of %s', async (_, batch, wanted) => {
    const store = Object.assign(new Least(), { getMany: () => batch as never });
    const cache = open(store);
    expect(await cameTo(cache.getMany(['a', 'b']))).toEqual(wanted);
    expect(cache.peek('c')).toBe(undefined);
  });

  it.each(['ab', 7, undefined, null, {}])('no keys that are no list: %s', async (keys) => {
    const store = new SlowStore();
    expect(await cameTo(open(store).getMany(keys as never))).toBe('error INVALID_KEYS');
    expect(store.calls).toEqual([]);
  });

  it('with the error of the store, whether it throws or rejects, and asks again', async () => {
    for (const fail of FAILURES) {
      let isDown = true;
      const cache = open(Object.assign(new Least(), { get: () => (isDown ? fail() : 1) }));
      const reads = [cache.get('a'), cache.refresh('a'), cache.getMany(['a'])];
      expect(await Promise.all(reads.map(cameTo))).toEqual(Array(3).fill('error down'));
      isDown = false;
      expect(await cache.get('a')).toBe(1);
    }
  });

  it('again what was set while the store found nothing', async () => {
    const store = new SlowStore();
    const cache = open(store);
    const reads = [cache.get('a'), cache.getMany(['a'])];
    const set = cache.set('a', 1);
    store.calls[1]?.go();
    await set;
    store.calls[0]?.go();
    expect(await Promise.all(reads)).toEqual([1, new Map([['a', 1]])]);
    expect(store.names.filter((name) => name === 'get a')).toHaveLength(1);
  });

  it('again what was deleted while the store found nothing', async () => {
    const store = new SlowStore();
    const cache = open(store);
    const read = cache.get('a');
    const deleted = cache.delete('a');
    store.last.go();
    await deleted;
    store.calls[0]?.go();
    await drain();
    expect(store.names).toEqual(['get a', 'delete a', 'get a']);
    store.last.go();
    expect(await read).toBe(undefined);
  });

  it('nothing back that was deleted or replaced meanwhile', async () => {
    const store = new SlowStore([
      ['a', 1],
      ['b', 2],
    ]);
    const cache = open(store);
    const reads = [cache.get('a'), cache.get('b')];
    const [readA, readB] = store.calls;
    const changes = [cache.delete('a'), cache.set('b', 3)];
    // The store has read, but its answers are late.
    for (const { go } of store.calls.slice(2)) go();
    await Promise.all(changes);
    store.map.set('a', 1).set('b', 2);
    readA?.go();
    readB?.go();
    expect(await Promise.all(reads)).toEqual([1, 2]);
    expect([cache.peek('a'), cache.peek('b')]).toEqual([undefined, 3]);
  });
});

describe.each(KINDS)('refresh of a %s cache', (_, open) => {
  it('reads what is cached, too, once for all who ask', async () => {
    const store = new SlowStore([['a', 1]]);
    const cache = open(store);
    const first = cache.get('a');
    store.last.go();
    await first;
    store.map.set('a', 2);
    expect(await cache.get('a')).toBe(1);
    const both = Promise.all([cache.refresh('a'), cache.refresh('a')]);
    expect(await cache.get('a')).toBe(1);
    expect(store.names).toEqual(['get a', 'get a']);
    store.last.go();
    expect(await both).toEqual([2, 2]);
    expect(cache.peek('a')).toBe(2);
  });

  it('keeps what is cached if the store fails, and nothing if it has nothing', async () => {
    const store = new SlowStore([['a', 1]]);
    const cache = open(store);
    const first = cache.refresh('a');
    store.last.go();
    await first;
    const failed = cache.refresh('a');
    store.last.fail(new Error('down'));
    expect(await cameTo(failed)).toBe('error down');
    expect(cache.peek('a')).toBe(1);
    store.map.clear();
    const gone = cache.refresh('a');
    store.last.go();
    expect([await gone, cache.peek('a'), cache.size]).toEqual([undefined, undefined, 0]);
  });
});

describe.each(KINDS)('a %s cache', (_, open) => {
  it('fails with DISPOSED when it was disposed of', async () => {
    const cache = open(new Map([['a', 1]]));
    await cache.get('a');
    await cache[Symbol.asyncDispose]();
    await cache[Symbol.asyncDispose]();
    const calls: (() => Promise<unknown>)[] = [
      () => cache.get('a'),
      () => cache.getMany(['a']),
      () => cache.refresh('a'),
      () => cache.has('a'),
      () => cache.set('a', 2),
      () => cache.set('a', undefined as never),
      () => cache.delete('a'),
      () => cache.clear(),
      () => listOf(cache.keys()),
      async () => cache.peek('a'),
      async () => cache.size,
    ];
    for (const call of calls) expect(await cameTo(call()), String(call)).toBe('error DISPOSED');
  });

  it('is emptied as often as it is asked to be, in turn', async () => {
    const store = new Map([['a', 1]]);
    const cache = open(store);
    await Promise.all([cache.clear(), cache.set('b', 2), cache.clear(), cache.set('c', 3)]);
    await sync(cache);
    expect([[...store.keys()], cache.size]).toEqual([['c'], 1]);
  });

  it('takes undefined for a deletion', async () => {
    const store = new Map([['a', 1]]);
    const cache = open(store);
    await cache.get('a');
    await cache.set('a', undefined as never);
    expect([await cache.get('a'), store.size]).toEqual([undefined, 0]);
  });

  it('can be changed by its store, in turn, unless the store waits for that', async () => {
    const inner: Promise<void>[] = [];
    const order: number[] = [];
    const store: Store = {
      get: () => undefined,
      set: async (key, value) => {
        order.push(value);
        if (value === 1) inner.push(cache.set(key, 2), cache.set(key, 3));
        await drain();
        order.push(-value);
      },
      delete: () => {},
    };
    const cache = open(store);
    await cache.set('a', 1);
    await sync(cache);
    await Promise.all(inner);
    await sync(cache);
    // Write-back writes the latest only.
    const latest = cache instanceof WriteBackCache ? [3, -3] : [2, -2, 3, -3];
    expect(order).toEqual([1, -1, ...latest]);
    expect(cache.peek('a')).toBe(3);
  });
});

it('both count, if they are asked to, and tell their bound', async () => {
  const store = new Map([['a', 1]]);
  const kinds = [WriteThroughCache<string, number>, WriteBackCache<string, number>];
  for (const Kind of kinds) {
    const cache = new Kind({ store, max: 2, recordStats: true });
    await cache.get('a');
    await cache.get('a');
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 1, loads: 1 });
    expect([cache.max, cache.size]).toEqual([2, 1]);
    const plain = new Kind({ store, maxSize: 2, sizeCalculation: () => 1 });
    expect(plain.max).toBe(0);
    expect(() => plain.stats()).toThrow(expect.objectContaining({ code: 'NO_STATS' }));
  }
});

it('types follow the store', () => {
  interface User {
    readonly name: string;
  }
  const table = {
    get: async (_id: number): Promise<User | undefined> => undefined,
    set: async (_id: number, _user: User) => ({ affectedRows: 1 }),
    delete: (_id: number) => true,
  };
  expectTypeOf(table).toExtend<Dict<number, User>>();
  expectTypeOf(new Map<number, User>()).toExtend<Dict<number, User>>();
  expectTypeOf({ ...table, get: () => 1 }).not.toExtend<Dict<number, User>>();
  expectTypeOf({ ...table, getMany: () => 1 }).not.toExtend<Dict<number, User>>();
  const users = new WriteThroughCache({ store: table as Dict<number, User>, max: 1 });
  expectTypeOf(users).toEqualTypeOf<WriteThroughCache<number, User>>();
  expectTypeOf(users.refresh).toEqualTypeOf<(key: number) => Promise<User | undefined>>();
  expectTypeOf(users.getMany).parameters.toEqualTypeOf<[keys: Iterable<number>]>();
  type Options = ConstructorParameters<typeof WriteBackCache<number, User>>[0];
  expectTypeOf<Options>().not.toHaveProperty('dispose');
  expectTypeOf<NonNullable<Options['onWriteError']>>().parameters.toEqualTypeOf<
    [error: unknown, key: number, value: User]
  >();
});
