// The errors: their classes and names, and that a message can be made of whatever was given.

import { describe, expect, it } from 'vitest';
import {
  isRefusal,
  keepName,
  LRUCacheError,
  LRUCacheRangeError,
  LRUCacheTypeError,
  outOfMemory,
} from '../src/errors.js';
import { LRUCache } from '../src/lru.js';

const classes = [
  ['LRUCacheError', LRUCacheError, Error],
  ['LRUCacheTypeError', LRUCacheTypeError, TypeError],
  ['LRUCacheRangeError', LRUCacheRangeError, RangeError],
] as const;

describe.each(classes)('%s', (name, Refusal, Base) => {
  it('is an error of the language, with a name and a code', () => {
    const error = new Refusal('NO_STATS', 'why');
    expect(error).toBeInstanceOf(Base);
    expect([error.name, error.code, error.message]).toEqual([name, 'NO_STATS', 'why']);
    expect(String(error)).toBe(`${name}: why`);
    expect(Refusal.name).toBe(name);
  });

  it('is a refusal, which nothing else is', () => {
    expect(isRefusal(new Refusal('NO_STATS', 'why'))).toBe(true);
    expect([new Base('why'), { code: 'NO_STATS' }, undefined].map(isRefusal)).toEqual([
      ...[false, false, false],
    ]);
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
  [null, 'object'],
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
