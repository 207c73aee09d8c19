// The errors: their classes and names, by which a caller tells them from all others, and that a
// message can be made of whatever was given.

import { describe, expect, it, vi } from 'vitest';
import { keepName, outOfMemory } from '../../src/common/errors.js';
import {
  LRUCache,
  LRUCacheError,
  type LRUCacheErrorCode,
  LRUCacheRangeError,
  LRUCacheTypeError,
} from '../../src/index.js';

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
const ours = [LRUCacheError, LRUCacheTypeError, LRUCacheRangeError];
const classes = [...ours, TypeError, RangeError];

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

describe('the errors of another copy of the library', () => {
  it('are known, each to the class of its name and to LRUCacheError', async () => {
    vi.resetModules();
    const copy = await import('../../src/common/errors.js');
    expect(copy.LRUCacheError).not.toBe(LRUCacheError);
    const knownAs = (error: unknown) => ours.filter((each) => error instanceof each);
    class TheirOwn extends copy.LRUCacheRangeError {}
    class OurOwn extends LRUCacheRangeError {}
    for (const Made of [copy.LRUCacheRangeError, TheirOwn]) {
      const error = new Made('NO_STATS', 'why');
      expect(knownAs(error)).toEqual([LRUCacheError, LRUCacheRangeError]);
      expect(error instanceof OurOwn).toBe(false);
    }
    expect(knownAs(new copy.LRUCacheTypeError('NO_STATS', 'why'))).toEqual(ours.slice(0, 2));
    expect(knownAs(new copy.LRUCacheError('NO_STATS', 'why'))).toEqual([LRUCacheError]);
    const alike = Object.assign(new RangeError('why'), { code: 'NO_STATS' });
    for (const other of [copy.LRUCacheError.prototype, copy.LRUCacheError, alike, null, 5]) {
      expect(knownAs(other)).toEqual([]);
    }
  });
});

const named = [
  ['LRUCacheError', LRUCacheError, Error],
  ['LRUCacheTypeError', LRUCacheTypeError, TypeError],
  ['LRUCacheRangeError', LRUCacheRangeError, RangeError],
] as const;

describe.each(named)('%s', (name, Refusal, Base) => {
  it('is an error of the language, with a name and a code', () => {
    const error = new Refusal('NO_STATS', 'why');
    expect(error).toBeInstanceOf(Base);
    expect([error.name, error.code, error.message]).toEqual([name, 'NO_STATS', 'why']);
    expect(String(error)).toBe(`${name}: why`);
    expect(Refusal.name).toBe(name);
  });
});

describe('an error', () => {
  it('may have a cause', () => {
    const cause = new Error('of it');
    for (const Refusal of [LRUCacheError, LRUCacheRangeError]) {
      expect(new Refusal('NO_STATS', 'why', { cause }).cause).toBe(cause);
    }
  });

  it('of a host without memory is of the host', () => {
    expect(outOfMemory()).toBeInstanceOf(LRUCacheRangeError);
    expect(outOfMemory()).toMatchObject({ code: 'OUT_OF_MEMORY' });
  });
});

describe('a name that is kept', () => {
  it('is that of the class, whatever a minifier makes of it', () => {
    class A {}
    keepName(A, 'Long');
    expect(A.name).toBe('Long');
    keepName(A, 'Longer');
    expect(A.name).toBe('Longer');
  });
});

const hostile = () => {
  throw new Error('looked at');
};
const shown: readonly (readonly [unknown, string])[] = [
  ['text', "'text'"],
  ['', "''"],
  [0.5, '0.5'],
  [-1, '-1'],
  [Number.NaN, 'NaN'],
  [5n, '5'],
  [true, 'true'],
  [null, 'null'],
  [Symbol('s'), 'Symbol(s)'],
  [[5], 'object'],
  [Object.create(null), 'object'],
  [{ toString: hostile, valueOf: hostile, [Symbol.toPrimitive]: hostile }, 'object'],
  [Object.assign(() => 5, { toString: hostile }), 'function'],
];

describe('the message', () => {
  it.each(shown)('about %o says what was given, and looks at nothing', (value, text) => {
    const construct = (name: string, of: unknown) => () =>
      new LRUCache({ max: 5, [name]: of } as never);
    const code = 'INVALID_MAX';
    expect(construct('max', value)).toThrow(expect.objectContaining({ code }));
    for (const name of ['max', 'maxSize', 'ttl', 'engine']) {
      expect(construct(name, value), name).toThrow(new RegExp(`not ${escaped(text)}$`));
    }
    if (typeof value === 'function') return;
    for (const name of CALLBACKS) {
      const message = new RegExp(`^${name} must be a function, not ${escaped(text)}$`);
      expect(construct(name, value), name).toThrow(message);
    }
  });
});

const CALLBACKS = [
  ...['sizeCalculation', 'dispose', 'disposeAfter', 'onInsert'],
  ...['fetchMethod', 'fetchManyMethod', 'memoMethod'],
];

function escaped(text: string): string {
  return text.replace(/[.()]/g, '\\$&');
}
