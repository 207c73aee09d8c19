// User code that throws in caches with ttls and sizes: the sweep over every place, and named cases.
//
// A run of 1,000 operations is recorded on the model, and made on a cache to count its calls of
// user code. Then, for every one of these, a cache that holds what it held goes on from the
// operation of that call, which throws: a size or a clock refuses its operation, which changes
// nothing; a callback stops nothing. In either case the next operations return, tell and leave
// behind what they do on a model that went the same way.

import { describe, expect, it } from 'vitest';
import { entriesOf, type LRUCache } from '../../src/api/lru.js';
import { randomOf, sizeOf } from '../support/commands.js';
import { openCache, plainCases, type TestEngine } from '../support/engines.js';
import {
  CacheModel,
  type Row,
  type SetOptions,
  type Settings,
  settingsOff,
  type Told,
} from '../support/model.js';
import { expectValid } from '../support/validate.js';

type Key = string | number | bigint | symbol | object;
type Name = 'get' | 'has' | 'peek' | 'set' | 'delete' | 'clear' | 'pop' | 'purgeStale' | 'resize';
type Step = { readonly time: number; readonly name: Name; readonly args: readonly unknown[] };

const OPERATIONS = 1000;
/** Operations that are compared: the one that throws, and those after it. */
const COMPARED = 51;
/** The contents are compared after every so many of them. */
const CONTENTS_EVERY = 10;
const bounds = { max: 6, maxSize: 14, maxEntrySize: 9 };
const settings: Settings = { ...settingsOff, ttl: 4, updateAgeOnHas: true };

const keys: Key[] = [0, 1, 2, -1, 0.5, Number.NaN, 'a', 'b', 'c', 9n, Symbol('s'), {}];

function makeSteps(): Step[] {
  const random = randomOf(20_260_728);
  const pick = <T>(items: readonly T[]) => items[random(items.length)] as T;
  let time = 0;
  return Array.from({ length: OPERATIONS }, (_, i): Step => {
    const dice = random(100);
    time += random(3) === 0 ? 2 : 0;
    const step = (name: Name, ...args: unknown[]) => ({ time, name, args });
    if (dice < 1) return step('clear');
    if (dice < 3) return step('resize', { max: 1 + random(6), maxSize: 4 + random(12) });
    if (dice < 6) return step('pop');
    if (dice < 12) return step('purgeStale');
    if (dice < 17) return step('delete', pick(keys));
    if (dice < 20) return step('has', pick(keys));
    if (dice < 23) return step('peek', pick(keys));
    if (dice < 36) return step('get', pick(keys), pick([{}, { updateAgeOnGet: true }]));
    const options = pick<SetOptions>([{}, {}, { ttl: 2 }, { ttl: 0 }, { size: 3 }]);
    const value = pick(['', 'a', 'bb', 'ccc', 'eeeee', 'much too large', `${i}`]);
    return step('set', pick(keys), value, options);
  });
}

/** Does a step to a cache or a model. */
function apply(subject: object, { name, args }: Step): unknown {
  const call = (subject as Record<Name, (...args: unknown[]) => unknown>)[name];
  const result = call.apply(subject, [...args]);
  return name === 'set' ? undefined : result;
}

/** A model as it was before an operation. */
interface Before {
  readonly rows: Row<Key, string>[];
  readonly max: number;
  readonly maxSize: number;
}

class Clock {
  time = 0;
  readonly now = (): number => this.time;
}

const newModel = (clock: Clock) =>
  new CacheModel<Key, string>(bounds, settings, { sizeOf, now: clock.now });

function copyOf({ rows, max, maxSize }: Before): Before {
  return { rows: rows.map((row) => ({ ...row })), max, maxSize };
}

const steps = makeSteps();

/** What the model was before each of the operations. */
const recorded: Before[] = (() => {
  const clock = new Clock();
  const model = newModel(clock);
  return steps.map((step) => {
    clock.time = step.time;
    const before = copyOf(model);
    apply(model, step);
    return before;
  });
})();

const flat = (told: Told<Key, string>[]) => told.flat();
const isSame = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((item, i) => Object.is(item, b[i]));

/** The run from one of its operations on, with a throw in its k-th call of user code; 0 is none. */
class Run {
  /** Calls of user code, as if the run was made from the beginning. */
  calls = Number.NaN;
  /** How many there were before each operation. */
  readonly callsBefore: number[] = [];
  /** Where it threw: `sizeCalculation`, `clock`, or a kind of callback and its reason. */
  thrownIn: string | undefined;
  readonly cache: LRUCache<Key, string>;
  readonly told: Told<Key, string>[] = [];
  readonly #clock = new Clock();
  readonly #thrown: Error;
  readonly #first: number;
  readonly #k: number;
  /** How often values came, less how often they left. */
  #present = 0;

  constructor(engine: TestEngine, first = 0, calls = 0, k = 0) {
    this.#first = first;
    this.#k = k;
    this.#thrown = new Error(`call ${k}`);
    this.cache = openCache<Key, string>(engine, {
      ...bounds,
      ...settings,
      ttlResolution: 0,
      perf: {
        now: () => {
          this.#call('clock');
          return this.#clock.time;
        },
      },
      sizeCalculation: (value) => {
        this.#call('sizeCalculation');
        return sizeOf(value);
      },
      dispose: (...told) => {
        this.#present -= 1;
        this.#tell(['dispose', ...told]);
      },
      disposeAfter: (...told) => this.#tell(['disposeAfter', ...told]),
      onInsert: (...told) => {
        if (told[2] !== 'update') this.#present += 1;
        this.#tell(['onInsert', ...told]);
      },
    });
    this.#restore(recorded[first] as Before);
    this.calls = calls;
  }

  /** Makes the cache what it was before an operation. No call counts meanwhile: NaN stays NaN. */
  #restore({ rows, max, maxSize }: Before): void {
    this.cache.resize({ max, maxSize });
    for (const { key, value, size, ttl, start } of rows.toReversed()) {
      this.cache.set(key, value, { size, ttl, start });
    }
  }

  /** Runs the whole, without a throw, to count the calls. */
  count(): void {
    for (const step of steps) {
      this.callsBefore.push(this.calls);
      this.#clock.time = step.time;
      apply(this.cache, step);
    }
    this.callsBefore.push(this.calls);
    this.#end();
  }

  /** Runs the operation that is to throw, and some more, and compares them with a model. */
  play(): void {
    const model = newModel(this.#clock);
    const { rows, max, maxSize } = copyOf(recorded[this.#first] as Before);
    Object.assign(model, { rows, max, maxSize, limit: max });
    const compared = steps.slice(this.#first, this.#first + COMPARED);
    for (const [i, step] of compared.entries()) {
      this.#clock.time = step.time;
      this.told.length = 0;
      const result = this.#apply(step);
      if (i === 0) {
        this.#expectAsThrown(model, step, result);
      } else {
        const expected = apply(model, step);
        if (!Object.is(result, expected)) expect.fail(`${i}: ${step.name} gave ${String(result)}`);
      }
      if (!isSame(flat(this.told), flat(model.told))) expect(this.told).toEqual(model.told);
      model.told.length = 0;
      if (i % CONTENTS_EVERY === 0 || i === compared.length - 1) this.#expectEntries(model);
    }
    this.#end();
  }

  #end(): void {
    expectValid(this.cache);
    const { size } = this.cache;
    if (this.#present !== size) expect.fail(`${this.#present} values came and did not leave`);
    this.calls = Number.NaN;
    this.cache[Symbol.dispose]();
  }

  #apply(step: Step): unknown {
    const wasThrown = this.thrownIn !== undefined;
    try {
      const result = apply(this.cache, step);
      return this.thrownIn === undefined || wasThrown ? result : 'nothing thrown';
    } catch (error) {
      if (error !== this.#thrown || wasThrown) throw error;
      expectValid(this.cache);
      return error;
    }
  }

  /** The operation that threw was refused before anything changed, or it is complete. */
  #expectAsThrown(model: CacheModel<Key, string>, step: Step, result: unknown): void {
    if (result !== this.#thrown) expect(result, `thrown in ${this.thrownIn}`).toBe(this.#thrown);
    if (this.thrownIn !== 'clock' && this.thrownIn !== 'sizeCalculation') apply(model, step);
  }

  #expectEntries(model: CacheModel<Key, string>): void {
    const entries = entriesOf(this.cache);
    const actual = [...entries.order().reverse()].flatMap((slot) => [
      ...[entries.keyAt(slot), entries.valueAt(slot), entries.weightAt(slot)],
      ...[entries.ttlAt(slot), entries.startAt(slot)],
    ]);
    const { rows } = model;
    const expected = rows.flatMap(({ key, value, size, ttl, start }) => [
      ...[key, value, size, ttl, start],
    ]);
    if (!isSame(actual, expected)) expect(actual, `after call ${this.#k}`).toEqual(expected);
  }

  #tell(told: Told<Key, string>): void {
    this.told.push(told);
    this.#call(`${told[0]} ${told[3]}`);
  }

  #call(what: string): void {
    this.calls += 1;
    if (this.calls !== this.#k) return;
    this.thrownIn = what;
    throw this.#thrown;
  }
}

describe.each(plainCases)('throw sweep: $name', ({ open }) => {
  it('an operation is refused or complete, at every place, and the next ones are as ever', () => {
    // One engine for all runs, as opening one costs more than a run.
    const engine = open();
    const clean = new Run(engine);
    clean.count();
    const places = new Set<string>();
    for (let first = 0; first < steps.length; first++) {
      const [before, after] = clean.callsBefore.slice(first, first + 2) as [number, number];
      for (let k = before + 1; k <= after; k++) {
        const run = new Run(engine, first, before, k);
        run.play();
        places.add(String(run.thrownIn));
      }
    }
    expect(clean.callsBefore.at(-1)).toBeGreaterThan(2.5 * OPERATIONS);
    const reasons = ['delete', 'evict', 'expire', 'set'];
    expect([...places].sort()).toEqual(
      [
        ...['clock', 'sizeCalculation'],
        ...reasons.flatMap((reason) => [`dispose ${reason}`, `disposeAfter ${reason}`]),
        ...['onInsert add', 'onInsert replace', 'onInsert update'],
      ].sort(),
    );
  });
});

describe.each(plainCases)('what throws: $name', ({ open }) => {
  const refuse = (what: string) => (): never => {
    throw new Error(what);
  };
  const bounded = { max: 4, maxSize: 9, sizeCalculation: sizeOf };

  it('a size in the middle of a load: what came before it is loaded, the rest is not', () => {
    const engine = open();
    const disposed: unknown[] = [];
    const cache = openCache<string, string>(engine, {
      ...bounded,
      dispose: (value, _, reason) => void disposed.push(value, reason),
      sizeCalculation: (value) => (value === 'bad' ? refuse('size')() : sizeOf(value)),
    });
    cache.set('old', 'o');
    const entries = ['1', '2', 'bad', '4'].map((value) => [value, { value }] as const);
    expect(() => cache.load(entries)).toThrow('size');
    expect([...cache.keys()]).toEqual(['2', '1']);
    expect(disposed).toEqual(['o', 'delete']);
  });

  it('a clock in the middle of a walk: that step throws, and all is as it was', () => {
    const engine = open();
    let reads = 0;
    const perf = { now: () => (++reads === 8 ? refuse('clock')() : reads) };
    const cache = openCache<string, number>(engine, { max: 9, ttl: 99, ttlResolution: 0, perf });
    cache.set('a', 1).set('b', 2).set('c', 3).set('d', 4);
    const walk = cache.keys();
    const first = [1, 2, 3].map(() => walk.next().value);
    expect(first).toEqual(['d', 'c', 'b']);
    expect(() => walk.next()).toThrow('clock');
    expect([...cache.keys()]).toEqual(['d', 'c', 'b', 'a']);
  });

  it('a callback of a purge, an eviction by size or a resize: every other one is told', () => {
    const engine = open();
    let time = 0;
    const disposed: string[] = [];
    const cache = openCache<string, string>(engine, {
      ...bounded,
      perf: { now: () => time },
      ttlResolution: 0,
      dispose: (_, key, reason) => {
        disposed.push(`${key} ${reason}`);
        refuse(`${key} ${reason}`)();
      },
    });
    for (const key of ['a', 'b', 'c']) cache.set(key, '', { ttl: 1 });
    time = 2;
    expect(() => cache.purgeStale()).toThrow('a expire');
    for (const key of ['d', 'e', 'f']) cache.set(key, 'v');
    expect(() => cache.set('g', 'seven77')).toThrow('d evict');
    expect([...cache.keys()]).toEqual(['g']);
    expect(() => cache.resize({ maxSize: 1 })).toThrow('g evict');
    expect([cache.size, cache.calculatedSize]).toEqual([0, 0]);
    expect(disposed).toEqual([
      ...['a expire', 'b expire', 'c expire', 'd evict', 'e evict', 'f evict', 'g evict'],
    ]);
    expect(() => cache.set('h', '').set('h', 'too large for it')).toThrow('h set');
  });

  it('a loader, a memo or a computation: nothing is stored, what was stale is gone', async () => {
    const engine = open();
    let time = 0;
    const cache = openCache<string, string>(engine, {
      ...bounded,
      ttl: 1,
      ttlResolution: 0,
      perf: { now: () => time },
      fetchMethod: refuse('fetch'),
      memoMethod: refuse('memo'),
    });
    cache.set('a', 'stale');
    time = 2;
    await expect(cache.fetch('a')).rejects.toThrow('fetch');
    cache.set('a', 'stale').set('b', '');
    time = 4;
    expect(() => cache.memo('a')).toThrow('memo');
    expect(() => cache.getOrInsertComputed('b', refuse('compute'))).toThrow('compute');
    expect(cache.size).toBe(0);
    expectValid(cache);
    expect(await cache.set('a', '1').fetch('a')).toBe('1');
  });
});
