// Units of time: converts the lifetimes of each project to the ttl of a cache.
//
// UT1  A span is in milliseconds here. `undefined` means that none was given: the default of the
//      cache applies. `Infinity` means no limit, whatever that default is. A span of 0 or less has
//      ended.
// UT2  A span is rounded up, so that no entry ends before its time.
//
// It must never read a clock: a caller with an absolute time passes the present time as well.

import { LRUCacheTypeError } from '../common/errors.js';

/** How long an entry lives, in ms; `undefined` if not given, `Infinity` for no limit. */
export type Span = number | undefined;

function checked(given: number, unit: string): number {
  if (typeof given === 'number' && !Number.isNaN(given)) return given;
  throw new LRUCacheTypeError(
    'INVALID_TTL',
    `ttl must be a number of ${unit}, not ${String(given)}`,
  );
}

/** The span of a number of milliseconds. Throws `INVALID_TTL` unless it is a number. */
export function spanOfMs(ms: number | null | undefined): Span {
  return ms === undefined || ms === null ? undefined : Math.ceil(checked(ms, 'milliseconds'));
}

/** The span of a number of seconds. Throws `INVALID_TTL` unless it is a number. */
export function spanOfSeconds(seconds: number | null | undefined): Span {
  if (seconds === undefined || seconds === null) return undefined;
  return Math.ceil(checked(seconds, 'seconds') * 1000);
}

/** The span from one point in time to another, both in ms since 1970. Throws `INVALID_TTL`. */
export function spanUntil(endMs: number | null | undefined, nowMs: number): Span {
  if (endMs === undefined || endMs === null) return undefined;
  return Math.ceil(checked(endMs, 'milliseconds since 1970') - nowMs);
}

/** A span for projects in which 0 means no limit. */
export function zeroIsForever(span: Span): Span {
  return span === 0 ? Infinity : span;
}

/** A span that has not ended, as options of `set`. */
export function ttlOptions(span: Span): { ttl: number } | undefined {
  if (span === undefined) return undefined;
  return { ttl: span === Infinity ? 0 : span };
}
