// How a write-back cache writes: later, in batches, again if the store fails, and never not at all.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Dict } from '../../src/stores/dict.js';
import { WriteBackCache, type WriteBackOptions } from '../../src/stores/write-back.js';
import { cameTo, drain, expectNothingUnhandled } from '../loads/tools.js';
import { HandClock } from '../support/hand-clock.js';
import { SlowBatchStore, SlowStore } from './slow-store.js';

type Options = Partial<WriteBackOptions<string, number>>;

/** A cache over a slow store, which tries again without pauses. */
function openSlow(store: SlowStore, options: Options = {}) {
  return new WriteBackCache<string, number>({ store, max: 10, retryDelayMs: 0, ...options });
}

/** A store with batches that refuses some keys, and notes what it is asked to write. */
function openRefusing(refused: readonly string[], options: Options = {}) {
  const map = new Map<string, number>();
  const writes: string[] = [];
  const refuse = (key: string) => {
    if (refused.includes(key)) throw new Error(`no ${key}`);
  };
  const store: Dict<string, number> = {
    get: (key) => map.get(key),
    delete: (key) => map.delete(key),
    set: (key, value) => {
      writes.push(key);
      refuse(key);
      map.set(key, value);
    },
    setMany: async (entries) => {
      writes.push(entries.map(([key]) => key).join());
      for (const [key] of entries) refuse(key);
      for (const [key, value] of entries) map.set(key, value);
    },
  };
  const told: string[] = [];
  const onWriteError = (error: unknown, key: string, value: number) =>
    told.push(`${key} ${value} ${(error as Error).message}`);
  const cache = new WriteBackCache<string, number>({
    ...{ store, max: 10, retries: 0, onWriteError },
    ...options,
  });
  return { cache, map, writes, told };
}

async function setAll(cache: WriteBackCache<string, number>, keys: Iterable<string>) {
  let value = 0;
  for (const key of keys) await cache.set(key, ++value);
}

expectNothingUnhandled();

afterEach(() => {
  vi.useRealTimers();
});

describe('a dirty entry', () => {
  it('is read back, and not written until it must be', async () => {
    const store = new SlowStore([['b', 2]]);
    const cache = openSlow(store);
    await cache.set('a', 1);
    expect([await cache.get('a'), cache.peek('a'), await cache.has('a')]).toEqual([1, 1, true]);
    expect([await cache.refresh('a'), cache.dirtySize, store.calls]).toEqual([1, 1, []]);
    const found = cache.getMany(['b', 'a']);
    store.last.go();
    expect([...(await found)]).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
  });

  it('is written when it is evicted, all that a call evicts at once, and read back', async () => {
    const store = new SlowBatchStore();
    const cache = openSlow(store, { maxSize: 3, sizeCalculation: (value) => value });
    for (const key of ['a', 'b', 'c']) await cache.set(key, 1);
    await cache.set('d', 2);
    await drain();
    expect([cache.size, cache.dirtySize, store.names]).toEqual([2, 4, ['setMany a,b']]);
    expect([await cache.get('a'), cache.peek('b')]).toEqual([1, 1]);
    store.last.go();
    await drain();
    expect([[...store.map.keys()], cache.dirtySize]).toEqual([['a', 'b'], 2]);
  });

  it('is written when it is too large for the cache', async () => {
    const store = new SlowStore();
    const cache = openSlow(store, { maxSize: 3, sizeCalculation: (value) => value });
    await cache.set('a', 4);
    await drain();
    expect([cache.size, await cache.get('a'), store.names]).toEqual([0, 4, ['set a']]);
    store.last.go();
    await drain();
    expect([cache.dirtySize, store.map.get('a')]).toEqual([0, 4]);
  });

  it('is written when it is too old, and never reads as absent', async () => {
    const perf = new HandClock(0);
    const store = new SlowStore();
    const cache = openSlow(store, { ttl: 10, ttlResolution: 0, perf });
    await cache.set('a', 1);
    perf.time = 11;
    expect([cache.peek('a'), await cache.get('a')]).toEqual([1, 1]);
    await drain();
    expect(store.names).toEqual(['set a']);
    store.last.go();
    await drain();
    expect([cache.dirtySize, await cache.get('a')]).toEqual([0, 1]);
  });

  it('that is set while it is written is written again, in time', async () => {
    const store = new SlowStore();
    const cache = openSlow(store);
    await cache.set('a', 1);
    const first = cache.sync();
    await drain();
    await cache.set('a', 2);
    const second = cache.sync();
    store.calls[0]?.go();
    expect([await cameTo(first), await cameTo(second)]).toEqual([undefined, 'pending']);
    expect([store.map.get('a'), cache.dirtySize, cache.peek('a')]).toEqual([1, 1, 2]);
    store.calls[1]?.go();
    await second;
    expect([store.map.get('a'), cache.dirtySize]).toEqual([2, 0]);
  });

  it('is listed once among the keys', async () => {
    const store = new Map([['a', 1]]);
    const cache = new WriteBackCache<string, number>({ store, max: 10 });
    await setAll(cache, ['b', 'a']);
    const keys: string[] = [];
    for await (const key of cache.keys()) keys.push(key);
    expect(keys).toEqual(['a', 'b']);
  });
});

describe('deletes', () => {
  it('go to the store at once, after a write of the key, and before a later set', async () => {
    const store = new SlowStore();
    const cache = openSlow(store);
    await cache.set('a', 1);
    const synced = cache.sync();
    await drain();
    const deleted = cache.delete('a');
    const set = cache.set('a', 2);
    expect([cache.peek('a'), store.names]).toEqual([1, ['set a']]);
    store.last.go();
    await synced;
    await drain();
    expect(store.names).toEqual(['set a', 'delete a']);
    store.last.go();
    await Promise.all([deleted, set]);
    expect([store.map.size, cache.peek('a'), cache.dirtySize]).toEqual([0, 2, 1]);
  });

  it('that fail leave a dirty value, and no other', async () => {
    const store = new SlowStore([['b', 2]]);
    const cache = openSlow(store);
    await cache.set('a', 1);
    const read = cache.get('b');
    store.last.go();
    await read;
    const deletes = [cache.delete('a'), cache.delete('b')];
    for (const { fail } of store.calls.slice(1)) fail(new Error('down'));
    expect(await Promise.all(deletes.map(cameTo))).toEqual(['error down', 'error down']);
    expect([cache.peek('a'), cache.peek('b'), cache.dirtySize]).toEqual([1, undefined, 1]);
  });

  it('of all keep no write, unless they fail', async () => {
    const { cache, map } = openRefusing([]);
    await setAll(cache, ['a', 'b']);
    expect(await cameTo(cache.clear())).toBe('error NO_KEYS');
    expect([cache.size, cache.dirtySize, cache.peek('b')]).toEqual([0, 2, 2]);
    const whole = new WriteBackCache<string, number>({ store: map, max: 10 });
    await setAll(whole, ['a', 'b']);
    await whole.clear();
    await whole.sync();
    expect([whole.dirtySize, whole.size, map.size]).toEqual([0, 0, 0]);
  });
});

describe('maxDirty', () => {
  it('makes a set wait until another entry is written', async () => {
    const store = new SlowStore();
    const cache = openSlow(store, { maxDirty: 2, batchSize: 1 });
    await setAll(cache, ['a', 'b']);
    await cache.set('b', 3);
    const waiting = [cache.set('c', 4), cache.set('d', 5)];
    expect(await Promise.all(waiting.map(cameTo))).toEqual(['pending', 'pending']);
    expect([cache.dirtySize, cache.peek('c'), store.names]).toEqual([2, undefined, ['set a']]);
    store.last.go();
    expect(await Promise.all(waiting.map(cameTo))).toEqual([undefined, 'pending']);
    expect([cache.dirtySize, cache.peek('c'), store.names]).toEqual([2, 4, ['set a', 'set b']]);
    store.last.go();
    await Promise.all(waiting);
    expect([cache.dirtySize, cache.peek('d')]).toEqual([2, 5]);
  });

  it('makes a set fail that finds no room, with nothing changed', async () => {
    const { cache, map, told } = openRefusing(['a', 'b'], { maxDirty: 2, max: 1 });
    await setAll(cache, ['a', 'b']);
    await drain();
    expect(await cameTo(cache.set('c', 3))).toBe('error no b');
    expect([cache.peek('c'), cache.dirtySize, map.size]).toEqual([undefined, 2, 0]);
    expect([cache.peek('a'), cache.peek('b')]).toEqual([1, 2]);
    expect(told).toEqual(['a 1 no a', 'b 2 no b', 'a 1 no a']);
  });
});

describe('sync', () => {
  it('writes batch by batch, the longest dirty first', async () => {
    const { cache, map, writes } = openRefusing([], { batchSize: 2 });
    await setAll(cache, 'edcba');
    await cache.sync();
    expect(writes).toEqual(['e,d', 'c,b', 'a']);
    expect([cache.dirtySize, cache.size, map.size]).toEqual([0, 5, 5]);
  });

  it('waits for a set that waits for room', async () => {
    const { cache, map } = openRefusing([], { maxDirty: 1 });
    const sets = [cache.set('a', 1), cache.set('b', 2), cache.set('c', 3)];
    await cache.sync();
    await Promise.all(sets);
    expect([...map]).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
  });

  it('waits for a write under way, and not for what is set later', async () => {
    const store = new SlowStore();
    const cache = openSlow(store);
    await cache.set('a', 1);
    const synced = cache.sync();
    await drain();
    const again = cameTo(cache.sync());
    await drain();
    await cache.set('b', 2);
    store.last.go();
    await Promise.all([synced, again]);
    expect([store.names, cache.dirtySize]).toEqual([['set a'], 1]);
  });

  it('rejects when all were tried, and what failed is written by the next', async () => {
    const refused = ['b', 'd'];
    const { cache, map, told } = openRefusing(refused, { batchSize: 3 });
    await setAll(cache, 'abcd');
    expect(await cameTo(cache.sync())).toBe('error no b');
    expect(told).toEqual(['b 2 no b', 'd 4 no d']);
    expect([[...map.keys()], cache.dirtySize]).toEqual([['a', 'c'], 2]);
    refused.length = 0;
    await cache.sync();
    expect([map.get('b'), map.get('d'), cache.dirtySize]).toEqual([2, 4, 0]);
  });

  it('comes to what the store takes, also behind a batch that it refuses whole', async () => {
    const { cache, map, writes } = openRefusing(['a', 'b', 'd'], { batchSize: 2 });
    await setAll(cache, 'abcd');
    expect(await cameTo(cache.sync())).toBe('error no a');
    // Taken to be down, the store was spared the entries of the second batch one by one.
    expect(writes).toEqual(['a,b', 'a', 'b', 'c,d']);
    expect(await cameTo(cache.sync())).toBe('error no d');
    expect([[...map.keys()], cache.dirtySize]).toEqual([['c'], 3]);
  });

  it('is what flush begins with, and flush empties the cache', async () => {
    const { cache, map } = openRefusing(['b']);
    await setAll(cache, ['a']);
    await cache.flush();
    expect([cache.size, map.get('a'), await cache.get('a')]).toEqual([0, 1, 1]);
    await setAll(cache, ['b']);
    expect(await cameTo(cache.flush())).toBe('error no b');
    expect([cache.size, cache.peek('b')]).toEqual([2, 1]);
  });

  it('is what disposing begins with; if it fails, the cache goes on', async () => {
    const refused = ['b'];
    const { cache, map } = openRefusing(refused);
    await setAll(cache, ['a', 'b']);
    expect(await cameTo(cache[Symbol.asyncDispose]())).toBe('error no b');
    expect([cache.dirtySize, await cache.get('b')]).toEqual([1, 2]);
    refused.length = 0;
    await cache[Symbol.asyncDispose]();
    expect(map.get('b')).toBe(2);
    expect(() => cache.peek('b')).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });
});

describe('a write that fails', () => {
  it('is tried again, after pauses that double, and given up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { cache, writes, told } = openRefusing(['a'], { retries: 3 });
    await cache.set('a', 1);
    const ended = cache.sync().catch((error: Error) => error.message);
    for (const [ms, tries] of [
      [0, 1],
      [99, 1],
      [1, 2],
      [199, 2],
      [1, 3],
      [399, 3],
      [1, 4],
    ]) {
      await vi.advanceTimersByTimeAsync(ms as number);
      expect(writes).toHaveLength(tries as number);
    }
    expect([await ended, told]).toEqual(['no a', ['a 1 no a']]);
    expect([cache.dirtySize, cache.peek('a')]).toEqual([1, 1]);
  });

  it('is not tried too early after a pause longer than a timer can wait', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { cache, writes } = openRefusing(['a'], { retries: 1, retryDelayMs: 2 ** 40 });
    await cache.set('a', 1);
    const ended = cache.sync().catch((error: Error) => error.message);
    await vi.advanceTimersByTimeAsync(2 ** 31 - 2);
    expect(writes).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect([await ended, writes.length]).toEqual(['no a', 2]);
  });

  it('writes the value that there is when it is tried again', async () => {
    const store = new SlowStore();
    const cache = openSlow(store, { retries: 1 });
    await cache.set('a', 1);
    const synced = cache.sync();
    await drain();
    await cache.set('a', 2);
    store.last.fail(new Error('down'));
    await drain();
    store.last.go();
    await synced;
    expect([store.map.get('a'), cache.dirtySize, store.names]).toEqual([2, 0, ['set a', 'set a']]);
  });

  it('keeps an evicted entry, which a later sync writes', async () => {
    const refused = ['a'];
    const { cache, map, told } = openRefusing(refused, { max: 1 });
    await setAll(cache, ['a', 'b']);
    await drain();
    expect([told, cache.size, cache.dirtySize]).toEqual([['a 1 no a'], 1, 2]);
    expect(await cache.get('a')).toBe(1);
    refused.length = 0;
    await cache.sync();
    expect([map.get('a'), map.get('b'), cache.dirtySize]).toEqual([1, 2, 0]);
  });

  it('rejects with what onWriteError throws, for who waits', async () => {
    const onWriteError = (_: unknown, key: string) => {
      throw new Error(`told of ${key}`);
    };
    const { cache } = openRefusing(['a', 'b'], { onWriteError, max: 1 });
    await setAll(cache, ['a', 'b']);
    await drain();
    expect(await cameTo(cache.sync())).toBe('error told of b');
    expect(cache.dirtySize).toBe(2);
  });

  it('may be dealt with in onWriteError: deleted, or set to what the store takes', async () => {
    const pending: Promise<void>[] = [];
    const { cache, map } = openRefusing(['a', 'b'], {
      onWriteError: (_, key) => {
        pending.push(key === 'a' ? cache.delete(key) : cache.set('c', 3));
      },
    });
    await setAll(cache, ['a', 'b']);
    expect(await cameTo(cache.sync())).toBe('error no a');
    await Promise.all(pending);
    expect([cache.peek('a'), cache.peek('b'), cache.dirtySize]).toEqual([undefined, 2, 2]);
    await cameTo(cache.sync());
    expect([...map]).toEqual([['c', 3]]);
  });
});

describe('options', () => {
  it.each([
    [{ maxDirty: 0 }, 'INVALID_OPTIONS'],
    [{ maxDirty: 1.5 }, 'INVALID_OPTIONS'],
    [{ batchSize: 0 }, 'INVALID_OPTIONS'],
    [{ retries: -1 }, 'INVALID_OPTIONS'],
    [{ retryDelayMs: Number.NaN }, 'INVALID_OPTIONS'],
    [{ retryDelayMs: '1' as never }, 'INVALID_OPTIONS'],
    [{ onWriteError: 1 as never }, 'INVALID_CALLBACK'],
    [{ max: -1 }, 'INVALID_MAX'],
  ] as [Options, string][])('%j are refused', (options, code) => {
    const open = () => openSlow(new SlowStore(), options);
    expect(open).toThrow(expect.objectContaining({ code }));
  });
});
