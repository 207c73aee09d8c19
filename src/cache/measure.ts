// The weight of an entry, checked before it is stored.

import { WEIGHT_MAX } from '../../assembly/layout.js';
import { checkFunction, isSize, show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import type { SizeCalculator } from '../common/types.js';

const SIZE = 'a whole number from 1 to 2^53 - 1';

/**
 * The given size, or the calculated one. Throws `INVALID_SIZE`, or what `sizeCalculation` throws.
 */
export function weightOf<K, V>(
  key: K,
  value: V,
  size: unknown,
  sizeCalculation: SizeCalculator<K, V> | undefined,
): number {
  if (isSize(size)) return size;
  if (sizeCalculation === undefined) {
    throw new LRUCacheTypeError(
      'INVALID_SIZE',
      `Without a sizeCalculation, set needs a size, ${SIZE}, not ${show(size)}`,
    );
  }
  checkFunction('sizeCalculation', sizeCalculation);
  const calculated = sizeCalculation(value, key);
  if (isSize(calculated)) return calculated;
  throw new LRUCacheTypeError(
    'INVALID_SIZE',
    `sizeCalculation must return ${SIZE}, not ${show(calculated)}`,
  );
}

/** The weight of an entry in a cache without sizes. Throws `INVALID_SIZE` if a size is given. */
export function refuseSize(size: unknown, sizeCalculation: unknown): 0 {
  if (!size && !sizeCalculation) return 0;
  throw new LRUCacheTypeError('INVALID_SIZE', 'A size needs maxSize or maxEntrySize');
}

/** Whether an entry of this weight is above either bound; 0 means no bound. */
export function isTooLarge(weight: number, maxEntrySize: number, maxSize: number): boolean {
  if (maxEntrySize !== 0 && weight > maxEntrySize) return true;
  return (maxSize !== 0 && weight > maxSize) || weight > WEIGHT_MAX;
}
