// Walks over the entries: their order, their protocol, and what they do when the cache changes.
//
// The promises are those at the head of walk.ts; random changes are in random/iteration.test.ts.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { stillAlive } from '../support/collected.js';
import { engineCases, openCache, plainCases } from '../support/engines.js';
import { CacheModel } from '../support/model.js';
import { spied } from '../support/spied.js';
import { expectValid } from '../support/validate.js';

const fill = <C extends { set(key: number, value: string): unknown }>(cache: C, count: number) => {
  for (let key = 1; key <= count; key++) cache.set(key, `v${key}`);
  return cache;
};

type Numbered = LRUCache<number, string>;

/** Every way to walk, and whether it goes from the newest to the oldest. */
const walks: [name: string, newestFirst: boolean, walk: (cache: Numbered) => unknown[]][] = [
  ['keys', true, (cache) => [...cache.keys()].map((key) => [key, `v${key}`])],
  ['values', true, (cache) => [...cache.values()].map((value) => [+value.slice(1), value])],
  ['entries', true, (cache) => [...cache.entries()]],
  ['Symbol.iterator', true, (cache) => [...cache]],
  ['rkeys', false, (cache) => [...cache.rkeys()].map((key) => [key, `v${key}`])],
  ['rvalues', false, (cache) => [...cache.rvalues()].map((value) => [+value.slice(1), value])],
  ['rentries', false, (cache) => [...cache.rentries()]],
  ['forEach', true, (cache) => called(cache, (fn) => cache.forEach(fn))],
  ['rforEach', false, (cache) => called(cache, (fn) => cache.rforEach(fn))],
  ['find', true, (cache) => called(cache, (fn) => void cache.find(fn))],
];

/** The entries a method calls a function with. */
function called(
  cache: Numbered,
  walk: (fn: (value: string, key: number, cache: Numbered) => boolean) => void,
): unknown[] {
  const entries: unknown[] = [];
  walk((value, key, self) => {
    entries.push([key, value]);
    return self !== cache;
  });
  return entries;
}

describe.each(engineCases)('order: $name', ({ open }) => {
  it.each(walks)('%s follows the recency order, and leaves it', (_, newestFirst, walk) => {
    const engine = open();
    const cache = openCache<number, string>(engine, { max: 5 });
    const model = new CacheModel<number, string>({ max: 5 });
    expect(walk(cache)).toEqual([]);
    for (const subject of [cache, model]) {
      fill(subject, 7).get(4);
      subject.set(5, 'v5');
      subject.delete(6);
    }
    const expected = newestFirst ? model.entries() : model.entries().reverse();
    expect(expected).toHaveLength(4);
    expect(walk(cache)).toEqual(expected);
    expect(walk(cache)).toEqual(expected);
  });

  it('find returns the first match from the newest, and uses it', () => {
    const cache = fill(openCache<number, string>(open(), { max: 4 }), 4);
    const seen: number[] = [];
    const found = cache.find((_, key) => {
      seen.push(key);
      return key < 3;
    });
    expect([found, seen]).toEqual(['v2', [4, 3, 2]]);
    expect([...cache.keys()]).toEqual([2, 4, 3, 1]);
    expect(cache.find(() => false)).toBe(undefined);
    expect([...cache.keys()]).toEqual([2, 4, 3, 1]);
    expect(cache.find((_, key) => cache.delete(key))).toBe(undefined);
    expect([...cache.keys()]).toEqual([4, 3, 1]);
  });

  it('forEach and rforEach call with `this` as given, or the cache', () => {
    const cache = fill(openCache<number, string>(open(), { max: 4 }), 1);
    const self = {};
    const seen: unknown[] = [];
    function note(this: unknown): void {
      seen.push(this);
    }
    cache.forEach(note, self);
    cache.forEach(note);
    cache.rforEach(note, self);
    cache.rforEach(note);
    expect(seen.map((item) => item === self || (item === cache ? 'cache' : item))).toEqual([
      ...[true, 'cache', true, 'cache'],
    ]);
  });
});

const iterators = ['keys', 'values', 'entries', 'rkeys', 'rvalues', 'rentries'] as const;
type IteratorName = (typeof iterators)[number];

describe.each(iterators)('protocol of %s', (name) => {
  const open = () =>
    fill(
      openCache<number, string>((plainCases[0] as (typeof plainCases)[0]).open(), { max: 3 }),
      3,
    );

  it('is an iterator that is its own iterable', () => {
    const iterator = open()[name]();
    expect(iterator[Symbol.iterator]()).toBe(iterator);
    expect(iterator.next()).toEqual({ value: expect.anything(), done: false });
    expect([...iterator]).toHaveLength(2);
    expect([...iterator]).toEqual([]);
    expect(Array.from<unknown>(open()[name]())).toHaveLength(3);
  });

  it('stays done once it is, whatever is added', () => {
    const cache = open();
    const iterator = cache[name]();
    for (let i = 0; i < 3; i++) expect(iterator.next().done).toBe(false);
    for (let i = 0; i < 3; i++) {
      expect(iterator.next()).toEqual({ value: undefined, done: true });
      cache.resize(9);
      cache.set(100 + i, 'late');
    }
  });

  it('is done when it was begun in an empty cache', () => {
    const cache = open();
    cache.clear();
    const iterator = cache[name]();
    expect(iterator.next().done).toBe(true);
    fill(cache, 3);
    expect(iterator.next().done).toBe(true);
  });

  it('starts at its first step, not when it is made', () => {
    const cache = open();
    const iterator = cache[name]();
    cache.clear();
    cache.set(9, 'v9');
    expect([...iterator].flat().map(String).join()).toMatch(/^(9|v9|9,v9)$/);
  });

  it('is done after return, which break calls', () => {
    const cache = open();
    for (const steps of [0, 1, 2, 3]) {
      const iterator = cache[name]();
      for (let i = 0; i < steps; i++) iterator.next();
      expect(iterator.return?.()).toEqual({ value: undefined, done: true });
      expect(iterator.next()).toEqual({ value: undefined, done: true });
    }
    const broken: IterableIterator<unknown> = cache[name]();
    for (const _ of broken) break;
    expect(broken.next().done).toBe(true);
  });

  it('is done after throw, which throws what it was given', () => {
    const cache = open();
    const failure = new Error('thrown in');
    for (const steps of [0, 1, 2]) {
      const iterator = cache[name]();
      for (let i = 0; i < steps; i++) iterator.next();
      expect(() => iterator.throw?.(failure)).toThrow(failure);
      expect(iterator.next()).toEqual({ value: undefined, done: true });
    }
  });

  it('has the iterator helpers of the host', () => {
    type Helped = { map?(fn: (item: unknown) => unknown): { toArray(): unknown[] } };
    const iterator = open()[name]() as Helped & IterableIterator<unknown>;
    const { map } = [][Symbol.iterator]() as Helped;
    expect(iterator.map).toBe(map);
    if (map !== undefined) {
      expect(iterator.map?.((item) => [item]).toArray()).toEqual(
        [...open()[name]()].map((i) => [i]),
      );
    }
  });
});

describe.each(plainCases)('cost: $name', ({ open }) => {
  /** The engine's functions that each step of a walk over `size` entries calls. */
  function callsPerStep(name: IteratorName, size: number): string[] {
    const { engine, calls } = spied(open());
    const cache = fill(openCache<number, string>(engine, { max: size }), size);
    const iterator = cache[name]();
    return [1, 2, 3].map(() => {
      calls.length = 0;
      iterator.next();
      return calls.join();
    });
  }

  it.each(iterators)('%s reads the order at its second step, once', (name) => {
    const end = name.startsWith('r') ? 'oldest' : 'newest';
    for (const size of [3, 1000]) expect(callsPerStep(name, size)).toEqual([end, 'order', '']);
  });
});

describe.each(engineCases)('changed under way: $name', ({ open }) => {
  const open4 = () => {
    const engine = open();
    return { engine, cache: fill(openCache<number, string>(engine, { max: 4 }), 4) };
  };

  it.each(iterators)('%s: slots of the visited and the next entry are taken by others', (name) => {
    const { cache } = open4();
    const order = name.startsWith('r') ? [1, 2, 3, 4] : [4, 3, 2, 1];
    const iterator: Iterator<unknown> = cache[name]();
    const seen = [iterator.next().value, iterator.next().value];
    cache.delete(order[1] as number);
    cache.delete(order[2] as number);
    cache.set(8, 'v8').set(9, 'v9');
    for (let step = iterator.next(); step.done !== true; step = iterator.next()) {
      seen.push(step.value);
    }
    const numbers = seen.map((item) =>
      Number.parseInt(String([item].flat()[0]).replace('v', ''), 10),
    );
    expect(new Set(numbers).size, 'none twice').toBe(numbers.length);
    expect(numbers.slice(0, 2)).toEqual(order.slice(0, 2));
    expect(numbers).toContain(order[3]);
    expect(numbers).not.toContain(order[2]);
  });

  it.each(iterators)('%s: cleared, and filled again', (name) => {
    for (const steps of [1, 2, 3, 4]) {
      const { cache } = open4();
      const iterator: Iterator<unknown> = cache[name]();
      for (let i = 0; i < steps; i++) iterator.next();
      cache.clear();
      if (steps % 2 === 0) expect(iterator.next().done).toBe(true);
      for (let key = 11; key <= 14; key++) cache.set(key, `v${key}`);
      let left = 0;
      while (iterator.next().done !== true) left += 1;
      expect(left).toBeLessThanOrEqual(4);
      expect([...cache.keys()]).toEqual([14, 13, 12, 11]);
      expectValid(cache);
    }
  });

  it.each([
    ['keys get each', 'keys', (cache, key) => cache.get(key), [1, 2, 3, 4]],
    ['rkeys get each', 'rkeys', (cache, key) => cache.get(key), [4, 3, 2, 1]],
    ['keys delete each', 'keys', (cache, key) => cache.delete(key), []],
    ['rkeys delete each', 'rkeys', (cache, key) => cache.delete(key), []],
    ['keys set each', 'keys', (cache, key) => cache.set(key, 'new'), [1, 2, 3, 4]],
    ['keys resize', 'keys', (cache) => cache.resize(cache.max + 1), [4, 3, 2, 1]],
  ] as [string, 'keys' | 'rkeys', (cache: Numbered, key: number) => unknown, number[]][])(
    '%s: each comes once, in the order there was',
    (_, name, act, after) => {
      const { cache } = open4();
      const seen: number[] = [];
      for (const key of cache[name]()) {
        act(cache, key);
        if (seen.push(key) > 99) break;
      }
      expect(seen).toEqual(name === 'keys' ? [4, 3, 2, 1] : [1, 2, 3, 4]);
      expect([...cache.keys()]).toEqual(after);
      expectValid(cache);
    },
  );

  it.each(iterators)('%s: a new key at every step ends', (name) => {
    const { cache } = open4();
    let steps = 0;
    for (const _ of cache[name]() as Iterable<unknown>) {
      cache.set(100 + steps, 'new');
      if (++steps > 99) break;
    }
    expect(steps).toBeLessThanOrEqual(5);
  });
});

describe.each(plainCases)('with ages: $name', ({ open }) => {
  /** Three entries that live for ever, of a cache whose clock does something when it is asked. */
  function openAged(onRead: (cache: Numbered) => void) {
    let reads = 0;
    const perf = {
      now: () => {
        reads += 1;
        onRead(cache);
        return 0;
      },
    };
    const engine = open();
    const cache: Numbered = openCache(engine, { max: 3, ttl: 5, ttlResolution: 0, perf });
    fill(cache, 3);
    reads = 0;
    return { cache, engine, readsOf: () => reads };
  }

  it.each(iterators)('%s: passes over what the clock removes when it is asked about it', (name) => {
    for (const key of [1, 2, 3]) {
      let isArmed = false;
      const { cache } = openAged((asked) => isArmed && asked.delete(key));
      isArmed = true;
      const seen = [...(cache[name]() as Iterable<unknown>)];
      expect(seen).toHaveLength(2);
      expect(seen.flat()).not.toContain(undefined);
      expectValid(cache);
    }
  });

  it.each(iterators)('%s: asks the clock once for each entry that is there', (name) => {
    const { cache, readsOf } = openAged(() => {});
    const iterator: Iterator<unknown> = cache[name]();
    iterator.next();
    iterator.next();
    // The order is known by now; what was visited first or is still to come goes.
    cache.delete(1);
    cache.delete(3);
    expect([iterator.next().done, readsOf()]).toEqual([true, 2]);
  });
});

describe.each(engineCases)('ended under way: $name', ({ open }) => {
  it.each(iterators)('%s: throws DISPOSED at its next step, and stays so', (name) => {
    for (const steps of [0, 1, 2, 3]) {
      const cache = fill(openCache<number, string>(open(), { max: 4 }), 4);
      const iterator: Iterator<unknown> = cache[name]();
      for (let i = 0; i < steps; i++) iterator.next();
      cache[Symbol.dispose]();
      for (let i = 0; i < 2; i++) {
        expect(() => iterator.next()).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
      }
    }
  });
});

describe.each(plainCases)('given up half-way: $name', ({ open }) => {
  type WeakCache = LRUCache<object | number, object>;

  /** Three entries that only the cache holds, then that of 7, the newest. */
  function fillWeakly(cache: WeakCache): Record<string, WeakRef<object>> {
    const refs: Record<string, WeakRef<object>> = {};
    for (const label of ['first', 'second', 'third']) {
      const [key, value] = [{}, {}];
      refs[`key ${label}`] = new WeakRef(key);
      refs[`value ${label}`] = new WeakRef(value);
      cache.set(key, value);
    }
    cache.set(7, {});
    return refs;
  }

  function emptyBut7(cache: WeakCache): void {
    for (const key of [...cache.keys()]) if (key !== 7) cache.delete(key);
  }

  /** Iterators after 0, 1 and 2 steps, and one that a loop broke off. */
  function giveUp(cache: WeakCache, name: IteratorName): Iterator<unknown>[] {
    const kept: Iterator<unknown>[] = [0, 1, 2].map(() => cache[name]());
    kept.forEach((iterator, steps) => {
      for (let i = 0; i < steps; i++) iterator.next();
    });
    const broken = cache[name]();
    for (const _ of broken as Iterable<unknown>) break;
    return [...kept, broken];
  }

  it.each(iterators)('%s keeps nothing alive that was removed, and goes on', async (name) => {
    const cache: WeakCache = openCache(open(), { max: 4 });
    const refs = fillWeakly(cache);
    const kept = giveUp(cache, name);
    emptyBut7(cache);
    expect(await stillAlive(refs)).toEqual([]);
    const areDone = () => kept.map((iterator) => iterator.next().done);
    // Those that began at the newest have been at 7.
    const isReverse = name.startsWith('r');
    expect(areDone()).toEqual([false, !isReverse, !isReverse, true]);
    expect(areDone()).toEqual([true, true, true, true]);
    expect(cache.size).toBe(1);
  });
});
