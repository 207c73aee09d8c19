// The protection of values: what the option `freeze` does to a value on its way in and out.
//
// FR1  In: 'shallow' and 'deep' freeze the value that was given. A function returns a copy, which
//      is stored instead. Both happen before the operation changes anything.
// FR2  Out: with a function, everyone who receives a value that stays in the cache gets a copy of
//      his own. A value that has left the cache is given as it is.
// FR3  Primitives pass, since they cannot be changed.

import { LRUCacheTypeError } from '../common/errors.js';
import type { Freeze } from '../common/types.js';

/** What one cache does to its values. */
export interface Keeping<V> {
  /** Returns what is stored for a value. */
  readonly onSet: (value: V) => V;
  /** Returns what is given for a stored value; undefined if that is the value itself. */
  readonly onGet: ((value: V) => V) | undefined;
}

/** What the option means. */
export function keepingOf<V>(freeze: Freeze<V> | undefined): Keeping<V> | undefined {
  if (freeze === undefined) return undefined;
  if (typeof freeze !== 'function') {
    return { onSet: (value) => frozen(value, freeze === 'deep'), onGet: undefined };
  }
  const copy = (value: V): V => copied(value, freeze);
  return { onSet: copy, onGet: copy };
}

function isObject(value: unknown): value is object {
  return Object(value) === value;
}

/** Whether a value is an array or a plain object, of any realm. */
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
  // The set grows while it is read. So a cycle ends, and depth takes no stack.
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

/** The copy that a function returns. Throws `INVALID_VALUE`, and what the function throws. */
function copied<V>(value: V, copy: (value: V) => V): V {
  const made = isObject(value) ? copy(value) : value;
  if (made !== undefined) return made;
  throw new LRUCacheTypeError('INVALID_VALUE', 'freeze must return a value, not undefined');
}
