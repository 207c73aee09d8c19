// The measures of an entry: what it weighs and how old it may get, checked before it is stored.

import { WEIGHT_MAX } from '../../assembly/layout.js';
import { checkFunction, isSize, show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import type { SizeCalculator } from '../common/types.js';

const SIZE = 'a whole number from 1 to 2^53 - 1';

/** The size given, or else calculated. Throws `INVALID_SIZE`, or what `sizeCalculation` throws. */
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

/** The weight of an entry where none is kept. Throws `INVALID_SIZE` if there is a size. */
export function refuseSize(size: unknown, sizeCalculation: unknown): 0 {
  if (!size && !sizeCalculation) return 0;
  throw new LRUCacheTypeError('INVALID_SIZE', 'A size needs maxSize or maxEntrySize');
}

/** Throws `INVALID_TTL` unless a ttl is a number, if negative or infinite, and its start finite. */
export function checkAge(ttl: unknown, start: unknown): void {
  if (typeof ttl !== 'number' || Number.isNaN(ttl)) {
    throw new LRUCacheTypeError('INVALID_TTL', `ttl must be a number, not ${show(ttl)}`);
  }
  if (start === undefined || Number.isFinite(start)) return;
  throw new LRUCacheTypeError('INVALID_TTL', `start must be a finite number, not ${show(start)}`);
}

/** Whether an entry of this weight is above either bound; 0 means no bound. */
export function isTooLarge(weight: number, maxEntrySize: number, maxSize: number): boolean {
  if (maxEntrySize !== 0 && weight > maxEntrySize) return true;
  return (maxSize !== 0 && weight > maxSize) || weight > WEIGHT_MAX;
}
