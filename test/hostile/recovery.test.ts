// What an interrupted operation leaves: a lookup everything, and a change a cache that has either
// all it had, or nothing, and has told `dispose` of every value, once; nothing is lost in silence.
//
// stack.test.ts shows it where a host really ends the stack. Here a function of the engine throws
// what a host throws then, before it has done its work or after.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import type { Engine } from '../../src/engine/engine.js';
import { openCache, openJs, plainCases, type TestEngine } from '../support/engines.js';
import { codeOf, HandClock } from '../support/hand-clock.js';
import { expectValid } from '../support/validate.js';

type Cache = LRUCache<unknown, number>;
type Options = LRUCache.OptionsBase<unknown, number, unknown>;

const outOfStack = () => new RangeError('Maximum call stack size exceeded');

const key = {};
/** From the oldest to the newest. */
const KEYS = [2, 'three', key, 1.5, 1];

/** Five entries, with what `dispose` was told, and a slot that is free. */
function openFive(engine: TestEngine, given: Options = {}) {
  const told: [value: unknown, key: unknown, reason: string][] = [];
  const cache: Cache = openCache<unknown, number>(engine, {
    max: 6,
    ...given,
    dispose: (...args) => void told.push(args),
  });
  for (const each of KEYS) cache.set(each, KEYS.indexOf(each) + 1);
  cache.set(9, 9);
  cache.delete(9);
  cache.resize(5);
  told.length = 0;
  return { cache, told };
}

/** Makes the next call of one function throw, before or after it has done its work. */
function cut({ engine }: TestEngine, name: keyof Engine, isDone: boolean) {
  const run = engine[name] as (...all: unknown[]) => unknown;
  const restore = () => Object.assign(engine, { [name]: run });
  const state = { isReached: false, restore };
  const torn = (...all: unknown[]): never => {
    restore();
    state.isReached = true;
    if (isDone) run(...all);
    throw outOfStack();
  };
  Object.assign(engine, { [name]: torn });
  return state;
}

const perf = new HandClock(0);
const aged = { ttl: 1000, ttlResolution: 0, perf };
const sized = { maxSize: 200, sizeCalculation: (value: number) => value };
const variants: readonly (readonly [string, Options])[] = [
  ['nothing else', {}],
  ['statistics', { recordStats: true }],
  ['ages and sizes', { ...aged, ...sized }],
];

type Act = (cache: Cache) => unknown;

/** Changes, and the functions of the engine at which they are cut. */
const changes: readonly (readonly [string, Act, readonly (keyof Engine)[]])[] = [
  ['set of what is there', (cache) => cache.set(2, 7), ['put']],
  ['set of a new key', (cache) => cache.set(7, 7), ['put']],
  ['set of a string', (cache) => cache.set('seven', 7), ['putString']],
  ['set of an object', (cache) => cache.set({}, 7), ['nextSlot', 'insertMapped']],
  ['set with a size', (cache) => cache.set(2, 7, {}), ['write']],
  ['delete', (cache) => cache.delete('three'), ['findString', 'remove']],
  ['pop', (cache) => cache.pop(), ['evict']],
  ['resize', (cache) => cache.resize(2), ['evict', 'setLimit']],
  ['clear', (cache) => cache.clear(), ['order', 'clear', 'setLimit']],
  ['purge', (cache) => cache.purgeStale(), ['staleOrder', 'remove']],
];

describe.each(plainCases)('an interrupted change on $name', ({ open }) => {
  describe.each(variants)('of a cache with %s', (_, options) => {
    it.each(changes)('by %s loses no value in silence', (__, act, names) => {
      let cuts = 0;
      for (const name of names) {
        for (const isDone of [false, true]) {
          const engine = open();
          const { cache, told } = openFive(engine, options);
          const state = cut(engine, name, isDone);
          try {
            act(cache);
          } catch (error) {
            expect(error).toEqual(outOfStack());
          }
          if (!state.isReached) continue;
          cuts += 1;
          expect([told.length, cache.size, [...cache.keys()]]).toEqual([0, 0, []]);
          // Where the new value was written already, it is told of, too.
          const values = told.map(([value]) => value).filter((value) => value !== 7);
          expect(values, `${name}, ${isDone ? 'done' : 'not done'}`).toHaveLength(5);
          expect(new Set(values)).toEqual(new Set([1, 2, 3, 4, 5]));
          told.length = 0;
          for (let i = 0; i < 8; i++) cache.set(i, i + 1);
          expect([cache.get(7), cache.size, told.length]).toEqual([8, cache.max, 8 - cache.max]);
          expectValid(cache);
        }
      }
      const isNoWrite = names[0] === 'write' && !('maxSize' in options);
      const isNoPurge = names[0] === 'staleOrder' && !('ttl' in options);
      if (!isNoWrite && !isNoPurge) expect(cuts).toBeGreaterThan(0);
    });

    it('that had noted nothing tells whoever looks next, whoever that is', () => {
      const looks: readonly Act[] = [
        (cache) => cache.get(2),
        (cache) => cache.get(2, {}),
        (cache) => cache.peek(2),
        (cache) => cache.has(2),
        (cache) => cache.size,
        (cache) => cache.set(5, 5),
        (cache) => cache.delete(2),
        (cache) => [...cache],
        (cache) => cache.dump(),
        (cache) => cache.calculatedSize,
      ];
      for (const look of looks) {
        const engine = open();
        const { cache, told } = openFive(engine, options);
        cut(engine, 'evict', true);
        expect(() => cache.pop()).toThrow(outOfStack());
        look(cache);
        expect([told.length, cache.has(2)]).toEqual([5, false]);
        expectValid(cache);
      }
    });
  });

  it('is recovered from in the end, though that is interrupted, too', () => {
    for (const name of ['clear', 'setLimit'] as const) {
      for (const isDone of [false, true]) {
        const engine = open();
        const { cache, told } = openFive(engine);
        cut(engine, 'evict', true);
        expect(() => cache.pop()).toThrow(outOfStack());
        cut(engine, name, isDone);
        expect(() => cache.size).toThrow(outOfStack());
        expect([cache.size, told.length]).toEqual([0, 5]);
        expect(cache.set(1, 1).get(1)).toBe(1);
        expectValid(cache);
      }
    }
  });

  it('is none if it was refused', () => {
    const { cache, told } = openFive(open());
    const { engine } = entriesOf(cache).lease;
    const { useAges } = engine;
    Object.assign(engine, { useAges: () => 0 });
    expect(codeOf(() => cache.set(1, 1, { ttl: 5 }))).toBe('OUT_OF_MEMORY');
    Object.assign(engine, { useAges });
    expect([[...cache.rkeys()], told]).toEqual([KEYS, []]);
  });
});

const lookups: readonly (readonly [string, Act, readonly (keyof Engine)[]])[] = [
  ['get', (cache) => cache.get(2), ['get', 'seek']],
  ['get of a string', (cache) => cache.get('three'), ['getString', 'seekString']],
  ['get of an object', (cache) => cache.get(key), ['touch', 'visit']],
  ['get of a float', (cache) => cache.get(1.5), ['hashFloat', 'get', 'seek']],
  ['get with options', (cache) => cache.get(2, {}), ['get', 'seek']],
  ['has', (cache) => cache.has(2), ['find', 'seek', 'visit']],
  ['peek', (cache) => cache.peek(2), ['find', 'visit']],
  ['keys', (cache) => [...cache.keys()], ['newest', 'order']],
  ['dump', (cache) => cache.dump(), ['order']],
  ['info', (cache) => cache.info(2), ['find']],
];

describe.each(plainCases)('an interrupted lookup on $name', ({ open }) => {
  it.each(lookups)('by %s loses nothing', (_, act, names) => {
    for (const [, options] of variants) {
      for (const name of names) {
        for (const isDone of [false, true]) {
          const engine = open();
          const { cache, told } = openFive(engine, options);
          const { restore } = cut(engine, name, isDone);
          try {
            act(cache);
          } catch (error) {
            expect(error).toEqual(outOfStack());
          }
          restore();
          expect([cache.size, told, new Set(cache.keys())]).toEqual([5, [], new Set(KEYS)]);
          for (const each of KEYS) expect(cache.get(each)).toBe(KEYS.indexOf(each) + 1);
          expectValid(cache);
        }
      }
    }
  });
});

describe('a host without WebAssembly', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('recovers as well, and its errors are passed on as they are', () => {
    const engine = openJs();
    const { cache, told } = openFive(engine);
    vi.stubGlobal('WebAssembly', undefined);
    cut(engine, 'remove', true);
    expect(() => cache.delete(2)).toThrow(outOfStack());
    expect([cache.size, told.length]).toEqual([0, 5]);
  });
});
