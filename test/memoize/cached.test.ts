// Shows that a decorated method remembers for each object by itself, and keeps none alive; and the
// types of what memoize and @cached give, which `npm run check` compiles.

import { describe, expect, expectTypeOf, it } from 'vitest';
import type { LRUCache } from '../../src/index.js';
import { cached, type Memoized, memoize, memoizedOf, type NOTHING } from '../../src/memoize.js';
import { stillAlive } from '../support/collected.js';

const context = { kind: 'method', name: 'find' } as ClassMethodDecoratorContext<never, never>;

/** A class as the decorator makes it, which the test's compiler leaves to us. */
function decoratedClass(options = {}) {
  class Users {
    calls: string[] = [];
    find(name: string): string {
      this.calls.push(name);
      return `${name} ${this.calls.length}`;
    }
  }
  Users.prototype.find = cached<Users, [string], string>(options)(Users.prototype.find, context);
  return Users;
}

describe('a decorated method', () => {
  it('remembers for each object by itself', () => {
    const Users = decoratedClass();
    const [a, b] = [new Users(), new Users()];
    expect([a.find('x'), a.find('x'), b.find('x'), a.find('y')]).toEqual([
      'x 1',
      'x 1',
      'x 1',
      'y 2',
    ]);
    memoizedOf(a, a.find).clear();
    expect([a.find('x'), b.find('x')]).toEqual(['x 3', 'x 1']);
    expect(memoizedOf(b, b.find).stats()).toMatchObject({ hits: 1, misses: 1 });
    expect([a.find.name, a.find.length]).toEqual(['find', 1]);
  });

  it('calls key with the object as this', () => {
    const Users = decoratedClass({
      key(this: { calls: string[] }, name: string) {
        return `${this.calls.length > 1} ${name}`;
      },
    });
    const a = new Users();
    expect([a.find('x'), a.find('x'), a.find('y'), a.find('x')]).toEqual([
      'x 1',
      'x 1',
      'y 2',
      'x 3',
    ]);
  });

  it('runs undecorated without an object', () => {
    const calls: unknown[] = [];
    const find = cached<unknown, [number], number>()((a) => calls.push(a), context);
    expect([find.call(undefined, 1), find.call(null, 1), find.call(7, 1)]).toEqual([1, 2, 3]);
  });

  it('may be static, and remembers for its class', () => {
    const calls: string[] = [];
    const find = cached<unknown, [string], number>()((name) => calls.push(name), context);
    const Users = Object.assign(() => {}, { find });
    expect([Users.find('x'), Users.find('x'), calls]).toEqual([1, 1, ['x']]);
    expect(memoizedOf(Users, Users.find).stats()).toMatchObject({ hits: 1, misses: 1 });
    expect(Object.getOwnPropertyDescriptor(Users.find, 'name')?.configurable).toBe(true);
  });

  it('keeps no object alive', async () => {
    const Users = decoratedClass();
    const refs = (() => {
      const user = new Users();
      user.find('x');
      return { user: new WeakRef(user) };
    })();
    expect(await stillAlive(refs)).toEqual([]);
  });

  it('is a method, and nothing else', () => {
    const field = { kind: 'field', name: 'a' } as unknown as typeof context;
    expect(() => cached()(() => {}, field)).toThrow(/methods only/);
    expect(() => memoizedOf({}, () => {})).toThrow(/not decorated/);
  });
});

it('types follow the function', () => {
  const find = memoize(async (name: string, _age?: number) => (name ? name.length : undefined));
  expectTypeOf(find).toExtend<(name: string, age?: number) => Promise<number | undefined>>();
  expectTypeOf(find.delete).parameters.toEqualTypeOf<[name: string, _age?: number | undefined]>();
  expectTypeOf(find.delete).returns.toEqualTypeOf<boolean>();
  expectTypeOf(find.cache).toEqualTypeOf<LRUCache<unknown, number | typeof NOTHING>>();
  const keyed = memoize((a: number) => [a], { key: (a) => `${a}` });
  expectTypeOf(keyed).toEqualTypeOf<Memoized<(a: number) => number[], string>>();
  expectTypeOf(keyed.delete).parameters.toEqualTypeOf<[a: number]>();
  expectTypeOf(keyed.cache).toEqualTypeOf<LRUCache<string, number[] | typeof NOTHING>>();
});
