// The caches of the soak: every kind of key and column, some large, some tiny.

import type { Shape } from './soak-subject.js';

const objects: object[] = [];

/** The same object for the same number. */
function objectOf(number: number): object {
  const place = number % 50_000;
  const object = objects[place] ?? { place };
  objects[place] = object;
  return object;
}

const ofAllKinds = (number: number): unknown => {
  const kinds = [number, `key ${number}`, number + 0.5, BigInt(number), objectOf(number)];
  return kinds[number % kinds.length];
};

const bounds = (large: number, small: number, sizePerEntry = 0): Shape['bounds'] => [
  { max: large, maxSize: large * sizePerEntry },
  { max: small, maxSize: small * sizePerEntry },
];

const plain = { ttlMax: 0, isRenewed: false, hasCallbacks: false } as const;
const told = { ...plain, hasCallbacks: true } as const;

/** One of each. */
export const shapes: readonly Shape[] = [
  { ...plain, name: 'ints', bounds: bounds(4000, 1000), keyOf: (number) => number },
  { ...plain, name: 'strings', bounds: bounds(16_000, 500), keyOf: (number) => `user:${number}` },
  { ...told, name: 'callbacks', bounds: bounds(2000, 300), keyOf: ofAllKinds },
  {
    ...{ ...plain, name: 'ages', ttlMax: 20_000, isRenewed: true },
    bounds: bounds(3000, 700),
    keyOf: (number) => -number,
  },
  { ...told, name: 'sizes', bounds: bounds(2000, 400, 40), keyOf: ofAllKinds },
  {
    ...{ ...told, name: 'ages and sizes', ttlMax: 10_000 },
    bounds: bounds(1500, 200, 40),
    keyOf: ofAllKinds,
  },
  { ...told, name: 'tiny', bounds: bounds(3, 1), ttlMax: 20, isRenewed: true, keyOf: ofAllKinds },
];
