// The options of memoize: each is honoured or refused; and what a key and a result may be.

import { describe, expect, it } from 'vitest';
import { type LRUCache, LRUCacheError } from '../../src/index.js';
import { cached, type MemoizeOptions, memoize } from '../../src/memoize.js';
import { thenable } from '../loads/thenable.js';
import { cameTo, drain, expectNothingUnhandled } from '../loads/tools.js';
import { HandClock } from '../support/hand-clock.js';

type Options = MemoizeOptions<unknown, [key: string], unknown, string>;

const refusal = (code: string, message: RegExp | string = '') =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

expectNothingUnhandled();

/** A clock that stands still, and options by which results are stale after 10 ms. */
function openAged() {
  const clock = new HandClock(0);
  return { clock, aged: { ttl: 10, ttlResolution: 0, perf: clock } };
}

describe('an option that there is not', () => {
  it.each([
    ...['fetchMethod', 'fetchManyMethod', 'memoMethod', 'ignoreFetchAbort', 'backgroundFetchSize'],
    ...['allowStaleOnFetchAbort', 'cacheMax', 'cacheKey', 'Max'],
  ])('is refused: %s', (name) => {
    const options = { [name]: () => 1 };
    const wanted = refusal('INVALID_OPTIONS', `^memoize has no option ${name}$`);
    expect(() => memoize((key: string) => key, options)).toThrow(wanted);
    expect(() => cached(options)).toThrow(wanted);
    expect(() => memoize((key: string) => key, options)).toThrow(LRUCacheError);
    expect(() => memoize((key: string) => key, { [name]: undefined })).not.toThrow();
  });

  it.each([() => 'key', null, 5, 'max'])('is %s in place of options', (options) => {
    const wanted = refusal('INVALID_OPTIONS', /must be an object/);
    expect(() => memoize((key: string) => key, options as never)).toThrow(wanted);
  });

  it.each(['dispose', 'disposeAfter', 'onInsert', 'sizeCalculation', 'ttlCalculation', 'key'])(
    'is a %s that is not a function',
    (name) => {
      const wanted = refusal('INVALID_CALLBACK', `^${name} must be a function$`);
      expect(() => memoize((key: string) => key, { [name]: 1, maxSize: 9 })).toThrow(wanted);
    },
  );
});

describe('of a function that is not asynchronous', () => {
  it('allowStale gives a stale result, once or until it is renewed', () => {
    for (const noDeleteOnStaleGet of [false, true]) {
      const { clock, aged } = openAged();
      let runs = 0;
      const find = memoize((_: string) => ++runs, {
        ...aged,
        allowStale: true,
        noDeleteOnStaleGet,
      });
      find('a');
      clock.time = 11;
      expect([find('a'), find('a')]).toEqual(noDeleteOnStaleGet ? [1, 1] : [1, 2]);
    }
  });

  it('updateAgeOnHas and noUpdateTTL are those of the cache', () => {
    const { clock, aged } = openAged();
    const find = memoize((key: string) => key, { ...aged, updateAgeOnHas: true });
    const kept = memoize((key: string) => key, { ...aged, noUpdateTTL: true });
    find('a');
    kept('a');
    clock.time = 8;
    find.cache.has('a');
    kept.cache.set('a', 'b');
    clock.time = 11;
    expect([find.cache.peek('a'), kept.cache.peek('a')]).toEqual(['a', undefined]);
  });

  it('callbacks hear of results, but not of a remembered undefined', () => {
    const told: unknown[] = [];
    const callback = (name: string) =>
      function (this: unknown, value: unknown, key: string, reason: string) {
        told.push([name, value, key, reason, this === find.cache]);
      };
    const options: Options = {
      ...{ key: (key: string) => key, max: 1, negativeTtl: 0 },
      ...{ dispose: callback('dispose'), disposeAfter: callback('after') },
      onInsert: callback('insert'),
    };
    const find = memoize((key: string) => (key === 'none' ? undefined : key), options);
    find('a');
    find('none');
    find('b');
    expect(told).toEqual([
      ['insert', 'a', 'a', 'add', true],
      ['dispose', 'a', 'a', 'evict', true],
      ['after', 'a', 'a', 'evict', true],
      ['insert', 'b', 'b', 'add', true],
    ]);
    find.cache.set('b', 'c');
    expect(told.slice(4).map((call) => (call as unknown[])[0])).toEqual([
      ...['dispose', 'insert', 'after'],
    ]);
    const quiet = memoize((key: string) => key, { dispose: (value) => told.push(value) });
    const silent = memoize((key: string) => key, {
      ...{ noDisposeOnSet: true, dispose: (value: string) => told.push(value) },
    });
    told.length = 0;
    for (const { cache } of [quiet, silent]) cache.set('a', 'x').set('a', 'y');
    expect(told).toEqual(['x']);
  });

  it('recordStats may be off', () => {
    const find = memoize((key: string) => key, { recordStats: false });
    find('a');
    expect(() => find.stats()).toThrow(refusal('NO_STATS'));
  });
});

describe('of an asynchronous function', () => {
  it('allowStale gives a stale result while a new one is on its way', async () => {
    const { clock, aged } = openAged();
    let runs = 0;
    const find = memoize(async (_: string) => ++runs, { ...aged, allowStale: true });
    expect(await find('a')).toBe(1);
    clock.time = 11;
    expect([await find('a'), runs]).toEqual([1, 2]);
    await drain();
    expect(await find('a')).toBe(2);
  });

  it('a stale result may stay, or be given, when the function fails', async () => {
    const { clock, aged } = openAged();
    let isDown = false;
    const load = async (key: string) => {
      if (isDown) throw new Error('down');
      return key;
    };
    const gone = memoize(load, aged);
    const kept = memoize(load, { ...aged, noDeleteOnFetchRejection: true });
    const given = memoize(load, { ...aged, allowStaleOnFetchRejection: true });
    for (const find of [gone, kept, given]) await find('a');
    clock.time = 11;
    isDown = true;
    expect(await Promise.all([gone, kept, given].map((find) => cameTo(find('a'))))).toEqual([
      ...['error down', 'error down', 'a'],
    ]);
    expect([gone.cache.size, kept.cache.size, given.cache.size]).toEqual([0, 1, 1]);
  });
});

describe('a key', () => {
  it('that is a promise is refused at the call, whatever becomes of it', async () => {
    const keys: ((key: string) => unknown)[] = [
      async (key) => key,
      () => Promise.reject(new Error('no key')),
      (key) => thenable((resolve) => resolve(key)),
    ];
    const calls: string[] = [];
    for (const key of keys) {
      const find = memoize((key: string) => calls.push(key), { key });
      const wanted = refusal('INVALID_KEY', /not a promise/);
      expect(() => find('a')).toThrow(wanted);
      expect(() => find.delete('a')).toThrow(wanted);
      expect(() => find('a')).toThrow(LRUCacheError);
    }
    await drain();
    expect(calls).toEqual([]);
  });

  it('may be a promise as an argument, compared as any object', () => {
    const calls: unknown[] = [];
    const find = memoize((key: Promise<number>) => calls.push(key));
    const promise = Promise.resolve(1);
    expect([find(promise), find(promise), find(Promise.resolve(1))]).toEqual([1, 1, 2]);
  });
});

describe('a thenable that is not a promise', () => {
  /** A query that runs each time it is awaited, as those of query builders do. */
  const openQueries = () => {
    const runs: string[] = [];
    const query = (name: string): PromiseLike<string[]> =>
      thenable((resolve) => {
        runs.push(name);
        resolve([`row of ${name}`]);
      });
    return { runs, query };
  };

  it('is awaited once, and what it comes to is remembered', async () => {
    const { runs, query } = openQueries();
    const find = memoize(query);
    const both = [find('a'), find('a')];
    for (const promise of both) expect(promise).toBeInstanceOf(Promise);
    expect(await Promise.all(both)).toEqual([['row of a'], ['row of a']]);
    expect(await find('a')).toEqual(['row of a']);
    await find('b');
    expect(runs).toEqual(['a', 'b']);
  });

  it('may fail, and is asked again', async () => {
    let isDown = true;
    const find = memoize(
      (key: string): PromiseLike<string> =>
        thenable((resolve, reject) => (isDown ? reject(new Error('down')) : resolve(key))),
    );
    expect([await cameTo(find('a') as Promise<string>), find.cache.size]).toEqual([
      'error down',
      0,
    ]);
    isDown = false;
    expect(await find('a')).toBe('a');
  });
});

it('options are read from an object that may be frozen', () => {
  const options: Readonly<Options> = Object.freeze({ max: 2, allowStale: true });
  const { cache } = memoize((key: string) => key, options);
  const wanted: Pick<LRUCache<unknown, unknown>, 'max' | 'allowStale'> = cache;
  expect([wanted.max, wanted.allowStale]).toEqual([2, true]);
});
