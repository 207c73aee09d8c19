// The cache for Apollo Server, beside Apollo's own one: the same commands have the same results,
// but for an empty string.

import {
  ErrorsAreMissesCache,
  InMemoryLRUCache,
  type KeyValueCache,
  PrefixingKeyValueCache,
} from '@apollo/utils.keyvaluecache';
import { describe, expect, it } from 'vitest';
import { LRUCache } from 'wasm-lru';
import { ApolloCache } from 'wasm-lru/apollo';

const time = { now: 1 };
const perf = { now: () => time.now };

const caches: Record<string, () => KeyValueCache> = {
  'Apollo’s own': () => new InMemoryLRUCache({ max: 2, maxSize: 1000, perf } as never),
  ApolloCache: () => new ApolloCache({ max: 2, perf }),
  'ApolloCache behind Apollo’s prefix': () =>
    new PrefixingKeyValueCache(new ApolloCache({ max: 2, perf }), 'p:'),
  'ApolloCache behind ErrorsAreMisses': () =>
    new ErrorsAreMissesCache(new ApolloCache({ max: 2, perf })),
};

describe.each(Object.entries(caches))('%s', (_, make) => {
  it('stores, finds, replaces and removes', async () => {
    const cache = make();
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.set('a', '1')).toBeUndefined();
    await cache.set('a', '2');
    expect(await cache.get('a')).toBe('2');
    expect([await cache.delete('a'), await cache.get('a')]).toEqual([true, undefined]);
  });

  it('evicts the least recently used value', async () => {
    const cache = make();
    await cache.set('a', '1');
    await cache.set('b', '2');
    await cache.get('a');
    await cache.set('c', '3');
    expect(await Promise.all(['a', 'b', 'c'].map((key) => cache.get(key)))).toEqual([
      '1',
      undefined,
      '3',
    ]);
  });

  it.each([
    [{ ttl: 60 }, undefined],
    [{ ttl: 61 }, '1'],
    [{ ttl: 0 }, '1'],
    [{ ttl: null }, '1'],
    [{}, '1'],
    [undefined, '1'],
  ])('with %o it gives %s after more than 60 seconds', async (options, expected) => {
    const cache = make();
    await cache.set('a', '1', options);
    time.now += 60_001;
    expect(await cache.get('a')).toBe(expected);
  });
});

it('stores an empty string, for which Apollo’s own cache throws', async () => {
  await expect(new InMemoryLRUCache().set('a', '')).rejects.toThrow('sizeCalculation');
  const cache = new ApolloCache({ max: 2 });
  await cache.set('a', '');
  expect(await cache.get('a')).toBe('');
});

it('has for ever, or the default of its cache', async () => {
  const inner = new LRUCache<string, string>({ max: 9, ttl: 1000, perf });
  const cache = new ApolloCache(inner);
  await cache.set('default', '1');
  await cache.set('for ever', '1', { ttl: null });
  expect([inner.getRemainingTTL('default'), inner.getRemainingTTL('for ever')]).toEqual([
    1000,
    Infinity,
  ]);
  await expect(cache.set('a', '1', { ttl: NaN })).rejects.toMatchObject({ code: 'INVALID_TTL' });
});
