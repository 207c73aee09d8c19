// A cache and its model, driven together by commands that are plain data.
//
// Each step does the same to both, then compares what came back, what the callbacks were told, the
// bounds, every entry with its age and size, their order, and checks every invariant of the
// structure. Time passes only by a command. A refused growth is the one thing the model cannot
// foresee; `set` says what the cache may make of it.

import fc from 'fast-check';
import { expect } from 'vitest';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import { LRUCacheRangeError } from '../../src/common/errors.js';
import { openCache, shake, type TestEngine } from './engines.js';
import { imageOf } from './image.js';
import {
  type Bounds,
  CacheModel,
  type SetOptions,
  type Settings,
  settingsOff,
  type Told,
} from './model.js';
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

/** A key of one of five kinds for every number. */
export function keyOf(number: number): unknown {
  const kinds = [number, `key ${number}`, number + 0.5, BigInt(number), -number];
  return kinds[number % kinds.length];
}

/** Texts, each as heavy as it is long, and one more. */
const TEXTS = ['', 'a', 'bb', 'ccc', 'eeeee'];
/** Most of them falsy, and few, so that the same one is often set again. */
const PLAIN = [1, 0, '', null, false, Number.NaN];
export const values: readonly unknown[] = [...TEXTS, ...PLAIN];
export const sizeOf = (value: unknown): number => (value as string).length + 1;

/** The flags that may be changed, and given to calls. */
type Flags = Partial<Omit<Settings, 'ttl'>>;
type FlagName = keyof Flags;

/** One step of a run. Keys and values are places in the lists above. */
export type Command =
  | readonly ['get' | 'has' | 'peek', key: number, Flags?]
  | readonly ['set' | 'setWithEvicted', key: number, value: number, SetOptions?]
  | readonly ['delete' | 'setUndefined' | 'remaining', key: number]
  | readonly ['find', value: number, Flags?]
  | readonly ['resize', Bounds]
  | readonly ['advance' | 'ttl', ms: number]
  | readonly ['flag', FlagName, isOn: boolean]
  | readonly ['clear' | 'pop' | 'purge' | 'iterate' | 'growMemory' | 'relocate']
  | readonly ['refuse' | 'allow'];

const key = fc.nat({ max: keys.length - 1 });
const named = <N extends string>(...names: N[]) => fc.constantFrom(...names);
const text = fc.nat({ max: TEXTS.length - 1 });
const plain = fc.nat({ max: PLAIN.length - 1 }).map((at) => TEXTS.length + at);

/** Any command without ttls and sizes; often a `set`, so that caches are full most of the time. */
export const plainCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(named('set'), key, plain) },
  { weight: 10, arbitrary: fc.tuple(named('get', 'has', 'peek', 'delete'), key) },
  { weight: 1, arbitrary: fc.tuple(named('setUndefined'), key) },
  { weight: 1, arbitrary: fc.tuple(named('find'), plain) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      named('resize'),
      fc.integer({ min: 1, max: 8 }).map((max) => ({ max })),
    ),
  },
  { weight: 4, arbitrary: fc.tuple(named('pop', 'iterate', 'relocate', 'growMemory')) },
  { weight: 2, arbitrary: fc.tuple(named('clear', 'refuse', 'allow')) },
);

const ttl = fc.constantFrom(0, 1, 2, 5, 20, -1, Number.POSITIVE_INFINITY);
const flags = (...names: FlagName[]): fc.Arbitrary<Flags> =>
  fc.record(Object.fromEntries(names.map((name) => [name, fc.boolean()])), { requiredKeys: [] });
const readFlags = flags('updateAgeOnGet', 'updateAgeOnHas', 'allowStale', 'noDeleteOnStaleGet');
const setOptions: fc.Arbitrary<SetOptions> = fc.record(
  {
    ttl,
    size: fc.constantFrom(1, 1, 2, 4, 7),
    start: fc.constantFrom(0, 3, -2),
    noUpdateTTL: fc.boolean(),
    noDisposeOnSet: fc.boolean(),
  },
  { requiredKeys: [] },
);
const newBounds = fc.record(
  { max: fc.integer({ min: 1, max: 8 }), maxSize: fc.integer({ min: 1, max: 20 }) },
  { requiredKeys: [] },
);
const flagName = named(
  ...(['updateAgeOnGet', 'updateAgeOnHas', 'allowStale', 'noDeleteOnStaleGet'] as const),
  ...(['noUpdateTTL', 'noDisposeOnSet'] as const),
);

/** Any command; the values are texts. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 13,
    arbitrary: fc.tuple(named('set', 'set', 'setWithEvicted'), key, text, setOptions),
  },
  { weight: 8, arbitrary: fc.tuple(named('get', 'get', 'has', 'peek'), key, readFlags) },
  { weight: 4, arbitrary: fc.tuple(named('delete', 'delete', 'setUndefined', 'remaining'), key) },
  { weight: 4, arbitrary: fc.tuple(named('advance'), fc.constantFrom(1, 1, 2, 4, 9)) },
  { weight: 1, arbitrary: fc.tuple(named('ttl'), ttl) },
  { weight: 1, arbitrary: fc.tuple(named('find'), text, readFlags) },
  { weight: 2, arbitrary: fc.tuple(named('resize'), newBounds) },
  { weight: 1, arbitrary: fc.tuple(named('flag'), flagName, fc.boolean()) },
  { weight: 3, arbitrary: fc.tuple(named('purge', 'pop', 'iterate')) },
  { weight: 3, arbitrary: fc.tuple(named('relocate', 'growMemory')) },
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

/** A cache and the model it must equal, on one clock. */
export class Twin {
  readonly engine: TestEngine;
  readonly cache: LRUCache<unknown, unknown>;
  readonly model: CacheModel<unknown, unknown>;
  readonly scarcity: Scarcity;
  /** The time. */
  time = 0;
  readonly #told: Told<unknown, unknown>[] = [];

  constructor(
    engine: TestEngine,
    bounds: Bounds,
    settings: Settings = settingsOff,
    open: typeof openCache = openCache,
  ) {
    this.engine = engine;
    this.scarcity = new Scarcity(engine);
    const now = () => this.time;
    this.model = new CacheModel(bounds, settings, { sizeOf, now });
    // What is off is not given, so that a plain cache is made as users make it.
    const given = Object.entries({ ...bounds, ...settings }).filter(([, setting]) => setting);
    this.cache = open(engine, {
      ...(Object.fromEntries(given) as { max: number }),
      ...(this.model.isWeighed && { sizeCalculation: sizeOf }),
      ttlResolution: 0,
      perf: { now },
      dispose: (value, key, reason) => void this.#told.push(['dispose', value, key, reason]),
      disposeAfter: (value, key, reason) =>
        void this.#told.push(['disposeAfter', value, key, reason]),
      // The one callback that is told the key as it was given, so also -0.
      onInsert: (value, key, reason) =>
        void this.#told.push(['onInsert', value, stored(key), reason]),
    });
  }

  /** Runs one command on both and compares the answers, then everything else. */
  step(command: Command): void {
    this.#run(command);
    this.expectSame();
  }

  /** Compares everything that can be seen, and the structure. */
  expectSame(): void {
    const { cache, model } = this;
    this.expectTold();
    expectEqual(cache.size, model.size, 'size');
    expectEqual(cache.max, model.max, 'max');
    expectEqual(cache.maxSize, model.maxSize, 'maxSize');
    expectEqual(cache.calculatedSize, model.total, 'calculatedSize');
    expectEqual(this.limit(), model.limit, 'limit');
    this.expectOrder();
    this.expectEntries();
    expectValid(cache);
  }

  /** Compares the entries that a walk shows. */
  expectOrder(): void {
    expectRows([...this.cache], this.model.entries(), 'order');
  }

  /** Compares the entries, their order, ages and sizes, of the stale ones, too. */
  expectEntries(): void {
    const entries = entriesOf(this.cache);
    const { isTimed, isWeighed } = entries;
    const shown = this.cache.dump().toReversed();
    const actual = [...entries.order().reverse()].map((slot, i) => [
      shown[i]?.[0],
      entries.valueAt(slot),
      isTimed ? entries.ttlAt(slot) : 0,
      isTimed && entries.ttlAt(slot) !== 0 ? entries.startAt(slot) : 0,
      isWeighed ? entries.weightAt(slot) : 0,
    ]);
    const expected = this.model.rows.map(({ key: k, value: v, ttl, start, size }) => [
      ...[k, v, ttl, ttl === 0 ? 0 : start, size],
    ]);
    expectRows(actual, expected, 'entries');
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

  /**
   * Sets on both; returns whether memory was refused. If so, either nothing changed, with a typed
   * error, for want of a first entry or a first ttl; or from now on the cache evicts at its size.
   */
  set(key: unknown, value: unknown, given?: SetOptions, isReported = false): boolean {
    const { cache, model } = this;
    const { size: _, ...unsized } = given ?? {};
    const options = model.isWeighed || given === undefined ? given : unsized;
    const { size } = model;
    const { isTimed } = entriesOf(cache);
    let evicted: [unknown, unknown][] = [];
    try {
      if (isReported) evicted = cache.setWithEvicted(key, value as string, options);
      else expectEqual(cache.set(key, value, options), cache, 'set');
    } catch (error) {
      expect(error).toBeInstanceOf(LRUCacheRangeError);
      expect(error).toHaveProperty('code', 'OUT_OF_MEMORY');
      const ttl = options?.ttl ?? model.settings.ttl;
      const isFirst = size === 0 || (!isTimed && ttl !== 0);
      expect({ refusing: this.scarcity.isActive, isFirst }).toEqual({
        refusing: true,
        isFirst: true,
      });
      return true;
    }
    const limit = this.limit();
    const isRefused = limit !== model.limit;
    if (isRefused) {
      expect(this.scarcity.isActive, 'the limit falls after a refusal only').toBe(true);
      expect(limit, 'the limit falls to the size').toBe(size);
      model.limit = limit;
    }
    const expected = model.set(stored(key), value, options);
    if (isReported) expectRows(evicted, expected, 'evicted');
    return isRefused;
  }

  get(key: unknown, options?: Flags): void {
    expectEqual(this.cache.get(key, options), this.model.get(stored(key), options), 'get');
  }

  has(key: unknown, options?: Flags): void {
    expectEqual(this.cache.has(key, options), this.model.has(stored(key), options), 'has');
  }

  delete(key: unknown): void {
    expectEqual(this.cache.delete(key), this.model.delete(stored(key)), 'delete');
  }

  clear(): void {
    this.cache.clear();
    this.model.clear();
  }

  /** Of a cache without sizes, `maxSize` is left out. */
  resize({ max, maxSize }: Bounds): void {
    const bounds = {
      ...(max !== undefined && { max }),
      ...(maxSize !== undefined && this.model.isWeighed && { maxSize }),
    };
    if (Object.keys(bounds).length === 0) return;
    this.cache.resize(bounds);
    this.model.resize(bounds);
  }

  #run(command: Command): void {
    const { cache, model } = this;
    const [name] = command;
    if (name === 'set' || name === 'setWithEvicted') {
      const [, at, valueAt, options] = command;
      this.set(keys[at], values[valueAt], options, name !== 'set');
    } else if (name === 'get' || name === 'has') {
      this[name](keys[command[1]], command[2]);
    } else if (name === 'peek') {
      const [, at, options] = command;
      expectEqual(cache.peek(keys[at], options), model.peek(stored(keys[at]), options), name);
    } else if (name === 'find') {
      this.#find(values[command[1]], command[2]);
    } else if (name === 'resize') {
      this.resize(command[1]);
    } else if (name === 'flag') {
      cache[command[1]] = model.settings[command[1]] = command[2];
    } else if (name === 'ttl') {
      cache.ttl = model.settings.ttl = command[1];
    } else if (name === 'advance') {
      this.time += command[1];
    } else if (name === 'delete' || name === 'setUndefined' || name === 'remaining') {
      this.#runOnKey(name, keys[command[1]]);
    } else {
      this.#runPlain(name);
    }
  }

  #runOnKey(name: 'delete' | 'setUndefined' | 'remaining', key: unknown): void {
    const { cache, model } = this;
    if (name === 'delete') this.delete(key);
    else if (name === 'setUndefined') this.set(key, undefined);
    else expectEqual(cache.getRemainingTTL(key), model.getRemainingTTL(stored(key)), name);
  }

  #runPlain(name: Extract<Command, readonly [string]>[0]): void {
    const { cache, model } = this;
    if (name === 'pop') expectEqual(cache.pop(), model.pop(), name);
    else if (name === 'purge') expectEqual(cache.purgeStale(), model.purgeStale(), name);
    else if (name === 'iterate') this.#iterate();
    else if (name === 'growMemory') this.engine.growMemory();
    else if (name === 'relocate') shake(this.engine, cache);
    else if (name === 'refuse') this.scarcity.begin();
    else if (name === 'allow') this.scarcity.end();
    else this.clear();
  }

  #find(wanted: unknown, options?: Flags): void {
    const found = this.model.entries().find(([, value]) => Object.is(value, wanted));
    const result = this.cache.find((value) => Object.is(value, wanted), options);
    const expected = found === undefined ? undefined : this.model.get(found[0], options);
    expectEqual(result, expected, 'find');
  }

  #iterate(): void {
    const { cache, model } = this;
    const shown = model.entries();
    const oldestFirst = shown.toReversed();
    expectRows([...cache.entries()], shown, 'entries');
    expectRows([...cache.rentries()], oldestFirst, 'rentries');
    expect([...cache.keys()], 'keys').toEqual(shown.map(([key]) => key));
    expect([...cache.values()], 'values').toEqual(shown.map(([, value]) => value));
    expect([...cache.rkeys()], 'rkeys').toEqual(oldestFirst.map(([key]) => key));
    expect([...cache.rvalues()], 'rvalues').toEqual(oldestFirst.map(([, value]) => value));
    const seen: unknown[][] = [];
    cache.forEach((value, key, owner) => void seen.push([key, value, owner === cache]));
    cache.rforEach((value, key, owner) => void seen.push([key, value, owner === cache]));
    const visited = [...shown, ...oldestFirst].map(([key, value]) => [key, value, true]);
    expectRows(seen, visited, 'forEach, rforEach');
    for (const key of keys) {
      const remaining = model.getRemainingTTL(stored(key));
      expectEqual(cache.getRemainingTTL(key), remaining, 'remaining');
    }
  }
}
