// NumberLRU against a model, on each engine: every operation, in random order, on keys that spread
// over the index and on keys that crowd it, with and without ttls and statistics.

import { describe, expect, it } from 'vitest';
import type { NumberLRU } from '../../src/numbers/number-lru.js';
import { HandClock } from '../support/hand-clock.js';
import { families, scramble } from '../support/words.js';
import { NumberModel, numberCases, openNumbers, spiedNumbers } from './model.js';

const VALUES = [0, -0, 1, -1.5, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 2 ** 53, 0.1];

/** What no key has, nor any sum of those values. */
const ABSENT = -12345.678;

/** Random numbers from a seed. */
class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(count: number): number {
    this.#state = (this.#state + 1) | 0;
    return (scramble(this.#state) >>> 0) % count;
  }
}

interface Scene {
  readonly cache: NumberLRU;
  readonly model: NumberModel;
  readonly clock: HandClock;
  readonly isTimed: boolean;
  readonly keyAt: (i: number) => number;
  readonly keyCount: number;
}

/** Each step does something to both, and compares what it returns. */
const STEPS: readonly ((scene: Scene, draw: Draw) => void)[] = [
  ({ cache, model, keyAt, keyCount }, draw) => {
    const key = keyAt(draw.below(keyCount));
    expect(cache.get(key, -7)).toBe(model.use(key)?.value ?? -7);
  },
  ({ cache, model, keyAt, keyCount }, draw) => {
    const key = keyAt(draw.below(keyCount));
    const value = VALUES[draw.below(VALUES.length)] as number;
    cache.set(key, value);
    model.set(key, value);
  },
  ({ cache, model, keyAt, keyCount, isTimed }, draw) => {
    const key = keyAt(draw.below(keyCount));
    const by = VALUES[draw.below(VALUES.length)] as number;
    const ttl = isTimed && draw.below(3) === 0 ? draw.below(40) : undefined;
    expect(cache.increment(key, by, ttl)).toBe(model.increment(key, by, ttl));
  },
  ({ cache, model, keyAt, keyCount, isTimed }, draw) => {
    if (!isTimed) return;
    const key = keyAt(draw.below(keyCount));
    const ttl = draw.below(40);
    cache.set(key, 5, ttl);
    model.set(key, 5, ttl);
  },
  ({ cache, model, keyAt, keyCount }, draw) => {
    const key = keyAt(draw.below(keyCount));
    expect(cache.has(key)).toBe(model.peek(key) !== undefined);
    expect(cache.peek(key)).toBe(model.peek(key) ?? Number.NaN);
  },
  ({ cache, model, keyAt, keyCount }, draw) => {
    const key = keyAt(draw.below(keyCount));
    expect(cache.delete(key)).toBe(model.cells.delete(key));
  },
  ({ cache, model, keyAt, keyCount }, draw) => {
    const keys = Int32Array.from({ length: draw.below(20) }, () => keyAt(draw.below(keyCount)));
    const values = new Float64Array(keys.length + draw.below(3)).fill(99);
    const wanted = Array.from(keys, (key) => model.use(key)?.value ?? ABSENT);
    expect(cache.getMany(keys, values, ABSENT)).toBe(
      wanted.filter((value) => value !== ABSENT).length,
    );
    expect([...values.subarray(0, keys.length)]).toEqual(wanted);
    expect(values.subarray(keys.length).every((value) => value === 99)).toBe(true);
  },
  ({ cache, model, keyAt, keyCount }, draw) => {
    const keys = Int32Array.from({ length: draw.below(20) }, () => keyAt(draw.below(keyCount)));
    const values = Float64Array.from(keys, () => VALUES[draw.below(VALUES.length)] as number);
    cache.setMany(keys, values);
    for (const [i, key] of keys.entries()) model.set(key, values[i] as number);
  },
  ({ cache, model }) => {
    expect(cache.pop(-9)).toBe(model.pop() ?? -9);
  },
  ({ cache, model, isTimed, clock }, draw) => {
    if (!isTimed) return;
    const ms = draw.below(15);
    clock.pass(ms);
    model.now += ms;
    if (draw.below(4) === 0) expect(cache.purgeStale()).toBe(model.purge());
  },
  ({ cache, model }, draw) => {
    if (draw.below(4) > 0) return;
    const max = 1 + draw.below(60);
    cache.resize(max);
    model.resize(max);
    expect(cache.max).toBe(max);
  },
  ({ cache, model }, draw) => {
    if (draw.below(20) > 0) return;
    cache.clear();
    model.cells.clear();
  },
];

function expectSame({ cache, model }: Scene): void {
  expect(cache.size).toBe(model.cells.size);
  expect([...cache]).toEqual(model.entries());
}

const isInt = (name: string) => families[name]?.textAt === undefined;

describe.each(numberCases)('NumberLRU on $name', (engine) => {
  describe.each(Object.keys(families).filter(isInt))('with keys of the family %s', (name) => {
    it.each([
      ['plain', 0, false],
      ['with a ttl', 30, false],
      ['with statistics', 0, true],
      ['with both', 30, true],
    ])('does what a Map does: %s', (_, ttl, recordStats) => {
      for (let seed = 1; seed <= 6; seed++) {
        const draw = new Draw(seed * 1000);
        const clock = new HandClock(0);
        const max = 1 + draw.below(80);
        const scene: Scene = {
          cache: openNumbers(engine.open(), {
            ...{ max, ttl, recordStats, perf: clock, ttlResolution: 0 },
          }),
          model: new NumberModel(max, ttl),
          clock,
          isTimed: ttl !== 0,
          keyAt: (i) => (families[name] as (typeof families)[string]).wordAt(i),
          keyCount: 1 + draw.below(120),
        };
        for (let step = 0; step < 150; step++) {
          (STEPS[draw.below(STEPS.length)] as (typeof STEPS)[number])(scene, draw);
          expectSame(scene);
        }
        scene.cache[Symbol.dispose]();
      }
    });
  });

  it('crosses once for many keys, though the index refuses others', () => {
    const { engine: on, calls } = spiedNumbers(engine);
    const cache = openNumbers(on, { max: 1000 });
    const crowd = families['one home'] as (typeof families)[string];
    for (let i = 0; i < 500; i++) cache.set(i, i);
    for (let i = 0; i < 100; i++) cache.set(crowd.wordAt(i), -1);
    expect(calls).toContain('insertMapped');
    const keys = Int32Array.from({ length: 200 }, (_, i) => i);
    const values = new Float64Array(200);
    calls.length = 0;
    expect(cache.getMany(keys, values, -7)).toBe(200);
    expect(calls).toEqual(['findBatch', 'useBatch']);
    expect(values).toEqual(Float64Array.from(keys));
    calls.length = 0;
    expect(cache.get(77, -7)).toBe(77);
    expect(calls).toEqual(['get']);
  });

  it('takes every int32, and gives -0 back as 0', () => {
    const cache = openNumbers(engine.open(), { max: 10 });
    for (const key of [0, -1, 2 ** 31 - 1, -(2 ** 31)]) cache.set(key, key);
    cache.set(-0, 5);
    expect([...cache]).toEqual([
      [0, 5],
      [-(2 ** 31), -(2 ** 31)],
      [2 ** 31 - 1, 2 ** 31 - 1],
      [-1, -1],
    ]);
    expect(Object.is([...cache.keys()][0], 0)).toBe(true);
    expect([...cache.values()]).toEqual([5, -(2 ** 31), 2 ** 31 - 1, -1]);
    expect([...cache.entries()]).toEqual([...cache]);
  });

  it('keeps -0, NaN, infinities and the smallest number as values', () => {
    const cache = openNumbers(engine.open(), { max: 100 });
    for (const [key, value] of VALUES.entries()) cache.set(key, value);
    for (const [key, value] of VALUES.entries()) {
      expect(Object.is(cache.get(key, 1), value)).toBe(true);
      expect(Object.is(cache.peek(key, 1), value)).toBe(true);
    }
    expect(cache.get(100)).toBeNaN();
    expect(Object.is(cache.get(100, -0), -0)).toBe(true);
  });

  it('increments what is NaN once, and makes nothing of it', () => {
    const cache = openNumbers(engine.open(), { max: 10 });
    cache.set(1, Number.NaN);
    expect(cache.increment(1)).toBeNaN();
    cache.set(2, Number.POSITIVE_INFINITY);
    expect(cache.increment(2, Number.NEGATIVE_INFINITY)).toBeNaN();
    expect(cache.increment(3, Number.NaN)).toBeNaN();
    expect([...cache.keys()]).toEqual([3, 2, 1]);
  });

  it('lets the ttl of a counter begin with its first event, and end then', () => {
    const clock = new HandClock(1000);
    const cache = openNumbers(engine.open(), { max: 10, perf: clock, ttlResolution: 0 });
    cache.set(2, 1);
    expect(cache.increment(1, 1, 100)).toBe(1);
    clock.pass(60);
    expect([cache.increment(1, 2, 100), cache.getRemainingTTL(1)]).toEqual([3, 40]);
    clock.pass(41);
    expect([cache.has(1), cache.getRemainingTTL(1)]).toEqual([false, -1]);
    expect([cache.increment(1, 1, 100), cache.getRemainingTTL(1)]).toEqual([1, 100]);
    expect([cache.getRemainingTTL(2), cache.getRemainingTTL(3)]).toEqual([
      Number.POSITIVE_INFINITY,
      0,
    ]);
  });

  it('iterates over what is there when it begins, and not removed', () => {
    const cache = openNumbers(engine.open(), { max: 10 });
    for (let key = 0; key < 5; key++) cache.set(key, key);
    const seen: number[] = [];
    for (const [key] of cache) {
      seen.push(key);
      cache.delete(key - 1);
      cache.set(key + 100, 0).get(key);
    }
    expect(seen).toEqual([4, 2, 0]);
  });

  it('counts', () => {
    const clock = new HandClock(0);
    const cache = openNumbers(engine.open(), {
      ...{ max: 2, recordStats: true, ttl: 10, perf: clock, ttlResolution: 0 },
    });
    cache.set(1, 1).set(1, 2).set(2, 1).set(3, 1);
    cache.increment(3);
    cache.get(2);
    cache.get(1);
    cache.getMany(Int32Array.of(2, 9), new Float64Array(2));
    cache.delete(2);
    clock.pass(11);
    cache.get(3);
    cache.set(4, 1);
    cache.pop();
    cache.increment(5);
    cache.clear();
    const counts = { hits: 2, misses: 3, sets: 5, updates: 2, deletes: 2 };
    expect(cache.stats()).toEqual({ ...counts, evictions: 2, expirations: 1 });
    cache.resetStats();
    expect(new Set(Object.values(cache.stats()))).toEqual(new Set([0]));
  });
});
