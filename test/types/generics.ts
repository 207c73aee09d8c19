// The signature `LRUCache<K, V, FC>`: inference, and what FC makes of fetch, forceFetch and memo.

import { LRUCache } from 'lru-cache';
import type { Proof, Same } from './same.js';

interface User {
  id: number;
  name: string;
}

interface Request {
  token: string;
  retries?: number;
}

/** What is inferred from the options, or is not. */
export const bare = new LRUCache({ max: 5 });
export const fromDispose = new LRUCache({
  max: 5,
  dispose: (_value: User, _key: string) => {},
});
export const fromFetch = new LRUCache({
  max: 5,
  fetchMethod: async (id: number, _stale: User | undefined): Promise<User> => ({ id, name: '' }),
});
export const fromFetchContext = new LRUCache({
  max: 5,
  fetchMethod: (
    id: number,
    stale: User | undefined,
    { context }: LRUCache.FetcherOptions<number, User, Request>,
  ) => stale ?? { id, name: context.token },
});
export const fromMemo = new LRUCache({
  max: 5,
  memoMethod: (
    id: number,
    _stale: User | undefined,
    { context }: LRUCache.MemoizerOptions<number, User, Request>,
  ): User => ({ id, name: context.token }),
});
export const fromCache = new LRUCache(fromFetchContext);
export const contextual: LRUCache<string, number> = new LRUCache({ max: 5 });

export type Inferred = [
  // biome-ignore lint/complexity/noBannedTypes: that is what is inferred of nothing.
  Proof<Same<typeof bare, LRUCache<{}, {}, unknown>>>,
  Proof<Same<typeof fromDispose, LRUCache<string, User, unknown>>>,
  Proof<Same<typeof fromFetch, LRUCache<number, User, unknown>>>,
  Proof<Same<typeof fromFetchContext, LRUCache<number, User, Request>>>,
  Proof<Same<typeof fromMemo, LRUCache<number, User, Request>>>,
  Proof<Same<typeof fromCache, LRUCache<number, User, Request>>>,
  Proof<Same<LRUCache<string, User>, LRUCache<string, User, unknown>>>,
];

/** FC unknown: the context is optional, and may be anything. */
export async function unknownContext(cache: LRUCache<string, User>): Promise<void> {
  const fetched: User | undefined = await cache.fetch('a');
  const forced: User = await cache.forceFetch('a');
  const memoized: User = cache.memo('a');
  const options: LRUCache.FetchOptions<string, User, unknown> = { forceRefresh: true };
  const results = [
    cache.fetch('a', {}),
    cache.fetch('a', { context: 1 }),
    cache.fetch('a', options),
  ];
  const all: Promise<User>[] = [cache.forceFetch('a', {}), cache.forceFetch('a', options)];
  all.push(cache.forceFetch('a', { context: { any: 'thing' } }));
  const memos: User[] = [cache.memo('a', {}), cache.memo('a', { context: 'x' })];
  await Promise.all([...results, ...all, fetched, forced, memoized, memos]);
}

/** FC undefined: a context need not and cannot be given. */
export async function undefinedContext(cache: LRUCache<string, User, undefined>): Promise<void> {
  const fetched: User | undefined = await cache.fetch('a');
  const forced: User = await cache.forceFetch('a', { allowStale: true });
  const memoized: User = cache.memo('a');
  await cache.fetch('a', { forceRefresh: true, ttl: 10 });
  cache.memo('a', { forceRefresh: true });
  const none: LRUCache.FetchOptionsNoContext<string, User> = {};
  const noMemo: LRUCache.MemoOptionsNoContext<string, User> = {};
  await Promise.all([cache.fetch('a', none), cache.forceFetch('a', none), fetched, forced]);
  console.log(memoized, cache.memo('a', noMemo));
}

/** FC void: as undefined. */
export async function voidContext(cache: LRUCache<string, User, void>): Promise<void> {
  const fetched: User | undefined = await cache.fetch('a');
  const forced: User = await cache.forceFetch('a', { signal: AbortSignal.timeout(10) });
  const memoized: User = cache.memo('a', { ttl: 10 });
  const none: LRUCache.FetchOptionsNoContext<string, User, void> = { forceRefresh: false };
  await Promise.all([cache.fetch('a', none), cache.forceFetch('a'), fetched, forced, memoized]);
}

/** FC an object: every fetch and memo has a context, of that type. */
export async function objectContext(cache: LRUCache<string, User, Request>): Promise<void> {
  const context: Request = { token: 't' };
  const fetched: User | undefined = await cache.fetch('a', { context });
  const forced: User = await cache.forceFetch('a', { context, forceRefresh: true });
  const memoized: User = cache.memo('a', { context });
  const withContext: LRUCache.FetchOptionsWithContext<string, User, Request> = { context };
  const memoWith: LRUCache.MemoOptionsWithContext<string, User, Request> = { context };
  await cache.fetch('a', withContext);
  await cache.forceFetch('a', { ...withContext, context: { token: 'u', retries: 2 } });
  console.log(fetched, forced, memoized, cache.memo('a', memoWith));
}

/** FC other types still: a union with undefined, a string, any. */
export async function otherContexts(
  optional: LRUCache<string, User, Request | undefined>,
  literal: LRUCache<string, User, 'fast' | 'slow'>,
  // biome-ignore lint/suspicious/noExplicitAny: people write it.
  loose: LRUCache<string, User, any>,
): Promise<void> {
  await optional.fetch('a', { context: undefined });
  await optional.forceFetch('a', { context: { token: 't' } });
  optional.memo('a', { context: undefined });
  await literal.fetch('a', { context: 'slow' });
  await loose.fetch('a');
  await loose.fetch('a', { context: 1 });
  loose.memo('a');
}

/** What a wrapper with an FC of its own must write, as the overloads take a conditional type. */
export type FetchOptionsFor<K, V, FC> = unknown extends FC
  ? LRUCache.FetchOptions<K, V, FC>
  : // biome-ignore lint/suspicious/noConfusingVoidType: as the overloads have it.
    FC extends undefined | void
    ? LRUCache.FetchOptionsNoContext<K, V, FC>
    : LRUCache.FetchOptionsWithContext<K, V, FC>;

export type MemoOptionsFor<K, V, FC> = unknown extends FC
  ? LRUCache.MemoOptions<K, V, FC>
  : // biome-ignore lint/suspicious/noConfusingVoidType: as the overloads have it.
    FC extends undefined | void
    ? LRUCache.MemoOptionsNoContext<K, V, FC>
    : LRUCache.MemoOptionsWithContext<K, V, FC>;

export class Loader<K extends {}, V extends {}, FC = unknown> {
  readonly #cache: LRUCache<K, V, FC>;

  constructor(load: LRUCache.Fetcher<K, V, FC>, memo: LRUCache.Memoizer<K, V, FC>) {
    this.#cache = new LRUCache<K, V, FC>({ max: 10, fetchMethod: load, memoMethod: memo });
  }

  load(key: K, options: FetchOptionsFor<K, V, FC>): Promise<V | undefined> {
    return this.#cache.fetch(key, options);
  }

  require(key: K, options: FetchOptionsFor<K, V, FC>): Promise<V> {
    return this.#cache.forceFetch(key, options);
  }

  compute(key: K, options: MemoOptionsFor<K, V, FC>): V {
    return this.#cache.memo(key, options);
  }
}

/** Key and value types that people use. */
export const keyed = {
  // biome-ignore lint/suspicious/noExplicitAny: people write it.
  any: new LRUCache<any, any>({ max: 1 }),
  // biome-ignore lint/suspicious/noExplicitAny: people write it.
  anyOptions: new LRUCache<any, any, any>({ max: 1 } as any),
  bigint: new LRUCache<bigint, Uint8Array>({ max: 1 }),
  boolean: new LRUCache<boolean, false>({ max: 1 }),
  functions: new LRUCache<() => void, (x: number) => string>({ max: 1 }),
  literal: new LRUCache<'a' | 'b', 1 | 2>({ max: 1 }),
  object: new LRUCache<object, readonly string[]>({ max: 1 }),
  promise: new LRUCache<string, Promise<User | null>>({ max: 1 }),
  symbol: new LRUCache<symbol, Map<string, User>>({ max: 1 }),
  template: new LRUCache<`user:${number}`, User>({ max: 1 }),
  tuple: new LRUCache<readonly [string, number], User>({ max: 1 }),
};

/** Which caches can stand for which. */
// biome-ignore lint/suspicious/noExplicitAny: that is the question.
export const anything: LRUCache<any, any, any> = new LRUCache<string, User, Request>({ max: 1 });
// biome-ignore lint/suspicious/noExplicitAny: that is the question.
export const anyValue: LRUCache<string, any> = new LRUCache<string, User>({ max: 1 });
export const backAgain: LRUCache<string, User> = anyValue;
// biome-ignore lint/suspicious/noExplicitAny: that is the question.
export const anyContext: LRUCache<string, User, any> = new LRUCache<string, User>({ max: 1 });
