// Bounds that change, and the sums they bound: in the end, a model must not tell the difference.
//
// Rows C9 and C10 of docs/reliability.md. The model adds sizes as bigints, which know no
// rounding, so that sums near 2^53 show whether ours are exact.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WEIGHT_MAX } from '../../assembly/layout.js';
import { type EngineCase, openCache, plainCases } from '../support/engines.js';
import { type Cache, codeOf, contentOf, type Given, type Key } from '../support/hand-clock.js';
import { expectRecount, openSized } from '../support/sized.js';

const RUNS = 100;
const STEPS = 60;

const HUGE = Number.MAX_SAFE_INTEGER;

/** Makes `maxEntrySize` an accessor, which runs something when it is first set. */
function setterOf(cache: Cache, act: () => void): void {
  let { maxEntrySize } = cache;
  let isSet = false;
  Object.defineProperty(cache, 'maxEntrySize', {
    get: () => maxEntrySize,
    set: (value: number) => {
      if (!isSet) {
        isSet = true;
        act();
      }
      maxEntrySize = value;
    },
  });
}

describe.each(plainCases)('resize on $name', ({ open }) => {
  /** Five entries of 1 to 5, the oldest first. */
  function openFive(given: Given = {}) {
    const engine = open();
    const { cache, told } = openSized(engine, { max: 10, maxSize: 20, ...given });
    for (let value = 1; value <= 5; value++) cache.set(`k${value}`, value);
    return { cache, told, engine };
  }

  it('changes a maxEntrySize that was not given, and no other', () => {
    for (const given of [{}, { maxEntrySize: 0 }]) {
      const { cache } = openFive(given);
      cache.resize({ maxSize: 40 });
      expect([cache.maxEntrySize, cache.set('large', 30).has('large')]).toEqual([40, true]);
    }
    const { cache: bounded } = openFive({ maxEntrySize: 7 });
    bounded.resize({ maxSize: 7 });
    bounded.resize({ maxSize: 40 });
    expect([bounded.maxEntrySize, bounded.set('large', 8).has('large')]).toEqual([7, false]);
    const { cache: changed } = openFive();
    changed.maxEntrySize = 7;
    changed.resize({ maxSize: 40 });
    expect([changed.maxEntrySize, changed.set('large', 8).has('large')]).toEqual([7, false]);
  });

  it.each([
    [2, 2, 20, [5, 4]],
    [{ max: 2 }, 2, 20, [5, 4]],
    [{ max: 5 }, 5, 20, [5, 4, 3, 2, 1]],
    [{ maxSize: 15 }, 10, 15, [5, 4, 3, 2, 1]],
    [{ maxSize: 14 }, 10, 14, [5, 4, 3, 2]],
    [{ maxSize: 6 }, 10, 6, [5]],
    [{ maxSize: 4 }, 10, 4, []],
    [{ max: 3, maxSize: 9 }, 3, 9, [5, 4]],
    [{ max: 1, maxSize: 100 }, 1, 100, [5]],
    [{ max: 100, maxSize: 5 }, 100, 5, [5]],
    [{ max: 3, maxSize: undefined }, 3, 20, [5, 4, 3]],
    [{ max: undefined, maxSize: 9 }, 10, 9, [5, 4]],
  ])('to %o evicts the oldest first, and no more than it must', (bounds, max, maxSize, values) => {
    const { cache, told } = openFive();
    cache.resize(bounds as never);
    expect([cache.max, cache.maxSize, [...cache.values()]]).toEqual([max, maxSize, values]);
    const gone = [1, 2, 3, 4, 5].filter((value) => !values.includes(value));
    expect(told).toEqual(gone.map((value) => [value, `k${value}`, 'evict']));
    expectRecount(cache);
    // The new bounds hold from now on.
    for (let i = 0; i < 120; i++) {
      cache.set(i, 1);
      expect(cache.calculatedSize).toBeLessThanOrEqual(maxSize);
      expect(cache.size).toBeLessThanOrEqual(max);
    }
    expect(cache.size).toBe(Math.min(max, maxSize));
    expectRecount(cache);
  });

  it.each([
    [{ maxSize: 0 }, 'INVALID_SIZE'],
    [{ maxSize: -1 }, 'INVALID_SIZE'],
    [{ maxSize: '9' }, 'INVALID_SIZE'],
    [{ maxSize: null }, 'INVALID_SIZE'],
    [{ max: 2, maxSize: 1.5 }, 'INVALID_SIZE'],
    [{ max: 0 }, 'INVALID_MAX'],
    [{ max: 0, maxSize: 2 }, 'INVALID_MAX'],
    [{ max: null, maxSize: 2 }, 'INVALID_MAX'],
    [{}, 'INVALID_MAX'],
    [{ maxsize: 2 }, 'INVALID_MAX'],
    [null, 'INVALID_MAX'],
    [undefined, 'INVALID_MAX'],
  ])('to %o is refused, and nothing changed', (bounds, code) => {
    const { cache, told } = openFive();
    const before = contentOf(cache);
    expect(codeOf(() => cache.resize(bounds as never))).toBe(code);
    expect([contentOf(cache), told, cache.max, cache.maxSize]).toEqual([before, [], 10, 20]);
    cache.set('k6', 6);
    expect(told).toHaveLength(1);
    expectRecount(cache);
  });

  it.each([
    ['is frozen', Object.freeze],
    ['has a setter that throws', (cache: Cache) => setterOf(cache, () => expect.fail('set'))],
  ])('does nothing to a cache that %s, if maxEntrySize would have to change', (_, spoil) => {
    const { cache, told } = openFive();
    spoil(cache);
    expect(() => cache.resize({ max: 2, maxSize: 9 })).toThrow(/maxEntrySize|^set$/);
    expect([cache.max, cache.maxSize, cache.maxEntrySize]).toEqual([10, 20, 20]);
    expect([cache.size, cache.calculatedSize, told]).toEqual([5, 15, []]);
    expectRecount(cache);
    cache.resize(2);
    expect([cache.max, cache.size]).toEqual([2, 2]);
    expectRecount(cache);
  });

  it.each([
    ...(['evict', 'setLimit', 'setBudget', 'shed'] as const).map((name) => [name, 2, 9] as const),
    ...(['setLimit', 'setBudget', 'shed'] as const).map((name) => [name, 30, 90] as const),
  ])('is not done if the host interrupts it at %s, to %i and %i', (name, max, maxSize) => {
    const { cache, told, engine } = openFive();
    const functions = engine.engine as unknown as Record<string, unknown>;
    const whole = functions[name];
    functions[name] = (): never => {
      functions[name] = whole;
      throw new RangeError('Maximum call stack size exceeded');
    };
    expect(() => cache.resize({ max, maxSize })).toThrow(RangeError);
    expect([cache.max, cache.maxSize, cache.maxEntrySize]).toEqual([10, 20, 20]);
    // Every entry was given up, and dispose was told of each value, once.
    expect(cache.size).toBe(0);
    expect(told.map(([value]) => value).sort()).toEqual([1, 2, 3, 4, 5]);
    for (let value = 6; value <= 20; value++) cache.set(`k${value}`, value % 3 || 3);
    expect(cache.size).toBe(10);
    expectRecount(cache);
    cache.resize({ max, maxSize });
    expect([cache.max, cache.maxSize, cache.maxEntrySize]).toEqual([max, maxSize, maxSize]);
    expectRecount(cache);
  });

  it('may be asked for by a setter of maxEntrySize, and comes after it', () => {
    const { cache } = openFive();
    setterOf(cache, () => cache.resize(1));
    cache.resize({ max: 3, maxSize: 19 });
    expect([cache.max, cache.maxSize, [...cache.values()]]).toEqual([3, 19, [5]]);
    expectRecount(cache);
  });

  it('to a maxSize needs a cache that keeps sizes', () => {
    const cache = openCache<Key, number>(open(), { max: 5 });
    cache.set('a', 1).set('b', 2);
    for (const bounds of [{ maxSize: 5 }, { max: 1, maxSize: 5 }]) {
      expect(codeOf(() => cache.resize(bounds))).toBe('INVALID_SIZE');
    }
    expect([cache.size, cache.max, cache.maxSize]).toEqual([2, 5, 0]);
    const { cache: sized } = openSized(open(), { max: 5, maxSize: 0, maxEntrySize: 9 });
    sized.set('a', 5).set('b', 5);
    sized.resize({ maxSize: 9 });
    expect([[...sized.keys()], sized.maxSize]).toEqual([['b'], 9]);
  });
});

type SizeStep =
  | readonly ['set', key: number, size: number]
  | readonly ['get' | 'delete', key: number]
  | readonly ['pop' | 'clear']
  | readonly ['resize', max: number, maxSize: number];

const keys: readonly Key[] = [1, -0, 2 ** 32, 0.5, 'a', '1', {}, Symbol('s'), null];
const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 12 }) },
  fc.constantFrom(2 ** 51, 2 ** 51 + 1, WEIGHT_MAX - 1, WEIGHT_MAX, WEIGHT_MAX + 1, HUGE - 1, HUGE),
);
const key = fc.nat({ max: keys.length - 1 });
const max = fc.integer({ min: 1, max: 8 });
const sizeStep: fc.Arbitrary<SizeStep> = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(fc.constant('set' as const), key, size) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('get' as const, 'delete' as const), key) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('pop' as const, 'clear' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('resize' as const), max, size) },
);

/** The sizes of a cache with two bounds, oldest first, as bigints. */
class SizeModel {
  readonly sizes = new Map<number, bigint>();

  constructor(
    private max: number,
    private maxSize: bigint,
  ) {}

  get total(): bigint {
    return [...this.sizes.values()].reduce((sum, size) => sum + size, 0n);
  }

  #evictWhile(isTooMuch: () => boolean): void {
    while (isTooMuch()) this.sizes.delete([...this.sizes.keys()][0] as number);
  }

  step([name, ...args]: SizeStep): void {
    const [key = 0, second = 0] = args;
    const size = BigInt(second);
    const old = this.sizes.get(key);
    if (name === 'clear') this.sizes.clear();
    if (name === 'pop') this.sizes.delete([...this.sizes.keys()][0] as number);
    if (name === 'delete' || name === 'set') this.sizes.delete(key);
    if (name === 'get' && old !== undefined) {
      this.sizes.delete(key);
      this.sizes.set(key, old);
    }
    const bound = this.maxSize < BigInt(WEIGHT_MAX) ? this.maxSize : BigInt(WEIGHT_MAX);
    if (name === 'set' && size <= bound) {
      this.#evictWhile(() => this.sizes.size >= this.max || this.total + size > bound);
      this.sizes.set(key, size);
    }
    if (name === 'resize') {
      this.max = key;
      this.maxSize = size;
      this.#evictWhile(() => this.sizes.size > this.max);
      this.#evictWhile(() => this.total > this.maxSize || this.total > BigInt(WEIGHT_MAX));
    }
  }
}

function apply(cache: Cache, [name, ...args]: SizeStep): void {
  const [first = 0, second = 0] = args;
  const key = keys[first];
  if (name === 'set') cache.set(key, second);
  else if (name === 'resize') cache.resize({ max: first, maxSize: second });
  else cache[name](key);
}

function equalsModel({ open }: EngineCase) {
  const engine = open();
  return fc.property(
    max,
    size,
    fc.boolean(),
    fc.array(sizeStep, { minLength: STEPS, maxLength: STEPS, size: 'max' }),
    (max, maxSize, isWatched, steps) => {
      // A cache that nobody watches may take a shorter road.
      const given = isWatched ? {} : { dispose: undefined as never };
      const { cache } = openSized(engine, { max, maxSize, maxEntrySize: HUGE, ...given });
      const model = new SizeModel(max, BigInt(maxSize));
      for (const step of steps) {
        apply(cache, step);
        model.step(step);
        const ours = cache.dump().map(([key, { size }]) => [keys.indexOf(key), BigInt(size ?? 0)]);
        expect(ours).toEqual([...model.sizes]);
        expect(BigInt(cache.calculatedSize)).toBe(model.total);
      }
      expectRecount(cache);
      cache[Symbol.dispose]();
    },
  );
}

describe.each(plainCases)('sizes on $name', (engineCase) => {
  it(`add up exactly, and evict as the model does, in ${RUNS} random runs`, () => {
    fc.assert(equalsModel(engineCase), { numRuns: RUNS });
  });
});
