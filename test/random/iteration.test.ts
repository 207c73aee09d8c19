// Two walks over one cache, and any changes between their steps, and within them: a walk over a
// cache with ages asks the clock, which is user code.
//
// The promises are those at the head of walk.ts. WASM_LRU_RUNS sets the number of runs. One
// that fails is kept as regressions.ts says.

import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { type EngineCase, openCache, plainCases, type TestEngine } from '../support/engines.js';
import { CacheModel } from '../support/model.js';
import { repeatRegressions } from '../support/regressions.js';
import { expectValid } from '../support/validate.js';

type Key = string | number | bigint | symbol | object;

const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? 1e4) / plainCases.length);

const iterators = ['keys', 'values', 'entries', 'rkeys', 'rvalues', 'rentries'] as const;
type IteratorName = (typeof iterators)[number];

const changes = ['get', 'set', 'set', 'set', 'delete', 'delete', 'clear', 'pop', 'resize'] as const;
interface Change {
  readonly name: (typeof changes)[number];
  readonly key: number;
  readonly number: number;
}
/** A step of a walk, and what the clock does when it is asked for the time. */
interface Step {
  readonly name: 'step';
  readonly walk: number;
  readonly within?: Change;
}

const anyChange: fc.Arbitrary<Change> = fc.record({
  name: fc.constantFrom(...changes),
  key: fc.integer({ min: 0, max: 15 }),
  number: fc.integer({ min: 1, max: 8 }),
});
const anyStep: fc.Arbitrary<Step> = fc.record(
  { name: fc.constant('step' as const), walk: fc.constantFrom(0, 1), within: anyChange },
  { requiredKeys: ['name', 'walk'] },
);
const anyRun = fc.record({
  max: fc.integer({ min: 1, max: 8 }),
  isTimed: fc.boolean(),
  names: fc.tuple(fc.constantFrom(...iterators), fc.constantFrom(...iterators)),
  actions: fc.array(fc.oneof(anyChange, anyStep), { maxLength: 40, size: 'max' }),
});

const keys: Key[] = [0, 1, 2, 3, -5, 2 ** 31, 0.5, Number.NaN, 'a', 'b', 'c', '', 9n];
keys.push(Symbol('s'), {}, () => {});

/** A value knows its entry: the one that came into the cache when its key was absent. */
interface Value {
  readonly entry: number;
}

/** An iterator and what the promises of walk.ts say about it. */
class WatchedWalk {
  readonly #iterator: Iterator<unknown>;
  readonly #name: IteratorName;
  readonly #seen = new Set<number>();
  /** Entries there from the first step on, not removed so far. */
  #staying: Set<number> | undefined;
  #stepsLeft = 0;
  isDone = false;

  constructor(cache: LRUCache<Key, Value>, name: IteratorName) {
    this.#iterator = cache[name]();
    this.#name = name;
  }

  /** Must be told of every change of the cache; `inserts` counts those since the last one. */
  changed(model: CacheModel<Key, Value>, inserts: number): void {
    if (this.#staying === undefined) return;
    this.#stepsLeft += inserts;
    const live = new Set(model.entries().map(([, { entry }]) => entry));
    for (const entry of this.#staying) if (!live.has(entry)) this.#staying.delete(entry);
  }

  step(model: CacheModel<Key, Value>): void {
    if (this.#staying === undefined) {
      this.#staying = new Set(model.entries().map(([, { entry }]) => entry));
      this.#stepsLeft = model.size;
    }
    const { value: item, done } = this.#iterator.next();
    if (done === true) {
      if (!this.isDone) for (const entry of this.#staying) this.#expectSeen(entry);
      this.isDone = true;
      return;
    }
    if (this.isDone) throw new Error('a walk that was done goes on');
    const { entry } = this.#valueOf(item, model);
    if (this.#seen.has(entry)) throw new Error(`entry ${entry} comes twice`);
    this.#seen.add(entry);
    this.#stepsLeft -= 1;
    if (this.#stepsLeft < 0) throw new Error('more steps than entries');
  }

  #expectSeen(entry: number): void {
    if (!this.#seen.has(entry)) throw new Error(`entry ${entry} stayed and never came`);
  }

  #valueOf(item: unknown, model: CacheModel<Key, Value>): Value {
    const [key, value] = this.#name.endsWith('entries') ? (item as [Key, Value]) : [item, item];
    const live = this.#name.endsWith('values')
      ? model.entries().find(([, other]) => other === value)?.[1]
      : model.peek(key as Key);
    if (live === undefined) throw new Error('what comes is not in the cache');
    if (this.#name.endsWith('entries') && live !== value) throw new Error('an old value comes');
    return live;
  }
}

/** A cache and its model, and two walks over it that are told of every change. */
class WatchedCache {
  readonly #cache: LRUCache<Key, Value>;
  readonly #model: CacheModel<Key, Value>;
  readonly #walks: readonly WatchedWalk[];
  #entries = 0;
  /** What the clock does when it is asked next. */
  #within: Change | undefined;

  constructor(engine: TestEngine, max: number, isTimed: boolean, names: readonly IteratorName[]) {
    const perf = {
      now: () => {
        const change = this.#within;
        this.#within = undefined;
        if (change !== undefined) this.change(change);
        return 0;
      },
    };
    const cache = openCache<Key, Value>(engine, {
      max,
      ...(isTimed && { ttl: 1, ttlResolution: 0, perf }),
    });
    this.#cache = cache;
    this.#model = new CacheModel({ max });
    this.#walks = names.map((name) => new WatchedWalk(cache, name));
    // Full at first, so that the first step has something to go over.
    for (let key = 0; key < max; key++) this.change({ name: 'set', key, number: 1 });
  }

  change({ name, key: index, number }: Change): void {
    const key = keys[index] as Key;
    const known = this.#model.peek(key)?.entry;
    const value: Value = { entry: known ?? this.#entries };
    const before = this.#entries;
    if (name === 'set' && known === undefined) this.#entries += 1;
    for (const subject of [this.#cache, this.#model]) {
      if (name === 'set') subject.set(key, value);
      else if (name === 'get' || name === 'delete') subject[name](key);
      else if (name === 'resize') subject.resize(number);
      else subject[name]();
    }
    for (const walk of this.#walks) walk.changed(this.#model, this.#entries - before);
  }

  step({ walk, within }: Step): void {
    this.#within = within;
    this.#walks[walk]?.step(this.#model);
    this.#within = undefined;
  }

  /** Goes on with both walks to their ends, and beyond. */
  finish(): void {
    for (const walk of this.#walks) while (!walk.isDone) walk.step(this.#model);
    for (const walk of this.#walks) walk.step(this.#model);
    expectValid(this.#cache);
    this.#cache[Symbol.dispose]();
  }
}

function keepsPromises({ open }: EngineCase) {
  // One engine for all runs, as opening one costs more than a run.
  const engine = open();
  return fc.property(anyRun, ({ max, isTimed, names, actions }) => {
    const watched = new WatchedCache(engine, max, isTimed, names);
    for (const action of actions) {
      if (action.name === 'step') watched.step(action);
      else watched.change(action);
    }
    watched.finish();
  });
}

repeatRegressions('random/iteration', plainCases, keepsPromises);

describe.each(plainCases)('two walks and any changes: $name', (engineCase) => {
  it('keep the promises of walk.ts', () => {
    fc.assert(keepsPromises(engineCase), { numRuns: RUNS });
  });
});
