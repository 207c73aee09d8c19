// Shows that no sequence of a few operations on three keys is wrong in a cache with ttls and sizes.
//
// The cache holds two entries and a size of three. All sequences of up to four operations are run
// on keys of three kinds, and all of up to five on strings, where a sequence stands for those that
// differ from it in the names of the keys only. Each is run from an empty cache, which `clear`
// makes; every result is compared with the model, and after the last operation everything is.
// The loop asks for no `expect`: it compares, and throws an Error that names the sequence.
// WASM_LRU_LENGTH=6 makes all of them one operation longer.

import { describe, expect, it } from 'vitest';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import { openCache, openDebug, openJs, openRelease, type TestEngine } from '../support/engines.js';
import { figure } from '../support/figures.js';
import { expectValid } from '../support/validate.js';

/** Operations of the longest sequences on strings; on keys of three kinds, one less. */
const LENGTH = Number(process.env.WASM_LRU_LENGTH ?? 5);
const KEY_COUNT = 3;
const MAX = 2;
const SIZE_MAX = 3;
/** A ttl that outlives one `advance`, just, and not two. */
const TTL = 2;
const STEP_MS = 2;
/** What is done to a key; symbol `operation * KEY_COUNT + key`. */
const OPERATIONS = ['set light', 'set heavy', 'set short', 'get', 'renew', 'delete'];
const ADVANCE = OPERATIONS.length * KEY_COUNT;
const PURGE = ADVANCE + 1;
const SYMBOLS = PURGE + 1;
/** Sequences between two checks of the whole structure. */
const CHECK_INTERVAL = 499;

type Cache = LRUCache<unknown, number>;
type Result = number | boolean | undefined;

/** One entry of the model. */
interface Row {
  readonly key: number;
  value: number;
  start: number;
  ttl: number;
  size: number;
}

/** The model, over numbers of keys: the smallest cache with ttls and sizes that can be written. */
class TinyModel {
  /** Newest first. */
  rows: Row[] = [];
  total = 0;

  run(symbol: number, value: number, now: number): Result {
    if (symbol === ADVANCE) return undefined;
    if (symbol === PURGE) return this.#purge(now);
    const key = symbol % KEY_COUNT;
    const operation = OPERATIONS[(symbol - key) / KEY_COUNT];
    const place = this.rows.findIndex((row) => row.key === key);
    if (operation === 'delete') return place !== -1 && this.#drop(place);
    if (operation === 'get' || operation === 'renew') {
      const row = this.rows[place];
      if (row === undefined) return undefined;
      const isStale = row.ttl !== 0 && now - row.start > row.ttl;
      this.#drop(place);
      if (isStale) return undefined;
      if (operation === 'renew' && row.ttl !== 0) row.start = now;
      this.#add(row);
      return row.value;
    }
    const isShort = operation === 'set short';
    const size = operation === 'set heavy' ? 2 : 1;
    if (place !== -1) this.#drop(place);
    while (this.rows.length >= MAX || this.total + size > SIZE_MAX) {
      this.#drop(this.rows.length - 1);
    }
    this.#add({ key, value, start: isShort ? now : 0, ttl: isShort ? TTL : 0, size });
    return undefined;
  }

  #add(row: Row): void {
    this.rows.unshift(row);
    this.total += row.size;
  }

  #drop(place: number): true {
    this.total -= (this.rows.splice(place, 1)[0] as Row).size;
    return true;
  }

  #purge(now: number): boolean {
    const before = this.rows.length;
    this.rows = this.rows.filter(({ ttl, start }) => ttl === 0 || now - start <= ttl);
    this.total = this.rows.reduce((sum, { size }) => sum + size, 0);
    return this.rows.length < before;
  }
}

const LIGHT = { size: 1 };
const HEAVY = { size: 2 };
const SHORT = { size: 1, ttl: TTL };
const RENEW = { updateAgeOnGet: true };

function runOn(cache: Cache, keys: readonly unknown[], symbol: number, value: number): Result {
  if (symbol === ADVANCE) return undefined;
  if (symbol === PURGE) return cache.purgeStale();
  const key = keys[symbol % KEY_COUNT];
  const operation = OPERATIONS[Math.floor(symbol / KEY_COUNT)];
  if (operation === 'get') return cache.get(key);
  if (operation === 'renew') return cache.get(key, RENEW);
  if (operation === 'delete') return cache.delete(key);
  const isHeavy = operation === 'set heavy';
  cache.set(key, value, isHeavy ? HEAVY : operation === 'set light' ? LIGHT : SHORT);
  return undefined;
}

/** Whether the entries, their order, ages and sizes are those of the model. */
function isSame(cache: Cache, model: TinyModel, keys: readonly unknown[]): boolean {
  const entries = entriesOf(cache);
  const { isTimed } = entries;
  const order = entries.order().reverse();
  if (order.length !== model.rows.length || cache.size !== order.length) return false;
  if (entries.total !== model.total) return false;
  return model.rows.every(({ key, value, start, ttl, size }, place) => {
    const slot = order[place] as number;
    if (entries.keyAt(slot) !== keys[key] || entries.valueAt(slot) !== value) return false;
    if (entries.weightAt(slot) !== size) return false;
    if (!isTimed) return ttl === 0;
    return entries.ttlAt(slot) === ttl && entries.startAt(slot) === start;
  });
}

function fail(symbols: readonly number[]): never {
  const names = symbols.map((symbol) => {
    if (symbol >= ADVANCE) return symbol === PURGE ? 'purge' : 'advance';
    return `${OPERATIONS[Math.floor(symbol / KEY_COUNT)]} ${symbol % KEY_COUNT}`;
  });
  throw new Error(`differs from the model after ${names.join(', ')}`);
}

/** Runs every sequence of operations on one cache. */
class Exhaustion {
  sequences = 0;
  readonly cache: Cache;
  readonly #keys: readonly unknown[];
  #time = 0;

  constructor(engine: TestEngine, keys: readonly unknown[]) {
    this.#keys = keys;
    const perf = { now: () => this.#time };
    this.cache = openCache(engine, { max: MAX, maxSize: SIZE_MAX, ttlResolution: 0, perf });
  }

  /** Runs one sequence from empty. */
  run(symbols: readonly number[]): void {
    const { cache } = this;
    const keys = this.#keys;
    const model = new TinyModel();
    for (let step = 0; step < symbols.length; step++) {
      const symbol = symbols[step] as number;
      if (symbol === ADVANCE) this.#time += STEP_MS;
      const result = runOn(cache, keys, symbol, step + 1);
      if (result !== model.run(symbol, step + 1, this.#time)) fail(symbols.slice(0, step + 1));
    }
    if (!isSame(cache, model, keys)) fail(symbols);
    if (this.sequences % CHECK_INTERVAL === 0) expectValid(cache);
    this.sequences += 1;
    cache.clear();
  }

  /**
   * Runs every sequence that goes on from this one, up to a length. If keys are interchangeable,
   * those only in which they first occur in their order; `known` of them have occurred.
   */
  runAll(length: number, areAlike: boolean, symbols: number[] = [], known = 0): void {
    if (symbols.length === length) return;
    for (let symbol = 0; symbol < SYMBOLS; symbol++) {
      const key = symbol < ADVANCE ? symbol % KEY_COUNT : -1;
      if (areAlike && key > known) continue;
      symbols.push(symbol);
      this.run(symbols);
      this.runAll(length, areAlike, symbols, Math.max(known, key + 1));
      symbols.pop();
    }
  }
}

/** Of one to `length` operations, all keys distinguished. */
const countAll = (length: number): number =>
  length === 0 ? 0 : SYMBOLS + SYMBOLS * countAll(length - 1);

/** The same, of those in which keys first occur in their order. */
function countAlike(length: number, known = 0): number {
  if (length === 0) return 0;
  const onKnown = 2 + known * OPERATIONS.length;
  const onNext = known < KEY_COUNT ? OPERATIONS.length : 0;
  const goOn = onKnown * countAlike(length - 1, known) + onNext * countAlike(length - 1, known + 1);
  return onKnown + onNext + goOn;
}

const hostile = { constantHash: true };
const kinds = [7, 'key', { name: 'object' }];
const alike = ['', 'a', 'ab'];

const passes = [
  { name: 'release', open: () => openRelease() },
  { name: 'js', open: () => openJs() },
  { name: 'wasm debug, constant hash', open: () => openDebug(hostile) },
];

describe.each(passes)('$name, keys of three kinds', ({ open }) => {
  it(`equals the model in every sequence of up to ${LENGTH - 1} operations`, () => {
    const exhaustion = new Exhaustion(open(), kinds);
    exhaustion.runAll(LENGTH - 1, false);
    expect(exhaustion.sequences).toBe(countAll(LENGTH - 1));
    figure('sequences with ages and sizes', exhaustion.sequences);
  });
});

const stringPasses = [
  { name: 'release, constant hash', open: () => openRelease(hostile) },
  { name: 'js, constant hash', open: () => openJs(hostile) },
];

describe.each(stringPasses)('$name, strings', ({ open }) => {
  it(`equals the model in every sequence of up to ${LENGTH} operations`, () => {
    const exhaustion = new Exhaustion(open(), alike);
    exhaustion.runAll(LENGTH, true);
    expect(exhaustion.sequences).toBe(countAlike(LENGTH));
    figure('sequences with ages and sizes', exhaustion.sequences);
  });
});

describe('the comparison', () => {
  const run = (symbols: number[]) => {
    const exhaustion = new Exhaustion(openJs(), alike);
    // A cache with another bound first differs when it evicts.
    exhaustion.cache.resize({ maxSize: 4 });
    exhaustion.run(symbols);
  };

  it('names the sequence after which a cache differs', () => {
    const heavy = OPERATIONS.indexOf('set heavy') * KEY_COUNT;
    const get = OPERATIONS.indexOf('get') * KEY_COUNT;
    expect(() => run([heavy, heavy])).not.toThrow();
    expect(() => run([heavy, heavy + 1])).toThrow('after set heavy 0, set heavy 1');
    expect(() => run([heavy, heavy + 1, get, PURGE])).toThrow('heavy 1, get 0');
  });
});
