// Tags: what an invalidation removes, what it leaves, and that nothing is left of tags that nobody
// has. Every way out of the cache is tried at random against a model.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import { checkTags, Tags } from '../../src/entries/tags.js';
import { memoize } from '../../src/memoize.js';
import { cameTo, contentsOf, drain, expectNothingUnhandled, openBench } from '../loads/tools.js';
import { openCache, plainCases } from '../support/engines.js';
import { expectValid } from '../support/validate.js';

expectNothingUnhandled();

const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? 2100) / plainCases.length);
const KEYS = ['a', 'b', 'c', 'd'];
const TAGS = ['x', 'y', 'z'];

const key = fc.constantFrom(...KEYS);
const command = fc.oneof(
  fc.record({ name: fc.constant('set' as const), key, tags: fc.subarray(TAGS) }),
  fc.record({ name: fc.constant('set' as const), key, tags: fc.constant(undefined) }),
  fc.record({ name: fc.constantFrom('get' as const, 'delete' as const), key }),
  fc.record({ name: fc.constant('invalidate' as const), tag: fc.constantFrom(...TAGS) }),
  fc.record({ name: fc.constantFrom('pop' as const, 'clear' as const, 'reload' as const) }),
  fc.record({ name: fc.constant('deleteWhere' as const), keys: fc.subarray(KEYS) }),
  fc.record({ name: fc.constant('resize' as const), max: fc.integer({ min: 1, max: 3 }) }),
);

/** What every slot has, and every tag, by the index itself. */
function indexOf(cache: LRUCache<string, number>): string {
  const { tags, items } = entriesOf(cache);
  const found = Array.from({ length: items.length / 2 }, (_, slot) => [
    String(items[slot * 2]),
    (tags?.of(slot) ?? []).join(''),
  ]).filter(([, own]) => own !== '');
  return found
    .map((pair) => pair.join(':'))
    .sort()
    .join(' ');
}

describe.each(plainCases)('$name', ({ open }) => {
  it(`removes what the model does in ${RUNS} random runs`, () => {
    const engine = open();
    const property = fc.property(
      fc.boolean(),
      fc.array(command, { maxLength: 40 }),
      (isPlain, all) => {
        let max = 3;
        const told: string[] = [];
        const dispose = (_: number, key: string, reason: string) => told.push(`${reason} ${key}`);
        const cache = openCache<string, number>(engine, { max, ...(isPlain ? {} : { dispose }) });
        /** By key, the least recently used first. */
        const model = new Map<string, readonly string[]>();
        const removed = (isOne: (key: string, tags: readonly string[]) => boolean) => {
          const keys = [...model].filter(([key, tags]) => isOne(key, tags)).map(([key]) => key);
          for (const key of keys) model.delete(key);
          return keys.length;
        };
        const touch = (key: string, tags: readonly string[]) => {
          model.delete(key);
          model.set(key, tags);
          while (model.size > max) model.delete(model.keys().next().value as string);
        };
        for (const [i, one] of all.entries()) {
          if (one.name === 'set') {
            cache.set(one.key, i, one.tags && { tags: one.tags });
            touch(one.key, one.tags ?? []);
          } else if (one.name === 'get') {
            cache.get(one.key);
            const tags = model.get(one.key);
            if (tags !== undefined) touch(one.key, tags);
          } else if (one.name === 'delete') {
            cache.delete(one.key);
            model.delete(one.key);
          } else if (one.name === 'invalidate') {
            const count = removed((_, tags) => tags.includes(one.tag));
            expect(cache.invalidateTag(one.tag)).toBe(count);
          } else if (one.name === 'deleteWhere') {
            const count = removed((key) => one.keys.includes(key));
            expect(cache.deleteWhere((_, key) => one.keys.includes(key))).toBe(count);
          } else if (one.name === 'pop') {
            cache.pop();
            model.delete(model.keys().next().value as string);
          } else if (one.name === 'clear') {
            cache.clear();
            model.clear();
          } else if (one.name === 'reload') {
            cache.load(JSON.parse(JSON.stringify(cache.dump())));
          } else if (one.name === 'resize') {
            max = one.max;
            cache.resize(max);
            while (model.size > max) model.delete(model.keys().next().value as string);
          }
          expect([...cache.rkeys()].join()).toBe([...model.keys()].join());
          const wanted = [...model].filter(([, tags]) => tags.length > 0);
          expect(indexOf(cache)).toBe(
            wanted
              .map(([k, t]) => `${k}:${t.join('')}`)
              .sort()
              .join(' '),
          );
          expectValid(cache);
        }
        // TG1: whatever the way out was, no tag is known any more.
        cache.deleteWhere(() => true);
        const { tags } = entriesOf(cache);
        expect(TAGS.flatMap((tag) => tags?.invalidate(tag) ?? [])).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: RUNS });
  });

  it('refuses what is no list of strings, and changes nothing', async () => {
    const wrong = ['tag', 5, true, {}, [1], [null], ['a', Symbol('a')], () => ['a'], Number.NaN];
    const { cache, calls } = openBench(open());
    cache.set('k', 1, { tags: ['a'] });
    for (const tags of wrong) {
      const refusal = expect.objectContaining({ code: 'INVALID_TAGS', name: 'LRUCacheTypeError' });
      expect(() => cache.set('k', 2, { tags } as never)).toThrow(refusal);
      expect(await cameTo(cache.fetch('l', { tags } as never))).toBe('error INVALID_TAGS');
    }
    for (const tag of [undefined, null, 5, ['a'], {}]) {
      expect(() => cache.invalidateTag(tag as never)).toThrow('tags');
    }
    expect([contentsOf(cache), calls.length, cache.invalidateTag('a')]).toEqual(['k=1', 0, 1]);
  });

  it('tells callbacks, once all is removed, and those may set the keys again', () => {
    const sizes: number[] = [];
    const cache = openCache<string, number>(open(), {
      max: 9,
      recordStats: true,
      dispose: (value, key, reason) => {
        sizes.push(cache.size);
        if (reason === 'delete' && value < 10) cache.set(key, value + 10, { tags: ['x'] });
      },
    });
    cache.set('a', 1, { tags: ['x'] }).set('b', 2, { tags: ['x', 'y'] });
    expect([cache.invalidateTag('x'), sizes, cache.size]).toEqual([2, [0, 1], 2]);
    expect(cache.stats().deletes).toBe(2);
    expect([cache.invalidateTag('y'), cache.invalidateTag('x'), cache.size]).toEqual([0, 2, 0]);
  });

  it('deleteWhere hears of stale entries, and removes nothing if its function throws', () => {
    const { cache, clock, last } = openBench(open());
    cache.set('a', 1).set('b', Number.NaN);
    clock.now += 11;
    const asked: unknown[] = [];
    const fail = () => {
      throw new Error('no');
    };
    expect(() => cache.deleteWhere(fail)).toThrow('no');
    expect(() => cache.deleteWhere(5 as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_CALLBACK' }),
    );
    cache.fetch('b').catch((error) => asked.push(error.code));
    const { signal } = last();
    expect(cache.deleteWhere((value, key) => asked.push([value, key]) === 2)).toBe(1);
    expect([asked.slice(0, 2), contentsOf(cache), signal.aborted]).toEqual([
      ...[
        [
          [1, 'a'],
          [Number.NaN, 'b'],
        ],
        'a=1',
        true,
      ],
    ]);
    // What the function itself sets or deletes stays as it left it.
    cache.set('c', 3);
    const count = cache.deleteWhere((_, key) => {
      if (key === 'a') cache.delete('a');
      if (key === 'c') cache.set('c', 4);
      return true;
    });
    expect([count, contentsOf(cache)]).toEqual([0, 'c=4']);
  });

  describe('and loads', () => {
    it('aborts a load that has the tag, or whose entry has it', async () => {
      const { cache, calls } = openBench(open());
      cache.set('old', 1, { tags: ['x'] });
      const waiting = [
        cache.fetch('new', { tags: ['x'] }),
        cache.fetch('old', { forceRefresh: true }),
        cache.fetch('other', { tags: ['y'] }),
      ];
      const early = waiting.map(cameTo);
      expect(cache.invalidateTag('x')).toBe(1);
      expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
      expect(await Promise.all(early)).toEqual([
        ...['error FETCH_DELETED', 'error FETCH_DELETED', 'pending'],
      ]);
      for (const { resolve } of calls) resolve('late');
      await drain();
      expect(contentsOf(cache)).toBe('other=late');
      expect([cache.invalidateTag('x'), cache.invalidateTag('y')]).toEqual([0, 1]);
    });

    it('gives the result of an old load with ignoreFetchAbort, and keeps none', async () => {
      const { cache, calls } = openBench(open(), { ignoreFetchAbort: true });
      const first = cache.fetch('k', { tags: ['x'] });
      cache.invalidateTag('x');
      const second = cache.fetch('k', { tags: ['x'] });
      calls[0]?.resolve('first');
      expect([await cameTo(first), contentsOf(cache)]).toEqual(['first', '']);
      calls[1]?.resolve('second');
      expect([await cameTo(second), contentsOf(cache)]).toEqual(['second', 'k=second']);
      expect(cache.invalidateTag('x')).toBe(1);
    });

    it('stores no result that began before, though the loader names its tags late', async () => {
      for (const isKnown of [false, true]) {
        const { cache, calls } = openBench(open());
        if (isKnown) cache.set('k', 1, { tags: ['x'] });
        const waiting = [cache.fetch('a'), cache.fetch('b')];
        cache.invalidateTag('x');
        waiting.push(cache.fetch('c'));
        for (const [i, { options, resolve }] of calls.entries()) {
          options.tags = i === 1 ? ['y'] : ['y', 'x'];
          resolve(i);
        }
        expect(await Promise.all(waiting)).toEqual([0, 1, 2]);
        expect(contentsOf(cache)).toBe('b=1 c=2');
        expect([cache.invalidateTag('x'), cache.invalidateTag('y')]).toEqual([1, 1]);
      }
    });

    it('remembers the last thousand invalidations, and trusts no older load', async () => {
      const { cache, calls } = openBench(open());
      const [old, plain] = [cache.fetch('old'), cache.fetch('plain')];
      for (let i = 0; i < 1000; i++) cache.invalidateTag(`t${i}`);
      (calls[0] as (typeof calls)[number]).options.tags = ['none of these'];
      const young = cache.fetch('young');
      cache.invalidateTag('t1000');
      (calls[2] as (typeof calls)[number]).options.tags = ['none of these'];
      for (const { resolve } of calls) resolve(1);
      await Promise.all([old, plain, young]);
      expect(contentsOf(cache)).toBe('plain=1 young=1');
    });

    it('leaves no tag of a load that is over', async () => {
      const { cache, calls } = openBench(open());
      const waiting = ['a', 'b', 'c'].map((k) => cameTo(cache.fetch(k, { tags: new Set(['x']) })));
      calls[0]?.resolve(undefined);
      calls[1]?.reject(new Error('no'));
      cache.delete('c');
      await Promise.all(waiting);
      expect(entriesOf(cache).tags?.invalidate('x')).toEqual([]);
    });
  });
});

describe('an invalidation', () => {
  it('looks at nothing but what has the tag', () => {
    const tags = new Tags();
    const [x, y] = [checkTags(['x']), checkTags(['y'])];
    for (let slot = 1; slot <= 1000; slot++) tags.note(slot, slot % 100 === 0 ? x : y);
    expect(tags.invalidate('x')).toHaveLength(10);
    expect(tags.invalidate('z')).toEqual([]);
  });
});

describe('a memoized function', () => {
  it('has tags for its results, of either kind', async () => {
    const options = { tags: (value: string) => [value.slice(0, 1)], negativeTtl: 5 };
    const plain = memoize((text: string) => text || undefined, options as never);
    const later = memoize(async (text: string) => text, options);
    for (const text of ['ab', 'ac', 'b', '']) {
      plain(text);
      await later(text);
    }
    expect([plain.cache.invalidateTag('a'), plain.cache.size]).toEqual([2, 2]);
    expect([later.cache.invalidateTag('a'), later.cache.size]).toEqual([2, 2]);
    const pending = later('ad');
    later.cache.invalidateTag('a');
    expect([await pending, later.cache.size]).toEqual(['ad', 2]);
  });
});
