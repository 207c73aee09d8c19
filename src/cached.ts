// The decorator of methods: what `memoize` makes of a function, for each object by itself.
//
// The results of an object are reachable from it alone, so that they go when it does, and nothing
// here keeps it alive: it is the key of a WeakMap whose value may refer to it.

import { LRUCacheTypeError } from './index.js';
import { type Memoized, type MemoizeOptions, memoize } from './memoized.js';

type Method<This, A extends readonly unknown[], R> = (this: This, ...args: A) => R;
type AnyMethod = Method<never, never, unknown>;
type OfObject = (object: object) => unknown;

/** By a decorated method: what gives the memoized method of an object. */
const decorated = new WeakMap<AnyMethod, OfObject>();

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/**
 * A decorator of the standard kind that memoizes a method. Each object gets a cache of its own at
 * its first call, made with the given options; `key` is called with the object as `this`. A static
 * method has a cache for each class that it is called on. Called without an object, the method runs
 * as if it were not decorated.
 *
 * Throws `INVALID_OPTIONS` if anything but a method is decorated. Invalid options throw at the
 * first call, as `memoize` does.
 *
 * @example
 * ```ts
 * import { cached, memoizedOf } from 'wasm-lru/memoize';
 *
 * class Users {
 *   queries = 0;
 *
 *   @cached({ max: 100 })
 *   async find(name: string): Promise<string> {
 *     this.queries += 1;
 *     return name.toUpperCase();
 *   }
 * }
 *
 * const users = new Users();
 * console.log(await users.find('ada'), await users.find('ada'), users.queries); // ADA ADA 1
 * memoizedOf(users, users.find).clear();
 * console.log(await users.find('ada'), users.queries); // ADA 2
 * ```
 */
export function cached<This, A extends readonly unknown[], R, K = unknown>(
  options: MemoizeOptions<This, A, R, K> = {},
): (
  method: Method<This, A, R>,
  context: ClassMethodDecoratorContext<This, Method<This, A, R>>,
) => Method<This, A, R> {
  return (method, context) => {
    if (context.kind !== 'method') {
      throw new LRUCacheTypeError('INVALID_OPTIONS', '@cached decorates methods only');
    }
    const methods = new WeakMap<object, Memoized<unknown, A, R, K>>();
    const of = (object: object): Memoized<unknown, A, R, K> => {
      const known = methods.get(object);
      if (known !== undefined) return known;
      const self = object as This;
      const { key, ...rest } = options as MemoizeOptions<unknown, A, R, K>;
      const bound = (...args: A): R => method.apply(self, args as never);
      const own: MemoizeOptions<unknown, A, R, K> = rest;
      if (key !== undefined) own.key = (...args: A) => key.apply(self, args as never);
      const made = memoize(bound, own);
      methods.set(object, made);
      return made;
    };
    const replacement = function (this: This, ...args: A): R {
      return isObject(this) ? of(this)(...args) : method.apply(this, args as never);
    };
    for (const name of ['name', 'length'] as const) {
      Object.defineProperty(replacement, name, { value: method[name], configurable: true });
    }
    decorated.set(replacement, of);
    return replacement;
  };
}

/**
 * Returns the memoized function behind a decorated method of an object, to forget results or to
 * read counts: `memoizedOf(users, users.find).clear()`. Throws `INVALID_CALLBACK` if the method is
 * not decorated.
 */
export function memoizedOf<A extends readonly unknown[], R>(
  object: object,
  method: (...args: A) => R,
): Memoized<unknown, A, R, unknown> {
  const of = decorated.get(method as AnyMethod);
  if (of !== undefined) return of(object) as Memoized<unknown, A, R, unknown>;
  throw new LRUCacheTypeError('INVALID_CALLBACK', 'The method is not decorated with @cached');
}
