// Units of time: from how each project says how long an entry lives, to what a cache takes.
//
// U1  A span is in milliseconds here. `undefined` means that none was given: the default of the
//     cache applies. `Infinity` means for ever, whatever that default is. 0 or less is over.
// U2  A span is rounded up, so that no entry ends before its time.
//
// It must never read a clock: whoever has an absolute time says what time it is.

import { LRUCacheTypeError } from '../common/errors.js';

/** How long an entry lives, in ms; `undefined` if nobody said so, `Infinity` for ever. */
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

/** A span for projects in which 0 says that an entry lives for ever. */
export function zeroIsForever(span: Span): Span {
  return span === 0 ? Infinity : span;
}

/** A span as options of `set`, for one that is not over. */
export function ttlOptions(span: Span): { ttl: number } | undefined {
  if (span === undefined) return undefined;
  return { ttl: span === Infinity ? 0 : span };
}
