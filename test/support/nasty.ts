// The nasty values: keys that have broken a cache somewhere, each with a name to report it by.
//
// A value is never shown or compared by a test's own matcher, as some of them throw when looked
// at; the names stand in for them. Several values are equal on purpose, as different objects or
// different representations of one string.

import { runInNewContext } from 'node:vm';

/** A value and the name it goes by in a report. */
export type Nasty = readonly [name: string, value: unknown];

const named = (values: readonly unknown[], kind: string): Nasty[] =>
  values.map((value, i) => [`${kind} ${i} ${String(value).slice(0, 24)}`, value]);

/** Every one of the powers of two at which a representation of numbers changes, and neighbours. */
const boundaries = [8, 16, 30, 31, 32, 53].flatMap((bits) =>
  [-1, 0, 1].flatMap((step) => [2 ** bits + step, -(2 ** bits) + step]),
);

const numbers = [
  ...[0, -0, 1, -1, 2, 0.5, -0.5, 1.5, 0.1 + 0.2, 0.3, 1e21, 1e308, -1e308],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ...[Number.MIN_VALUE, -Number.MIN_VALUE, Number.EPSILON, Number.MAX_VALUE, -Number.MAX_VALUE],
  ...boundaries,
];

const long = 'wasm-lru '.repeat(200);

/** Equal to `long`, but built as a tree of concatenations. */
function rope(): string {
  let text = '';
  for (let i = 0; i < 200; i++) text += i % 2 === 0 ? 'wasm-lru ' : `wasm${'-'}lru `;
  return text;
}

const strings = [
  ...['', ' ', '0', '-0', '+0', '00', '1', '-1', '1.5', '1e21', 'NaN', 'Infinity', '2147483648'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'valueOf', 'length'],
  ...['null', 'undefined', 'true', 'false', '[object Object]', 'Symbol(a)', '1n'],
  ...['\0', '\0\0', 'a\0', '\0a', 'a\0b', 'a'],
  ...['\ud800', '\udc00', '\udfff', '\ud800\ud800', '\udc00\ud800', '\u{10000}', '\ufffd'],
  ...['\u00e9', 'e\u0301', '\ufeff', 'ÿ', 'Ā', '\u0130', 'ß', 'ss'],
  ...[long, rope(), `${long}!`, `!${long}`, `x${long}`.slice(1), long.slice(0, -1)],
];

const bigints = [
  ...[0n, -0n, 1n, -1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n],
  ...[2n ** 64n + 1n, 2n ** 64n - 1n, -(2n ** 64n), 2n ** 4096n, -(2n ** 4096n)],
  ...[2n ** 4096n + 1n, (2n ** 2048n) ** 2n, BigInt('1')],
];

const symbols = [
  ...[Symbol('a'), Symbol('a'), Symbol(), Symbol.for('a'), Symbol.for('a'), Symbol.for('')],
  ...[Symbol.iterator, Symbol.toPrimitive, Symbol.hasInstance],
  ...[runInNewContext('Symbol.iterator'), runInNewContext("Symbol.for('a')")],
];

function throwing(): never {
  throw new Error('a key was looked at');
}

/** A handler of which every trap throws, whichever is asked for. */
const throwingHandler = new Proxy({}, { get: () => throwing });

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

class Plain {}

const objects: Nasty[] = [
  ['an object', {}],
  ['another object', {}],
  ['an array', []],
  ['an array of 1', [1]],
  ['a frozen object', Object.freeze({})],
  ['a sealed object', Object.seal({})],
  ['an object without prototype', Object.create(null)],
  ['an object that throws when converted', { toString: throwing, valueOf: throwing }],
  ['an object that converts to 1', { valueOf: () => 1, toString: () => '1' }],
  ['an object with a hash', { hashCode: () => 0, equals: () => true }],
  ['an arrow function', () => 0],
  ['a function', throwing],
  ['an async function', async () => 0],
  ['a class', Plain],
  ['an instance', new Plain()],
  ['a date', new Date(0)],
  ['an equal date', new Date(0)],
  ['an invalid date', new Date(Number.NaN)],
  ['a regular expression', /a/],
  ['an equal regular expression', /a/],
  ['an error', new Error('a')],
  ['a map', new Map()],
  ['a promise', Promise.resolve()],
  ['a buffer', new ArrayBuffer(8)],
  ['a view', new Uint8Array(8)],
  ['a weak map', new WeakMap()],
  ['a boxed number', Object(1)],
  ['another boxed number', Object(1)],
  ['a boxed string', Object('a')],
  ['a boxed boolean', Object(false)],
  ['a boxed bigint', Object(1n)],
  ['a boxed symbol', Object(Symbol.iterator)],
  ['a proxy', new Proxy({}, {})],
  ['a proxy that throws', new Proxy({}, throwingHandler)],
  ['a function proxy that throws', new Proxy(() => 0, throwingHandler)],
  ['a revoked proxy', revoked()],
  ['the global object', globalThis],
  ['Object.prototype', Object.prototype],
  ['an object of another realm', runInNewContext('({})')],
  ['an array of another realm', runInNewContext('[]')],
  ['a function of another realm', runInNewContext('() => 0')],
  ['a date of another realm', runInNewContext('new Date(0)')],
  ['Object.prototype of another realm', runInNewContext('Object.prototype')],
];

/** Every nasty value. */
export const nasty: readonly Nasty[] = [
  ['null', null],
  ['undefined', undefined],
  ['true', true],
  ['false', false],
  ['a number of another realm', runInNewContext('0/0')],
  ['a string of another realm', runInNewContext("'a'")],
  ...named(numbers, 'number'),
  ...named(strings, 'string'),
  ...named(bigints, 'bigint'),
  ...named(symbols, 'symbol'),
  ...objects,
];
