// NumberLRU in trouble: bad arguments, memory that is refused, a clock that calls back in, and
// disposal; and what an entry takes.

import { describe, expect, it } from 'vitest';
import { NUMBERS_BUCKET_LOAD } from '../../assembly/layout.js';
import { LRUCacheError } from '../../src/common/errors.js';
import { NumberLRU } from '../../src/numbers/number-lru.js';
import { codeOf, HandClock } from '../support/hand-clock.js';
import { numberCases, openNumbers } from './model.js';

const BYTES_MAX = 28;
const BAD_KEYS = [0.5, 2 ** 31, -(2 ** 31) - 1, Number.NaN, Number.POSITIVE_INFINITY];
const NO_NUMBERS = ['1', undefined, null, 1n, {}, true, Symbol('key')];

const bad = (value: unknown) => value as never;

describe.each(numberCases)('NumberLRU on $name', (engine) => {
  const calls: Readonly<Record<string, (cache: NumberLRU, key: never) => unknown>> = {
    get: (cache, key) => cache.get(key),
    set: (cache, key) => cache.set(key, 1),
    has: (cache, key) => cache.has(key),
    peek: (cache, key) => cache.peek(key),
    delete: (cache, key) => cache.delete(key),
    increment: (cache, key) => cache.increment(key),
    getRemainingTTL: (cache, key) => cache.getRemainingTTL(key),
  };

  it.each(Object.keys(calls))('refuses what is no int32 as the key of %s', (name) => {
    const cache = openNumbers(engine.open(), { max: 10 });
    cache.set(1, 1);
    for (const key of [...BAD_KEYS, ...NO_NUMBERS]) {
      const error = caught(() => calls[name]?.(cache, bad(key)));
      expect(error).toBeInstanceOf(typeof key === 'number' ? RangeError : TypeError);
      expect(error).toMatchObject({ code: 'INVALID_KEY' });
    }
    expect([...cache]).toEqual([[1, 1]]);
  });

  it('refuses what is no number as a value', () => {
    const cache = openNumbers(engine.open(), { max: 10 });
    for (const value of NO_NUMBERS) {
      // A default stands in for undefined.
      expect(codeOf(() => cache.set(1, bad(value)))).toBe('INVALID_VALUE');
      if (value === undefined) continue;
      expect(codeOf(() => cache.get(1, bad(value)))).toBe('INVALID_VALUE');
      expect(codeOf(() => cache.peek(1, bad(value)))).toBe('INVALID_VALUE');
      expect(codeOf(() => cache.pop(bad(value)))).toBe('INVALID_VALUE');
      expect(codeOf(() => cache.increment(1, bad(value)))).toBe('INVALID_VALUE');
      expect(codeOf(() => cache.increment(1, 1, bad(value ?? 'x')))).toBe('INVALID_TTL');
      expect(codeOf(() => cache.set(1, 1, bad(value ?? 'x')))).toBe('INVALID_TTL');
    }
    expect(cache.size).toBe(0);
  });

  it('refuses arrays of other types, and too few values, before anything moves', () => {
    const cache = openNumbers(engine.open(), { max: 10 });
    cache.set(1, 1).set(2, 2);
    const keys = Int32Array.of(1, 3);
    for (const wrong of [
      [1, 3],
      Uint32Array.of(1, 3),
      '13',
      undefined,
      new DataView(keys.buffer),
    ]) {
      expect(codeOf(() => cache.getMany(bad(wrong), new Float64Array(2)))).toBe('INVALID_KEYS');
      expect(codeOf(() => cache.setMany(bad(wrong), new Float64Array(2)))).toBe('INVALID_KEYS');
      expect(codeOf(() => cache.getMany(keys, bad(wrong)))).toBe('INVALID_VALUE');
      expect(codeOf(() => cache.setMany(keys, bad(wrong)))).toBe('INVALID_VALUE');
    }
    expect(codeOf(() => cache.getMany(keys, new Float64Array(1)))).toBe('INVALID_VALUE');
    expect(codeOf(() => cache.setMany(keys, new Float64Array(1)))).toBe('INVALID_VALUE');
    expect([...cache.keys()]).toEqual([2, 1]);
  });

  it('takes batches of any length, longer than what crosses at once', () => {
    const cache = openNumbers(engine.open(), { max: 10_000 });
    for (const length of [0, 1, 255, 256, 257, 2000]) {
      const keys = Int32Array.from({ length }, (_, i) => i * 3 + length);
      cache.setMany(
        keys,
        Float64Array.from(keys, (key) => key / 2),
      );
      const values = new Float64Array(length);
      expect(cache.getMany(keys, values)).toBe(length);
      expect([...values]).toEqual([...keys].map((key) => key / 2));
    }
  });

  it('evicts at the size that it has when memory is refused, until it is cleared', () => {
    const opened = engine.open();
    if (engine.name === 'wasm release') return;
    const cache = openNumbers(opened, { max: 100_000 });
    for (let key = 0; key < 20_000; key++) cache.set(key, key);
    opened.refuseGrowthAfter(0);
    for (let key = 0; key < 60_000; key++) cache.set(key, key);
    const { size } = cache;
    expect(size).toBeLessThan(60_000);
    const newest = Array.from({ length: 3 }, (_, i) => 59_999 - i);
    expect([...cache.keys()].slice(0, 3)).toEqual(newest);
    cache.setMany(Int32Array.of(-1, -2), Float64Array.of(1, 2));
    expect([cache.size, cache.get(-1), cache.get(-2)]).toEqual([size, 1, 2]);
    opened.refuseGrowthAfter(-1);
    cache.clear();
    for (let key = 0; key < 60_000; key++) cache.set(key, key);
    expect(cache.size).toBe(60_000);
  });

  it('follows no hint to an entry that is gone, or to a slot that another has', () => {
    const cache = openNumbers(engine.open(), { max: 3 });
    const read = () => {
      const found = [1, 2, 3, 4].map((key) => cache.peek(key, 0));
      expect([1, 2, 3, 4].map((key) => cache.has(key))).toEqual(found.map((value) => value !== 0));
      expect([1, 2, 3, 4].map((key) => cache.get(key, 0))).toEqual(found);
      return found;
    };
    cache.set(1, 10).set(2, 20).set(3, 30);
    expect(read()).toEqual([10, 20, 30, 0]);
    cache.delete(2);
    expect(read()).toEqual([10, 0, 30, 0]);
    expect(cache.increment(2, 5)).toBe(5);
    expect(read()).toEqual([10, 5, 30, 0]);
    cache.set(1, 11).set(4, 40);
    expect(read()).toEqual([11, 0, 30, 40]);
    cache.clear();
    expect(read()).toEqual([0, 0, 0, 0]);
    cache.set(4, 41);
    expect(read()).toEqual([0, 0, 0, 41]);
  });

  it('finds nothing in what the memory held before', () => {
    const opened = engine.open();
    const keys = Array.from({ length: 300 }, (_, i) => i * 5);
    const fill = (max: number, value: number) => {
      const cache = openNumbers(opened, { max });
      for (const key of keys) cache.set(key, value);
      return cache;
    };
    for (let round = 0; round < 4; round++) {
      // Its block, once freed, is where the next one lies, with records of the same keys.
      const before = fill(1000, 1);
      const cache = fill(200, 2);
      const behind = fill(300, 3);
      for (const key of keys.slice(102)) cache.delete(key);
      // The order is made anew, and slots that were used are fresh again.
      expect([...cache.keys()].length).toBe(2);
      before[Symbol.dispose]();
      cache.set(-1, 4, Number.MAX_SAFE_INTEGER);
      for (const key of keys.slice(102))
        expect([cache.has(key), cache.get(key)]).toEqual([false, Number.NaN]);
      expect([cache.size, cache.get(-1), behind.get(keys[200] as number)]).toEqual([3, 4, 3]);
    }
  });

  it('finds what it has while other caches make the memory grow', () => {
    const opened = engine.open();
    const cache = openNumbers(opened, { max: 50, ttl: 1000, perf: new HandClock(0) });
    const plain = openNumbers(opened, { max: 50 });
    for (let key = 0; key < 50; key++) cache.set(key, key) && plain.set(key, key);
    for (let round = 1; round < 6; round++) {
      const other = openNumbers(opened, { max: 20_000 });
      for (let key = 0; key < 20_000; key++) other.set(key, key);
      for (const each of [cache, plain]) {
        expect([each.get(7), each.increment(8, 0), each.has(9), each.peek(9)]).toEqual([
          ...[7, 8, true, 9],
        ]);
        expect(each.set(9, 9).get(9)).toBe(9);
        expect([...each.keys()].slice(0, 3)).toEqual([9, 8, 7]);
      }
    }
  });

  it('says so when there is no memory for the first entry, or the first ttl', () => {
    const opened = engine.open();
    if (engine.name !== 'js') return;
    const cache = openNumbers(opened, { max: 10 });
    opened.refuseGrowthAfter(0);
    expect(codeOf(() => cache.set(1, 1))).toBe('OUT_OF_MEMORY');
    opened.refuseGrowthAfter(-1);
    cache.set(1, 1);
    opened.refuseGrowthAfter(0);
    expect(codeOf(() => cache.set(2, 1, 10))).toBe('OUT_OF_MEMORY');
    opened.refuseGrowthAfter(-1);
    expect([...cache]).toEqual([[1, 1]]);
    expect(cache.set(2, 1, 10).size).toBe(2);
  });

  it('lets a clock change the cache', () => {
    let isOver = true;
    const clock = {
      now: (): number => {
        if (isOver) return 0;
        isOver = true;
        cache.clear();
        for (let key = 0; key < 50; key++) cache.set(key, -key);
        return 0;
      },
    };
    const cache = openNumbers(engine.open(), { max: 30, ttl: 10, perf: clock, ttlResolution: 0 });
    const change = <T>(run: () => T): T => {
      isOver = false;
      return run();
    };
    expect(change(() => cache.get(49))).toBe(-49);
    expect(change(() => cache.peek(48))).toBe(-48);
    expect(change(() => cache.has(3))).toBe(false);
    expect(change(() => cache.increment(47, 1))).toBe(-46);
    expect(change(() => cache.getRemainingTTL(40))).toBe(10);
    expect(change(() => cache.purgeStale())).toBe(false);
    change(() => cache.set(-1, 5));
    expect([cache.size, cache.get(-1)]).toEqual([30, 5]);
  });

  it('refuses a clock that shows no time, with nothing changed', () => {
    const clock = new HandClock(0);
    const cache = openNumbers(engine.open(), { max: 3, ttl: 10, perf: clock, ttlResolution: 0 });
    cache.set(1, 1);
    clock.time = Number.NaN;
    for (const run of [() => cache.get(1), () => cache.set(2, 1), () => cache.increment(1)]) {
      expect(codeOf(run)).toBe('INVALID_CLOCK');
    }
    clock.time = 0;
    expect([...cache]).toEqual([[1, 1]]);
  });

  it('lets ages begin anew that began by an error of the clock', () => {
    const clock = new HandClock(0);
    const cache = openNumbers(engine.open(), { max: 3, ttl: 10, perf: clock, ttlResolution: 0 });
    cache.set(1, 1);
    clock.time = 2 ** 60;
    cache.set(2, 1);
    clock.time = 5;
    expect([cache.has(2), cache.getRemainingTTL(2)]).toEqual([true, 10]);
  });

  it('cannot be used after its disposal, which may be repeated', () => {
    const cache = openNumbers(engine.open(), { max: 3 });
    cache.set(1, 1);
    const walk = cache.keys();
    expect(walk.next().value).toBe(1);
    cache[Symbol.dispose]();
    cache[Symbol.dispose]();
    const uses: (() => unknown)[] = [
      ...[() => cache.get(1), () => cache.set(1, 1), () => cache.has(1), () => cache.size],
      ...[() => cache.increment(1), () => cache.pop(), () => cache.clear(), () => cache.bytes],
      ...[() => [...cache], () => cache.resize(1), () => cache.engine, () => cache.delete(1)],
      () => cache.getMany(Int32Array.of(1), new Float64Array(1)),
      () => cache.setMany(Int32Array.of(1), new Float64Array(1)),
    ];
    for (const use of uses) expect(codeOf(use)).toBe('DISPOSED');
  });

  it('gives its entries up when the host has cut a change short', () => {
    const cache = openNumbers(engine.open(), { max: 1000 });
    for (let key = 0; key < 1000; key++) cache.set(key, key);
    let cuts = 0;
    const fill = (depth: number): void => {
      try {
        for (let key = 0; key < 20; key++) cache.set(depth * 20 + key, key);
      } catch {
        cuts += 1;
        return;
      }
      fill(depth + 1);
    };
    try {
      fill(0);
    } catch {
      cuts += 1;
    }
    expect(cuts).toBeGreaterThan(0);
    cache.clear();
    for (let key = 0; key < 2000; key++) cache.set(key, key);
    expect([...cache.keys()]).toEqual(Array.from({ length: 1000 }, (_, i) => 1999 - i));
  });

  it('keeps its entries when the host has cut a lookup short', () => {
    const cache = openNumbers(engine.open(), { max: 10 });
    cache.set(1, 1).set(2, 2);
    const keys = Int32Array.of(1, 2);
    const values = new Float64Array(2);
    const lookups = [() => cache.get(1), () => cache.getMany(keys, values)];
    for (const look of lookups) {
      const dive = (): void => {
        look();
        dive();
      };
      expect(dive).toThrow(RangeError);
      expect([...cache.entries()].sort()).toEqual([
        [1, 1],
        [2, 2],
      ]);
    }
  });
});

describe('an entry', () => {
  const fill = (options: object) => {
    const cache = new NumberLRU({ max: 300_000, ...options });
    for (let key = 0; key < 300_000; key++) cache.set(key * 3, key);
    return cache.bytes / cache.size;
  };

  it(`takes ${BYTES_MAX} bytes at most in a full cache, all told`, () => {
    expect(fill({})).toBeLessThan(BYTES_MAX);
    expect(64 / NUMBERS_BUCKET_LOAD + 8 + 4 + 0.5 + 8).toBeLessThan(BYTES_MAX);
  });

  it('takes 16 more with a ttl, and up to 33 without WebAssembly', () => {
    expect(fill({ ttl: 1000 })).toBeLessThan(BYTES_MAX + 16);
    expect(fill({ engine: 'pure' })).toBeLessThan(33);
  });
});

describe('new NumberLRU', () => {
  it.each([
    [undefined, 'INVALID_OPTIONS'],
    [7, 'INVALID_OPTIONS'],
    [{}, 'INVALID_MAX'],
    [{ max: 0 }, 'INVALID_MAX'],
    [{ max: 2 ** 25 + 1 }, 'INVALID_MAX'],
    [{ max: 1, ttl: 0.5 }, 'INVALID_TTL'],
    [{ max: 1, perf: {} }, 'INVALID_OPTIONS'],
    [{ max: 1, engine: 'rust' }, 'INVALID_OPTIONS'],
  ])('refuses %o', (options, code) => {
    expect(codeOf(() => new NumberLRU(bad(options)))).toBe(code);
  });

  it('takes an engine by name, and says which it has', () => {
    expect([NumberLRU.engine, new NumberLRU({ max: 1 }).engine]).toEqual(['wasm', 'wasm']);
    const pure = new NumberLRU({ max: 1, engine: 'pure', ttl: 5 });
    expect([pure.engine, pure.ttl, pure.max, `${pure}`]).toEqual([
      ...['pure', 5, 1, '[object NumberLRU]'],
    ]);
    expect(codeOf(() => pure.stats())).toBe('NO_STATS');
    expect(codeOf(() => pure.resize(0))).toBe('INVALID_MAX');
  });

  it('shares no memory with other caches that changes them', () => {
    const caches = Array.from({ length: 50 }, () => new NumberLRU({ max: 100 }));
    for (const [i, cache] of caches.entries()) {
      for (let key = 0; key < 200; key++) cache.set(key, key * i);
    }
    for (const [i, cache] of caches.entries()) {
      expect(cache.get(150)).toBe(150 * i);
    }
  });

  it('moves to a memory of its own when it is large, with all it has', () => {
    const small = new NumberLRU({ max: 10 });
    small.set(1, 1);
    const large = new NumberLRU({ max: 400_000 });
    for (let key = 0; key < 400_000; key++) large.set(key, -key);
    expect([large.size, large.get(0), large.get(399_999), small.get(1)]).toEqual([
      ...[400_000, -0, -399_999, 1],
    ]);
  });
});

/** What something throws. */
function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error instanceof LRUCacheError ? error : new Error('not one of ours', { cause: error });
  }
  return new Error('nothing was thrown');
}
