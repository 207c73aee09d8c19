// A cache and its model, driven together by commands that are plain data.
//
// Each step does the same to both, then compares what came back, what the callbacks were told, the
// limit, the order of the entries, and checks every invariant of the structure. A refused growth is
// the one thing the model cannot foresee; `set` says what the cache may make of it.

import fc from 'fast-check';
import { expect } from 'vitest';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import { LRUCacheRangeError } from '../../src/common/errors.js';
import { openCache, shake, type TestEngine } from './engines.js';
import { imageOf } from './image.js';
import { ModelCache, type Told } from './model.js';
import { Scarcity } from './scarcity.js';
import { expectValid } from './validate.js';

/** Sixteen keys of every kind; -0 is the same as 0, and 2^32 has the bits of 0. */
export const keys: readonly unknown[] = [
  0,
  -0,
  1,
  -(2 ** 31),
  2 ** 32,
  1.5,
  Number.NaN,
  '',
  '0',
  'a',
  1n,
  true,
  null,
  undefined,
  Symbol('a'),
  { name: 'a' },
];

/** Values, most of them falsy, and few, so that the same one is often set again. */
export const values: readonly unknown[] = [1, 0, '', null, false, Number.NaN];

/** One step of a run. Keys and values are places in the lists above. */
export type Command =
  | readonly ['get' | 'has' | 'peek' | 'delete' | 'setUndefined', key: number]
  | readonly ['set', key: number, value: number]
  | readonly ['find', value: number]
  | readonly ['resize', max: number]
  | readonly ['clear' | 'pop' | 'iterate' | 'growMemory' | 'relocate' | 'refuse' | 'allow'];

const key = fc.nat({ max: keys.length - 1 });
const value = fc.nat({ max: values.length - 1 });
const named = <N extends string>(...names: N[]) => fc.constantFrom(...names);

/** Any command; `set` is frequent enough that caches are full most of the time. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(named('set'), key, value) },
  { weight: 10, arbitrary: fc.tuple(named('get', 'has', 'peek', 'delete'), key) },
  { weight: 1, arbitrary: fc.tuple(named('setUndefined'), key) },
  { weight: 1, arbitrary: fc.tuple(named('find'), value) },
  { weight: 2, arbitrary: fc.tuple(named('resize'), fc.integer({ min: 1, max: 8 })) },
  { weight: 4, arbitrary: fc.tuple(named('pop', 'iterate', 'relocate', 'growMemory')) },
  { weight: 2, arbitrary: fc.tuple(named('clear', 'refuse', 'allow')) },
);

/** Numbers from 0 up to `below`, the same for the same seed (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) % below;
  };
}

/** As a Map stores a key. */
export const stored = (key: unknown): unknown => (key === 0 ? 0 : key);

/** Fails unless both are the same. Asks `expect`, which is slow, only to describe a difference. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (!Object.is(actual, expected)) expect(actual, what).toBe(expected);
}

/** As above, for lists of tuples. */
export function expectRows(
  actual: readonly (readonly unknown[])[],
  expected: readonly (readonly unknown[])[],
  what: string,
): void {
  const isEqual =
    actual.length === expected.length &&
    actual.every((row, i) => row.every((field, j) => Object.is(field, expected[i]?.[j])));
  if (!isEqual) expect(actual, what).toEqual(expected);
}

/** A cache and the model it must equal. */
export class Twin {
  readonly engine: TestEngine;
  readonly cache: LRUCache<unknown, unknown>;
  /** Its `max` is the size at which the cache evicts: less than `max` after a refused growth. */
  readonly model: ModelCache<unknown, unknown>;
  max: number;
  readonly #told: Told<unknown, unknown>[] = [];
  readonly #scarcity: Scarcity;

  constructor(engine: TestEngine, max: number, open: typeof openCache = openCache) {
    this.engine = engine;
    this.#scarcity = new Scarcity(engine);
    this.max = max;
    this.model = new ModelCache(max);
    this.cache = open(engine, {
      max,
      dispose: (value, key, reason) => void this.#told.push(['dispose', value, key, reason]),
      disposeAfter: (value, key, reason) =>
        void this.#told.push(['disposeAfter', value, key, reason]),
      // The one callback that is told the key as it was given, so also -0.
      onInsert: (value, key, reason) =>
        void this.#told.push(['onInsert', value, stored(key), reason]),
    });
  }

  /** Whether the engine may meet a refusal of memory. */
  get refusing(): boolean {
    return this.#scarcity.isActive;
  }

  set refusing(isRefusing: boolean) {
    this.#scarcity.isActive = isRefusing;
  }

  /** Runs one command on both and compares the answers, then everything else. */
  step(command: Command): void {
    this.#run(command);
    this.expectSame();
  }

  /** Compares what callbacks were told since the last time, the order, and the structure. */
  expectSame(): void {
    const { cache, model } = this;
    this.expectTold();
    expectEqual(cache.size, model.size, 'size');
    expectEqual(cache.max, this.max, 'max');
    expectEqual(this.limit(), model.max, 'limit');
    this.expectOrder();
    expectValid(cache);
  }

  /** Compares the entries and their order. */
  expectOrder(): void {
    expectRows([...this.cache], this.model.entries(), 'order');
  }

  /** Compares what callbacks were told since the last time. */
  expectTold(): void {
    expectRows(this.#told, this.model.told, 'told');
    this.#told.length = 0;
    this.model.told.length = 0;
  }

  /** The size at which the engine evicts. */
  limit(): number {
    return imageOf(entriesOf(this.cache).lease).limit;
  }

  get(key: unknown): void {
    expectEqual(this.cache.get(key), this.model.get(stored(key)), 'get');
  }

  delete(key: unknown): void {
    expectEqual(this.cache.delete(key), this.model.delete(stored(key)), 'delete');
  }

  /**
   * Sets on both; returns whether memory was refused. If so, either the cache was empty and stays
   * so, with a typed error, or from now on it evicts at the size it had.
   */
  set(key: unknown, value: unknown): boolean {
    const { cache, model } = this;
    const size = model.size;
    try {
      expectEqual(cache.set(key, value), cache, 'set');
    } catch (error) {
      expect(error).toBeInstanceOf(LRUCacheRangeError);
      expect(error).toHaveProperty('code', 'OUT_OF_MEMORY');
      expect({ refusing: this.refusing, size }).toEqual({ refusing: true, size: 0 });
      return true;
    }
    const limit = this.limit();
    const refused = limit !== model.max;
    if (refused) {
      expect(this.refusing, 'the limit falls after a refusal only').toBe(true);
      expect(limit, 'the limit falls to the size').toBe(size);
      model.max = limit;
    }
    model.set(stored(key), value);
    return refused;
  }

  clear(): void {
    this.cache.clear();
    this.model.clear();
    this.model.max = this.max;
  }

  resize(max: number): void {
    this.cache.resize(max);
    this.model.resize(max);
    this.max = max;
  }

  /** From now on the engine has no memory left but the blocks this cache frees. */
  refuseMemory(): void {
    this.#scarcity.begin();
  }

  allowMemory(): void {
    this.#scarcity.end();
  }

  #run(command: Command): void {
    const { cache, model } = this;
    const [name, operand] = command;
    const key = keys[operand ?? 0];
    if (name === 'get') this.get(key);
    else if (name === 'has') expectEqual(cache.has(key), model.has(stored(key)), 'has');
    else if (name === 'peek') expectEqual(cache.peek(key), model.peek(stored(key)), 'peek');
    else if (name === 'delete') this.delete(key);
    else if (name === 'set') this.set(key, values[command[2]]);
    else if (name === 'setUndefined') this.set(key, undefined);
    else if (name === 'find') this.#find(values[operand]);
    else if (name === 'resize') this.resize(operand);
    else if (name === 'clear') this.clear();
    else if (name === 'pop') expectEqual(cache.pop(), model.pop(), 'pop');
    else if (name === 'iterate') this.#iterate();
    else if (name === 'growMemory') this.engine.growMemory();
    else if (name === 'relocate') shake(this.engine, cache);
    else if (name === 'refuse') this.refuseMemory();
    else this.allowMemory();
  }

  #find(wanted: unknown): void {
    const found = this.model.entries().find(([, value]) => Object.is(value, wanted));
    const result = this.cache.find((value) => Object.is(value, wanted));
    expect(result, 'find').toBe(found === undefined ? undefined : this.model.get(found[0]));
  }

  #iterate(): void {
    const { cache } = this;
    const newestFirst = this.model.entries();
    const oldestFirst = newestFirst.toReversed();
    expect([...cache.keys()], 'keys').toEqual(newestFirst.map(([key]) => key));
    expect([...cache.values()], 'values').toEqual(newestFirst.map(([, value]) => value));
    expect([...cache.entries()], 'entries').toEqual(newestFirst);
    expect([...cache.rkeys()], 'rkeys').toEqual(oldestFirst.map(([key]) => key));
    expect([...cache.rvalues()], 'rvalues').toEqual(oldestFirst.map(([, value]) => value));
    expect([...cache.rentries()], 'rentries').toEqual(oldestFirst);
    const seen: unknown[] = [];
    cache.forEach((value, key, owner) => void seen.push([key, value, owner === cache]));
    expect(seen, 'forEach').toEqual(newestFirst.map(([key, value]) => [key, value, true]));
    seen.length = 0;
    cache.rforEach((value, key, owner) => void seen.push([key, value, owner === cache]));
    expect(seen, 'rforEach').toEqual(oldestFirst.map(([key, value]) => [key, value, true]));
  }
}
