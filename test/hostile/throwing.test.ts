// Callbacks that throw stop nothing: the sweep over every place where one may, and named cases.
//
// A run of 2,000 operations is recorded on the model: what each returns, what each tells, what the
// cache holds before and after it. Then, for every callback of the run, a cache that holds what it
// held goes on from the operation of that callback, which throws: the operation and the hundred
// after it must differ from what was recorded in nothing but the error.

import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { openCache, plainCases, type TestEngine } from '../support/engines.js';
import { CacheModel, type Told } from '../support/model.js';
import { expectValid } from '../support/validate.js';

type Key = string | number | bigint | symbol | object;
type Step = readonly [name: 'get' | 'set' | 'delete' | 'clear' | 'pop' | 'resize', ...unknown[]];

const OPERATIONS = 2000;
/** Operations that are compared: the one whose callback throws, and those after it. */
const COMPARED = 101;
/** The contents are compared after every so many of them. */
const CONTENTS_EVERY = 10;
const MAX = 6;

/** Mulberry32: the same numbers from 0 up to 1 for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function makeSteps(seed: number): Step[] {
  const random = randomOf(seed);
  const keys: Key[] = [0, 1, 2, -1, 0.5, Number.NaN, 'a', 'b', 'c', 9n, Symbol('s'), {}];
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T;
  const values = [1, 2, 3, undefined];
  return Array.from({ length: OPERATIONS }, (): Step => {
    const chance = random();
    if (chance < 0.01) return ['clear'];
    if (chance < 0.03) return ['resize', 1 + Math.floor(random() * MAX)];
    if (chance < 0.08) return ['pop'];
    if (chance < 0.15) return ['delete', pick(keys)];
    if (chance < 0.3) return ['get', pick(keys)];
    return ['set', pick(keys), pick(values)];
  });
}

type Subject = Record<Step[0], (...args: never[]) => unknown>;

function apply(subject: Subject, [name, ...args]: Step): unknown {
  const call = subject[name] as (...args: unknown[]) => unknown;
  const result = call.apply(subject, args);
  return name === 'set' ? undefined : result;
}

interface RecordedStep {
  readonly step: Step;
  readonly result: unknown;
  /** How much was told before this step, and up to and including it. */
  readonly toldBefore: number;
  readonly toldCount: number;
  /** What the cache holds before it, newest first, and its bound. */
  readonly before: [Key, number][];
  readonly max: number;
  /** Keys and values after it, newest first. */
  readonly entries: unknown[];
}

function recordOnModel(steps: readonly Step[]): { told: Told<Key, number>[]; run: RecordedStep[] } {
  const model = new CacheModel<Key, number>({ max: MAX });
  const run = steps.map((step) => {
    const { max } = model;
    const before = model.entries();
    const toldBefore = model.told.length;
    const result = apply(model, step);
    const after = { toldCount: model.told.length, entries: model.entries().flat() };
    return { step, result, toldBefore, before, max, ...after };
  });
  return { told: model.told, run };
}

const { told: expectedTold, run: recordedRun } = recordOnModel(makeSteps(20_260_727));

type Outcome = { readonly result: unknown } | { readonly error: unknown };

function outcomeOf(cache: LRUCache<Key, number>, step: Step): Outcome {
  try {
    return { result: apply(cache, step) };
  } catch (error) {
    return { error };
  }
}

const isSame = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((item, i) => Object.is(item, b[i]));

describe.each(plainCases)('throw sweep: $name', ({ open }) => {
  /** A cache as it was before a step, and the steps from there on, with a throw at callback k. */
  function runThrowingAt(engine: TestEngine, first: number, k: number): void {
    const thrown = new Error(`callback ${k}`);
    const { before, max, toldBefore } = recordedRun[first] as RecordedStep;
    let isWatched = false;
    let toldCount = toldBefore;
    let wrongCalls = 0;
    const callback = (kind: Told<Key, number>[0]) => (value: number, key: Key, reason: string) => {
      if (!isWatched) return;
      const expected = expectedTold[toldCount] ?? [];
      if (!isSame([kind, value, key, reason], expected)) wrongCalls += 1;
      toldCount += 1;
      if (toldCount === k) throw thrown;
    };
    const cache = openCache<Key, number>(engine, {
      max,
      dispose: callback('dispose'),
      disposeAfter: callback('disposeAfter'),
      onInsert: callback('onInsert'),
    });
    for (const [key, value] of before.toReversed()) cache.set(key, value);
    isWatched = true;
    const steps = recordedRun.slice(first, first + COMPARED);
    for (const [i, recorded] of steps.entries()) {
      const outcome = outcomeOf(cache, recorded.step);
      const wanted = i === 0 ? { error: thrown } : { result: recorded.result };
      if (!isSame(Object.entries(outcome).flat(), Object.entries(wanted).flat())) {
        expect(outcome, `step ${i} of throw ${k}`).toEqual(wanted);
      }
      if (i === 0) expectValid(cache);
      // Every other callback of the operation ran, too, and the operation stayed done.
      if (toldCount !== recorded.toldCount) expect.fail(`callbacks told at throw ${k}`);
      const isChecked = i % CONTENTS_EVERY === 0 || i === steps.length - 1;
      if (isChecked && !isSame([...cache].flat(), recorded.entries)) {
        expect.fail(`entries at throw ${k}`);
      }
    }
    if (wrongCalls > 0) expect.fail(`${wrongCalls} wrong calls at throw ${k}`);
    expectValid(cache);
    isWatched = false;
    cache[Symbol.dispose]();
  }

  it('differs from a run without in nothing but the error, at every place', () => {
    // One engine for all of them, as opening one costs more than a run.
    const engine = open();
    let throws = 0;
    for (const [first, { toldBefore, toldCount }] of recordedRun.entries()) {
      for (let k = toldBefore + 1; k <= toldCount; k++) {
        runThrowingAt(engine, first, k);
        throws += 1;
      }
    }
    expect(throws).toBe(expectedTold.length);
  });
});

it('the sweep has every kind of callback, for every reason, and many of each', () => {
  const counts = new Map<string, number>();
  for (const [kind, , , reason] of expectedTold) {
    counts.set(`${kind} ${reason}`, (counts.get(`${kind} ${reason}`) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(
    [
      ...['dispose delete', 'dispose evict', 'dispose set', 'disposeAfter delete'],
      ...['disposeAfter evict', 'disposeAfter set'],
      ...['onInsert add', 'onInsert replace', 'onInsert update'],
    ].sort(),
  );
  expect(Math.min(...counts.values())).toBeGreaterThan(50);
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return { thrown: error };
  }
  return 'nothing thrown';
}

describe.each(plainCases)('errors of callbacks: $name', ({ open }) => {
  it('of several errors of one operation the first is thrown, after all ran', () => {
    const engine = open();
    const calls: string[] = [];
    const refuse = (kind: string) => (value: number) => {
      calls.push(`${kind} ${value}`);
      if (isStrict) throw new Error(`${kind} ${value}`);
    };
    let isStrict = false;
    const cache = openCache<string, number>(engine, {
      max: 2,
      dispose: refuse('dispose'),
      disposeAfter: refuse('disposeAfter'),
      onInsert: refuse('onInsert'),
    });
    cache.set('a', 1).set('b', 2);
    calls.length = 0;
    isStrict = true;
    expect(() => cache.set('c', 3)).toThrow('dispose 1');
    expect(() => cache.set('c', 3)).toThrow('onInsert 3');
    expect(() => cache.clear()).toThrow('dispose 2');
    expect(calls).toEqual([
      ...['dispose 1', 'onInsert 3', 'disposeAfter 1', 'onInsert 3'],
      ...['dispose 2', 'dispose 3', 'disposeAfter 2', 'disposeAfter 3'],
    ]);
    expect([...cache]).toEqual([]);
  });

  it.each([undefined, null, 0, 'text', {}, Promise.resolve()])('%s is thrown on', (thrown) => {
    const cache = openCache<string, number>(open(), {
      max: 2,
      onInsert: () => {
        throw thrown;
      },
    });
    const caught = thrownBy(() => cache.set('a', 1)) as { thrown: unknown };
    expect(caught).toHaveProperty('thrown');
    expect(caught.thrown).toBe(thrown);
    expect(cache.peek('a')).toBe(1);
  });

  it('an error of what a callback causes is thrown by the operation outside, not inside', () => {
    const engine = open();
    const events: string[] = [];
    const error = new Error('of the inner set');
    const cache: LRUCache<string, number> = openCache<string, number>(engine, {
      max: 2,
      dispose: (_, key) => {
        if (key !== 'a') throw error;
        cache.set('inner', 9);
        events.push('the inner set returned');
      },
      disposeAfter: (_, key) => void events.push(`after ${key}`),
    });
    cache.set('a', 1).set('b', 2);
    expect(thrownBy(() => cache.set('c', 3))).toEqual({ thrown: error });
    expect(events).toEqual(['the inner set returned', 'after a', 'after b']);
    expect([...cache.keys()]).toEqual(['inner', 'c']);
  });

  it('an error that a callback catches is nobody else’s', () => {
    const engine = open();
    const cache = openCache<string, number>(engine, {
      max: 1,
      dispose: () => expect(() => cache.resize(0)).toThrow(RangeError),
    });
    cache.set('a', 1).set('b', 2);
    expect([...cache]).toEqual([['b', 2]]);
  });

  it('the operation after a throw starts with nothing left to tell', () => {
    const engine = open();
    const calls: string[] = [];
    const cache = openCache<string, number>(engine, {
      max: 2,
      disposeAfter: (_, key, reason) => {
        calls.push(`${key} ${reason}`);
        throw new Error(key);
      },
    });
    cache.set('a', 1).set('b', 2);
    expect(() => cache.delete('a')).toThrow('a');
    expect(() => cache.pop()).toThrow('b');
    cache.clear();
    expect(cache.set('c', 3).get('c')).toBe(3);
    expect(() => cache[Symbol.dispose]()).toThrow('c');
    expect(() => cache.size).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
    expect(calls).toEqual(['a delete', 'b evict', 'c delete']);
  });
});

const walks = ['forEach', 'rforEach', 'find'] as const;

describe.each(plainCases)('functions given to walks: $name', ({ open }) => {
  const filled = () => {
    const engine = open();
    const cache = openCache<string, number>(engine, { max: 3 });
    cache.set('a', 1).set('b', 2).set('c', 3);
    return { engine, cache };
  };

  it.each(walks)('%s throws what its function throws, and goes no further', (name) => {
    for (const stop of [1, 2, 3]) {
      const { cache } = filled();
      const error = new Error(name);
      let calls = 0;
      const fn = () => {
        calls += 1;
        if (calls === stop) throw error;
        return false;
      };
      expect(thrownBy(() => cache[name](fn))).toEqual({ thrown: error });
      expect(calls).toBe(stop);
      expect([...cache.keys()]).toEqual(['c', 'b', 'a']);
      expectValid(cache);
      expect([...cache.set('d', 4).keys()]).toEqual(['d', 'c', 'b']);
    }
  });

  it.each(walks)('%s of what is no function throws INVALID_CALLBACK, empty or not', (name) => {
    const { cache } = filled();
    for (const size of [3, 0]) {
      expect(cache.size).toBe(size);
      for (const fn of [undefined, null, 1, 'text', {}]) {
        const act = () => cache[name](fn as never);
        expect(act).toThrow(expect.objectContaining({ code: 'INVALID_CALLBACK' }));
      }
      expectValid(cache);
      cache.clear();
    }
  });
});

describe.each(plainCases)('an engine call that throws on $name', ({ open }) => {
  it('gives all entries up, and tells dispose of each', () => {
    const engine = open();
    const told: unknown[] = [];
    const dispose = (...args: unknown[]) => void told.push(args);
    const cache = openCache<object, number>(engine, { max: 2, dispose });
    const keys = [{}, {}, {}] as const;
    cache.set(keys[0], 0).set(keys[1], 1);
    const { insertMapped } = engine.engine;
    // As when the stack is used up: the innermost call is the first to fail.
    Object.assign(engine.engine, {
      insertMapped: () => {
        throw new RangeError('Maximum call stack size exceeded');
      },
    });
    expect(() => cache.set(keys[2], 2)).toThrow(RangeError);
    Object.assign(engine.engine, { insertMapped });
    expect(cache.get(keys[2])).toBeUndefined();
    expect(cache.size).toBe(0);
    expect(told).toEqual([
      [0, keys[0], 'evict'],
      [1, keys[1], 'evict'],
    ]);
  });
});
