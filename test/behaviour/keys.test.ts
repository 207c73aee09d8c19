// The keys: whatever a Map tells apart a cache tells apart, on every engine, and nothing else.
//
// Rows A1, A3-A9 and A11-A13 of docs/reliability.md: aliases between types, NaN payloads,
// minus zero, lone surrogates, NUL, long strings, equal hashes, objects that resist.

import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LRUCache } from '../../src/api/lru.js';
import {
  engineCases,
  openCache,
  openRelease,
  plainCases,
  type TestEngine,
} from '../support/engines.js';
import { CacheModel } from '../support/model.js';
import { nasty } from '../support/nasty.js';
import { expectValid } from '../support/validate.js';

const SEED = 20260101;

/** A string of raw code units: lone halves of surrogate pairs, NUL and all. */
const unit = fc.oneof(
  fc.nat(0xffff),
  fc.constantFrom(0, 0x61, 0xff, 0x100, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfeff, 0xfffd),
);
const rawUnits = fc.array(unit, { maxLength: 12 });

const flat = (units: readonly number[]) => String.fromCharCode(...units);
/** The same string, concatenated unit by unit from the end. */
const grown = (units: readonly number[]) =>
  units.reduceRight((text, code) => String.fromCharCode(code) + text, '');
/** The same string, as a part of a longer one with wide units. */
const sliced = (units: readonly number[]) =>
  `\u4e00-------------${flat(units)}-`.slice(14, 14 + units.length);

/** Names of the places where the entries, newest first, differ from the model's. */
function differences<K, V>(cache: LRUCache<K, V>, model: CacheModel<K, V>): string[] {
  const own = [...cache];
  const modelled = model.entries();
  const found = own.length === modelled.length ? [] : [`${own.length} for ${modelled.length}`];
  own.forEach(([key, value], i) => {
    const [modelKey, modelValue] = modelled[i] ?? [];
    if (!Object.is(key, modelKey)) found.push(`key ${i}`);
    if (!Object.is(value, modelValue)) found.push(`value ${i}`);
  });
  return found;
}

/** What a pair of keys does in a cache of two, as one string to compare. */
function pairInCache(cache: LRUCache<unknown, number>, a: unknown, b: unknown): string {
  cache.clear();
  cache.set(a, 1);
  const found = [cache.has(b), cache.get(b), cache.peek(b)];
  cache.set(b, 2);
  return [...found, cache.size, cache.get(a), cache.delete(b), cache.has(a), cache.size].join();
}

function pairInMap(a: unknown, b: unknown): string {
  const map = new Map([[a, 1]]);
  const found = [map.has(b), map.get(b), map.get(b)];
  map.set(b, 2);
  return [...found, map.size, map.get(a), map.delete(b), map.has(a), map.size].join();
}

const expectedOfPairs = nasty.map(([, a]) => nasty.map(([, b]) => pairInMap(a, b)));

describe.each(engineCases)('keys on $name', ({ open }) => {
  const openKeys = (max: number): [LRUCache<unknown, number>, TestEngine] => {
    const engine = open();
    return [openCache<unknown, number>(engine, { max }), engine];
  };

  it('tells apart what Map tells apart, for every pair of nasty values', () => {
    expect(nasty.length).toBeGreaterThanOrEqual(120);
    const [cache] = openKeys(2);
    const mismatches: string[] = [];
    nasty.forEach(([nameA, a], i) => {
      nasty.forEach(([nameB, b], j) => {
        const actual = pairInCache(cache, a, b);
        const expected = expectedOfPairs[i]?.[j];
        if (actual !== expected) mismatches.push(`${nameA} / ${nameB}: ${actual} != ${expected}`);
      });
    });
    expect(mismatches).toEqual([]);
  });

  it.each([1, 2, 3, 7, 50, nasty.length])('holds nasty values as the model does, max %i', (max) => {
    const [cache] = openKeys(max);
    const model = new CacheModel<unknown, number>({ max });
    const mismatches: string[] = [];
    const agree = (name: string, own: unknown, modelled: unknown) => {
      if (own !== modelled) mismatches.push(`${name}: ${String(own)} != ${String(modelled)}`);
    };
    for (const round of [1, 2]) {
      nasty.forEach(([, key], i) => {
        cache.set(key, round * 1000 + i);
        model.set(key, round * 1000 + i);
      });
      for (const [name, key] of nasty) {
        agree(`has ${name}`, cache.has(key), model.has(key));
        agree(`peek ${name}`, cache.peek(key), model.peek(key));
      }
      agree('order', differences(cache, model).join(), '');
      for (const [name, key] of nasty) agree(`get ${name}`, cache.get(key), model.get(key));
      agree('order after get', differences(cache, model).join(), '');
    }
    for (const [name, key] of nasty.slice(0, 70)) {
      agree(`delete ${name}`, cache.delete(key), model.delete(key));
    }
    agree('order after delete', differences(cache, model).join(), '');
    expect(mismatches).toEqual([]);
    expect(cache.size).toBe(model.size);
    if (max === nasty.length) expectValid(cache);
  });

  it('holds every NaN as one key, whatever its payload', () => {
    const [cache] = openKeys(100);
    const halves = new Uint32Array(2);
    const float = new Float64Array(halves.buffer);
    const random = fc.sample(fc.tuple(fc.nat(0xffffffff), fc.nat(0xfffff), fc.boolean()), {
      seed: SEED,
      numRuns: 10_000,
    });
    let missed = 0;
    random.forEach(([low, high, negative], i) => {
      // One bit at least must be set, or it is an infinity.
      halves[0] = low | 1;
      halves[1] = (negative ? 0xfff00000 : 0x7ff00000) | high;
      if (i > 0 && !cache.has(float[0])) missed += 1;
      cache.set(float[0], i);
      if (cache.get(float[0]) !== i || cache.peek(Number.NaN) !== i) missed += 1;
    });
    expect(missed).toBe(0);
    expect([...cache]).toEqual([[Number.NaN, 9999]]);
    expectValid(cache);
    halves[0] = 0x12345678;
    expect(cache.delete(float[0])).toBe(true);
    expect(cache.size).toBe(0);
  });

  it('gives minus zero back as zero, as Map does', () => {
    const told: unknown[] = [];
    const cache = openCache<number, string>(open(), {
      max: 1,
      dispose: (_, key) => told.push(key),
      disposeAfter: (_, key) => told.push(key),
    });
    const zeroes = () => {
      const seen: unknown[] = [...cache.keys(), ...cache.rkeys()];
      for (const [key] of [...cache, ...cache.entries(), ...cache.rentries()]) seen.push(key);
      cache.forEach((_, key) => void seen.push(key));
      cache.rforEach((_, key) => void seen.push(key));
      cache.find((_, key) => seen.push(key) > 0);
      return seen.map((key) => Object.is(key, 0));
    };
    cache.set(-0, 'minus');
    expect(zeroes()).toEqual(Array(8).fill(true));
    expect([cache.get(0), cache.peek(-0), cache.has(0)]).toEqual(['minus', 'minus', true]);
    cache.set(0, 'plus');
    cache.set(-0, 'minus');
    expect(zeroes()).toEqual(Array(8).fill(true));
    cache.delete(-0);
    cache.set(-0, 'evicted');
    cache.set(1, 'one');
    // Replaced twice, deleted, evicted; told by both callbacks each time.
    expect(told.map((key) => Object.is(key, 0))).toEqual(Array(8).fill(true));
  });

  it('compares strings by code unit, however they came to be', () => {
    fc.assert(
      fc.property(fc.array(rawUnits, { maxLength: 40 }), (list) => {
        const [cache] = openKeys(64);
        const map = new Map<string, number>();
        list.forEach((units, i) => {
          cache.set([flat, grown, sliced][i % 3]?.(units), i);
          map.set(flat(units), i);
        });
        expect(cache.size).toBe(map.size);
        for (const units of list) {
          const value = map.get(flat(units));
          for (const make of [flat, grown, sliced]) {
            expect(cache.peek(make(units))).toBe(value);
            expect(cache.get(make(units))).toBe(value);
          }
          expect(cache.has(`${flat(units)}\0`)).toBe(map.has(`${flat(units)}\0`));
        }
        expectValid(cache);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('puts a string where it will be found, whatever was missed before it', () => {
    const [cache] = openKeys(4);
    const texts = ['a', 'b', 'c', 'd', 'e', ''];
    // Every order in which three strings may be missed or found, and one of them set after that.
    for (let n = 0; n < texts.length ** 4; n++) {
      const [first, second, third, text] = [1, 6, 36, 216].map((step) => texts[~~(n / step) % 6]);
      for (const key of [first, second, third]) cache.get(key);
      cache.set(text, n);
      if (cache.get(text) !== n || cache.peek(text) !== n) expect.fail(`${text} is lost, ${n}`);
      if (n % 5 === 0) cache.delete(first);
      if (n % 7 === 0) cache.clear();
    }
  });

  it('holds undefined as a key, whatever else is absent, added or removed', () => {
    const [cache] = openKeys(9);
    cache.set(undefined, 1);
    for (const key of [1, 'a', 0.5, {}]) cache.delete(key);
    for (const key of [1, 'a', 0.5, {}]) cache.set(key, 2);
    for (const key of [1, 'a', 0.5]) cache.set(key, 3).delete(key);
    expect([cache.get(undefined), cache.size]).toEqual([1, 2]);
  });

  it('takes the value undefined for a deletion', () => {
    const cache = openCache<unknown, number>(open(), { max: 3 });
    const keys = [1, 'a', 1.5, { a: 1 }];
    for (const key of keys) {
      cache.set('other', 1).set(key, 2).set(key, undefined);
      expect([cache.has(key), cache.get(key), [...cache.keys()]]).toEqual([
        ...[false, undefined, ['other']],
      ]);
      cache.set(key, undefined);
      expect(cache.size).toBe(1);
    }
  });

  it('holds the 2,048 lone surrogates as 2,048 entries', () => {
    const [cache] = openKeys(3000);
    const surrogates = Array.from({ length: 2048 }, (_, i) => String.fromCharCode(0xd800 + i));
    surrogates.forEach((key, i) => {
      cache.set(key, i);
    });
    expect(cache.size).toBe(2048);
    expect(surrogates.map((key) => cache.get(key))).toEqual(surrogates.map((_, i) => i));
    expect(cache.has('\ufffd')).toBe(false);
  });

  it('holds all strings over NUL and a up to length 8 as 511 entries', () => {
    const [cache] = openKeys(511);
    const keys = [''];
    for (let i = 0; keys.length < 511; i++) keys.push(`${keys[i]}\0`, `${keys[i]}a`);
    expect(keys.at(-1)).toBe('aaaaaaaa');
    keys.forEach((key, i) => {
      cache.set(key, i);
    });
    expect(cache.size).toBe(511);
    expect(keys.map((key) => cache.get(key))).toEqual(keys.map((_, i) => i));
    expect(keys.filter((key) => cache.has(`${key}b`))).toEqual([]);
  });

  it('tells apart strings of 1 MB that differ in one place, and keeps no copy of them', () => {
    const [cache, engine] = openKeys(64);
    const bytes = 1 << 20;
    // The first and the last unit, and 62 in between.
    const places = Array.from({ length: 64 }, (_, i) => Math.round((i * (bytes - 1)) / 63));
    const same = 'x'.repeat(bytes);
    const keyAt = (place: number) => `${same.slice(0, place)}y${same.slice(place + 1)}`;
    places.forEach((place, i) => {
      cache.set(keyAt(place), i);
    });
    expect(cache.size).toBe(64);
    expect(places.map((place) => cache.get(keyAt(place)))).toEqual(places.map((_, i) => i));
    expect([cache.has(same), cache.has(same.slice(1)), cache.has(`${same}x`)]).toEqual(
      Array(3).fill(false),
    );
    expect(places.map((place) => cache.delete(keyAt(place)))).toEqual(Array(64).fill(true));
    expect(cache.size).toBe(0);
    expect(engine.memoryBytes()).toBeLessThanOrEqual(1 << 21);
  });

  it('leaves objects as they are, and never looks at them', () => {
    let looks = 0;
    const look = () => {
      looks += 1;
    };
    const handler = new Proxy({}, { get: look });
    const bare = [{}, [], () => 0, Object.freeze({}), Object.seal({}), Object.create(null)];
    const keys = [...bare, new Proxy({}, handler), new Proxy(() => 0, handler)];
    const shape = () => bare.map((key) => [Object.getPrototypeOf(key), Reflect.ownKeys(key)]);
    const before = shape();
    const told: unknown[] = [];
    const note = (_: unknown, key: unknown) => void told.push(key);
    const engine = open();
    const callbacks = { dispose: note, disposeAfter: note, onInsert: note };
    const cache = openCache<unknown, unknown>(engine, { max: 6, ...callbacks });
    for (const key of [...keys, ...keys]) {
      cache.set(key, key);
      if (cache.get(key) !== key || !cache.has(key) || cache.peek(key) !== key) looks += 1000;
    }
    cache.delete(keys[7]);
    cache.find((value) => value === keys[6]);
    const walked = [...cache.keys()];
    cache.clear();
    expect(walked.map((key) => keys.indexOf(key as object))).toEqual([6, 5, 4, 3, 2]);
    expect(told.length).toBeGreaterThan(keys.length * 2);
    expect(looks).toBe(0);
    expect(shape()).toEqual(before);
  });
});

const hostile = engineCases.filter(({ name }) => name.includes('constant hash'));

describe.each(hostile)('equal hashes on $name', ({ open }) => {
  const keys = fc.sample(
    fc.oneof(fc.string({ maxLength: 3 }), fc.double(), fc.nat(9), fc.constantFrom(null, 1n)),
    { seed: SEED, numRuns: 40 },
  );

  it.each([1, 2, 3, 12, 30])('never disturb the order, max %i', (max) => {
    const engine = open();
    const cache = openCache<unknown, number>(engine, { max });
    const model = new CacheModel<unknown, number>({ max });
    const ops = fc.sample(fc.tuple(fc.nat(9), fc.nat(keys.length - 1)), {
      seed: SEED + max,
      numRuns: 3000,
    });
    ops.forEach(([op, index], step) => {
      const key = keys[index];
      const [own, modelled] = applyBoth(op, key, step, cache, model);
      if (own !== modelled) expect.fail(`step ${step}, op ${op}: ${own} is not ${modelled}`);
      const found = differences(cache, model);
      if (found.length > 0) expect.fail(`step ${step}, op ${op}: ${found.join()}`);
      if (step % 100 === 0) expectValid(cache);
    });
    expect(cache.size).toBeGreaterThan(0);
  });
});

/** One operation on both; sets are the most frequent, so that the cache is mostly full. */
function applyBoth(
  op: number,
  key: unknown,
  value: number,
  cache: LRUCache<unknown, number>,
  model: CacheModel<unknown, number>,
): [unknown, unknown] {
  switch (op) {
    case 0:
      return [cache.delete(key), model.delete(key)];
    case 1:
      return [cache.has(key), model.has(key)];
    case 2:
      return [cache.peek(key), model.peek(key)];
    case 3:
    case 4:
    case 5:
      return [cache.get(key), model.get(key)];
    default:
      cache.set(key, value);
      model.set(key, value);
      return [cache.size, model.size];
  }
}

describe('a host whose Map takes no more keys', () => {
  const holdsNoMore = () => {
    throw new RangeError('Map maximum size exceeded');
  };
  /** A Map that claims to hold so many, and takes none. */
  const fullMap = (size: number) =>
    class extends Map<unknown, unknown> {
      override get size(): number {
        return size;
      }
      override set = holdsNoMore;
    };

  afterEach(() => void vi.unstubAllGlobals());

  it.each(plainCases)('makes set throw, with nothing changed: $name', ({ open }) => {
    const cache = openCache<unknown, number>(open(), { max: 3 });
    for (const [value, key] of [1, 'two', 3.5].entries()) cache.set(key, value);
    vi.stubGlobal('Map', fullMap(2 ** 24));
    const error = expect.objectContaining({ name: 'LRUCacheRangeError', code: 'TOO_MANY_KEYS' });
    expect(() => cache.set({}, 7)).toThrow(error);
    vi.unstubAllGlobals();
    expect([...cache]).toEqual([
      [3.5, 2],
      ['two', 1],
      [1, 0],
    ]);
    expect([cache.get({}), cache.get('two')]).toEqual([undefined, 1]);
  });

  it('is not blamed for what else may end a set', () => {
    const cache = openCache<unknown, number>(openRelease(), { max: 3 });
    vi.stubGlobal('Map', fullMap(1));
    expect(() => cache.set({}, 7)).toThrow('Map maximum size exceeded');
    vi.unstubAllGlobals();
    expect(cache.size).toBe(0);
  });
});
