// Shows that no sequence of five operations on four keys is wrong at capacity 1, 2 or 3.
//
// All 12^5 sequences of get, set and delete are run, each from an empty cache, which `clear` makes.
// The result of every operation is compared with the model; the order is compared after each of
// the 271,452 sequences of one to five operations, once: the first time that it is reached.
// WASM_LRU_LENGTH=6 makes them sequences of six, 2,985,984 of them.
// The loop asks for no `expect`: it compares, and throws an Error that names the sequence.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import {
  openCache,
  openDebug,
  openJs,
  openRelease,
  plainCases,
  type TestEngine,
} from '../support/engines.js';
import { figure } from '../support/figures.js';
import { expectValid } from '../support/validate.js';

const LENGTH = Number(process.env.WASM_LRU_LENGTH ?? 5);
const KEY_COUNT = 4;
/** Symbols 0-3 get a key, 4-7 set it, 8-11 delete it. */
const SYMBOLS = 3 * KEY_COUNT;
const SEQUENCES = SYMBOLS ** LENGTH;
/** Sequences of one to LENGTH operations. */
const PREFIXES = Array.from({ length: LENGTH }, (_, i) => SYMBOLS ** (i + 1)).reduce(
  (sum, count) => sum + count,
);
const OPERATIONS = ['get', 'set', 'delete'];
/** Sequences between two checks of the whole structure. */
const CHECK_INTERVAL = 997;

/** Which symbols follow one another in sequence number `sequence`. */
function symbolsOf(sequence: number): number[] {
  return Array.from(
    { length: LENGTH },
    (_, step) => Math.floor(sequence / SYMBOLS ** (LENGTH - 1 - step)) % SYMBOLS,
  );
}

/** The model, over numbers of keys: the smallest LRU cache that can be written. */
class TinyModel {
  /** Numbers of keys, newest first. */
  order: number[] = [];
  readonly #values: number[] = [];
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  run(symbol: number, value: number): number | boolean | undefined {
    const key = symbol % KEY_COUNT;
    const place = this.order.indexOf(key);
    if (symbol < KEY_COUNT) {
      if (place === -1) return undefined;
      this.#place(key, place);
      return this.#values[key];
    }
    if (symbol < 2 * KEY_COUNT) {
      if (place === -1 && this.order.length === this.#max) this.order.pop();
      this.#place(key, place);
      this.#values[key] = value;
      return undefined;
    }
    if (place !== -1) this.order.splice(place, 1);
    return place !== -1;
  }

  /** The value of the key at a place. */
  valueAt(place: number): number | undefined {
    return this.#values[this.order[place] as number];
  }

  #place(key: number, place: number): void {
    if (place !== -1) this.order.splice(place, 1);
    this.order.unshift(key);
  }
}

function runOn(
  cache: LRUCache<unknown, number>,
  key: unknown,
  symbol: number,
  value: number,
): number | boolean | undefined {
  if (symbol < KEY_COUNT) return cache.get(key);
  if (symbol >= 2 * KEY_COUNT) return cache.delete(key);
  cache.set(key, value);
  return undefined;
}

function isSameOrder(
  cache: LRUCache<unknown, number>,
  model: TinyModel,
  keys: readonly unknown[],
): boolean {
  let place = 0;
  for (const [key, value] of cache) {
    if (key !== keys[model.order[place] as number]) return false;
    if (value !== model.valueAt(place)) return false;
    place += 1;
  }
  return place === model.order.length && place === cache.size;
}

function fail(symbols: readonly number[], step: number, keys: readonly unknown[]): never {
  const shown = symbols
    .slice(0, step + 1)
    .map((symbol) => {
      const operation = OPERATIONS[Math.floor(symbol / KEY_COUNT)];
      return `${operation}(${String(keys[symbol % KEY_COUNT])})`;
    })
    .join(', ');
  throw new Error(`differs from the model after ${shown}`);
}

/** Runs one sequence from empty; returns how many orders were compared. */
function runSequence(
  cache: LRUCache<unknown, number>,
  model: TinyModel,
  keys: readonly unknown[],
  sequence: number,
): number {
  let compared = 0;
  let unit = SEQUENCES / SYMBOLS;
  for (let step = 0; step < LENGTH; step++) {
    const symbol = Math.floor(sequence / unit) % SYMBOLS;
    const result = runOn(cache, keys[symbol % KEY_COUNT], symbol, step + 1);
    if (result !== model.run(symbol, step + 1)) fail(symbolsOf(sequence), step, keys);
    // All later symbols are 0: no sequence before this one began in the same way.
    if (sequence % unit === 0) {
      if (!isSameOrder(cache, model, keys)) fail(symbolsOf(sequence), step, keys);
      compared += 1;
    }
    unit /= SYMBOLS;
  }
  return compared;
}

/** Runs every sequence; returns how many orders were compared. */
function runAll(engine: TestEngine, max: number, keys: readonly unknown[]): number {
  const cache = openCache<unknown, number>(engine, { max });
  let compared = 0;
  for (let sequence = 0; sequence < SEQUENCES; sequence++) {
    const model = new TinyModel(max);
    compared += runSequence(cache, model, keys, sequence);
    if (sequence % CHECK_INTERVAL === 0) expectValid(cache);
    cache.clear();
  }
  return compared;
}

const ints = [0, 1, -1, 2 ** 31 - 1];
const strings = ['', 'a', 'b', 'ab'];
const mixed = [0, '0', 0.5, { toString: () => 'object' }];

const passes = [
  ...plainCases.flatMap(({ name, open }) => [
    { name: `${name}, int keys`, open, keys: ints },
    { name: `${name}, keys of four kinds`, open, keys: mixed },
  ]),
  {
    name: 'wasm release, constant hash, string keys',
    open: () => openRelease({ constantHash: true }),
    keys: strings,
  },
  {
    name: 'wasm debug, constant hash, keys of four kinds',
    open: () => openDebug({ constantHash: true }),
    keys: mixed,
  },
  {
    name: 'js, constant hash, string keys',
    open: () => openJs({ constantHash: true }),
    keys: strings,
  },
];

describe.each(passes)('$name', ({ open, keys }) => {
  it.each([1, 2, 3])('equals the model in every sequence at capacity %i', (max) => {
    expect(runAll(open(), max, keys)).toBe(PREFIXES);
    figure('sequences', SEQUENCES);
  });
});

describe('the comparison', () => {
  it('is of 248,832 sequences, of five operations', () => {
    expect(SYMBOLS ** 5).toBe(248_832);
  });

  it('names the sequence after which a cache differs', () => {
    // A model with another capacity first differs when it evicts.
    const cache = openCache<unknown, number>(openJs(), { max: 1 });
    const run = (sequence: number) => runSequence(cache, new TinyModel(2), ints, sequence);
    const symbols = [4, 5, ...new Array<number>(LENGTH - 2).fill(0)];
    const setSetGet = symbols.reduce((number, symbol) => number * SYMBOLS + symbol, 0);
    expect(symbolsOf(setSetGet)).toEqual(symbols);
    expect(() => run(setSetGet)).toThrow('after set(0), set(1)');
    cache.clear();
    expect(() => run(setSetGet + 1)).toThrow('after set(0), set(1), get(0)');
  });
});
