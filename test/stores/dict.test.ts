// What is taken for a store, and what it may reject with.

import { describe, expect, it } from 'vitest';
import { WriteBackCache, WriteThroughCache } from '../../src/stores.js';

const classes = { WriteThroughCache, WriteBackCache };

describe.each(Object.entries(classes))('the store of a %s', (_, Cache) => {
  const open = (store: unknown) =>
    new Cache<string, number>({ store: store as Map<string, number>, max: 10 });

  it('is refused with a code if a method is missing, or is none', () => {
    const whole = { get: () => 1, set() {}, delete() {} };
    for (const name of ['get', 'set', 'delete']) {
      const store = { ...whole, [name]: undefined };
      expect(() => open(store)).toThrow(expect.objectContaining({ code: 'INVALID_STORE' }));
    }
    for (const name of ['has', 'keys', 'clear', 'getMany', 'setMany', 'deleteMany']) {
      const store = { ...whole, [name]: [] };
      expect(() => open(store)).toThrow(expect.objectContaining({ code: 'INVALID_STORE' }));
    }
    expect(() => open(undefined)).toThrow(/must have a method get/);
    const construct = () => new Cache(undefined as never);
    expect(construct).toThrow(expect.objectContaining({ code: 'INVALID_STORE' }));
  });

  it('may reject with anything, and be read but once', async () => {
    for (const reason of [undefined, null, 7, { code: 'FETCH_DELETED' }]) {
      let reads = 0;
      const get = () => {
        reads += 1;
        return Promise.reject(reason);
      };
      const cache = open({ get, set() {}, delete() {} });
      await expect(cache.get('a')).rejects.toBe(reason);
      expect(reads).toBe(1);
    }
  });
});
