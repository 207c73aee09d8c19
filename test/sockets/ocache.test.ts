// The storage for ocache, beside ocache's own one.

import { createMemoryStorage, defineCachedFunction, defineCachedHandler } from 'ocache';
import { describe, expect, it } from 'vitest';
import { LRUCache } from 'wasm-lru';
import { lruStorage } from 'wasm-lru/ocache';

describe.each([
  ['ocache’s own', createMemoryStorage],
  ['lruStorage', () => lruStorage({ max: 100 })],
])('%s', (_, make) => {
  it('stores, finds, and removes by null and undefined', async () => {
    const storage = make();
    expect(await storage.get('a')).toBeNull();
    await storage.set('a', { value: 1 });
    expect(await storage.get('a')).toEqual({ value: 1 });
    await storage.set('a', null);
    expect(await storage.get('a')).toBeNull();
    await storage.set('a', 0);
    expect(await storage.get('a')).toBe(0);
    await storage.set('a', undefined);
    expect(await storage.get('a')).toBeNull();
  });

  it('remembers what a function comes to', async () => {
    let calls = 0;
    const double = defineCachedFunction(
      async (n: number) => {
        calls += 1;
        return 2 * n;
      },
      { storage: make(), maxAge: 60, getKey: (n: number) => `${n}` },
    );
    expect([await double(1), await double(1), await double(2), calls]).toEqual([2, 2, 4, 2]);
  });

  it('remembers a response of bytes', async () => {
    let calls = 0;
    const handler = defineCachedHandler(
      async () => {
        calls += 1;
        return new Response(new Uint8Array([0xff, 0, 0xfe]));
      },
      { storage: make(), maxAge: 60 },
    );
    const get = async () => {
      const request = new Request('http://localhost/');
      const response = await handler({ req: request, url: new URL(request.url) } as never);
      return Array.from(new Uint8Array(await (response as Response).arrayBuffer()));
    };
    expect([await get(), await get(), calls]).toEqual([[0xff, 0, 0xfe], [0xff, 0, 0xfe], 1]);
  });
});

it('has a ttl in seconds', () => {
  const time = { now: 1 };
  const storage = lruStorage({ max: 10, ttlResolution: 0, perf: { now: () => time.now } });
  storage.set('a', 1, { ttl: 60 });
  storage.set('b', 1, { ttl: 0 });
  time.now += 60_001;
  expect([storage.get('a'), storage.get('b')]).toEqual([null, 1]);
  expect(() => storage.set('a', 1, { ttl: NaN })).toThrow(/ttl/);
});

it('says what its cache takes at most', () => {
  const cache = new LRUCache<string, object>({
    maxSize: 1000,
    maxEntrySize: 100,
    sizeCalculation: (value) => JSON.stringify(value).length,
  });
  expect(lruStorage(cache)).toMatchObject({ maxEntryBytes: 100, binary: true, cache });
  expect(lruStorage({ max: 1 })).not.toHaveProperty('maxEntryBytes');
});
