// Stores that fail in ways of their own: at the lookup of a method, with thenables that break the
// rules, with errors that look like those of this library. Whatever a store does, the caller of the
// cache hears of it, nobody waits for ever, nothing that was set is lost, and the next call works.

import { describe, expect, it } from 'vitest';
import { LRUCache, LRUCacheError } from '../../src/index.js';
import type { Dict } from '../../src/stores/dict.js';
import { cacheBehind, WriteBackCache, type WriteBackOptions } from '../../src/stores/write-back.js';
import { WriteThroughCache } from '../../src/stores/write-through.js';
import { thenable } from '../loads/thenable.js';
import { cameTo, drain, expectNothingUnhandled } from '../loads/tools.js';

type Cache = WriteThroughCache<string, number> | WriteBackCache<string, number>;
type Options = Omit<WriteBackOptions<string, number>, 'max'> & { max?: number };

const KINDS: readonly (readonly [string, (options: Options) => Cache])[] = [
  ['write-through', (options) => new WriteThroughCache({ max: 10, ...options })],
  ['write-back', (options) => new WriteBackCache({ max: 10, retries: 0, ...options })],
];

const down = new Error('down');
const late = new Error('too late');

/** What a method may give in place of its result, and what becomes of it if not that result. */
const ANSWERS: readonly (readonly [string, (value: unknown) => unknown, outcome?: string])[] = [
  ['a value', (value) => value],
  ['a promise', (value) => Promise.resolve(value)],
  ['a thenable', (value) => thenable((resolve) => resolve(value))],
  ['a slow one', (value) => thenable((resolve) => queueMicrotask(() => resolve(value)))],
  [
    'one that resolves, and does more',
    (value) =>
      thenable((resolve, reject) => {
        resolve(value);
        resolve('twice');
        reject(late);
        throw late;
      }),
  ],
  [
    'one that rejects, and does more',
    () =>
      thenable((resolve, reject) => {
        reject(down);
        resolve(7);
        throw late;
      }),
    'error down',
  ],
  [
    'one that throws',
    () =>
      thenable(() => {
        throw down;
      }),
    'error down',
  ],
  [
    'one whose then cannot be looked up',
    () =>
      Object.defineProperty({}, 'then', {
        get() {
          throw down;
        },
      }),
    'error down',
  ],
  ['one of a failure', () => thenable((resolve) => resolve(Promise.reject(down))), 'error down'],
];

expectNothingUnhandled();

/** A store with every method there is, over a Map of one entry. */
function openStore() {
  const map = new Map([['a', 1]]);
  const store = {
    get: (key: string): unknown => map.get(key),
    set: (key: string, value: number): unknown => map.set(key, value),
    delete: (key: string): unknown => map.delete(key),
    has: (key: string): unknown => map.has(key),
    keys: (): unknown => map.keys(),
    clear: (): unknown => map.clear(),
    getMany: (keys: readonly string[]): unknown => keys.map((key) => map.get(key)),
    setMany: (entries: readonly (readonly [string, number])[]): unknown => {
      for (const [key, value] of entries) map.set(key, value);
      return undefined;
    },
    deleteMany: (keys: readonly string[]): unknown => keys.map((key) => map.delete(key)),
  };
  return { map, store, dict: store as unknown as Dict<string, number> };
}

type Method = keyof ReturnType<typeof openStore>['store'];

async function listOf(cache: Cache): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of cache.keys()) keys.push(key);
  return keys;
}

/** Writes a value to the store, whichever way the cache does. */
async function write(cache: Cache): Promise<void> {
  await cache.set('b', 2);
  if (cache instanceof WriteBackCache) await cache.sync();
}

/** What makes a cache call each method of its store, and what that comes to. */
const uses: readonly (readonly [Method, (cache: Cache) => Promise<unknown>, unknown])[] = [
  ['get', (cache) => cache.get('a'), 1],
  ['get', (cache) => cache.refresh('a'), 1],
  ['getMany', async (cache) => [...(await cache.getMany(['a', 'x']))], [['a', 1]]],
  ['has', (cache) => cache.has('a'), true],
  ['keys', listOf, ['a']],
  ['set', write, undefined],
  ['delete', (cache) => cache.delete('a'), undefined],
  ['clear', (cache) => cache.clear(), undefined],
];

describe.each(KINDS)('a method of a %s cache', (kind, open) => {
  it.each(uses)('whose lookup throws once: %s', async (method, use, wanted) => {
    const { store, dict } = openStore();
    const cache = open({ store: dict });
    const isBatched = method === 'set' && kind === 'write-back';
    const name = isBatched ? 'setMany' : method;
    const own = store[name];
    let lookups = 0;
    Object.defineProperty(store, name, {
      get() {
        lookups += 1;
        if (lookups === 1) throw new Error('no method');
        return own;
      },
    });
    expect(await cameTo(use(cache))).toBe('error no method');
    expect(await cameTo(use(cache))).toEqual(wanted);
  });

  it.each(uses)('that gives a promise of any kind: %s', async (method, use, wanted) => {
    for (const [name, answer, outcome] of ANSWERS) {
      const { store, dict } = openStore();
      Object.assign(store, { setMany: undefined });
      const cache = open({ store: dict });
      const own = store[method] as (...args: unknown[]) => unknown;
      store[method] = (...args: unknown[]) => answer(own(...args));
      expect(await cameTo(use(cache)), name).toEqual(outcome ?? wanted);
      if (outcome === undefined) continue;
      store[method] = own as never;
      await dict.set('a', 1);
      expect(await cameTo(use(cache)), `${name}, and then a value`).toEqual(wanted);
    }
  });
});

/** A store that is a cache: what it loads is deleted there meanwhile, so that its reads fail. */
function openStoreOfCache() {
  const inner = new LRUCache<string, number>({ max: 10, fetchMethod: () => drain().then() });
  let reads = 0;
  const read = (key: string) => {
    reads += 1;
    const read = inner.fetch(key);
    inner.delete(key);
    return read;
  };
  const store: Dict<string, number> = {
    get: read,
    set: () => {},
    delete: () => {},
    getMany: (keys) => Promise.all(keys.map(read)),
  };
  return { store, readsSoFar: () => reads };
}

const overtaken = (): never => {
  throw new LRUCacheError('FETCH_REPLACED', 'of another cache');
};

describe.each(KINDS)('an error with a code of an aborted load, to a %s cache', (_, open) => {
  it('is an error like any other, if the store rejects with it', async () => {
    const { store, readsSoFar } = openStoreOfCache();
    const cache = open({ store });
    const calls = [
      () => cache.get('a'),
      () => cache.refresh('a'),
      () => cache.getMany(['a']),
      () => open({ store: { ...store, getMany: undefined as never } }).getMany(['a']),
    ];
    for (const [i, call] of calls.entries()) {
      expect(await cameTo(call()), String(call)).toBe('error FETCH_DELETED');
      expect(readsSoFar()).toBe(i + 1);
    }
  });

  it('is one also if a list that the store gives, a size or the clock throws it', async () => {
    const list = { [Symbol.iterator]: overtaken };
    const { dict } = openStore();
    const lazy = open({ store: { ...dict, getMany: () => list as never } });
    expect(await cameTo(lazy.getMany(['a']))).toBe('error FETCH_REPLACED');
    const sized = open({ store: dict, maxSize: 9, sizeCalculation: overtaken });
    expect(await cameTo(sized.get('a'))).toBe('error FETCH_REPLACED');
    const timed = open({ store: dict, ttl: 1, perf: { now: overtaken } });
    expect(await cameTo(timed.get('a'))).toBe('error FETCH_REPLACED');
  });

  it('is told from that of a read which was overtaken itself', async () => {
    const { store, readsSoFar } = openStoreOfCache();
    const cache = open({ store });
    const read = cameTo(cache.get('a'));
    await cache.set('a', 2);
    expect(await read).toBe('error FETCH_DELETED');
    expect([readsSoFar(), await cache.get('a')]).toEqual([1, 2]);
  });
});

describe('a dirty value', () => {
  it('is given though its size cannot be calculated any more', async () => {
    const { dict } = openStore();
    const sizes = new Map([
      [2, 1],
      [3, 5],
    ]);
    const sizeCalculation = (value: number) => sizes.get(value) as number;
    const failing = { ...dict, setMany: () => Promise.reject(new Error('down')) };
    const cache = new WriteBackCache<string, number>({
      ...{ store: failing, max: 10, maxSize: 5, sizeCalculation, retries: 0 },
    });
    await cache.set('b', 2);
    await cache.set('c', 3);
    sizes.clear();
    expect([cacheBehind(cache).has('b'), cache.peek('b')]).toEqual([false, 2]);
    expect([await cache.get('b'), await cache.refresh('b')]).toEqual([2, 2]);
    expect([...(await cache.getMany(['b', 'c']))].length).toBe(2);
  });

  it('is kept and written though the cache forgets it, all or some', async () => {
    const { map, dict } = openStore();
    const cache = new WriteBackCache<string, number>({ store: dict, max: 10, retries: 0 });
    const within = cacheBehind(cache);
    for (const [i, key] of ['b', 'c', 'd', 'e'].entries()) await cache.set(key, i);
    within.pop();
    within.delete('c');
    expect([cache.dirtySize, cache.peek('b'), cache.peek('c')]).toEqual([4, 0, 1]);
    expect([await cache.get('b'), await cache.get('c'), within.size]).toEqual([0, 1, 4]);
    within.clear();
    const found = await cache.getMany(['d', 'e']);
    expect([...found.values(), cache.peek('c')]).toEqual([2, 3, 1]);
    within.clear();
    await cache.sync();
    expect([...map]).toEqual([
      ['a', 1],
      ['b', 0],
      ['c', 1],
      ['d', 2],
      ['e', 3],
    ]);
  });
});

describe('a set that is cut short within the cache', () => {
  /** A cache with a dirty `b`, whose next set does something and throws. */
  async function openCut(cut: (within: LRUCache<string, number>, set: () => void) => void) {
    const { map, dict } = openStore();
    const cache = new WriteBackCache<string, number>({ store: dict, max: 10, retries: 0 });
    await cache.get('a');
    await cache.set('b', 2);
    const within = cacheBehind(cache);
    within.set = (...args) => {
      Reflect.deleteProperty(within, 'set');
      cut(within, () => within.set(...args));
      throw new RangeError('cut');
    };
    return { cache, map, within };
  }

  it.each([
    ['nothing has been done', () => {}, true],
    ['all has been done', (_, set) => set(), true],
    ['the cache has been emptied', (within) => within.clear(), false],
  ] as [string, Parameters<typeof openCut>[0], boolean][])(
    'is not done if %s',
    async (_, cut, isKept) => {
      for (const key of ['a', 'b', 'c']) {
        const { cache, map, within } = await openCut(cut);
        expect(await cameTo(cache.set(key, 9))).toBe('error cut');
        expect([cache.dirtySize, cache.peek('b'), within.size > 0]).toEqual([1, 2, isKept]);
        const keys = ['a', 'b', 'c'];
        expect(await Promise.all(keys.map((key) => cache.get(key)))).toEqual([1, 2, undefined]);
        await cache.sync();
        expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, 2, undefined]);
        await cache.flush();
        expect(await cache.get('b')).toBe(2);
      }
    },
  );
});

describe('the writer', () => {
  it('goes on when the lookup of a method fails, alone for as long as it does', async () => {
    const { map, store, dict } = openStore();
    const told: string[] = [];
    const { setMany } = store;
    let isDown = false;
    Object.defineProperty(store, 'setMany', {
      get() {
        if (isDown) throw new Error('no method');
        return setMany;
      },
    });
    const cache = new WriteBackCache<string, number>({
      ...{ store: dict, max: 1, retries: 1, retryDelayMs: 0 },
      onWriteError: (error, key) => told.push(`${key} ${(error as Error).message}`),
    });
    isDown = true;
    await cache.set('b', 2);
    await cache.set('c', 3);
    await drain();
    expect([told, cache.dirtySize, cache.peek('b')]).toEqual([['b no method'], 2, 2]);
    // Two that fail together are tried alone, by a method that works.
    await cache.sync();
    expect([map.get('b'), map.get('c'), cache.dirtySize]).toEqual([2, 3, 0]);
    isDown = false;
    await cache.set('d', 4);
    await cache.sync();
    expect(map.get('d')).toBe(4);
  });
});

it.each(KINDS)('an option that a %s cache does not have is refused', (_, open) => {
  const { dict } = openStore();
  for (const name of ['dispose', 'allowStale', 'fetchMethod', 'maxAge']) {
    const options = { store: dict, [name]: () => {} };
    expect(() => open(options), name).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }));
    expect(() => open({ store: dict, [name]: undefined })).not.toThrow();
  }
});
