// `fetchMany`: one call of the loader for all that is missing, and loads shared with `fetch`.

import { describe, expect, it, vi } from 'vitest';
import { LRUCache } from '../../src/index.js';

/** A cache whose batches are answered by hand, in the order in which they were asked for. */
function openCache() {
  const asked: string[][] = [];
  const answers: ((result: ReadonlyMap<string, number> | Error) => void)[] = [];
  const cache = new LRUCache<string, number>({
    max: 10,
    fetchManyMethod: (keys) => {
      asked.push([...keys]);
      return new Promise((resolve, reject) => {
        answers.push((result) => (result instanceof Error ? reject(result) : resolve(result)));
      });
    },
  });
  return { cache, asked, answers };
}

const lengths = (...keys: string[]) => new Map(keys.map((key) => [key, key.length]));

/** Statuses that do something when the load of a key begins. */
class Watched extends Map<string, LRUCache.Status<string, number>> {
  constructor(watched: string, act: () => void) {
    super();
    this.set = (key, status) => {
      if (key === watched) Object.defineProperty(status, 'fetchDispatched', { set: act });
      return super.set(key, status);
    };
  }
}

describe('fetchMany', () => {
  it('asks once for what is missing, and gives the keys in the order asked for', async () => {
    const { cache, asked, answers } = openCache();
    cache.set('bb', 2);
    const found = cache.fetchMany(['ccc', 'bb', 'a', 'ccc']);
    answers[0]?.(lengths('a', 'ccc'));
    expect([...(await found)]).toEqual([...lengths('ccc', 'bb', 'a')]);
    expect(asked).toEqual([['ccc', 'a']]);
    expect([...cache.keys()].sort()).toEqual(['a', 'bb', 'ccc']);
  });

  it('shares loads with fetch, whichever came first', async () => {
    const { cache, asked, answers } = openCache();
    const one = cache.fetch('a');
    const many = cache.fetchMany(['a', 'bb']);
    const again = cache.fetch('bb');
    expect(asked).toEqual([['a'], ['bb']]);
    answers[1]?.(lengths('bb'));
    answers[0]?.(lengths('a'));
    expect([await one, await again]).toEqual([1, 2]);
    expect(await many).toEqual(lengths('a', 'bb'));
  });

  it('leaves out, and does not keep, what the loader does not know', async () => {
    const { cache, answers } = openCache();
    const found = cache.fetchMany(['a', 'unknown']);
    answers[0]?.(lengths('a'));
    expect(await found).toEqual(lengths('a'));
    expect(cache.has('unknown')).toBe(false);
  });

  it('rejects if the loader does, with nothing kept, and asks again', async () => {
    const { cache, asked, answers } = openCache();
    const down = new Error('down');
    const failed = cache.fetchMany(['a', 'bb']);
    answers[0]?.(down);
    await expect(failed).rejects.toBe(down);
    expect(cache.size).toBe(0);
    const found = cache.fetchMany(['a']);
    answers[1]?.(lengths('a'));
    expect(await found).toEqual(lengths('a'));
    expect(asked).toEqual([['a', 'bb'], ['a']]);
  });

  it('never brings back what is deleted meanwhile', async () => {
    const { cache, answers } = openCache();
    const found = cache.fetchMany(['a', 'bb']);
    cache.delete('a');
    answers[0]?.(lengths('a', 'bb'));
    await expect(found).rejects.toMatchObject({ code: 'FETCH_DELETED' });
    await Promise.resolve();
    expect([cache.has('a'), cache.get('bb')]).toEqual([false, 2]);
  });

  it('calls fetchMethod for each key if there is no loader of many', async () => {
    const calls: string[] = [];
    const cache = new LRUCache<string, number>({
      max: 10,
      fetchMethod: async (key) => {
        calls.push(key);
        return key.length;
      },
    });
    expect(await cache.fetchMany(['a', 'bb', 'a'])).toEqual(lengths('a', 'bb'));
    expect(calls).toEqual(['a', 'bb']);
  });

  it('hands the loader stale values, a signal, options of each load, and a context', async () => {
    const calls: unknown[][] = [];
    let now = 1;
    const cache = new LRUCache<string, number, string>({
      max: 10,
      ttl: 10,
      ttlResolution: 0,
      perf: { now: () => now },
      fetchManyMethod(keys, staleValues, { signal, options, context }) {
        calls.push([
          this,
          keys,
          staleValues,
          signal.aborted,
          options.map(({ ttl }) => ttl),
          context,
        ]);
        if (options[1] !== undefined) options[1].ttl = 3;
        return lengths(...keys);
      },
    });
    cache.set('a', 7);
    now += 11;
    await cache.fetchMany(['a', 'bb'], { context: 'of this call', ttl: 5 });
    expect(calls).toEqual([[cache, ['a', 'bb'], [7, undefined], false, [5, 5], 'of this call']]);
    expect(['a', 'bb'].map((key) => cache.getRemainingTTL(key))).toEqual([5, 3]);
  });

  it('lets a clock that is read meanwhile join a load of the batch', async () => {
    let joined: Promise<number | undefined> | undefined;
    let isBegun = false;
    const cache: LRUCache<string, number> = new LRUCache({
      max: 10,
      recordStats: true,
      perf: {
        now: () => {
          if (isBegun && cache.stats().misses === 1 && joined === undefined) {
            joined = Promise.resolve(1);
            joined = cache.fetch('a');
          }
          return 1;
        },
      },
      fetchManyMethod: (keys) => lengths(...keys),
    });
    isBegun = true;
    expect(await cache.fetchMany(['a', 'bb'])).toEqual(lengths('a', 'bb'));
    expect(await joined).toBe(1);
    expect(cache.stats()).toMatchObject({ misses: 3, loads: 2 });
  });

  it.each([
    ['nothing', undefined, 'undefined'],
    ['null', null, 'not null'],
    ['a text', 'ab', "'ab'"],
    ['an object', { a: 1 }, 'not object'],
    ['a function', lengths, 'not function'],
    ['an array that is too short', [1], 'an array of 1 for 2 keys'],
    ['a Set of values', new Set([1, 2]), 'what has 1 in it'],
    ['a Set of objects, which a Map takes for pairs', new Set([{ id: 1 }]), 'has object in it'],
    ['a typed array', Float64Array.of(1, 2), 'what has 1 in it'],
    ['a generator of no pairs', ['ab', 'cd'].values(), "what has 'ab' in it"],
    ['an iterable of nothing', [null].values(), 'what has null in it'],
  ])('rejects if the loader gives %s', async (_, result, shown) => {
    const cache = new LRUCache<string, number>({ max: 9, fetchManyMethod: () => result as never });
    const found = cache.fetchMany(['a', 'bb']);
    await expect(found).rejects.toMatchObject({ code: 'INVALID_BATCH' });
    await expect(found).rejects.toThrow(shown);
    expect(cache.size).toBe(0);
  });

  it('takes an array of values, or pairs, for a Map', async () => {
    for (const result of [[1, 2], lengths('bb', 'a').entries()]) {
      const cache = new LRUCache<string, number>({
        max: 9,
        fetchManyMethod: () => result as never,
      });
      expect(await cache.fetchMany(['a', 'bb'])).toEqual(lengths('a', 'bb'));
    }
  });

  it('aborts the signal with the last reason when no key is wanted any more', async () => {
    const signals: AbortSignal[] = [];
    const cache = new LRUCache<string, number>({
      max: 10,
      fetchManyMethod: (_, __, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    const found = cache.fetchMany(['a', 'bb']);
    cache.delete('a');
    expect(signals[0]?.aborted).toBe(false);
    cache.delete('bb');
    expect(signals[0]?.reason).toMatchObject({ code: 'FETCH_DELETED' });
    await expect(found).rejects.toMatchObject({ code: 'FETCH_DELETED' });
  });

  it('begins no load if the Map of statuses fails', async () => {
    const { cache, asked } = openCache();
    const full = new Error('full');
    class Statuses extends Map<string, LRUCache.Status<string, number>> {
      override set(key: string, status: LRUCache.Status<string, number>): this {
        if (this.size === 1) throw full;
        return super.set(key, status);
      }
    }
    const found = cache.fetchMany(['a', 'bb'], { statuses: new Statuses() });
    await expect(found).rejects.toBe(full);
    expect(asked).toEqual([]);
  });

  it('refuses keys that are no list', async () => {
    const { cache } = openCache();
    for (const keys of ['abc', 7, null, undefined, {}]) {
      await expect(cache.fetchMany(keys as never)).rejects.toMatchObject({ code: 'INVALID_KEYS' });
    }
  });

  it('fails the key whose status cannot be written, and stores the others', async () => {
    const { cache, asked, answers } = openCache();
    const statuses = new Watched('a', () => {
      throw new Error('not to be written');
    });
    const found = cache.fetchMany(['a', 'bb'], { statuses });
    answers[0]?.(lengths('bb'));
    await expect(found).rejects.toThrow('not to be written');
    expect([asked, [...cache.keys()]]).toEqual([[['bb']], ['bb']]);
  });

  it('fails all its keys if it cannot begin, and none is in flight then', async () => {
    const { cache, asked, answers } = openCache();
    // As when the stack is full.
    class Refused {
      constructor() {
        throw new RangeError('no room');
      }
    }
    const statuses = new Watched('a', () => vi.stubGlobal('AbortController', Refused));
    const found = cache.fetchMany(['a', 'bb'], { statuses });
    vi.unstubAllGlobals();
    await expect(found).rejects.toThrow('no room');
    expect(asked).toEqual([]);
    const again = cache.fetch('a');
    answers[0]?.(lengths('a'));
    expect([await again, asked]).toEqual([1, [['a']]]);
  });
});
