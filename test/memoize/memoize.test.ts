// Shows what a memoized function remembers, for whom, and what it never does.

import { describe, expect, it } from 'vitest';
import { LRUCache, type LRUCacheTypeError } from '../../src/index.js';
import { memoize, NOTHING } from '../../src/memoize.js';
import { HandClock } from '../support/hand-clock.js';

/** A function that notes each of its calls, and what it makes of them. */
function noting<A extends readonly unknown[], R>(fn: (...args: A) => R) {
  const calls: A[] = [];
  const noted = (...args: A): R => {
    calls.push(args);
    return fn(...args);
  };
  return { calls, noted };
}

/** A function whose promises the test settles. */
function pending() {
  const settle: { resolve: (value: number) => void; reject: (error: unknown) => void }[] = [];
  const load = (_key: string): Promise<number> =>
    new Promise((resolve, reject) => settle.push({ resolve, reject }));
  return { settle, load };
}

describe('a synchronous function', () => {
  it('runs once for each list of arguments', () => {
    const { calls, noted } = noting((a: number, b: number) => a + b);
    const sum = memoize(noted);
    expect([sum(1, 2), sum(1, 2), sum(2, 1), sum(1, 2)]).toEqual([3, 3, 3, 3]);
    expect(calls).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it('forgets the least recently used result', () => {
    const { calls, noted } = noting((a: number) => a);
    const same = memoize(noted, { max: 2 });
    for (const a of [1, 2, 1, 3, 1, 2]) same(a);
    expect(calls).toEqual([[1], [2], [3], [2]]);
  });

  it('remembers 1000 results, or by size', () => {
    expect(memoize((a: number) => a).cache.max).toBe(1000);
    const sized = memoize((a: string) => a, { maxSize: 5, sizeCalculation: (a) => a.length });
    for (const text of ['abc', 'de', 'f']) sized(text);
    expect(sized.cache.max).toBe(0);
    expect([...sized.cache.keys()]).toEqual(['f', 'de']);
    const both = memoize((a: string) => a, { max: 7, maxSize: 5, sizeCalculation: () => 1 });
    expect([both.cache.max, both.cache.maxSize]).toEqual([7, 5]);
  });

  it('throws each time, and remembers no error', () => {
    let isDown = true;
    const { calls, noted } = noting((a: number) => {
      if (isDown) throw new Error('down');
      return a;
    });
    const same = memoize(noted);
    expect(() => same(1)).toThrow('down');
    expect(() => same(1)).toThrow('down');
    isDown = false;
    expect([same(1), same(1)]).toEqual([1, 1]);
    expect(calls).toHaveLength(3);
  });

  it('is called with the this of the call, which is not part of the key', () => {
    const scale = memoize(function (this: { by: number }, a: number) {
      return this.by * a;
    });
    expect(scale.call({ by: 2 }, 3)).toBe(6);
    expect(scale.call({ by: 5 }, 3)).toBe(6);
    const own = memoize(
      function (this: { by: number }, a: number) {
        return this.by * a;
      },
      {
        key(a) {
          return `${this.by} ${a}`;
        },
      },
    );
    expect([own.call({ by: 2 }, 3), own.call({ by: 5 }, 3)]).toEqual([6, 15]);
  });

  it('may call itself', () => {
    const { calls, noted } = noting((n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2)));
    const fib = memoize(noted);
    expect(fib(50)).toBe(12586269025);
    expect(calls).toHaveLength(51);
  });

  it('keeps its name and length', () => {
    const named = memoize(function find(_a: number, _b: number) {});
    expect([named.name, named.length]).toEqual(['find', 2]);
    // As those of any function, they may be defined anew.
    expect(Object.getOwnPropertyDescriptor(named, 'name')?.configurable).toBe(true);
  });

  it('forgets by arguments, or everything, and counts', () => {
    const { calls, noted } = noting((a: number, b: number) => a + b);
    const sum = memoize(noted);
    sum(1, 2);
    sum(1, 3);
    expect([sum.delete(1, 2), sum.delete(1, 2)]).toEqual([true, false]);
    sum(1, 2);
    sum(1, 3);
    sum.clear();
    sum(1, 3);
    expect(calls).toHaveLength(4);
    expect(sum.stats()).toMatchObject({ hits: 1, misses: 4, sets: 4 });
  });
});

describe('a negative result', () => {
  const table = [
    [undefined, 'undefined', [2, 1]],
    [0, 'undefined', [1, 1]],
  ] as const;
  it.each(table)('with negativeTtl %s: calls for %s and for null', (negativeTtl, _, counts) => {
    const clock = new HandClock(0);
    const calls = { u: 0, n: 0 };
    const find = memoize(
      (name: 'u' | 'n') => {
        calls[name] += 1;
        return name === 'u' ? undefined : null;
      },
      negativeTtl === undefined ? { perf: clock } : { negativeTtl, perf: clock },
    );
    expect([find('u'), find('u'), find('n'), find('n')]).toEqual([
      undefined,
      undefined,
      null,
      null,
    ]);
    expect([calls.u, calls.n]).toEqual(counts);
  });

  it('has an age of its own, in a synchronous function and in an asynchronous one', async () => {
    for (const isAsync of [false, true]) {
      const clock = new HandClock(0);
      const results = ['one', undefined, null];
      const { calls, noted } = noting((a: number) =>
        isAsync ? Promise.resolve(results[a]) : results[a],
      );
      const find = memoize(noted, { ttl: 100, negativeTtl: 10, ttlResolution: 0, perf: clock });
      const all = async () => [await find(0), await find(1), await find(2)];
      expect([await all(), await all()]).toEqual([results, results]);
      expect(find.cache.peek(1)).toBe(NOTHING);
      clock.time = 50;
      expect(await all()).toEqual(results);
      expect(calls).toEqual([[0], [1], [2], [1], [2]]);
    }
  });

  it('may be null, and has a size', async () => {
    const { calls, noted } = noting(async (a: number) => (a === 1 ? null : undefined));
    const sizeCalculation = () => 3;
    const find = memoize(noted, { negativeTtl: 0, maxSize: 4, sizeCalculation });
    for (let round = 0; round < 2; round++) {
      expect([await find(1), await find(2)]).toEqual([null, undefined]);
    }
    expect([calls, find.cache.calculatedSize]).toEqual([[[1], [2]], 4]);
  });
});

describe('an asynchronous function', () => {
  it('is called at once, and once for all who wait', async () => {
    const { settle, load } = pending();
    const find = memoize(load);
    const waiting = [find('a'), find('a'), find('b')];
    expect(settle).toHaveLength(2);
    settle[0]?.resolve(1);
    settle[1]?.resolve(2);
    expect(await Promise.all(waiting)).toEqual([1, 1, 2]);
    expect(await find('a')).toBe(1);
    expect(find('a')).toBeInstanceOf(Promise);
    expect(settle).toHaveLength(2);
    expect(find.stats()).toMatchObject({ loads: 2 });
  });

  it('rejects for all who wait, and is called again by the next', async () => {
    const { settle, load } = pending();
    const find = memoize(load);
    for (let round = 0; round < 2; round++) {
      const waiting = [find('a'), find('a')];
      settle[round]?.reject(new Error('down'));
      const results = await Promise.allSettled(waiting);
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    }
    const last = find('a');
    settle[2]?.resolve(3);
    expect(await last).toBe(3);
  });

  it.each([1, 2])('gives a result that was forgotten on its way, in call %i', async (call) => {
    for (const forget of ['clear', 'delete'] as const) {
      const { settle, load } = pending();
      const find = memoize(load);
      if (call === 2) {
        const first = find('first');
        settle[0]?.resolve(0);
        await first;
      }
      const old = find('a');
      if (forget === 'clear') find.clear();
      else expect(find.delete('a')).toBe(true);
      const fresh = find('a');
      settle.at(-1)?.resolve(2);
      expect(await fresh).toBe(2);
      settle.at(-2)?.resolve(1);
      expect(await old).toBe(1);
      expect(find.cache.peek('a')).toBe(2);
    }
  });

  it.each([0, 1, 2, 3, 4, 5])('gives undefined forgotten %i turns after it came', async (turns) => {
    let settle = (_value?: undefined) => {};
    const load = (_key: string) =>
      new Promise<undefined>((resolve) => {
        settle = resolve;
      });
    const find = memoize(load);
    const waiting = [find('a'), find('a')];
    settle();
    for (let turn = 0; turn < turns; turn++) await undefined;
    find.clear();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
  });

  it('may be aborted through its cache, with whatever reason', async () => {
    const { cache } = memoize(async (_key: string): Promise<number | undefined> => undefined);
    const controller = new AbortController();
    const given = { context: async () => undefined, signal: controller.signal };
    const found = cache.fetch('a', given);
    controller.abort('enough');
    await expect(found).rejects.toBe('enough');
  });

  it('rejects as it does, though that be with the error of a cache of its own', async () => {
    const fetchMethod = () => new Promise<undefined>(() => {});
    const own = new LRUCache<string, number>({ max: 1, fetchMethod });
    const find = memoize((key: string) => own.fetch(key));
    const found = find('a');
    own.delete('a');
    await expect(found).rejects.toMatchObject({ code: 'FETCH_DELETED' });
  });

  it('rejects when it throws, once it is known to be asynchronous', async () => {
    const find = memoize((a: number): Promise<number> => {
      if (a > 1) throw new Error('large');
      return Promise.resolve(a);
    });
    expect(await find(1)).toBe(1);
    await expect(find(2)).rejects.toThrow('large');
  });
});

describe('options', () => {
  it('are refused with a code', () => {
    const code = (run: () => unknown): unknown => {
      try {
        return run();
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        return (error as LRUCacheTypeError).code;
      }
    };
    const same = (a: number) => a;
    const wrong = <T>(value: unknown) => value as T;
    expect(code(() => memoize(wrong<typeof same>(1)))).toBe('INVALID_CALLBACK');
    expect(code(() => memoize(same, { key: wrong<typeof same>(1) }))).toBe('INVALID_CALLBACK');
    expect(code(() => memoize(same, { negativeTtl: -1 }))).toBe('INVALID_TTL');
    expect(code(() => memoize(same, { negativeTtl: Number.NaN }))).toBe('INVALID_TTL');
    expect(code(() => memoize(same, { max: -1 }))).toBe('INVALID_MAX');
  });
});
