// The clock: what it reads, how often, and what happens when the host's goes back, lies or fails.
//
// Rows E2, E3, E4 and E6 of docs/reliability.md. In the model of the walks, time is the sum
// of the steps forward that the host's clock made. WASM_LRU_RUNS sets the number of walks.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import { type EngineCase, plainCases } from '../support/engines.js';
import {
  type Cache,
  codeOf,
  contentOf,
  type Given,
  HandClock,
  openAt,
  TTL,
} from '../support/hand-clock.js';
import { expectValid } from '../support/validate.js';

const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? 510) / plainCases.length);
const STEPS = 200;
const YEAR_MS = 365 * 86_400_000;
const MAX = 4;

/** A step of the host's clock, and then an operation on one of six keys. */
interface Step {
  readonly ms: number;
  readonly act: 'get' | 'renew' | 'has' | 'peek' | 'set' | 'setAgo' | 'keep' | 'purge' | 'list';
  readonly key: number;
  readonly ttl: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  ms: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 20 }) },
    { weight: 2, arbitrary: fc.integer({ min: -50, max: -1 }) },
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(YEAR_MS, -YEAR_MS, 0.25) },
  ),
  act: fc.constantFrom(
    'get',
    'renew',
    'has',
    'peek',
    'set',
    'set',
    'setAgo',
    'keep',
    'purge',
    'list',
  ),
  key: fc.nat({ max: 5 }),
  ttl: fc.constantFrom(0, 1, 10, 20, 40, YEAR_MS),
});

interface Aged {
  start: number;
  ttl: number;
}

/** What a cache does with ages, with the time that was seen to pass. */
class AgedModel {
  time = 0;
  /** Least recently used first. */
  readonly aged = new Map<number, Aged>();

  isStale({ start, ttl }: Aged): boolean {
    return ttl !== 0 && this.time - start > ttl;
  }

  #touch(key: number, entry: Aged): void {
    this.aged.delete(key);
    this.aged.set(key, entry);
  }

  set(key: number, start: number, ttl: number, isKept: boolean): void {
    const old = this.aged.get(key);
    if (old === undefined && this.aged.size === MAX) {
      this.aged.delete([...this.aged.keys()][0] as number);
    }
    this.#touch(key, isKept && old !== undefined ? old : { start: ttl === 0 ? 0 : start, ttl });
  }

  get(key: number, isRenewed: boolean): boolean {
    const entry = this.aged.get(key);
    if (entry === undefined) return false;
    const isStale = this.isStale(entry);
    if (isStale) this.aged.delete(key);
    else this.#touch(key, entry);
    if (!isStale && isRenewed && entry.ttl !== 0) entry.start = this.time;
    return !isStale;
  }

  has(key: number): boolean {
    const entry = this.aged.get(key);
    return entry !== undefined && !this.isStale(entry);
  }

  purge(): boolean {
    const { size } = this.aged;
    for (const [key, entry] of this.aged) if (this.isStale(entry)) this.aged.delete(key);
    return this.aged.size < size;
  }

  fresh(): number[] {
    return [...this.aged.keys()].filter((key) => this.has(key)).reverse();
  }

  remaining(key: number): number {
    const entry = this.aged.get(key);
    if (entry === undefined) return 0;
    return entry.ttl === 0 ? Number.POSITIVE_INFINITY : entry.ttl - (this.time - entry.start);
  }
}

/** Does a step on both, and gives back what each of them answered. */
function answers(cache: Cache, clock: HandClock, model: AgedModel, step: Step): unknown[] {
  const { act, key, ttl, ms } = step;
  clock.pass(ms);
  model.time += Math.max(ms, 0);
  // The cache must look at the clock to know of the step.
  cache.has('absent');
  const status: LRUCache.Status<unknown, number> = {};
  switch (act) {
    case 'get':
    case 'renew': {
      const got = cache.get(key, { updateAgeOnGet: act === 'renew', status }) === key;
      return [got, model.get(key, act === 'renew')];
    }
    case 'has':
      return [cache.has(key, { status }), model.has(key)];
    case 'peek':
      return [cache.peek(key) === key, model.has(key)];
    case 'purge':
      return [cache.purgeStale(), model.purge()];
    case 'list':
      return [[...cache.keys()].join(), model.fresh().join()];
    default: {
      const ago = act === 'setAgo' ? 5 : 0;
      const start = act === 'setAgo' ? { start: (clock.time as number) - ago } : {};
      cache.set(key, key, { ttl, noUpdateTTL: act === 'keep', status, ...start });
      model.set(key, model.time - ago, ttl, act === 'keep');
      // What a status says is on the host's clock.
      const aged = model.aged.get(key) as Aged;
      const now = clock.time as number;
      const wanted = aged.ttl === 0 ? {} : { now, start: now - (model.time - aged.start) };
      return [`${status.now} ${status.start}`, `${wanted.now} ${wanted.start}`];
    }
  }
}

function compareOn({ open }: EngineCase, count: () => void) {
  const engine = open();
  return fc.property(
    fc.constantFrom(0, -1e12, 1e15),
    fc.array(step, { minLength: STEPS, maxLength: STEPS, size: 'max' }),
    (start, steps) => {
      const { cache, clock } = openAt(engine, start, { max: MAX });
      const model = new AgedModel();
      for (const step of steps) {
        count();
        const [ours, wanted] = answers(cache, clock, model, step);
        const left = cache.getRemainingTTL(step.key);
        const isSame = ours === wanted && left === model.remaining(step.key);
        if (!isSame || cache.size !== model.aged.size) {
          expect([ours, left, cache.size]).toEqual([
            ...[wanted, model.remaining(step.key), model.aged.size],
          ]);
        }
      }
      expectValid(cache);
      cache[Symbol.dispose]();
    },
  );
}

describe.each(plainCases)('a walk of the clock on $name', (engineCase) => {
  it('never makes a cache differ from the model', () => {
    let operations = 0;
    fc.assert(
      compareOn(engineCase, () => {
        operations += 1;
      }),
      { numRuns: RUNS },
    );
    expect(operations).toBe(RUNS * STEPS);
  });

  it('back makes no entry live longer than its ttl of time that passed', () => {
    const { cache, clock } = openAt(engineCase.open(), 6000);
    cache.set('a', 1);
    clock.time = 1;
    expect(cache.getRemainingTTL('a')).toBe(TTL);
    clock.pass(TTL);
    expect(cache.has('a')).toBe(true);
    clock.pass(1);
    expect(cache.has('a')).toBe(false);
  });
});

const failure = new Error('the clock is broken');
const badReadings = [
  ...[Number.NaN, undefined, null, 5n, '5', {}, [5], true],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, failure],
];

/** A clock that fails at the k-th reading from `fail` on, or at all of them. */
class FailingClock extends HandClock {
  reading: unknown;
  #failAt = Number.POSITIVE_INFINITY;

  override now(): number {
    this.reads += 1;
    if (this.reads !== this.#failAt && this.#failAt !== 0) return this.time as number;
    if (this.reading instanceof Error) throw this.reading;
    return this.reading as number;
  }

  /** Fails at the k-th reading from now on; at every one, if `k` is 0. */
  failAt(k: number, reading: unknown): void {
    this.reads = 0;
    this.reading = reading;
    this.#failAt = k;
  }

  /** Works again; returns whether it failed. */
  mend(): boolean {
    const hasFailed = this.reads >= this.#failAt;
    this.#failAt = Number.POSITIVE_INFINITY;
    return hasFailed;
  }
}

type Act = readonly [name: string, act: (cache: Cache) => unknown];

const dumped: [unknown, LRUCache.Entry<number>][] = [['x', { value: 9, ttl: 50, start: 1 }]];
const walks = ['keys', 'values', 'entries', 'rkeys', 'rvalues', 'rentries'] as const;

/** Everything that asks what time it is. */
const readers: readonly Act[] = [
  ['get', (cache) => cache.get('fresh')],
  ['get of a stale entry', (cache) => cache.get('stale')],
  ['get of nothing', (cache) => cache.get('absent')],
  ['get with updateAgeOnGet', (cache) => cache.get('fresh', { updateAgeOnGet: true })],
  ['has', (cache) => cache.has('fresh')],
  ['has with updateAgeOnHas', (cache) => cache.has('fresh', { updateAgeOnHas: true })],
  ['peek', (cache) => cache.peek('fresh')],
  ['set of a new key', (cache) => cache.set('new', 3)],
  ['set of an old key', (cache) => cache.set('fresh', 3)],
  ['set with status', (cache) => cache.set('new', 3, { status: {} })],
  ['set with start and status', (cache) => cache.set('new', 3, { start: 1, status: {} })],
  ['setWithEvicted', (cache) => cache.setWithEvicted('new', 3)],
  ['getOrInsert', (cache) => cache.getOrInsert('absent', 3)],
  ['getOrInsertComputed', (cache) => cache.getOrInsertComputed('absent', () => 3)],
  ['memo', (cache) => cache.memo('absent')],
  ['find', (cache) => cache.find(() => true)],
  ['forEach', (cache) => cache.forEach(() => {})],
  ['rforEach', (cache) => cache.rforEach(() => {})],
  ...walks.map((name): Act => [name, (cache) => [...cache[name]()]]),
  ['purgeStale', (cache) => cache.purgeStale()],
  ['getRemainingTTL', (cache) => cache.getRemainingTTL('fresh')],
  ['info', (cache) => cache.info('fresh')],
  ['dump', (cache) => cache.dump()],
  ['load', (cache) => cache.load(dumped)],
];

/** Everything else. */
const nonReaders: readonly Act[] = [
  ['delete', (cache) => cache.delete('fresh')],
  ['set of undefined', (cache) => cache.set('stale', undefined)],
  ['set with a ttl of 0', (cache) => cache.set('new', 3, { ttl: 0 })],
  ['peek with allowStale', (cache) => cache.peek('stale', { allowStale: true })],
  ['pop', (cache) => cache.pop()],
  ['resize', (cache) => cache.resize(2)],
  ['size', (cache) => cache.size],
  ['getRemainingTTL of nothing', (cache) => cache.getRemainingTTL('absent')],
  ['clear', (cache) => cache.clear()],
  ['Symbol.dispose', (cache) => cache[Symbol.dispose]()],
];

describe.each(plainCases)('a clock that fails on $name', ({ open }) => {
  function openFailing(given: Given = {}) {
    const told: unknown[] = [];
    const note = (...args: unknown[]) => void told.push(args);
    const perf = new FailingClock(0);
    const callbacks = { dispose: note, disposeAfter: note, onInsert: note };
    const fetchMethod = () => 7;
    const engine = open();
    const { cache } = openAt(engine, 0, {
      ...{ max: 3, perf, memoMethod: () => 5, fetchMethod, ...callbacks },
      ...given,
    });
    cache.set('ever', 0, { ttl: 0 }).set('stale', 1, { ttl: 5 }).set('fresh', 2);
    perf.pass(6);
    return { cache, perf, told, engine };
  }

  it.each(readers)('makes %s throw before anything is changed', (_, act) => {
    for (const reading of badReadings) {
      const { cache, perf, told } = openFailing();
      const before = [contentOf(cache), [...told]];
      perf.failAt(0, reading);
      if (reading === failure) expect(() => act(cache)).toThrow(failure);
      else expect(codeOf(() => act(cache))).toBe('INVALID_CLOCK');
      perf.mend();
      expect([contentOf(cache), told]).toEqual(before);
      expect([cache.get('fresh'), cache.has('stale'), cache.get('ever')]).toEqual([2, false, 0]);
      expect(cache.set('after', 4).get('after')).toBe(4);
      expectValid(cache);
    }
  });

  // What `load` loads, it sets one by one; a clock that fails meanwhile leaves what was loaded.
  const atOnce = readers.filter(([name]) => name !== 'load');
  it.each(atOnce)('at any reading of %s changes nothing, or hinders nothing', (_, act) => {
    for (const given of [{}, { recordStats: true }, { ttlAutopurge: true }]) {
      for (let k = 1, hasFailed = true; hasFailed; k++) {
        const { cache, perf, told } = openFailing(given);
        const before = [contentOf(cache), [...told]];
        perf.failAt(k, Number.NaN);
        let code: string | undefined;
        try {
          act(cache);
        } catch (error) {
          code = (error as { code?: string }).code;
        }
        hasFailed = perf.mend();
        if (code !== undefined) {
          expect([k, code]).toEqual([k, 'INVALID_CLOCK']);
          expect([contentOf(cache), told]).toEqual(before);
        }
        cache[Symbol.dispose]();
        expect(k).toBeLessThan(10);
      }
    }
  });

  it.each(nonReaders)('does not hinder %s', (_, act) => {
    const { cache, perf } = openFailing();
    perf.failAt(0, failure);
    expect(() => act(cache)).not.toThrow();
    expect(perf.reads).toBe(0);
  });

  it('makes fetch reject, and the next one succeed', async () => {
    for (const key of ['fresh', 'stale', 'absent']) {
      const { cache, perf } = openFailing();
      const before = contentOf(cache);
      perf.failAt(0, Number.NaN);
      await expect(cache.fetch(key)).rejects.toMatchObject({ code: 'INVALID_CLOCK' });
      await expect(cache.forceFetch(key)).rejects.toMatchObject({ code: 'INVALID_CLOCK' });
      perf.mend();
      expect(contentOf(cache)).toEqual(before);
      expect(await cache.fetch(key)).toBe(key === 'fresh' ? 2 : 7);
    }
  });

  it('is not asked by a cache without any ttl', () => {
    const { cache, perf } = openFailing({ ttl: 0 });
    cache.clear();
    const untimed = openAt(open(), 0, { ttl: 0, perf, memoMethod: () => 5 }).cache;
    perf.failAt(0, failure);
    untimed.set('fresh', 2).set('stale', 1);
    for (const [name, act] of readers) {
      if (name !== 'load') expect(() => act(untimed), name).not.toThrow();
    }
    expect(perf.reads).toBe(0);
  });
});
