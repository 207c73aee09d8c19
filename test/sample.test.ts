// Shows that the sampled hash of a table looks where its keys differ, whatever their shape.

import { describe, expect, it } from 'vitest';
import { entriesOf, LRUCache } from '../src/lru.js';
import { chooseOffset } from '../src/sample.js';
import { engineCases, openCache } from './support.js';
import { expectValid } from './validate.js';

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

describe.each(engineCases)('a cache on $name', ({ open }) => {
  it.each(shapes)('keeps its entries and their order with keys like %s', (_, keyAt) => {
    const cache = openCache<string, number>(open(), { max: 400 });
    for (let i = 0; i < 600; i++) cache.set(keyAt(i), i);
    expect([...cache.values()]).toEqual(Array.from({ length: 400 }, (__, i) => 599 - i));
    for (let i = 0; i < 600; i++) expect(cache.get(keyAt(i))).toBe(i < 200 ? undefined : i);
    expectValid(cache);
  });
});

describe('a cache', () => {
  it.each(shapes)('never has to hash all of keys like %s', (_, keyAt) => {
    const cache = new LRUCache<string, number>({ max: 20_000 });
    for (let i = 0; i < 60_000; i++) cache.set(keyAt(i), i);
    const { seed } = entriesOf(cache) as unknown as { seed: number };
    expect(seed).toBeLessThanOrEqual(0);
    expect(Object.is(seed, -0)).toBe(false);
  });
});
