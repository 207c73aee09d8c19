// Two walks over one cache, and any changes between their steps.
//
// The promises are those at the head of src/walk.ts. WASM_LRU_RUNS sets the number of runs.

import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { LRUCache } from '../src/lru.js';
import { ModelCache } from './model.js';
import { openCache, plainCases } from './support.js';
import { expectValid } from './validate.js';

type Key = string | number | bigint | symbol | object;

const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? 1e4) / plainCases.length);

const iterators = ['keys', 'values', 'entries', 'rkeys', 'rvalues', 'rentries'] as const;
type IteratorName = (typeof iterators)[number];

const changes = ['get', 'set', 'set', 'set', 'delete', 'delete', 'clear', 'pop', 'resize'] as const;
type Action =
  | { name: (typeof changes)[number]; key: number; number: number }
  | { name: 'step'; walk: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    name: fc.constantFrom(...changes),
    key: fc.integer({ min: 0, max: 15 }),
    number: fc.integer({ min: 1, max: 8 }),
  }),
  fc.record({ name: fc.constant('step' as const), walk: fc.constantFrom(0, 1) }),
);

const keys: Key[] = [0, 1, 2, 3, -5, 2 ** 31, 0.5, Number.NaN, 'a', 'b', 'c', '', 9n];
keys.push(Symbol('s'), {}, () => {});

/** A value knows its entry: the one that came into the cache when its key was absent. */
interface Value {
  readonly entry: number;
}

/** An iterator and what the promises of src/walk.ts say about it. */
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
  changed(model: ModelCache<Key, Value>, inserts: number): void {
    if (this.#staying === undefined) return;
    this.#stepsLeft += inserts;
    const live = new Set(model.entries().map(([, { entry }]) => entry));
    for (const entry of this.#staying) if (!live.has(entry)) this.#staying.delete(entry);
  }

  step(model: ModelCache<Key, Value>): void {
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

  #valueOf(item: unknown, model: ModelCache<Key, Value>): Value {
    const [key, value] = this.#name.endsWith('entries') ? (item as [Key, Value]) : [item, item];
    const live = this.#name.endsWith('values')
      ? model.entries().find(([, other]) => other === value)?.[1]
      : model.peek(key as Key);
    if (live === undefined) throw new Error('what comes is not in the cache');
    if (this.#name.endsWith('entries') && live !== value) throw new Error('an old value comes');
    return live;
  }
}

describe.each(plainCases)('two walks and any changes: $name', ({ open }) => {
  it('keep the promises of src/walk.ts', () => {
    // One engine for all runs, as opening one costs more than a run.
    const engine = open();
    const run = (max: number, names: [IteratorName, IteratorName], actions: Action[]) => {
      const cache = openCache<Key, Value>(engine, { max });
      const model = new ModelCache<Key, Value>(max);
      const watched = names.map((name) => new WatchedWalk(cache, name));
      let entries = 0;
      const change = ({ name, key: index, number }: Exclude<Action, { name: 'step' }>) => {
        const key = keys[index] as Key;
        const known = model.peek(key)?.entry;
        const value: Value = { entry: known ?? entries };
        const before = entries;
        if (name === 'set' && known === undefined) entries += 1;
        for (const subject of [cache, model]) {
          if (name === 'set') subject.set(key, value);
          else if (name === 'get' || name === 'delete') subject[name](key);
          else if (name === 'resize') subject.resize(number);
          else subject[name]();
        }
        for (const walk of watched) walk.changed(model, entries - before);
      };
      // Full at first, so that the first step has something to go over.
      for (let key = 0; key < max; key++) change({ name: 'set', key, number: 1 });
      for (const each of actions) {
        if (each.name === 'step') watched[each.walk]?.step(model);
        else change(each);
      }
      for (const walk of watched) while (!walk.isDone) walk.step(model);
      for (const walk of watched) walk.step(model);
      expectValid(cache, engine);
      cache[Symbol.dispose]();
    };
    const name = fc.constantFrom(...iterators);
    const actions = fc.array(action, { maxLength: 40, size: 'max' });
    const property = fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.tuple(name, name),
      actions,
      run,
    );
    fc.assert(property, { numRuns: RUNS });
  });
});
