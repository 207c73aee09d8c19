// The errors: what they are an instance of, so that a caller tells them from all others.

import { describe, expect, it } from 'vitest';
import {
  LRUCache,
  LRUCacheError,
  type LRUCacheErrorCode,
  LRUCacheRangeError,
  LRUCacheTypeError,
} from '../src/index.js';

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return expect.fail('nothing thrown');
}

const cases: readonly (readonly [code: LRUCacheErrorCode, own: unknown, run: () => unknown])[] = [
  ['NO_STATS', LRUCacheError, () => new LRUCache({ max: 1 }).stats()],
  ['INVALID_MAX', LRUCacheTypeError, () => new LRUCache({ max: '1' as never })],
  ['INVALID_MAX', LRUCacheRangeError, () => new LRUCache({ max: 1.5 })],
];
const classes = [LRUCacheError, LRUCacheTypeError, LRUCacheRangeError, TypeError, RangeError];

describe('every error of the library', () => {
  it.each(cases)('with code %s is one of LRUCacheError, and of its own class', (code, own, run) => {
    const error = thrownBy(run);
    if (!(error instanceof LRUCacheError)) return expect.fail('another error');
    // What a caller writes: the type of the code is known by now.
    const known: LRUCacheErrorCode = error.code;
    expect([known, error.name]).toEqual([code, (own as { name: string }).name]);
    expect(error).toBeInstanceOf(Error);
    const wanted = new Set([LRUCacheError, own, Object.getPrototypeOf(own)]);
    expect(classes.filter((each) => error instanceof each)).toEqual(
      classes.filter((each) => wanted.has(each)),
    );
  });
});

describe('LRUCacheError', () => {
  it.each([
    ...[new Error('max'), new TypeError('max'), new RangeError('max'), undefined, null, 5],
    ...['DISPOSED', { code: 'DISPOSED' }, Object.assign(new Error('max'), { code: 'DISPOSED' })],
    ...[LRUCacheTypeError, LRUCacheTypeError.prototype.constructor],
  ])('is nothing else: %o', (value) => {
    expect(value instanceof LRUCacheError).toBe(false);
  });

  it('may be extended: of that class are its own errors only', () => {
    class OwnError extends LRUCacheError {}
    const own = new OwnError('DISPOSED', 'over');
    expect([own instanceof OwnError, own instanceof LRUCacheError]).toEqual([true, true]);
    for (const [, , run] of cases) expect(thrownBy(run) instanceof OwnError).toBe(false);
    expect(own instanceof LRUCacheTypeError).toBe(false);
  });
});
