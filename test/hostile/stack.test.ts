// Shows that no operation loses anything in silence because the stack was used up on the way.
//
// Every operation is run with less and less stack missing, to the word, from where nothing can be
// called any more to where it succeeds four times in a row. After each try, the cache holds what it
// held before, the order of one entry apart, or what it holds after the operation; or a change was
// cut, and then it holds nothing, and `dispose` was told of all that it held. It goes on, is valid,
// and so is the arena that it shares with a neighbour, which notices nothing. What only looks never
// loses anything.
// WASM_LRU_PADDINGS is how many words a frame is divided into: 16 are all there are.
//
// Not on the debug build: it inlines nothing, so that its arena, which all caches share, can be
// torn. The others are what ships, and clocks that end, so that looking renumbers.

import { describe, expect, it } from 'vitest';
import { STAMP_MAX } from '../../assembly/layout.js';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases, type TestEngine } from '../support/engines.js';
import { figure } from '../support/figures.js';
import { setClock } from '../support/image.js';
import { confined, isOverflow, probe, runAt } from '../support/stack.js';
import { expectValid } from '../support/validate.js';

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

/** What `dispose` was told. */
let disposed: number[] = [];
/** Calls of `onInsert`. */
let inserted = 0;

interface Variant {
  readonly name: string;
  readonly options?: LRUCache.OptionsBase<unknown, number, unknown>;
  /** Whether the next use finds the clock at its end. */
  readonly isAtEnd?: boolean;
}

const variants: readonly Variant[] = [
  { name: 'nothing else' },
  { name: 'a clock at its end', isAtEnd: true },
  {
    name: 'ages and sizes',
    options: { ttl: 1000, maxSize: 1000, sizeCalculation: () => 3 },
  },
  {
    name: 'callbacks',
    options: {
      dispose: (value) => void disposed.push(value),
      onInsert: () => {
        inserted += 1;
      },
      disposeAfter: () => {},
    },
  },
];

const FULL = 8;
const GROWING = 14;
const ABSENT = 100;
/** The value that operations set. */
const VALUE = 777;

interface Operation {
  readonly name: string;
  readonly max: number;
  run(cache: Cache, keyOf: KeyOf): unknown;
  /** Whether a part of it may be done: some of the entries it removes, oldest first. */
  readonly isGradual?: boolean;
  /** Whether it only looks: then nothing is ever lost. */
  readonly isLookup?: boolean;
}

const isLookup = true;
const operations: readonly Operation[] = [
  { name: 'get', max: FULL, run: (cache, keyOf) => cache.get(keyOf(2)), isLookup },
  { name: 'get of none', max: FULL, run: (cache, keyOf) => cache.get(keyOf(ABSENT)), isLookup },
  { name: 'has', max: FULL, run: (cache, keyOf) => cache.has(keyOf(2)), isLookup },
  { name: 'peek', max: FULL, run: (cache, keyOf) => cache.peek(keyOf(2)), isLookup },
  { name: 'keys', max: FULL, run: (cache) => [...cache.keys()], isLookup },
  { name: 'dump', max: FULL, run: (cache) => cache.dump(), isLookup },
  { name: 'set that adds', max: 2 * FULL, run: (cache, keyOf) => cache.set(keyOf(ABSENT), VALUE) },
  { name: 'set that evicts', max: FULL, run: (cache, keyOf) => cache.set(keyOf(ABSENT), VALUE) },
  { name: 'set that updates', max: FULL, run: (cache, keyOf) => cache.set(keyOf(2), VALUE) },
  { name: 'set that grows', max: 100, run: (cache, keyOf) => cache.set(keyOf(ABSENT), VALUE) },
  { name: 'delete', max: FULL, run: (cache, keyOf) => cache.delete(keyOf(3)) },
  { name: 'pop', max: FULL, run: (cache) => cache.pop() },
  { name: 'resize', max: FULL, run: (cache) => cache.resize(3), isGradual: true },
  { name: 'resize that allows more', max: FULL, run: (cache) => cache.resize(8 * FULL) },
  { name: 'clear', max: FULL, run: (cache) => cache.clear() },
];

const shown = (cache: Cache) => [...cache.keys()].map(String).join();
const countOf = ({ max }: Operation) => (max === 100 ? GROWING : FULL);

function openFull(
  engine: TestEngine,
  { options, isAtEnd }: Variant,
  operation: Operation,
  keyOf: KeyOf,
): Cache {
  const cache: Cache = openCache<unknown, number>(engine, { max: operation.max, ...options });
  for (let i = 0; i < countOf(operation); i++) cache.set(keyOf(i), i + 1);
  // Not in the order of their slots, so that it takes a sort.
  for (const i of [6, 1, 3, 0, 4]) cache.get(keyOf(i));
  if (isAtEnd) setClock(entriesOf(cache).lease, STAMP_MAX);
  disposed = [];
  return cache;
}

/** Whether the order is the same but for one entry: the one that the operation was about. */
function isOneMoved(now: string[], before: string[]): boolean {
  const without = (keys: string[], moved: string) => keys.filter((key) => key !== moved).join();
  if (now.length !== before.length) return false;
  return now.some((moved) => without(now, moved) === without(before, moved));
}

/** Fails unless what is there is what was, or what is to be, or on the way, or nothing. */
function expectOneOf(now: string, before: string, after: string, operation: Operation): void {
  const { isGradual, isLookup: isKept } = operation;
  if (now === before || now === after || (now === '' && !isKept)) return;
  if (isGradual && before.startsWith(now) && now.startsWith(after)) return;
  if (isOneMoved(now.split(','), before.split(','))) return;
  expect([before, after], 'what was, and what is to be').toContain(now);
}

/** Fails unless each value that was there is there still, or `dispose` was told of it, once. */
function expectNoneLost(cache: Cache, operation: Operation): void {
  const all = [...cache.values(), ...disposed].filter((value) => value !== VALUE);
  all.sort((a, b) => a - b);
  const wanted = Array.from({ length: countOf(operation) }, (_, i) => i + 1);
  if (all.join() !== wanted.join()) expect(all, 'values there, or disposed of').toEqual(wanted);
}

/** Fails unless the cache is valid and goes on, and its callbacks are told. */
function expectAlive(cache: Cache, keyOf: KeyOf, isTold: boolean): void {
  expectValid(cache);
  const before = inserted;
  cache.set(keyOf(1), 1).set(keyOf(ABSENT + 1), 2);
  const got = [cache.get(keyOf(1)), cache.get(keyOf(ABSENT + 1))];
  if (got.join() !== '1,2') expect(got).toEqual([1, 2]);
  if (inserted - before !== (isTold ? 2 : 0)) expect.fail('onInsert was not told');
  expectValid(cache);
  cache[Symbol.dispose]();
}

/** Tries one operation wherever it fails; returns how often that was. */
function sweep(engine: TestEngine, variant: Variant, operation: Operation, keyOf: KeyOf): number {
  const { run } = operation;
  const done = openFull(engine, variant, operation, keyOf);
  const before = shown(done);
  run(done, keyOf);
  const after = shown(done);
  done[Symbol.dispose]();
  const isTold = variant.options?.dispose !== undefined;
  let overflows = 0;
  for (let padding = 0; padding < PADDINGS; padding++) {
    let successes = 0;
    for (let depth = probe(padding); successes < 4; depth--) {
      const cache = openFull(engine, variant, operation, keyOf);
      const error = runAt(depth, padding, () => run(cache, keyOf));
      if (error === undefined) {
        successes += 1;
        expect(shown(cache)).toBe(after);
      } else {
        successes = 0;
        overflows += 1;
        if (!isOverflow(error)) throw error;
        // At once: whoever looks at the order makes it anew.
        expectValid(cache);
        expectOneOf(shown(cache), before, after, operation);
      }
      if (isTold) expectNoneLost(cache, operation);
      expectAlive(cache, keyOf, isTold);
    }
  }
  return overflows;
}

describe.each(shipped)('out of stack on $name', ({ open }) => {
  describe.each(variants)('with $name', (variant) => {
    // Ints are in the index, bigints in the Map; the others differ on the way there only.
    const [ints, strings, floats, bigints] = kinds;
    const all = variant.options === undefined ? [strings, floats] : [];
    it.each([ints, bigints, ...all] as typeof kinds)('%s: nothing is lost', (_, keyOf) => {
      const engine = open();
      const neighbour: Cache = openCache<unknown, number>(engine, { max: 20 });
      for (let i = 0; i < 30; i++) neighbour.set(i, i);
      let overflows = 0;
      confined(() => {
        for (const operation of operations) overflows += sweep(engine, variant, operation, keyOf);
      });
      expect(overflows).toBeGreaterThan(operations.length * PADDINGS);
      expect([...neighbour.values()]).toEqual(Array.from({ length: 20 }, (__, i) => 29 - i));
      expectValid(neighbour);
      figure('overflows', overflows);
    });
  });
});
