// The units of time of the sockets, as a table, and the caches that a socket takes.

import { LRUCache as TheirCache } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { LRUCache } from '../../src/index.js';
import { cacheOf, put } from '../../src/sockets/cache.js';
import {
  type Span,
  spanOfMs,
  spanOfSeconds,
  spanUntil,
  ttlOptions,
  zeroIsForever,
} from '../../src/sockets/units.js';

const NOW = 1_764_000_000_000;

describe.each<[string, Span, Span, { ttl: number } | undefined]>([
  ['no ttl', spanOfMs(undefined), undefined, undefined],
  ['a ttl of null', spanOfMs(null), undefined, undefined],
  ['no seconds', spanOfSeconds(undefined), undefined, undefined],
  ['seconds of null', spanOfSeconds(null), undefined, undefined],
  ['no end', spanUntil(undefined, NOW), undefined, undefined],
  ['an end of null', spanUntil(null, NOW), undefined, undefined],
  ['a whole ms', spanOfMs(1), 1, { ttl: 1 }],
  ['a part of a ms', spanOfMs(0.1), 1, { ttl: 1 }],
  ['a second', spanOfSeconds(1), 1000, { ttl: 1000 }],
  ['a part of a second', spanOfSeconds(0.0001), 1, { ttl: 1 }],
  ['for ever, in ms', spanOfMs(Infinity), Infinity, { ttl: 0 }],
  ['for ever, in seconds', spanOfSeconds(Infinity), Infinity, { ttl: 0 }],
  ['for ever, as an end', spanUntil(Infinity, NOW), Infinity, { ttl: 0 }],
  ['an end in a minute', spanUntil(NOW + 60_000, NOW), 60_000, { ttl: 60_000 }],
  ['an end between two ms', spanUntil(NOW + 0.5, NOW), 1, { ttl: 1 }],
  ['an end that is now', spanUntil(NOW, NOW), 0, { ttl: 0 }],
  ['an end that has been', spanUntil(NOW - 5, NOW), -5, { ttl: -5 }],
  ['a ttl that is over', spanOfMs(-1), -1, { ttl: -1 }],
  ['0 as for ever', zeroIsForever(spanOfSeconds(0)), Infinity, { ttl: 0 }],
  ['1 is not for ever', zeroIsForever(spanOfSeconds(1)), 1000, { ttl: 1000 }],
  ['none is not for ever', zeroIsForever(undefined), undefined, undefined],
])('%s', (_, span, expected, options) => {
  it(`is ${expected} ms`, () => {
    expect(span).toBe(expected);
    expect(ttlOptions(span)).toEqual(options);
  });
});

it.each([NaN, '1' as never, {} as never])('%s is no time', (given) => {
  for (const read of [spanOfMs, spanOfSeconds, (value: number) => spanUntil(value, NOW)]) {
    expect(() => read(given)).toThrow(expect.objectContaining({ code: 'INVALID_TTL' }));
  }
});

describe('put', () => {
  it('stores for the span, for ever, for the default of the cache, or not at all', () => {
    const cache = new LRUCache<string, number>({ max: 10, ttl: 1000 });
    const ttlOf = (key: string) => Math.round(cache.info(key)?.ttl ?? Infinity);
    expect(put(cache, 'span', 1, 5000)).toBe(true);
    expect(put(cache, 'default', 1, undefined)).toBe(true);
    expect(put(cache, 'for ever', 1, Infinity)).toBe(true);
    expect(ttlOf('span')).toBeGreaterThan(1000);
    expect(ttlOf('default')).toBeLessThanOrEqual(1000);
    expect(ttlOf('for ever')).toBe(Infinity);
    expect(put(cache, 'span', 2, 0)).toBe(true);
    expect(cache.has('span')).toBe(false);
  });

  it('says when the cache refused a value', () => {
    const cache = new LRUCache<string, string>({
      maxSize: 10,
      sizeCalculation: ({ length }) => length,
    });
    expect(put(cache, 'a', 'short', undefined)).toBe(true);
    expect(put(cache, 'a', 'much too long for it', undefined)).toBe(false);
    expect(cache.has('a')).toBe(false);
  });
});

describe('cacheOf', () => {
  it('takes a cache of any copy of the class, and of lru-cache', () => {
    const caches = [
      new LRUCache<string, number>({ max: 1 }),
      new TheirCache<string, number>({ max: 1 }),
    ];
    for (const cache of caches) expect(cacheOf<number>(cache)).toBe(cache);
  });

  it('makes a cache of options', () => {
    const cache = cacheOf<number>({ max: 1 });
    expect(cache).toBeInstanceOf(LRUCache);
    expect(() => cacheOf({ max: -1 })).toThrow(expect.objectContaining({ code: 'INVALID_MAX' }));
  });

  it.each([undefined, null, 5, new Map()])('refuses %s', (given) => {
    expect(() => cacheOf(given as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS' }),
    );
  });
});
