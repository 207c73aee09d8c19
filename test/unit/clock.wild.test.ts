// Clocks that err: readings that are no time at all, and what remains of them afterwards.
//
// Row E2 of docs/reliability.md, K5 of clock.ts. True time is the test's. What counts is
// what the cache says at right readings: no entry is fresh for longer than its ttl after the clock
// was right, and none is stale too early because of an error.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { type EngineCase, plainCases } from '../support/engines.js';
import { type Cache, HandClock, openAt } from '../support/hand-clock.js';
import { expectValid } from '../support/validate.js';

const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? 300) / plainCases.length);
const STEPS = 120;
const KEYS = 6;
/** What is further from 0 than this is an error for the cache, too; else it is a step. */
const READING_MAX = 2 ** 53;

const wildReadings = [
  ...[1e16, 1e17, 1e21, 1e300, 1e308, Number.MAX_VALUE],
  ...[-1e16, -1e21, -1e300, -1e308, -Number.MAX_VALUE],
];

/** Every number that a cache tells about its ages. */
function numbersOf(cache: Cache): unknown[] {
  const status: LRUCache.Status<unknown, number> = {};
  cache.has('a', { status });
  const told: unknown[] = [status.now, status.start, status.ttl, status.remainingTTL];
  for (const [key, { ttl, start }] of cache.dump()) {
    const info = cache.info(key);
    told.push(ttl, start, info?.ttl, info?.start, cache.getRemainingTTL(key));
  }
  return told.filter((value) => value !== undefined);
}

describe.each(plainCases)('one wild reading on $name', ({ open }) => {
  const engine = open();

  it.each(wildReadings)('of %d changes no age', (wild) => {
    const { cache, clock } = openAt(engine, 1000, { ttl: 100 });
    cache.set('a', 1).set('b', 2, { start: 950 }).set('c', 3, { start: 2000 });
    clock.time = wild;
    cache.has('a');
    clock.time = 1010;
    expect(['a', 'b', 'c'].map((key) => cache.getRemainingTTL(key))).toEqual([90, 40, 1090]);
  });

  it.each(wildReadings)('of %d, at a set, makes the age begin at once', (wild) => {
    for (const read of [true, false]) {
      const { cache, clock } = openAt(engine, 1000, { ttl: 100, updateAgeOnGet: true });
      cache.set('a', 1).set('b', 2);
      clock.time = wild;
      cache.set('a', 1);
      if (read) expect(cache.get('a')).toBe(1);
      clock.time = 1000;
      expect(cache.getRemainingTTL('a')).toBe(100);
      clock.time = 1100;
      expect(cache.get('a', { updateAgeOnGet: false })).toBe(1);
      clock.time = 1100.5;
      expect(cache.get('a')).toBeUndefined();
    }
  });

  it.each(wildReadings)('of %d, as the first, is none to count from', (wild) => {
    const { cache, clock } = openAt(engine, wild, { ttl: 100 });
    cache.set('a', 1);
    clock.time = 1000;
    cache.set('b', 2);
    expect(cache.has('b')).toBe(true);
    clock.time = 1100;
    expect(cache.has('b')).toBe(true);
    clock.time = 1101;
    expect([cache.has('a'), cache.has('b')]).toEqual([false, false]);
  });

  const movable = wildReadings.filter((wild) => Math.abs(wild) <= 1e21);
  it.each(movable)('of %d is a time like any other, if the clock goes on there', (wild) => {
    const { cache, clock } = openAt(engine, 1000, { ttl: 100, ttlResolution: 0 });
    cache.set('a', 1);
    clock.time = wild;
    expect(cache.has('a')).toBe(wild < 0);
    cache.set('b', 2);
    expect(cache.has('b')).toBe(true);
    clock.time = wild + Math.max(Math.abs(wild) / 2 ** 50, 200);
    expect(cache.has('b')).toBe(false);
  });

  it('and its opposite leave no NaN', () => {
    for (const first of wildReadings) {
      for (const second of wildReadings) {
        const ttls = [0, -1, 100, Number.MAX_VALUE, Number.POSITIVE_INFINITY, -1 / 0];
        const starts = [undefined, 5, -Number.MAX_VALUE, Number.MAX_VALUE];
        const { cache, clock } = openAt(engine, 1000, { ttl: 100, max: 100 });
        cache.set('a', 1);
        const told: unknown[] = [];
        for (const time of [first, second, 1010]) {
          clock.time = time;
          told.push(...numbersOf(cache));
          for (const ttl of ttls) {
            for (const start of starts) {
              const given = start === undefined ? { ttl } : { ttl, start };
              cache.set(`${ttl} ${start} ${time}`, 1, given);
            }
          }
          told.push(...numbersOf(cache));
        }
        expect(told.filter((value) => typeof value !== 'number' || Number.isNaN(value))).toEqual(
          [],
        );
        expect(cache.getRemainingTTL('a')).toBe(90);
        cache[Symbol.dispose]();
      }
    }
  });

  it('does not make the time that loads took negative', () => {
    const perf = new HandClock(1000);
    const memoMethod = (key: unknown) => {
      perf.time = 1010;
      return key as number;
    };
    const { cache } = openAt(engine, 0, { perf, memoMethod, recordStats: true });
    cache.set('a', 1).has('a');
    perf.time = 1e21;
    cache.memo(5);
    expect(cache.stats().totalLoadTimeMs).toBe(0);
  });
});

interface Step {
  /** What passes of true time. */
  readonly ms: number;
  /** What the clock shows; the true time if undefined. */
  readonly reading: number | 'throws' | undefined;
  readonly act: 'set' | 'get' | 'has' | 'peek' | 'purge' | 'list';
  readonly key: number;
  readonly ttl: number;
}

const reading = fc.oneof(
  { weight: 12, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.constantFrom(...wildReadings) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(-1e12, 0, 1e6, 1e12, 1e14, 'throws' as const) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, 1 / 0) },
);
const step: fc.Arbitrary<Step> = fc.record({
  ms: fc.constantFrom(0, 1, 5, 20, 60, 1000),
  reading,
  act: fc.constantFrom('set', 'set', 'get', 'has', 'has', 'peek', 'purge', 'list'),
  key: fc.nat({ max: KEYS - 1 }),
  ttl: fc.constantFrom(10, 50, 100, 5000),
});

interface Known {
  readonly ttl: number;
  /** Until when it must be fresh at a right reading; -Infinity if an error allows anything. */
  freshUntil: number;
  /** After when it must be stale; Infinity before the clock was right once. */
  staleAfter: number;
}

/** What a cache may say at right readings, by true time. */
class TrueModel {
  readonly known = new Map<number, Known>();

  /** Right readings begin the age of what was set at a wrong one. */
  look(now: number): void {
    for (const entry of this.known.values()) {
      entry.staleAfter = Math.min(entry.staleAfter, now + entry.ttl);
    }
  }

  /** An error that the cache cannot tell from a step of the clock, or one that removes entries. */
  forgive(): void {
    for (const entry of this.known.values()) entry.freshUntil = Number.NEGATIVE_INFINITY;
  }

  /** Whether an answer is wrong. */
  refutes(key: number, isFresh: boolean, now: number): boolean {
    const entry = this.known.get(key);
    if (entry === undefined) return isFresh;
    return isFresh ? now > entry.staleAfter : now <= entry.freshUntil;
  }
}

function act(cache: Cache, { act, key, ttl }: Step): number[] {
  switch (act) {
    case 'set':
      cache.set(key, key, { ttl });
      return [key];
    case 'get':
      return cache.get(key) === undefined ? [] : [key];
    case 'has':
      return cache.has(key) ? [key] : [];
    case 'peek':
      return cache.peek(key) === undefined ? [] : [key];
    case 'purge':
      cache.purgeStale();
      return [...cache.keys()] as number[];
    default:
      return [...cache.keys()] as number[];
  }
}

/** Does a step at a right reading in the model, and returns the keys the cache is wrong about. */
function judge(model: TrueModel, step: Step, fresh: number[], now: number): number[] {
  if (step.act === 'set') {
    model.known.set(step.key, {
      ttl: step.ttl,
      freshUntil: now + step.ttl,
      staleAfter: now + step.ttl,
    });
  }
  model.look(now);
  const isList = step.act === 'purge' || step.act === 'list';
  const asked = isList ? [...Array(KEYS).keys()] : [step.key];
  return asked.filter((key) => model.refutes(key, fresh.includes(key), now));
}

function erringOn({ open }: EngineCase, count: () => void) {
  const engine = open();
  const steps = fc.array(step, { minLength: STEPS, maxLength: STEPS, size: 'max' });
  return fc.property(steps, (steps) => {
    let time = 1000;
    const perf = new HandClock(time);
    perf.now = () => {
      if (perf.time === 'throws') throw new Error('the clock is broken');
      return perf.time as number;
    };
    const { cache } = openAt(engine, 0, { perf, ttl: 100 });
    cache.set('first', 1);
    cache.delete('first');
    const model = new TrueModel();
    for (const step of steps) {
      count();
      time += step.ms;
      const { reading = time } = step;
      perf.time = reading;
      if (reading === time) {
        const wrong = judge(model, step, act(cache, step), time);
        if (wrong.length > 0) expect({ wrong, time, known: [...model.known] }).toBeUndefined();
        if (numbersOf(cache).some(Number.isNaN)) expect.fail('told NaN');
      } else if (typeof reading === 'number' && Number.isFinite(reading)) {
        const isStep = Math.abs(reading) <= READING_MAX;
        if (isStep || step.act === 'get' || step.act === 'purge') model.forgive();
        act(cache, step);
        if (step.act === 'set') {
          const [freshUntil, staleAfter] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
          model.known.set(step.key, { ttl: step.ttl, freshUntil, staleAfter });
        }
      } else {
        expect(() => act(cache, { ...step, act: 'set' })).toThrow();
      }
    }
    expectValid(cache);
    cache[Symbol.dispose]();
  });
}

describe.each(plainCases)('a clock that errs on $name', (engineCase) => {
  it(`keeps every ttl by true time in ${RUNS} random walks`, () => {
    let operations = 0;
    fc.assert(
      erringOn(engineCase, () => {
        operations += 1;
      }),
      { numRuns: RUNS },
    );
    expect(operations).toBe(RUNS * STEPS);
  });
});
