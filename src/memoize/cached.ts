// The decorator of methods: memoizes a method, for each object separately.
//
// The results of an object are reachable only from that object, so that they are collected with it,
// and nothing here keeps the object alive: it is the key of a WeakMap whose value may refer to it.

import { LRUCacheTypeError } from '../index.js';
import {
  type AnyFunction,
  checkOptions,
  type Memoized,
  type MemoizeOptions,
  memoize,
} from './memoized.js';

type Method<This, A extends readonly unknown[], R> = (this: This, ...args: A) => R;
type OfObject = (object: object) => unknown;

/** For each decorated method, a function that returns the memoized method of an object. */
const decorated = new WeakMap<AnyFunction, OfObject>();

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** A method decorator, standard and for TypeScript's older `experimentalDecorators`. */
export interface CachedDecorator<This, A extends readonly unknown[], R> {
  /** Called by standard decorators. */
  <M extends Method<This, A, R>>(method: M, context: ClassMethodDecoratorContext<This, M>): M;
  /**
   * Called by standard decorators; TypeScript infers the types of the options from this signature.
   */
  (
    method: Method<This, A, R>,
    context: ClassMethodDecoratorContext<This, Method<This, A, R>>,
  ): Method<This, A, R>;
  /** Called by TypeScript with `experimentalDecorators`. */
  (prototype: object, name: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor;
}

/** A method that remembers for each object separately. */
function perObject<This, A extends readonly unknown[], R, K>(
  method: Method<This, A, R>,
  options: MemoizeOptions<This, A, R, K>,
): Method<This, A, R> {
  type Bound = (...args: A) => R;
  const { key, ...rest } = options;
  const methods = new WeakMap<object, Memoized<Bound, K>>();
  const of = (object: object): Memoized<Bound, K> => {
    const known = methods.get(object);
    if (known !== undefined) return known;
    const bound: Bound = (...args) => method.apply(object as This, args as never);
    const own: MemoizeOptions<unknown, A, R, K> = { ...rest };
    if (key !== undefined) own.key = (...args) => key.apply(object as This, args as never);
    const made = memoize<Bound, K>(bound, own as never);
    methods.set(object, made);
    return made;
  };
  const replacement = function (this: This, ...args: A): R {
    return isObject(this) ? (of(this) as Bound)(...args) : method.apply(this, args as never);
  };
  for (const name of ['name', 'length'] as const) {
    Object.defineProperty(replacement, name, { value: method[name], configurable: true });
  }
  decorated.set(replacement, of);
  return replacement;
}

/**
 * A decorator that memoizes a method: each object has a cache of its own, which is made at its
 * first call with the given options. `key` is called with the object as `this`. A static method has
 * a cache for each class it is called on. If it is called without an object, the method runs as if
 * it were not decorated. It works as a standard decorator, and with TypeScript's
 * `experimentalDecorators`.
 *
 * Throws `INVALID_OPTIONS` if it decorates something else than a method, or gets an option that
 * `memoize` does not have; `memoize` checks the other options at the first call.
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
): CachedDecorator<This, A, R> {
  checkOptions(options);
  const decorate = (
    target: unknown,
    context: string | symbol | { readonly kind?: unknown },
    descriptor?: TypedPropertyDescriptor<Method<This, A, R>>,
  ): unknown => {
    if (typeof context === 'object' && context.kind === 'method') {
      return perObject(target as Method<This, A, R>, options);
    }
    if (typeof context !== 'object' && typeof descriptor?.value === 'function') {
      return { ...descriptor, value: perObject(descriptor.value, options) };
    }
    throw new LRUCacheTypeError('INVALID_OPTIONS', '@cached decorates methods only');
  };
  return decorate as CachedDecorator<This, A, R>;
}

/**
 * Returns the memoized function behind a decorated method of an object, to forget results or to
 * read counts: `memoizedOf(users, users.find).clear()`. Throws `INVALID_CALLBACK` if the method is
 * not decorated.
 */
export function memoizedOf<F extends AnyFunction>(object: object, method: F): Memoized<F> {
  const of = decorated.get(method);
  if (of !== undefined) return of(object) as Memoized<F>;
  throw new LRUCacheTypeError('INVALID_CALLBACK', 'The method is not decorated with @cached');
}
