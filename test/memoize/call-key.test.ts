// Shows that the keys of two calls are equal if and only if their arguments are the same.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callKey } from '../../src/memoize/call-key.js';
import { stillAlive } from '../support/collected.js';

const OBJECTS = [{}, {}, [], () => {}, Symbol('a'), Symbol('a'), Symbol.for('a'), Symbol.for('b')];

const argument = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, false, 0, -0, Number.NaN, 1n, '', ...OBJECTS),
  fc.constantFrom('\0', '\0s1:a', '\0u', 's1:a', 'n1;', '1', 'undefined', '1;n2'),
  fc.string(),
  fc.double(),
  fc.integer({ min: 0, max: 12 }),
  fc.bigInt({ min: 0n, max: 12n }),
);
const list = fc.array(argument, { maxLength: 3 });

/** As keys of a Map are compared. */
const isSame = (a: unknown, b: unknown) => new Set([a]).has(b);
const areSame = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((item, i) => isSame(item, b[i]));

describe('the key of a call', () => {
  it('is equal for the same arguments only', () => {
    const pair = fc.tuple(list, list);
    const similar = list.chain((a) => fc.tuple(fc.constant(a), fc.shuffledSubarray(a)));
    fc.assert(
      fc.property(fc.oneof(pair, similar), ([a, b]) => {
        expect(isSame(callKey(a), callKey(a.slice()))).toBe(true);
        expect(isSame(callKey(a), callKey(b))).toBe(areSame(a, b));
      }),
      { numRuns: 5000 },
    );
  });

  it('tells apart what a careless encoding mixes up', () => {
    const lists = [
      [],
      [undefined],
      [undefined, undefined],
      [null, null],
      ['a,b', 'c'],
      ['a', 'b,c'],
      ['a', 'b', 'c'],
      [1, 2],
      ['1', '2'],
      [1n, 2n],
      [12, ''],
      [1, '2'],
      ['\0u'],
      ['\0'],
      ['\0n1;n2;'],
      [true, 'true'],
      [Symbol.for('x'), Symbol.for('y')],
      ['o1;', 'o2;'],
      [{}, {}],
      [{}, {}],
    ];
    expect(new Set(lists.map(callKey)).size).toBe(lists.length);
  });

  it('is the argument itself, if there is one', () => {
    const object = {};
    for (const arg of [object, 1, 'a', Number.NaN, undefined]) expect(callKey([arg])).toBe(arg);
  });

  it('of several objects keeps none of them alive', async () => {
    const keys: unknown[] = [];
    const refs = (() => {
      const objects = [{}, {}];
      keys.push(callKey(objects));
      return { a: new WeakRef(objects[0] as object), b: new WeakRef(objects[1] as object) };
    })();
    expect(await stillAlive(refs)).toEqual([]);
    expect(keys).toHaveLength(1);
  });
});
