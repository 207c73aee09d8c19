// What `memo` does: each rule and option once. It loads at once, where `fetch` waits.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases, type TestEngine } from '../support/engines.js';
import { cameTo, contentsOf, openBench } from './tools.js';

type MemoArguments = Parameters<LRUCache.Memoizer<string, unknown>>;
type Status = LRUCache.Status<string, unknown>;

/** A cache whose `memoMethod` counts: `1` is the first value it gives. */
function openMemo(
  engine: TestEngine,
  options: LRUCache.OptionsBase<string, unknown, unknown> = {},
) {
  const calls: MemoArguments[] = [];
  const memoMethod = (...call: MemoArguments) => calls.push(call);
  return { ...openBench(engine, { memoMethod, ...options }), calls };
}

describe.each(plainCases)('$name', ({ open }) => {
  it('computes what is absent, stores it, and does not compute it again', () => {
    const { cache, calls, told } = openMemo(open());
    expect([cache.memo('k'), cache.memo('k'), cache.get('k')]).toStrictEqual([1, 1, 1]);
    expect(calls).toHaveLength(1);
    expect(told).toStrictEqual(['add k 1']);
  });

  it('calls memoMethod with key, stale value, options and context', () => {
    const { cache, calls, clock } = openMemo(open());
    cache.memo('k');
    clock.now += 11;
    const context = {};
    const options = { allowStale: true, noDeleteOnStaleGet: true, ttl: 5 };
    expect(cache.memo('k', { ...options, context, forceRefresh: true, status: {} })).toBe(2);
    expect(calls[1]).toStrictEqual(['k', 1, { options, context: {} }]);
    expect(calls[1]?.[2].context).toBe(context);
    expect(cache.getRemainingTTL('k')).toBe(5);
  });

  it('throws what memoMethod throws, and does not read a clock it has no use for', () => {
    const no = new Error('no');
    let readings = 0;
    const cache = openCache<string, number>(open(), {
      max: 2,
      perf: { now: () => ++readings },
      memoMethod: (key, _, { context }) => {
        if (key === 'bad') throw no;
        return context as number;
      },
    });
    expect(() => cache.memo('bad', { context: 1 })).toThrow(no);
    expect(cache.memo('k', { context: 7 })).toBe(7);
    expect(readings).toBe(0);
  });

  it('returns a fresh value, or a stale one with allowStale; forceRefresh computes anew', () => {
    const { cache, clock, told } = openMemo(open());
    cache.memo('k');
    expect(cache.memo('k', { forceRefresh: true })).toBe(2);
    clock.now += 11;
    expect(cache.memo('k', { allowStale: true, noDeleteOnStaleGet: true })).toBe(2);
    expect(cache.memo('k')).toBe(3);
    expect(told).toStrictEqual(['add k 1', 'set k 1', 'replace k 2', 'expire k 2', 'add k 3']);
  });

  it('makes the age count anew with updateAgeOnGet, and not with noUpdateTTL', () => {
    const { cache, clock } = openMemo(open());
    cache.memo('k');
    clock.now += 6;
    cache.memo('k');
    expect(cache.getRemainingTTL('k')).toBe(4);
    cache.memo('k', { forceRefresh: true, noUpdateTTL: true });
    expect(cache.getRemainingTTL('k')).toBe(4);
    cache.memo('k', { updateAgeOnGet: true });
    expect(cache.getRemainingTTL('k')).toBe(10);
  });

  it('stores by what memoMethod makes of the options', () => {
    const { cache, told } = openMemo(open(), {
      ...{ maxSize: 9, sizeCalculation: () => 1 },
      memoMethod: (_, stale, { options }) => {
        Object.assign(options, { ttl: 7, size: 3, start: 999, noDisposeOnSet: true });
        return `${stale}+`;
      },
    });
    cache.set('k', 'v');
    expect(cache.memo('k', { forceRefresh: true })).toBe('v+');
    expect(cache.info('k')).toMatchObject({ value: 'v+', size: 3, ttl: 6 });
    expect(told).toStrictEqual(['add k v', 'replace k v+']);
  });

  it('uses a sizeCalculation that it is given', () => {
    const { cache } = openMemo(open(), { maxSize: 9 });
    expect(() => cache.memo('k')).toThrow(expect.objectContaining({ code: 'INVALID_SIZE' }));
    expect(cache.size).toBe(0);
    cache.memo('k', { sizeCalculation: (value) => value as number });
    expect(cache.info('k')?.size).toBe(2);
  });

  it('stores null and what is falsy, but not undefined', () => {
    const values: unknown[] = [null, 0, '', false, Number.NaN, undefined];
    for (const value of values) {
      const { cache } = openMemo(open(), { memoMethod: () => value });
      expect(cache.memo('k')).toBe(value);
      expect(cache.has('k')).toBe(value !== undefined);
    }
  });

  it('refuses without a memoMethod', () => {
    const { cache } = openBench(open());
    cache.set('k', 1);
    expect(() => cache.memo('k')).toThrow(expect.objectContaining({ code: 'NO_MEMO_METHOD' }));
  });

  it('throws what memoMethod throws, with nothing stored', () => {
    const { cache } = openMemo(open(), {
      memoMethod: () => {
        throw new Error('no');
      },
    });
    cache.set('k', 1);
    expect(() => cache.memo('absent')).toThrow('no');
    expect(() => cache.memo('k', { forceRefresh: true })).toThrow('no');
    expect(contentsOf(cache)).toBe('k=1');
  });

  it('stores what it has computed when memoMethod uses the cache', () => {
    const bench = openMemo(open(), {
      memoMethod: (key) => {
        bench.cache.set(key, 'set').set('other', 1).delete(key);
        return key === 'k' ? bench.cache.memo('inner') : key;
      },
    });
    expect(bench.cache.memo('k')).toBe('inner');
    expect(contentsOf(bench.cache)).toBe('other=1 inner=inner k=inner');
  });

  it('aborts a load of its key when it stores', async () => {
    const { cache, last } = openBench(open(), { memoMethod: () => 'memo' });
    const waiting = cameTo(cache.fetch('k'));
    expect(cache.memo('k')).toBe('memo');
    last().resolve('late');
    expect(await waiting).toBe('error FETCH_REPLACED');
    expect(cache.get('k')).toBe('memo');
  });

  it('reports hit and miss', () => {
    const { cache } = openMemo(open());
    const report = (options: LRUCache.MemoOptions<string, unknown>) => {
      const status: Status = {};
      cache.memo('k', { ...options, status });
      return status;
    };
    const base = { op: 'memo', key: 'k', cache };
    expect(report({})).toStrictEqual({ ...base, memo: 'miss', value: 1 });
    expect(report({ context: 'c' })).toStrictEqual({
      ...base,
      memo: 'hit',
      value: 1,
      context: 'c',
    });
    expect(report({ forceRefresh: true })).toStrictEqual({
      ...{ ...base, memo: 'miss', value: 2 },
      forceRefresh: true,
    });
  });

  it('counts, and loses no result by a clock that fails when it is stored', () => {
    const clock = { now: 1000, isBroken: false };
    const { cache } = openBench(open(), {
      ...{ recordStats: true, ttl: 0 },
      perf: {
        now: () => {
          if (clock.isBroken) throw new Error('clock');
          return clock.now;
        },
      },
      memoMethod: (key) => {
        clock.now += 3;
        if (key === 'broken') clock.isBroken = true;
        if (key === 'fails') throw new Error('no');
        return key;
      },
    });
    expect([cache.memo('k'), cache.memo('k')]).toStrictEqual(['k', 'k']);
    expect(() => cache.memo('fails')).toThrow('no');
    expect(cache.stats()).toMatchObject({
      ...{ hits: 1, misses: 2, sets: 1, loads: 2, loadFailures: 1, totalLoadTimeMs: 6 },
    });
    expect(cache.memo('broken')).toBe('broken');
    expect(cache.get('broken')).toBe('broken');
  });
});
