// What becomes of those who use a key of a store's cache while it is being read anew.

import { describe, expect, it } from 'vitest';
import { WriteBackCache, WriteThroughCache } from '../../src/stores.js';

/** A store of one value, whose reads end when the test says so. */
class SlowStore {
  value: string | undefined = 'old';
  readonly reads: { resolve(): void; reject(error: Error): void }[] = [];

  get(_: string): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      this.reads.push({ resolve: () => resolve(this.value), reject });
    });
  }

  set(_: string, value: string): void {
    this.value = value;
  }

  delete(_: string): void {
    this.value = undefined;
  }
}

const classes = { WriteThroughCache, WriteBackCache };

describe.each(Object.entries(classes))('%s, while a key is read anew', (_, Cache) => {
  const open = async () => {
    const store = new SlowStore();
    const cache = new Cache<string, string>({ store, max: 10 });
    const first = cache.get('key');
    store.reads.shift()?.resolve();
    await first;
    return { store, cache };
  };

  it('gives what is cached, and not the failure of that read', async () => {
    const { store, cache } = await open();
    const refresh = cache.refresh('key');
    const get = cache.get('key');
    store.reads[0]?.reject(new Error('down'));
    expect(await get).toBe('old');
    await expect(refresh).rejects.toThrow('down');
    expect(await cache.get('key')).toBe('old');
    expect(store.reads).toHaveLength(1);
  });

  it('gives what was read from then on', async () => {
    const { store, cache } = await open();
    store.value = 'new';
    const refresh = cache.refresh('key');
    store.reads[0]?.resolve();
    expect(await refresh).toBe('new');
    expect(await cache.get('key')).toBe('new');
  });

  it('stores nothing that was read before it was set', async () => {
    const { store, cache } = await open();
    const refresh = cache.refresh('key');
    await cache.set('key', 'set');
    store.reads[0]?.resolve();
    await refresh;
    expect(await cache.get('key')).toBe('set');
  });

  it('counts a hit or a miss for each get', async () => {
    const store = new Map([['key', 'value']]);
    const cache = new Cache<string, string>({ store, max: 10, recordStats: true });
    await cache.get('key');
    await cache.get('key');
    await cache.get('none');
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 2 });
  });
});
