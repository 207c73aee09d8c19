// The checks that every room shares: of options of a call, of callbacks; and how an error shows
// what it was given. Each throws before anything has changed.

import { CAPACITY_MAX, WEIGHT_MAX } from '../../assembly/layout.js';
import { LRUCacheTypeError } from './errors.js';
import type { FreshnessOptions } from './options.js';

/** An option of a call, or what stands in for it. */
export function pick<T>(option: T | undefined, fallback: T): T {
  return option === undefined ? fallback : option;
}

/**
 * The options of a call, if there are any. Throws `INVALID_OPTIONS` if they are not an object.
 */
export function checkCallOptions<T extends object>(given: T | null | undefined): T | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'object' || typeof given === 'function') return given;
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `The options of a call must be an object, not ${show(given)}`,
  );
}

/** A value as an error message shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject ? typeof value : String(value);
}

/** Whether a size is one: a whole number above 0, exact. */
export function isSize(size: unknown): size is number {
  return Number.isSafeInteger(size) && (size as number) > 0;
}

/** The number of entries at which the engine evicts. */
export function limitFor(max: number): number {
  return max === 0 ? CAPACITY_MAX : max;
}

/** The bound on the sum of sizes that the engine keeps: WEIGHT_MAX if no other. */
export function budgetFor(maxSize: number): number {
  return maxSize === 0 ? WEIGHT_MAX : Math.min(maxSize, WEIGHT_MAX);
}

/** Throws `INVALID_CALLBACK` if an argument is no function. */
export function checkFunction(name: string, argument: unknown): void {
  if (typeof argument === 'function') return;
  throw new LRUCacheTypeError(
    'INVALID_CALLBACK',
    `${name} must be a function, not ${show(argument)}`,
  );
}

const SPANS = ['maxAge', 'staleWhileRevalidate', 'staleIfError', 'loadTimeout'] as const;

/** Throws unless these are, of a cache or a call, spans of time, a part and a hook. */
export function checkWindows(given: Omit<FreshnessOptions<never, never>, 'ttlCalculation'>): void {
  for (const name of SPANS) {
    const span: unknown = given[name];
    if (span === undefined || (typeof span === 'number' && span >= 0)) continue;
    throw new LRUCacheTypeError(
      'INVALID_TTL',
      `${name} must be a number of milliseconds, not ${show(span)}`,
    );
  }
  const part: unknown = given.refreshAhead;
  if (part !== undefined && !(typeof part === 'number' && part >= 0 && part < 1)) {
    throw new LRUCacheTypeError(
      'INVALID_OPTIONS',
      `refreshAhead must be a number from 0 to below 1, not ${show(part)}`,
    );
  }
  if (given.waitUntil !== undefined) checkFunction('waitUntil', given.waitUntil);
}
