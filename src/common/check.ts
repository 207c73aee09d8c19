// The checks that rooms share, of options, arguments and callbacks; and how an error shows a value.
// Each throws before anything has changed.

import { CAPACITY_MAX, WEIGHT_MAX } from '../../assembly/layout.js';
import { LRUCacheRangeError, LRUCacheTypeError } from './errors.js';
import type { Perf } from './types.js';

/** An option of a call, or its fallback if it was not given. */
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

/** Whether a size is valid: a whole number above 0 that a number represents exactly. */
export function isSize(size: unknown): size is number {
  return Number.isSafeInteger(size) && (size as number) > 0;
}

/** The number of entries at which the engine evicts. */
export function limitFor(max: number): number {
  return max === 0 ? CAPACITY_MAX : max;
}

/** The bound on the sum of sizes that the engine enforces: WEIGHT_MAX if there is no lower one. */
export function budgetFor(maxSize: number): number {
  return maxSize === 0 ? WEIGHT_MAX : Math.min(maxSize, WEIGHT_MAX);
}

/** Throws `INVALID_CALLBACK` if an argument is not a function. */
export function checkFunction(name: string, argument: unknown): void {
  if (typeof argument === 'function') return;
  throw new LRUCacheTypeError(
    'INVALID_CALLBACK',
    `${name} must be a function, not ${show(argument)}`,
  );
}

/**
 * A list, usually of keys. Throws `INVALID_KEYS` if it is not iterable. A string is refused: it is
 * iterable, but almost always a single key passed by mistake.
 */
export function listOf<T>(keys: Iterable<T>, method: string): Iterable<T> {
  const isList = typeof keys === 'object' && typeof keys?.[Symbol.iterator] === 'function';
  if (isList) return keys;
  throw new LRUCacheTypeError('INVALID_KEYS', `${method} needs a list of keys, not ${show(keys)}`);
}

/**
 * A checked `max`. Throws a TypeError if it is not a number, or a RangeError if it is not a whole
 * number from 1 to 2^25, both with code `INVALID_MAX`.
 */
export function checkMax(max: unknown): number {
  const wanted = `max must be a whole number from 1 to ${CAPACITY_MAX}, not ${show(max)}`;
  if (typeof max !== 'number') throw new LRUCacheTypeError('INVALID_MAX', wanted);
  if (!Number.isInteger(max) || max < 1 || max > CAPACITY_MAX) {
    throw new LRUCacheRangeError('INVALID_MAX', wanted);
  }
  return max;
}

/** Whether something is a bound: a whole number above 0, of any size, as in lru-cache. */
export function isBound(bound: unknown): bound is number {
  return Number.isInteger(bound) && (bound as number) > 0;
}

/** A checked `maxSize` or `maxEntrySize`. Throws `INVALID_SIZE`. */
export function checkMaxSize(name: string, size: unknown): number {
  if (isBound(size)) return size;
  throw new LRUCacheTypeError(
    'INVALID_SIZE',
    `${name} must be a whole number above 0, not ${show(size)}`,
  );
}

/** A checked `ttl` of a cache. Throws `INVALID_TTL`. */
export function checkTtl(ttl: unknown): number {
  if (ttl === 0) return 0;
  if (isBound(ttl)) return ttl;
  throw new LRUCacheTypeError(
    'INVALID_TTL',
    `ttl must be a whole number of milliseconds, or 0, not ${show(ttl)}`,
  );
}

/**
 * Throws `INVALID_TTL` unless a ttl is a number (it may be negative or infinite) and its start is
 * finite.
 */
export function checkAge(ttl: unknown, start: unknown): void {
  if (typeof ttl !== 'number' || Number.isNaN(ttl)) {
    throw new LRUCacheTypeError('INVALID_TTL', `ttl must be a number, not ${show(ttl)}`);
  }
  if (start === undefined || Number.isFinite(start)) return;
  throw new LRUCacheTypeError('INVALID_TTL', `start must be a finite number, not ${show(start)}`);
}

/** A `ttlResolution`, or 1 in place of an invalid one. */
export function resolutionOf(value: unknown): number {
  return isBound(value) || value === 0 ? value : 1;
}

/** A checked `perf`. Throws `INVALID_OPTIONS`. */
export function checkPerf(perf: Perf | undefined): Perf | undefined {
  if (perf === undefined || typeof perf?.now === 'function') return perf;
  throw new LRUCacheTypeError('INVALID_OPTIONS', 'perf must be an object with a method now()');
}

/** A checked callback. Throws `INVALID_CALLBACK`. */
export function callback<T>(value: T, name: string): T {
  checkFunction(name, value);
  return value;
}

/** A checked `max`, or 0. Throws as `checkMax`. */
export function maxOf(max: unknown): number {
  return max === 0 ? 0 : checkMax(max);
}

/** A checked `maxSize` or `maxEntrySize`, or 0. Throws `INVALID_SIZE`. */
export function sizeOf(size: unknown, name: string): number {
  return size === 0 ? 0 : checkMaxSize(name, size);
}

/** A checked span of time, which may be any number from 0. Throws `INVALID_TTL`. */
export function checkSpan(span: unknown, name: string): number {
  if (typeof span === 'number' && span >= 0) return span;
  throw new LRUCacheTypeError(
    'INVALID_TTL',
    `${name} must be a number of milliseconds, not ${show(span)}`,
  );
}

/** A checked part of a whole. Throws `INVALID_OPTIONS`. */
export function checkPart(part: unknown, name: string): number {
  if (typeof part === 'number' && part >= 0 && part < 1) return part;
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `${name} must be a number from 0 to below 1, not ${show(part)}`,
  );
}

/**
 * A checked `freeze`. Throws `INVALID_OPTIONS`. A boolean is not meant for us: lru-memoizer has an
 * option of that name, and passes all its options on to the cache.
 */
export function checkFreeze(freeze: unknown): unknown {
  if (typeof freeze === 'boolean') return undefined;
  if (freeze === 'shallow' || freeze === 'deep' || typeof freeze === 'function') return freeze;
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `freeze must be 'shallow', 'deep' or a function, not ${show(freeze)}`,
  );
}
