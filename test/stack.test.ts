// Shows that no operation leaves a cache half-changed because the stack was used up on the way.
//
// Every operation is run with less and less stack missing, to the word, from where nothing can be
// called any more to where it succeeds four times in a row. After each try the cache goes on: it is
// valid and holds what it held before, the order of one entry apart, or what it holds after the
// operation.
// WASM_LRU_PADDINGS is how many words a frame is divided into: 16 are all there are.
//
// Not on the debug build: it inlines nothing, so that its arena, which all caches share, can be
// torn. The other two are what ships.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../src/lru.js';
import { figure } from './figures.js';
import { confined, isOverflow, probe, runAt } from './stack.js';
import { openCache, plainCases, type TestEngine } from './support.js';
import { expectValid } from './validate.js';

type Cache = LRUCache<unknown, number>;
type KeyOf = (number: number) => unknown;

const PADDINGS = Number(process.env.WASM_LRU_PADDINGS ?? 2);
const shipped = plainCases.filter(({ name }) => name !== 'wasm debug');

const kinds: readonly (readonly [string, KeyOf])[] = [
  ['ints', (number) => number],
  ['strings', (number) => `key ${number}`],
  ['floats', (number) => number + 0.5],
  ['bigints', (number) => BigInt(number)],
];

/** Values that `dispose` was told of since the operation began. */
const disposed: number[] = [];
/** Calls of `onInsert`. */
let told = 0;
const countTold = () => {
  told += 1;
};

const variants: readonly (readonly [string, object])[] = [
  ['nothing else', {}],
  ['ages and sizes', { ttl: 1000, maxSize: 1000, sizeCalculation: () => 3 }],
  [
    'callbacks',
    {
      dispose: (value: number) => void disposed.push(value),
      onInsert: countTold,
      disposeAfter: () => {},
    },
  ],
];

const FULL = 8;
const ABSENT = 100;

interface Operation {
  readonly name: string;
  readonly max: number;
  run(cache: Cache, keyOf: KeyOf): unknown;
}

const operations: readonly Operation[] = [
  { name: 'get', max: FULL, run: (cache, keyOf) => cache.get(keyOf(2)) },
  { name: 'set that adds', max: 2 * FULL, run: (cache, keyOf) => cache.set(keyOf(ABSENT), 1) },
  { name: 'set that evicts', max: FULL, run: (cache, keyOf) => cache.set(keyOf(ABSENT), 1) },
  { name: 'set that updates', max: FULL, run: (cache, keyOf) => cache.set(keyOf(2), 1) },
  { name: 'set that grows', max: 100, run: (cache, keyOf) => cache.set(keyOf(ABSENT), 1) },
  { name: 'delete', max: FULL, run: (cache, keyOf) => cache.delete(keyOf(3)) },
  { name: 'pop', max: FULL, run: (cache) => cache.pop() },
  { name: 'resize', max: FULL, run: (cache) => cache.resize(3) },
  { name: 'resize that allows more', max: FULL, run: (cache) => cache.resize(8 * FULL) },
  { name: 'clear', max: FULL, run: (cache) => cache.clear() },
];

const shown = (cache: Cache) => [...cache.keys()].map(String).join();

function openFull(engine: TestEngine, options: object, { max }: Operation, keyOf: KeyOf): Cache {
  const cache: Cache = openCache<unknown, number>(engine, { max, ...options });
  const count = max === 100 ? 15 : FULL;
  for (let i = 0; i < count; i++) cache.set(keyOf(i), i + 1);
  return cache;
}

/**
 * Fails unless what is there is what was, or what is to be; or nothing, and then `dispose` has been
 * told of every value once, if there is one. A `get` loses nothing.
 */
function expectOneOf(now: string, before: string, after: string, isRead: boolean): void {
  if (now === before || now === after) return;
  expect([before, after, isRead ? before : ''], 'what was, what is to be, or nothing').toContain(
    now,
  );
}

/** Fails unless `dispose` was told of all values that were there, once each. */
function expectAllTold(count: number): void {
  const values = [...new Set(disposed)].filter((value) => value <= count).sort((a, b) => a - b);
  expect(values).toEqual(Array.from({ length: count }, (_, i) => i + 1));
  expect(disposed.length).toBeLessThanOrEqual(count + 1);
}

/** Fails unless the cache is valid and goes on, and its callbacks are told. */
function expectAlive(cache: Cache, keyOf: KeyOf, engine: TestEngine, isTold: boolean): void {
  expectValid(cache, engine);
  const toldBefore = told;
  cache.set(keyOf(1), 1).set(keyOf(ABSENT + 1), 2);
  expect([cache.get(keyOf(1)), cache.get(keyOf(ABSENT + 1))]).toEqual([1, 2]);
  expect(told - toldBefore, 'calls of onInsert').toBe(isTold ? 2 : 0);
  expectValid(cache, engine);
  cache[Symbol.dispose]();
}

/** Tries one operation wherever it fails; returns how often that was. */
function sweep(engine: TestEngine, options: object, operation: Operation, keyOf: KeyOf): number {
  const { run, name } = operation;
  const done = openFull(engine, options, operation, keyOf);
  const before = shown(done);
  const count = done.size;
  run(done, keyOf);
  const after = shown(done);
  done[Symbol.dispose]();
  let overflows = 0;
  for (let padding = 0; padding < PADDINGS; padding++) {
    let successes = 0;
    for (let depth = probe(padding); successes < 4; depth--) {
      const cache = openFull(engine, options, operation, keyOf);
      disposed.length = 0;
      const error = runAt(depth, padding, () => run(cache, keyOf));
      if (error === undefined) {
        successes += 1;
        expect(shown(cache)).toBe(after);
      } else {
        successes = 0;
        overflows += 1;
        expect(error).toSatisfy(isOverflow);
        const now = shown(cache);
        expectOneOf(now, before, after, name === 'get');
        if (now === '' && after !== '' && 'dispose' in options) expectAllTold(count);
      }
      expectAlive(cache, keyOf, engine, 'onInsert' in options);
    }
  }
  return overflows;
}

describe.each(shipped)('out of stack on $name', ({ open }) => {
  describe.each(variants)('with %s', (_, options) => {
    it.each(kinds)('%s: every operation is done or not', (__, keyOf) => {
      const engine = open();
      let overflows = 0;
      confined(() => {
        for (const operation of operations) overflows += sweep(engine, options, operation, keyOf);
      });
      expect(overflows).toBeGreaterThan(operations.length * PADDINGS);
      figure('overflows', overflows);
    });
  });
});
