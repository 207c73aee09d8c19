// What an interrupted change leaves: every entry, in order but for one, whoever comes next.
//
// stack.test.ts shows it where a host really ends the stack. Here a function of the engine throws
// what a host throws then, after it has lost an entry: as little as the rules of mend.ts build on.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { KIND_INT } from '../assembly/layout.js';
import type { Engine, Table } from '../src/engine/engine.js';
import { entriesOf, type LRUCache } from '../src/lru.js';
import { codeOf, HandClock } from './hand-clock.js';
import { openCache, openPure, plainCases, type TestEngine } from './support.js';
import { expectValid } from './validate.js';

type Cache = LRUCache<number, number>;
type Options = LRUCache.OptionsBase<number, number, unknown>;

const outOfStack = () => new RangeError('Maximum call stack size exceeded');

/** The entry that is lost. */
const LOST = 2;

/** Three entries, 2, 3 and 1 from the oldest to the newest, and a slot that is free. */
function openThree(engine: TestEngine, given: Options = {}): Cache {
  const cache = openCache<number, number>(engine, { max: 4, ...given });
  for (const key of [1, 2, 9, 3]) cache.set(key, key * 10);
  cache.delete(9);
  cache.get(1);
  cache.resize(3);
  return cache;
}

/** Makes the first call of any of these functions lose an entry of the engine, and throw. */
function tear(cache: Cache, names: readonly (keyof Engine)[]): void {
  const entries = entriesOf(cache);
  const { engine } = entries;
  const torn = (table: Table): never => {
    engine.remove(table, engine.find(table, LOST, KIND_INT));
    entries.engine = engine;
    throw outOfStack();
  };
  entries.engine = { ...engine, ...Object.fromEntries(names.map((name) => [name, torn])) };
}

const perf = new HandClock(0);
const aged = { ttl: 1000, ttlResolution: 0, perf };
const size = { maxSize: 200, sizeCalculation: (value: number) => value };
const variants: readonly (readonly [string, Options])[] = [
  ['a plain cache', {}],
  ['a cache with callbacks', { dispose: () => {} }],
  ['a cache with statistics', { recordStats: true }],
  ['a cache with ages', aged],
  ['a cache with sizes', size],
  ['a cache with ages and sizes', { ...aged, ...size }],
];

type Cut = readonly [
  name: string,
  act: (cache: Cache) => unknown,
  functions: readonly (keyof Engine)[],
  left: readonly number[],
];

/** Changes, where they are cut, and the keys that are left, the oldest first. */
const cuts: readonly Cut[] = [
  ['get', (cache) => cache.get(3), ['get', 'seek'], [3, 1, 2]],
  ['get with options', (cache) => cache.get(3, {}), ['get', 'seek'], [3, 1, 2]],
  ['set', (cache) => cache.set(3, 31), ['put', 'putWith'], [3, 1, 2]],
  ['set with options', (cache) => cache.set(3, 31, {}), ['put', 'putWith'], [3, 1, 2]],
  ['delete', (cache) => cache.delete(3), ['take'], [2, 3, 1]],
  ['pop', (cache) => cache.pop(), ['evict'], [2, 3, 1]],
  ['resize', (cache) => cache.resize(1), ['evict'], [2, 3, 1]],
  ['clear', (cache) => cache.clear(), ['clear'], [2, 3, 1]],
];

type Look = readonly [name: string, look: (cache: Cache) => unknown, seen: unknown];

/** Whoever comes next, and what he sees of the entry that was lost. */
const looks: readonly Look[] = [
  ['get', (cache) => cache.get(LOST), 20],
  ['get with options', (cache) => cache.get(LOST, {}), 20],
  ['setWithEvicted', (cache) => cache.setWithEvicted(LOST, 21), []],
  ['delete', (cache) => cache.delete(LOST), true],
  ['has', (cache) => cache.has(LOST), true],
  ['peek', (cache) => cache.peek(LOST), 20],
  ['size', (cache) => cache.size, 3],
  ['keys', (cache) => [...cache.keys()].includes(LOST), true],
];

describe.each(plainCases)('an interrupted change on $name', ({ open }) => {
  describe.each(variants)('of %s', (_, options) => {
    it.each(cuts)('by %s has lost nothing, whoever comes next', (__, act, functions) => {
      for (const [name, look, seen] of looks) {
        const engine = open();
        const cache = openThree(engine, options);
        tear(cache, functions);
        expect(() => act(cache)).toThrow(outOfStack());
        expect(look(cache), name).toEqual(seen);
        expect(cache.set(5, 50).get(5)).toBe(50);
        expectValid(cache, engine);
      }
    });

    it.each(cuts)('by %s leaves all but one in order, with all it had', (...cut) => {
      const [, act, functions, left] = cut;
      const engine = open();
      const cache = openThree(engine, options);
      const entriesBefore = new Map(cache.dump());
      perf.pass(5);
      const sizeBefore = cache.calculatedSize;
      tear(cache, functions);
      expect(() => act(cache)).toThrow(RangeError);
      const entriesAfter = cache.dump();
      expect(entriesAfter.map(([key]) => key)).toEqual(left);
      for (const [key, { start, ...entry }] of entriesAfter) {
        const { start: _, ...was } = entriesBefore.get(key) as LRUCache.Entry<number>;
        expect(entry).toEqual(was);
      }
      const rest = left.map((key) => cache.getRemainingTTL(key));
      expect(rest).toEqual(left.map(() => (options.ttl ?? Number.POSITIVE_INFINITY) - 5));
      expect([cache.calculatedSize, cache.max]).toEqual([sizeBefore, 3]);
      expectValid(cache, engine);
    });
  });

  it('that had evicted an entry has it still, as the oldest, and tells nobody', () => {
    const told: unknown[] = [];
    const engine = open();
    const dispose = (...args: unknown[]) => void told.push(args);
    const cache = openThree(engine, { dispose });
    told.length = 0;
    const entries = entriesOf(cache);
    entries.write = () => {
      throw outOfStack();
    };
    expect(() => cache.set(4, 40)).toThrow(RangeError);
    Reflect.deleteProperty(entries, 'write');
    expect([[...cache.rkeys()], told]).toEqual([[2, 3, 1], []]);
    cache.set(4, 40);
    expect([[...cache.rkeys()], told]).toEqual([[3, 1, 4], [[20, 2, 'evict']]]);
    expectValid(cache, engine);
  });

  it('is mended in the end, though that is interrupted, too', () => {
    for (const [, options] of variants) {
      const engine = open();
      const cache = openThree(engine, options);
      const before = cache.dump().length;
      tear(cache, ['evict']);
      expect(() => cache.pop()).toThrow(RangeError);
      // The entries are put again one by one; each of these tries gets one further.
      const failing = { puts: 0 };
      const whole = engine.shared.engine;
      const { put, putWith } = whole;
      for (let allowed = 0; allowed < before; allowed++) {
        const limit = <A extends unknown[], R>(run: (...args: A) => R) => {
          return (...args: A): R => {
            failing.puts += 1;
            if (failing.puts > allowed) throw outOfStack();
            return run(...args);
          };
        };
        failing.puts = 0;
        Object.assign(whole, { put: limit(put), putWith: limit(putWith) });
        expect(() => cache.size).toThrow(RangeError);
      }
      Object.assign(whole, { put, putWith });
      expect([...cache.rkeys()]).toEqual([2, 3, 1]);
      expectValid(cache, engine);
    }
  });

  it('is none if it was refused: nothing is put anew', () => {
    const cache = openThree(open());
    const entries = entriesOf(cache);
    const { items, engine } = entries;
    entries.engine = { ...engine, useAges: () => 0 };
    expect(codeOf(() => cache.set(1, 1, { ttl: 5 }))).toBe('OUT_OF_MEMORY');
    entries.engine = engine;
    expect([cache.size, [...cache.rkeys()]]).toEqual([3, [2, 3, 1]]);
    expect(entriesOf(cache).items).toBe(items);
  });
});

describe('a host without WebAssembly', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('mends as well, and its errors are passed on as they are', () => {
    const engine = openPure();
    const cache = openThree(engine);
    vi.stubGlobal('WebAssembly', undefined);
    tear(cache, ['take']);
    expect(() => cache.delete(3)).toThrow(outOfStack());
    expect([...cache.rkeys()]).toEqual([2, 3, 1]);
  });
});
