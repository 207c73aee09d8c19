// How a write-through cache writes: the store first, one key in turn, and nothing cached of which
// nobody knows whether the store has it.

import { describe, expect, it } from 'vitest';
import { cacheWithin, WriteThroughCache } from '../../src/stores/write-through.js';
import { cameTo, drain, expectNothingUnhandled } from '../loads/tools.js';
import { HandClock } from '../support/hand-clock.js';
import { SlowStore } from './slow-store.js';

expectNothingUnhandled();

describe('a write-through cache', () => {
  it('writes the store first', async () => {
    const store = new SlowStore([['a', 1]]);
    const cache = new WriteThroughCache({ store, max: 2 });
    const set = cache.set('a', 2);
    expect([store.names, cache.peek('a')]).toEqual([['set a'], undefined]);
    store.last.go();
    await set;
    expect([store.map.get('a'), cache.peek('a')]).toEqual([2, 2]);
  });

  it('writes one key in turn, and others meanwhile', async () => {
    const store = new SlowStore();
    const cache = new WriteThroughCache({ store, max: 2 });
    const all = [cache.set('a', 1), cache.delete('a'), cache.set('a', 2), cache.set('b', 3)];
    expect(store.names).toEqual(['set a', 'set b']);
    const cleared = cache.clear();
    for (let i = 0; i < 4; i++) {
      store.calls[i]?.go();
      await drain();
    }
    expect(store.names).toEqual(['set a', 'set b', 'delete a', 'set a']);
    await Promise.all(all);
    expect(await cameTo(cleared)).toBe('error NO_KEYS');
    expect([...store.map]).toEqual([
      ['b', 3],
      ['a', 2],
    ]);
  });

  it.each(['set', 'delete', 'clear'] as const)('caches nothing if %s fails', async (name) => {
    const store = new Map([['a', 1]]);
    const cache = new WriteThroughCache({ store, max: 2 });
    const down = new Error('down');
    const thrown = () => {
      throw down;
    };
    for (const fail of [() => Promise.reject(down), thrown]) {
      await cache.get('a');
      Object.assign(store, { [name]: fail });
      const write = { set: () => cache.set('a', 2), delete: () => cache.delete('a') };
      const call = name === 'clear' ? cache.clear() : write[name]();
      expect(await cameTo(call)).toBe('error down');
      expect(cache.peek('a')).toBe(undefined);
      Reflect.deleteProperty(store, name);
      expect(await cache.get('a')).toBe(1);
    }
  });

  it('writes, and does not cache, what is too large or has no size', async () => {
    const store = new Map<string, number>();
    const sizeCalculation = (value: number) => value;
    const cache = new WriteThroughCache({ store, maxSize: 5, sizeCalculation });
    await cache.set('a', 5);
    await cache.set('a', 6);
    expect([cache.peek('a'), store.get('a')]).toEqual([undefined, 6]);
    await cache.set('a', 5);
    expect(await cameTo(cache.set('a', -1))).toBe('error INVALID_SIZE');
    expect([cache.peek('a'), store.get('a')]).toEqual([undefined, -1]);
  });

  it('reads again what is too old', async () => {
    const perf = new HandClock(0);
    const store = new Map([['a', 1]]);
    const cache = new WriteThroughCache({ store, max: 2, ttl: 10, ttlResolution: 0, perf });
    await cache.get('a');
    store.set('a', 2);
    perf.time = 10;
    expect(await cache.get('a')).toBe(1);
    perf.time = 11;
    expect(await cache.get('a')).toBe(2);
  });

  it('waits for writes under way when it is disposed of', async () => {
    const store = new SlowStore();
    const cache = new WriteThroughCache({ store, max: 2 });
    const set = cache.set('a', 1);
    const closed = cache[Symbol.asyncDispose]();
    const late = cache.set('b', 2);
    expect([await cameTo(closed), cacheWithin(cache).size]).toEqual(['pending', 0]);
    store.last.go();
    expect([await cameTo(set), await cameTo(closed)]).toEqual([undefined, undefined]);
    expect([await cameTo(late), store.names]).toEqual(['error DISPOSED', ['set a']]);
  });
});
