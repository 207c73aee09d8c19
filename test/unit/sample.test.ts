// Shows that the sampled hash of a table looks where its keys differ, whatever their shape.

import { describe, expect, it } from 'vitest';
import { MAPPED } from '../../assembly/layout.js';
import { entriesOf } from '../../src/api/lru.js';
import { chooseOffset } from '../../src/entries/sample.js';
import { engineCases, openCache, openRelease } from '../support/engines.js';
import { imageOf } from '../support/image.js';

const hex = (i: number) => (Math.imul(i, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
const number = (i: number) => `${i + 1_000_000}`;

/** Shapes of keys, and how many units there are between the id and the end. */
const shapes: readonly [shape: string, keyAt: (i: number) => string, suffix: number][] = [
  ['user:1234567', (i) => `user:${number(i)}`, 0],
  ['0000000001234567', (i) => number(i).padStart(16, '0'), 0],
  ['1234567:user-permissions', (i) => `${number(i)}:user-permissions`, 17],
  ['user:1a2b3c4d:v1', (i) => `user:${hex(i)}:v1`, 3],
  ['a URL', (i) => `https://example.com/users/${number(i)}/permissions?page=1`, 19],
  ['JSON', (i) => `{"user":${number(i)},"scope":"read"}`, 16],
  ['a UUID', (i) => `${hex(i)}-${hex(~i).slice(4)}-4abc-9def-${hex(i ^ 77)}abcd`, 0],
];

const itemsOf = (keys: readonly unknown[]) => [
  undefined,
  undefined,
  ...keys.flatMap((k) => [k, 1]),
];

describe('chooseOffset', () => {
  it.each(shapes)('finds the id in %s', (_, keyAt, suffix) => {
    for (const count of [20, 300, 10_000]) {
      const keys = Array.from({ length: count }, (__, i) => keyAt(i));
      const offset = chooseOffset(itemsOf(keys));
      expect(offset).toBeGreaterThanOrEqual(0);
      // All of the last digits are within the sample, or enough of a long id.
      const samples = keys.map((key) => key.slice(key.length - 8 - (offset ?? 0)).slice(0, 8));
      expect(new Set(samples).size / count).toBeGreaterThan(0.95);
      if (suffix > 0) expect(offset).toBeLessThanOrEqual(suffix);
    }
  });

  it('finds none where there is none', () => {
    const random = (i: number) => hex(i).slice(0, 2);
    const spread = (i: number) => `${random(i)}${'-'.repeat(20)}${random(i * 31)}`;
    expect(
      chooseOffset(itemsOf(Array.from({ length: 5000 }, (_, i) => spread(i)))),
    ).toBeUndefined();
    expect(chooseOffset(itemsOf([1, {}, null, 2.5]))).toBeUndefined();
    expect(chooseOffset([undefined, undefined])).toBeUndefined();
  });

  it('looks at strings of any length, and past other keys', () => {
    const keys = Array.from({ length: 500 }, (_, i) => (i % 3 ? `${i}:x` : i));
    expect(chooseOffset(itemsOf(keys))).toBe(chooseOffset(itemsOf(keys.filter((_, i) => i % 3))));
    const long = Array.from({ length: 500 }, (_, i) => `${number(i)}${'z'.repeat(1000)}`);
    expect(chooseOffset(itemsOf(long))).toBeUndefined();
  });
});

/** A string of so many units, all the same but for those at these places, counted from the end. */
function textOf(length: number, units: Readonly<Record<number, string>>): string {
  const places = Array.from({ length }, (_, place) => units[place] ?? '-');
  return places.reverse().join('');
}

const letter = (i: number) => String.fromCharCode(97 + i);
const range = (count: number) => [...Array(count).keys()];
const offsetOf = (keys: readonly unknown[]) => chooseOffset(itemsOf(keys));

describe('the offset', () => {
  it('is the farthest of equals, and as far as the longest string goes', () => {
    expect(offsetOf(range(9).map((i) => textOf(30, { 5: letter(i) })))).toBe(5);
    expect(offsetOf(range(9).map((i) => textOf(16, { 15: letter(i) })))).toBe(8);
    expect(offsetOf(range(9).map((i) => textOf(80, { 70: letter(i) })))).toBe(64);
    expect(offsetOf(range(9).map((i) => textOf(80, { 72: letter(i) })))).toBeUndefined();
  });

  it('has the most of eight units, not of nine', () => {
    const keys = range(16).map((i) =>
      textOf(40, { 0: letter(i % 8), 8: letter(i % 8), 20: letter(i % 4), 21: letter(i >> 2) }),
    );
    expect(offsetOf(keys)).toBe(20);
  });

  it('counts nothing where a string has no unit', () => {
    expect(offsetOf([textOf(20, { 3: 'a' }), textOf(40, { 3: 'b' })])).toBe(3);
  });

  it('is where nineteen of twenty strings differ, but not where fewer do', () => {
    const same = (i: number, count: number) =>
      textOf(40, { 3: letter(i % count), 30: letter(+(i < 1)) });
    expect(offsetOf(range(20).map((i) => same(i, 19)))).toBe(3);
    expect(offsetOf(range(20).map((i) => same(i, 18)))).toBeUndefined();
  });

  it('is none for strings without a difference, or one string', () => {
    expect(offsetOf(['just one string'])).toBeUndefined();
    expect(offsetOf(['just one string', 'just one string', 7])).toBeUndefined();
    expect(offsetOf([])).toBeUndefined();
  });

  it('takes strings whole that are too short for it', () => {
    const long = range(16).map((i) =>
      textOf(30, { 10: letter(i & 1), 11: letter(i & 2), 12: letter(i & 4), 13: letter(i & 8) }),
    );
    expect(offsetOf([...long, textOf(4, { 1: 'x' }), textOf(4, { 1: 'y' })])).toBe(10);
  });

  it.each([16, 255])('looks at all of %i strings', (count) => {
    // Far from the end, a place that is worth just more than two near it, if none is passed over.
    const root = Math.ceil(Math.sqrt(count));
    const keys = range(count).map((i) => {
      const two = { 3: letter(i % root), 4: letter(Math.floor(i / root)) };
      return textOf(40, { ...two, 30: String.fromCharCode(1000 + i), 31: letter(+(i === 0)) });
    });
    expect(offsetOf(keys)).toBe(30);
  });

  it('passes none of 255 strings over', () => {
    const [same, other] = [textOf(20, { 3: 'a' }), textOf(20, { 3: 'b' })];
    const keysAround = (place: number) => range(255).map((i) => (i === place ? other : same));
    expect(range(255).filter((place) => offsetOf(keysAround(place)) !== 3)).toEqual([]);
  });

  it('looks at no more than 256 of many strings, from all over', () => {
    const digits = (i: number, first: number) => ({
      [first]: letter(i % 10),
      [first + 1]: letter(Math.floor(i / 10) % 10),
      [first + 2]: letter(Math.floor(i / 100)),
    });
    const keys = range(1000).map((i) =>
      textOf(60, { ...digits(i, 3), ...digits(Math.min(i, 256), 30) }),
    );
    const looked = new Set<string>();
    const items = new Proxy(itemsOf(keys), {
      get: (all, name, receiver) => {
        if (/^\d+$/.test(String(name))) looked.add(String(name));
        return Reflect.get(all, name, receiver);
      },
    });
    expect(chooseOffset(items)).toBe(3);
    expect(looked.size).toBeGreaterThan(200);
    expect(looked.size).toBeLessThanOrEqual(256);
    const slots = [...looked].map((place) => Number(place) / 2);
    expect(slots.every(Number.isInteger)).toBe(true);
    for (let from = 0; from < 1001; from += 77) {
      expect(slots.some((slot) => slot >= from && slot < from + 77)).toBe(true);
    }
  });
});

describe.each(engineCases)('a cache on $name', ({ open }) => {
  it.each(shapes)('keeps its entries and their order with keys like %s', (_, keyAt) => {
    const cache = openCache<string, number>(open(), { max: 400 });
    for (let i = 0; i < 600; i++) cache.set(keyAt(i), i);
    expect([...cache.values()]).toEqual(Array.from({ length: 400 }, (__, i) => 599 - i));
    for (let i = 0; i < 600; i++) expect(cache.get(keyAt(i))).toBe(i < 200 ? undefined : i);
  });
});

describe('the Map', () => {
  it.each(shapes)('has next to none of keys like %s', (_, keyAt) => {
    const cache = openCache<string, number>(openRelease(), { max: 20_000 });
    for (let i = 0; i < 40_000; i++) cache.set(keyAt(i), i);
    const { records } = imageOf(entriesOf(cache).lease);
    const mapped = records.filter((word, i) => i & 1 && word & MAPPED);
    expect(mapped.length).toBeLessThan(5);
  });
});
