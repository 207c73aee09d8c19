// A cache with ttls and sizes and its model, driven together by commands that are plain data.
//
// As commands.ts, for caches with columns: each step does the same to both, then compares what came
// back, what callbacks were told, every entry with its age and size, and the whole structure. Time
// passes only by a command.

import fc from 'fast-check';
import { expect } from 'vitest';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import { LRUCacheRangeError } from '../../src/common/errors.js';
import { ColumnModel, type ColumnSetOptions, type ColumnSettings } from './column-model.js';
import { expectEqual, expectRows, keys, stored } from './commands.js';
import { openCache, shake, type TestEngine } from './engines.js';
import { imageOf } from './image.js';
import type { Told } from './model.js';
import { Scarcity } from './scarcity.js';
import { expectValid } from './validate.js';

/** Values, each as heavy as it is long, and one more. */
export const values: readonly string[] = ['', 'a', 'bb', 'ccc', 'eeeee'];
export const sizeOf = (value: unknown): number => (value as string).length + 1;

/** The bounds of a cache; 0 is none, and one of them is not. */
export interface Bounds {
  readonly max: number;
  readonly maxSize: number;
  readonly maxEntrySize: number;
}

/** The flags that may be changed, and given to calls. */
type Flags = Partial<Omit<ColumnSettings, 'ttl'>>;
type FlagName = keyof Flags;

/** One step of a run. Keys and values are places in their lists. */
export type ColumnCommand =
  | readonly ['get' | 'has' | 'peek', key: number, Flags]
  | readonly ['set' | 'setWithEvicted', key: number, value: number, ColumnSetOptions]
  | readonly ['delete' | 'setUndefined' | 'remaining', key: number]
  | readonly ['find', value: number, Flags]
  | readonly ['resize', { max?: number; maxSize?: number }]
  | readonly ['advance' | 'ttl', ms: number]
  | readonly ['flag', FlagName, isOn: boolean]
  | readonly ['clear' | 'pop' | 'purge' | 'iterate' | 'growMemory' | 'relocate']
  | readonly ['refuse' | 'allow'];

const key = fc.nat({ max: keys.length - 1 });
const value = fc.nat({ max: values.length - 1 });
const ttl = fc.constantFrom(0, 1, 2, 5, 20, -1, Number.POSITIVE_INFINITY);
const named = <N extends string>(...names: N[]) => fc.constantFrom(...names);
const flags = (...names: FlagName[]): fc.Arbitrary<Flags> =>
  fc.record(Object.fromEntries(names.map((name) => [name, fc.boolean()])), { requiredKeys: [] });
const readFlags = flags('updateAgeOnGet', 'updateAgeOnHas', 'allowStale', 'noDeleteOnStaleGet');
const setOptions: fc.Arbitrary<ColumnSetOptions> = fc.record(
  {
    ttl,
    size: fc.constantFrom(1, 1, 2, 4, 7),
    start: fc.constantFrom(0, 3, -2),
    noUpdateTTL: fc.boolean(),
    noDisposeOnSet: fc.boolean(),
  },
  { requiredKeys: [] },
);
const bounds = fc.record(
  { max: fc.integer({ min: 1, max: 8 }), maxSize: fc.integer({ min: 1, max: 20 }) },
  { requiredKeys: [] },
);
const flagName = named(
  ...(['updateAgeOnGet', 'updateAgeOnHas', 'allowStale', 'noDeleteOnStaleGet'] as const),
  ...(['noUpdateTTL', 'noDisposeOnSet'] as const),
);

/** Any command; `set` is frequent enough that caches are full most of the time. */
export const columnCommand: fc.Arbitrary<ColumnCommand> = fc.oneof(
  {
    weight: 13,
    arbitrary: fc.tuple(named('set', 'set', 'setWithEvicted'), key, value, setOptions),
  },
  { weight: 8, arbitrary: fc.tuple(named('get', 'get', 'has', 'peek'), key, readFlags) },
  { weight: 4, arbitrary: fc.tuple(named('delete', 'delete', 'setUndefined', 'remaining'), key) },
  { weight: 4, arbitrary: fc.tuple(named('advance'), fc.constantFrom(1, 1, 2, 4, 9)) },
  { weight: 1, arbitrary: fc.tuple(named('ttl'), ttl) },
  { weight: 1, arbitrary: fc.tuple(named('find'), value, readFlags) },
  { weight: 2, arbitrary: fc.tuple(named('resize'), bounds) },
  { weight: 1, arbitrary: fc.tuple(named('flag'), flagName, fc.boolean()) },
  { weight: 3, arbitrary: fc.tuple(named('purge', 'pop', 'iterate')) },
  { weight: 3, arbitrary: fc.tuple(named('relocate', 'growMemory')) },
  { weight: 2, arbitrary: fc.tuple(named('clear', 'refuse', 'allow')) },
);

/** Flags that are all off, and no ttl. */
export const settingsOff: ColumnSettings = {
  ttl: 0,
  updateAgeOnGet: false,
  updateAgeOnHas: false,
  allowStale: false,
  noDeleteOnStaleGet: false,
  noUpdateTTL: false,
  noDisposeOnSet: false,
};

/** A cache and the model it must equal, on one clock. */
export class ColumnTwin {
  readonly engine: TestEngine;
  readonly cache: LRUCache<unknown, unknown>;
  readonly model: ColumnModel<unknown, unknown>;
  readonly scarcity: Scarcity;
  /** The time. */
  time = 0;
  readonly #told: Told<unknown, unknown>[] = [];

  constructor(
    engine: TestEngine,
    bounds: Bounds,
    settings: ColumnSettings,
    open: typeof openCache = openCache,
  ) {
    this.engine = engine;
    this.scarcity = new Scarcity(engine);
    const { maxSize, maxEntrySize } = bounds;
    const now = () => this.time;
    // As in the options: without one of its own, an entry may be as large as all of them.
    const entrySize = maxEntrySize === 0 ? maxSize : maxEntrySize;
    const isEntrySizeImplied = maxEntrySize === 0;
    const checked = { ...bounds, maxEntrySize: entrySize, isEntrySizeImplied, sizeOf, now };
    this.model = new ColumnModel(checked, settings);
    this.cache = open(engine, {
      ...bounds,
      ...settings,
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
  step(command: ColumnCommand): void {
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
    this.expectEntries();
    expectValid(cache);
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
  set(key: unknown, value: unknown, given: ColumnSetOptions, isReported = false): boolean {
    const { cache, model } = this;
    const { size: _, ...unsized } = given;
    const options = model.isWeighed ? given : unsized;
    const { size } = model;
    const { isTimed } = entriesOf(cache);
    let evicted: [unknown, unknown][] = [];
    try {
      if (isReported) evicted = cache.setWithEvicted(key, value as string, options);
      else expectEqual(cache.set(key, value, options), cache, 'set');
    } catch (error) {
      expect(error).toBeInstanceOf(LRUCacheRangeError);
      expect(error).toHaveProperty('code', 'OUT_OF_MEMORY');
      const ttl = options.ttl ?? model.settings.ttl;
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

  #run(command: ColumnCommand): void {
    const { cache, model } = this;
    const [name] = command;
    if (name === 'set' || name === 'setWithEvicted') {
      const [, at, valueAt, options] = command;
      this.set(keys[at], values[valueAt], options, name !== 'set');
    } else if (name === 'get' || name === 'has' || name === 'peek') {
      const [, at, options] = command;
      expectEqual(cache[name](keys[at], options), model[name](stored(keys[at]), options), name);
    } else if (name === 'find') {
      this.#find(values[command[1]], command[2]);
    } else if (name === 'resize') {
      this.#resize(command[1]);
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
    if (name === 'delete') expectEqual(cache.delete(key), model.delete(stored(key)), name);
    else if (name === 'setUndefined') this.set(key, undefined, {});
    else expectEqual(cache.getRemainingTTL(key), model.getRemainingTTL(stored(key)), name);
  }

  #runPlain(name: Extract<ColumnCommand, readonly [string]>[0]): void {
    const { cache, model } = this;
    if (name === 'pop') expectEqual(cache.pop(), model.pop(), name);
    else if (name === 'purge') expectEqual(cache.purgeStale(), model.purgeStale(), name);
    else if (name === 'iterate') this.#iterate();
    else if (name === 'growMemory') this.engine.growMemory();
    else if (name === 'relocate') shake(this.engine, cache);
    else if (name === 'refuse') this.scarcity.begin();
    else if (name === 'allow') this.scarcity.end();
    else {
      cache.clear();
      model.clear();
    }
  }

  #resize({ max, maxSize }: { max?: number; maxSize?: number }): void {
    const bounds = {
      ...(max !== undefined && { max }),
      ...(maxSize !== undefined && this.model.isWeighed && { maxSize }),
    };
    if (Object.keys(bounds).length === 0) return;
    this.cache.resize(bounds);
    this.model.resize(bounds);
  }

  #find(wanted: unknown, options: Flags): void {
    const found = this.model.shown().find(([, value]) => value === wanted);
    const result = this.cache.find((value) => value === wanted, options);
    const expected = found === undefined ? undefined : this.model.get(found[0], options);
    expectEqual(result, expected, 'find');
  }

  #iterate(): void {
    const { cache, model } = this;
    const shown = model.shown();
    expectRows([...cache.entries()], shown, 'entries');
    expectRows([...cache.rentries()], shown.toReversed(), 'rentries');
    expect([...cache.keys()], 'keys').toEqual(shown.map(([key]) => key));
    expect([...cache.rvalues()], 'rvalues').toEqual(shown.map(([, value]) => value).reverse());
    const visited: unknown[][] = [];
    cache.forEach((value, key) => void visited.push([key, value]));
    expectRows(visited, shown, 'forEach');
    for (const key of keys) {
      const remaining = model.getRemainingTTL(stored(key));
      expectEqual(cache.getRemainingTTL(key), remaining, 'remaining');
    }
  }
}
