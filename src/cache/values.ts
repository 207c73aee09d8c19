// The values that nobody outside can change: what `freeze` does to a value on its way in and out.
//
// V1  In: 'shallow' and 'deep' freeze the value that was given. A function makes another of it,
//     which is stored in its place. Either is done before anything is changed.
// V2  Out: with a function, whoever is given a value that is in the cache gets what the function
//     makes of it, each his own. A value that has left the cache is given as it is.
// V3  Primitives pass: they cannot be changed.

import { show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';
import type { Freeze } from '../common/types.js';

/** What is done to values, of one cache. */
export interface Keeping<V> {
  /** What is to be stored. */
  readonly onSet: (value: V) => V;
  /** What is given out of what is stored; undefined if that is the same. */
  readonly onGet: ((value: V) => V) | undefined;
}

/** What an option means. Throws `INVALID_OPTIONS`. */
export function keepingOf<V>(freeze: Freeze<V> | undefined): Keeping<V> | undefined {
  if (freeze === undefined) return undefined;
  if (freeze === 'shallow' || freeze === 'deep') {
    return { onSet: (value) => frozen(value, freeze === 'deep'), onGet: undefined };
  }
  if (typeof freeze === 'function') {
    const copy = (value: V): V => copied(value, freeze);
    return { onSet: copy, onGet: copy };
  }
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `freeze must be 'shallow', 'deep' or a function, not ${show(freeze)}`,
  );
}

function isObject(value: unknown): value is object {
  return Object(value) === value;
}

/** An array, or an object without a class, of any realm: what freezing makes safe in full. */
function isData(value: unknown): value is object {
  if (!isObject(value) || Array.isArray(value)) return isObject(value);
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Freezes a value; if deep, also the arrays and plain objects that are in it. Getters are not
 * called. Throws `INVALID_VALUE`.
 */
function frozen<V>(value: V, isDeep: boolean): V {
  // It grows while it is read: a circle ends, and depth takes no stack.
  const found = new Set<object>(isObject(value) ? [value] : []);
  try {
    for (const object of found) {
      Object.freeze(object);
      for (const name of isDeep ? Reflect.ownKeys(object) : []) {
        const held: unknown = Reflect.getOwnPropertyDescriptor(object, name)?.value;
        if (isData(held)) found.add(held);
      }
    }
  } catch (cause) {
    throw new LRUCacheTypeError('INVALID_VALUE', 'The value cannot be frozen', { cause });
  }
  return value;
}

/** What a function makes of a value. Throws `INVALID_VALUE`, and what the function throws. */
function copied<V>(value: V, copy: (value: V) => V): V {
  const made = isObject(value) ? copy(value) : value;
  if (made !== undefined) return made;
  throw new LRUCacheTypeError('INVALID_VALUE', 'freeze must return a value, not undefined');
}
