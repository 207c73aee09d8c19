// A cache that keeps sizes, and the recount of its sum.

import { expect } from 'vitest';
import { entriesOf } from '../../src/api/lru.js';
import { openCache, type TestEngine } from './engines.js';
import type { Cache, Given, Key } from './hand-clock.js';
import { imageOf } from './image.js';
import { expectValid } from './validate.js';

/** What `dispose` was told. */
export type Told = [value: number, key: Key, reason: string];

/** A cache with sizes, and what its `dispose` was told. A value is its own size. */
export function openSized(engine: TestEngine, given: Given = {}) {
  const told: Told[] = [];
  const cache: Cache = openCache<Key, number>(engine, {
    ...{ maxSize: 10, sizeCalculation: (value: number) => value },
    dispose: (value, key, reason) => void told.push([value, key, reason]),
    ...given,
  });
  return { cache, told };
}

/** Checks that the sum kept is the sum of what is there. */
export function expectRecount(cache: Cache): void {
  const sizes = cache.dump().map(([, { size }]) => BigInt(size as number));
  const sum = sizes.reduce((total, size) => total + size, 0n);
  expect(BigInt(cache.calculatedSize)).toBe(sum);
  const { weights, total } = imageOf(entriesOf(cache).lease);
  expect(weights).toBeInstanceOf(Float64Array);
  expect(BigInt(total)).toBe(sum);
  expectValid(cache);
}
