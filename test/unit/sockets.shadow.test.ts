// The shadow of a cache: what it estimates, against the exact hits of LRU caches of all sizes.

import { setFlagsFromString } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LRUCache } from '../../src/index.js';
import { type Shadow, ShadowEstimator, shadow } from '../../src/sockets/shadow.js';
import { stillAlive } from '../support/collected.js';
import { lruHits } from '../support/mattson.js';
import { keysOf, listTraces, readTraceFile, type Trace } from '../support/traces.js';

const POINTS_MAX = 0.02;
/** Of the longest one, hits are known for the capacities of the manifest only: others take long. */
const LONG = /arc-p3/;

/** A cache, and its shadow. */
interface Watched {
  readonly cache: LRUCache<number, number>;
  readonly watched: Shadow;
}

const traces = listTraces().filter(({ name }) => !LONG.test(name));
const longTraces = listTraces().filter(({ name }) => LONG.test(name));
const capacitiesOf = ({ lruHitsByCapacity }: Trace) => Object.keys(lruHitsByCapacity).map(Number);

/** A sequence of keys that is the same in each run. */
function randomKeys(count: number, unlike: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    const share = (state >>> 8) / 2 ** 24;
    return Math.floor(unlike * share * share * share);
  });
}

/** A cache through which requests went, and its shadow. */
function watchedAfter<K extends NonNullable<unknown>>(max: number, keys: readonly K[]) {
  const cache = new LRUCache<K, number>({ max, recordStats: true });
  const watched = shadow(cache, { share: 1 });
  for (const key of keys) if (cache.get(key) === undefined) cache.set(key, 1);
  return { cache, watched, ratio: cache.stats().hits / keys.length };
}

describe('the estimate', () => {
  it.each(traces)('is within 2 points of the exact hit ratio: $name', (trace) => {
    const keys = keysOf(trace, readTraceFile(trace));
    const capacities = capacitiesOf(trace);
    const hits = lruHits(keys, Math.max(...capacities) * 4);
    for (const max of capacities) {
      expect(hits[max]).toBe(trace.lruHitsByCapacity[max]);
      const estimator = new ShadowEstimator({ max });
      for (const key of keys) estimator.request(key);
      expect(estimator.requests).toBe(keys.length);
      for (const { factor, max: size, hitRatio } of estimator.estimates()) {
        expect(size).toBe(Math.round(max * factor));
        const error = Math.abs((hitRatio ?? -1) - (hits[size] as number) / keys.length);
        expect(error, `${factor} × ${max}`).toBeLessThan(POINTS_MAX);
      }
    }
  });

  it('is so for the longest trace, for each multiple', () => {
    for (const trace of longTraces) {
      const keys = keysOf(trace, readTraceFile(trace));
      for (const capacity of capacitiesOf(trace)) {
        const exact = (trace.lruHitsByCapacity[capacity] as number) / keys.length;
        for (const max of [capacity * 2, capacity, capacity / 2, capacity / 4]) {
          const estimator = new ShadowEstimator({ max });
          for (const key of keys) estimator.request(key);
          const error = Math.abs((estimator.hitRatio(capacity) ?? -1) - exact);
          expect(error, `${capacity} of ${max}`).toBeLessThan(POINTS_MAX);
        }
      }
    }
  });

  it.each([
    ['integers', (key: number) => key],
    ['fractions', (key: number) => key + 0.5],
    ['text that differs at its begin', (key: number) => `${key}/${'x'.repeat(50)}`],
    ['text that differs at its end', (key: number) => `${'x'.repeat(50)}/${key}`],
    ['bigints', (key: number) => BigInt(key)],
  ])('is within 3 points, of a load that differs from key to key, for %s', (_, keyOf) => {
    const numbers = randomKeys(60_000, 30_000);
    const hits = lruHits(numbers, 16_000);
    const estimator = new ShadowEstimator({ max: 4000 });
    for (const number of numbers) estimator.request(keyOf(number));
    for (const { max, hitRatio } of estimator.estimates()) {
      const exact = (hits[max] as number) / numbers.length;
      expect(Math.abs((hitRatio ?? -1) - exact)).toBeLessThan(0.03);
    }
  });

  it('is carried away by no key in great demand', () => {
    // Half of all requests are of one key, whichever it is.
    const others = randomKeys(40_000, 30_000);
    for (let hot = 0; hot < 20; hot++) {
      const keys = others.flatMap((key) => [`hot ${hot}`, key]);
      const hits = lruHits(keys, 4000);
      const estimator = new ShadowEstimator({ max: 4000, samples: 1000 });
      for (const key of keys) estimator.request(key);
      const exact = (hits[4000] as number) / keys.length;
      expect(Math.abs((estimator.hitRatio(4000) ?? -1) - exact)).toBeLessThan(0.03);
    }
  });

  it('is exact if all keys are noted, with misses that store nothing, and a clear', () => {
    const max = 20;
    const largest = new LRUCache<number, number>({ max: 4 * max });
    let hits = 0;
    const estimator = new ShadowEstimator({ max });
    const keys = randomKeys(20_000, 200);
    keys.forEach((key, i) => {
      if (i === 10_000) {
        estimator.clear();
        largest.clear();
      }
      estimator.get(key);
      if (largest.get(key) !== undefined) hits += 1;
      if (i % 3 === 0) return;
      estimator.set(key);
      largest.set(key, 1);
    });
    expect(estimator.hitRatio(4 * max)).toBeCloseTo(hits / keys.length, 12);
    estimator.reset();
    estimator.set(-1);
    estimator.get(-1);
    expect(estimator.hitRatio(max)).toBe(1);
    estimator.delete(-1);
    estimator.delete(-2);
    estimator.get(-1);
    expect([estimator.hitRatio(max), estimator.requests]).toEqual([0.5, 2]);
  });

  it('is of nothing before a request, and counts none of an object', () => {
    const estimator = new ShadowEstimator({ max: 1 });
    estimator.request({});
    estimator.get(() => 1);
    expect(estimator.estimates()).toEqual([
      { factor: 0.5, max: 1, hitRatio: undefined },
      { factor: 1, max: 1, hitRatio: undefined },
      { factor: 2, max: 2, hitRatio: undefined },
      { factor: 4, max: 4, hitRatio: undefined },
    ]);
    for (const key of [null, undefined, true, 1n, Symbol('a'), NaN, -0]) estimator.request(key);
    expect(estimator.requests).toBe(7);
  });

  it.each([0, -1, 0.5, NaN, undefined])('throws INVALID_MAX for %s', (given) => {
    const error = expect.objectContaining({ code: 'INVALID_MAX' });
    expect(() => new ShadowEstimator({ max: given as number })).toThrow(error);
    if (given === undefined) return;
    expect(() => new ShadowEstimator({ max: 1, samples: given })).toThrow(error);
  });
});

/** Whether the requests of a cache are watched now. */
const isWatched = (cache: { get: unknown }) => cache.get !== LRUCache.prototype.get;

/** Whether V8 has a shape for an object, and not a dictionary. */
function hasShape(object: object): boolean {
  setFlagsFromString('--allow-natives-syntax');
  return new Function('object', 'return %HasFastProperties(object)')(object) as boolean;
}

describe('the stretches in which a shadow watches', () => {
  const STRETCH = 65_536;
  const max = 100;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function createWatched() {
    const cache = new LRUCache<number, number>({ max });
    const watched = shadow(cache, { share: 0.25 });
    const ask = (requests: number, unlike: number) => {
      for (let i = 0; i < requests; i++) {
        if (cache.get(i % unlike) === undefined) cache.set(i % unlike, 1);
      }
    };
    return { cache, watched, ask };
  }

  it('come again, each after a rest of as many times the time that it took', () => {
    const { cache, ask } = createWatched();
    for (let stretch = 0; stretch < 3; stretch++) {
      ask(STRETCH - 1, 150);
      vi.advanceTimersByTime(1000);
      expect(isWatched(cache)).toBe(true);
      ask(1, 150);
      expect(isWatched(cache)).toBe(false);
      vi.advanceTimersByTime(2999);
      expect(isWatched(cache)).toBe(false);
      vi.advanceTimersByTime(1);
    }
    expect(isWatched(cache)).toBe(true);
  });

  it('count together, each as soon as what came before it does not matter', () => {
    const { watched, ask } = createWatched();
    // All hits from the second round on, at all sizes.
    ask(STRETCH, 40);
    const first = watched.hitRatio(max);
    expect(first).toBeCloseTo(1 - 40 / STRETCH, 12);
    // In the rest nothing is seen. What is used again then is no miss of any size.
    ask(5000, 1000);
    vi.advanceTimersByTime(10);
    ask(STRETCH, 40);
    expect(watched.hitRatio(max)).toBeCloseTo(1 - 40 / (1.5 * STRETCH), 12);
    // A loop that is larger than all sizes is known to be when they are full.
    vi.advanceTimersByTime(100);
    ask(STRETCH, 500);
    const [hits, counted] = [1.5 * STRETCH - 40, 2.5 * STRETCH - 4 * max - 1];
    expect(watched.hitRatio(4 * max)).toBeCloseTo(hits / counted, 12);
  });

  it('leave the cache in the shape that it had, as stopping does', () => {
    const { cache, watched, ask } = createWatched();
    expect(hasShape(cache)).toBe(true);
    ask(STRETCH, 150);
    expect([isWatched(cache), hasShape(cache)]).toEqual([false, true]);
    vi.advanceTimersByTime(10);
    expect([isWatched(cache), hasShape(cache)]).toEqual([true, true]);
    watched.stop();
    expect([isWatched(cache), hasShape(cache)]).toEqual([false, true]);
  });

  it('do not come after it was stopped', () => {
    const { cache, watched, ask } = createWatched();
    ask(STRETCH, 150);
    watched.stop();
    vi.advanceTimersByTime(1_000_000);
    expect(isWatched(cache)).toBe(false);
    const always = shadow(cache, { share: 1 });
    ask(3 * STRETCH, 150);
    expect(isWatched(cache)).toBe(true);
    always.stop();
  });

  it('end for good on a host that refuses the timer', () => {
    const { cache, ask } = createWatched();
    vi.stubGlobal('setTimeout', () => {
      throw new Error('refused');
    });
    ask(STRETCH, 150);
    vi.unstubAllGlobals();
    vi.advanceTimersByTime(1_000_000);
    expect(isWatched(cache)).toBe(false);
  });

  it('keep no cache alive', async () => {
    vi.useRealTimers();
    const held = (() => {
      const { cache, ask } = createWatched();
      ask(STRETCH, 150);
      return new WeakRef(cache);
    })();
    expect(await stillAlive({ held })).toEqual([]);
  });
});

describe('the shadow of a cache', () => {
  it('says what the cache does, for the present size', () => {
    const { watched, ratio } = watchedAfter(500, randomKeys(30_000, 3000));
    expect(watched.estimates()[1]?.hitRatio).toBeCloseTo(ratio, 12);
    expect(watched.hitRatio(500)).toBeCloseTo(ratio, 12);
    watched.reset();
    expect(watched.hitRatio(500)).toBeUndefined();
  });

  it('sees all ways to use a cache', async () => {
    const cache = new LRUCache<string, number>({
      max: 10,
      fetchMethod: async () => 1,
      memoMethod: () => 1,
    });
    const watched = shadow(cache);
    await cache.fetch('a');
    cache.get('a');
    expect([watched.hitRatio(10), cache.memo('a')]).toEqual([0.5, 1]);
    await cache.forceFetch('a');
    cache.delete('a');
    cache.get('a');
    cache.set('a', 1);
    cache.clear();
    cache.get('a');
    // Of six requests, three found 'a'.
    expect(watched.hitRatio(10)).toBe(0.5);
  });

  it('sees what is asked of many keys as it sees a loop', async () => {
    const [loop, many] = [0, 1].map(() => {
      const cache = new LRUCache<number, number>({ max: 10, fetchMethod: async (key) => key });
      return { cache, watched: shadow(cache, { share: 1 }) };
    }) as [Watched, Watched];
    // As iterators, which can be read only once.
    const keys = () => [1, 2, 3, 1].values();
    for (const key of keys()) loop.cache.get(key);
    for (const key of keys()) loop.cache.set(key, key);
    for (const key of keys()) loop.cache.get(key);
    loop.cache.delete(3);
    for (const key of keys()) loop.cache.get(key);
    for (const key of [3, 4]) await loop.cache.fetch(key);
    for (const key of [4, 5, 3]) loop.cache.get(key);
    const results = [
      many.cache.getMany(keys()),
      many.cache.setMany([...keys()].map((key) => [key, key] as const).values()) === many.cache,
      many.cache.getMany(keys()),
      many.cache.deleteMany([3, 9].values()),
      many.cache.getMany(keys()),
      await many.cache.fetchMany([3, 4, 3].values()),
      many.cache.getMany([4, 5, 3]),
    ];
    expect(results).toEqual([
      [undefined, undefined, undefined, undefined],
      true,
      [1, 2, 3, 1],
      1,
      [1, 2, undefined, 1],
      new Map([
        [3, 3],
        [4, 4],
      ]),
      [4, undefined, 3],
    ]);
    // Of 17 requests, 9 found their key: none, 4, 3, none, and 2.
    expect(loop.watched.hitRatio(10)).toBeCloseTo(9 / 17, 12);
    expect(many.watched.estimates()).toEqual(loop.watched.estimates());
  });

  it('notes nothing of a list that is refused, and refuses it as the cache does', async () => {
    const cache = new LRUCache<number, number>({ max: 10 });
    const watched = shadow(cache, { share: 1 });
    const bad = (value: unknown) => value as never;
    expect(() => cache.getMany(bad('ab'))).toThrow(/getMany needs a list/);
    expect(() => cache.setMany(bad([[1, 1], 2]))).toThrow(/setMany needs pairs/);
    expect(() => cache.deleteMany(bad(1))).toThrow(/deleteMany needs a list/);
    await expect(cache.fetchMany(bad(1))).rejects.toThrow(/fetchMany needs a list/);
    expect([cache.size, watched.hitRatio(10)]).toEqual([0, undefined]);
    cache.get(1);
    expect(watched.hitRatio(10)).toBe(0);
  });

  it('leaves results, arguments and the order as they are, and leaves when it is stopped', () => {
    const [plain, seen] = [0, 1].map(() => new LRUCache<number, number>({ max: 3, ttl: 1000 }));
    const watched = shadow(seen as LRUCache<number, number>);
    const results = [plain, seen].map((cache) => [
      cache?.set(1, 1, { ttl: 5000 }) === cache,
      cache?.set(2, 2).get(1),
      cache?.get(3, { allowStale: true }),
      cache?.delete(3),
      [...(cache?.keys() ?? [])],
      Object.keys(cache ?? {}),
      cache?.clear(),
    ]);
    expect(results[1]).toEqual(results[0]);
    expect(isWatched(seen as LRUCache<number, number>)).toBe(true);
    watched.stop();
    expect(Reflect.ownKeys(seen as object)).toEqual(Reflect.ownKeys(plain as object));
    expect(Object.getPrototypeOf(seen)).toBe(LRUCache.prototype);
    watched.stop();
  });

  it('knows what a cache has that it did not see being stored', () => {
    const cache = new LRUCache<number, number>({ max: 100 });
    for (let key = 0; key < 80; key++) cache.set(key, 1);
    const watched = shadow(cache);
    for (let i = 0; i < 40_000; i++) cache.get(i % 80);
    expect([watched.hitRatio(50), watched.hitRatio(100)]).toEqual([0, 1]);
    watched.stop();
  });

  it('takes the place of the one before', () => {
    const cache = new LRUCache<number, number>({ max: 3 });
    const first = shadow(cache);
    const second = shadow(cache, { max: 5, samples: 20 });
    cache.get(1);
    expect([first.hitRatio(3), second.hitRatio(3)]).toEqual([undefined, 0]);
    expect(second.estimates().map(({ max }) => max)).toEqual([3, 5, 10, 20]);
    first.stop();
    cache.get(1);
    second.stop();
    expect(isWatched(cache)).toBe(false);
  });

  it.each([0, -1, 1.5, NaN])(
    'throws INVALID_OPTIONS for a share of %s, and changes nothing',
    (share) => {
      const cache = new LRUCache<number, number>({ max: 3 });
      const error = expect.objectContaining({ code: 'INVALID_OPTIONS' });
      expect(() => shadow(cache, { share })).toThrow(error);
      expect(isWatched(cache)).toBe(false);
    },
  );

  it('refuses a cache with keyOf, whose ids it does not know', () => {
    const cache = new LRUCache<string, number>({ max: 3, keyOf: (key) => key.toLowerCase() });
    expect(() => shadow(cache)).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }));
    expect(isWatched(cache as never)).toBe(false);
  });

  it('needs a number of entries', () => {
    const cache = new LRUCache<number, number>({ maxSize: 10, sizeCalculation: () => 1 });
    expect(() => shadow(cache)).toThrow(expect.objectContaining({ code: 'INVALID_MAX' }));
    expect(shadow(cache, { max: 10 }).estimates()).toHaveLength(4);
  });
});
