// How programs in the wild use lru-cache: wrapped, extended, injected, and taken apart by type.

import type { LRUCache as OnlyType } from 'lru-cache';
import * as lru from 'lru-cache';
import { LRUCache as LRU, LRUCache, type Perf } from 'lru-cache';
import type { Proof, Same } from './same.js';

export type { Perf as Clock } from 'lru-cache';
export { LRUCache } from 'lru-cache';

/** A wrapper that keeps the cache to itself. */
export class Foo<K extends {}, V extends {}> {
  #c: LRUCache<K, V>;

  constructor(max: number) {
    this.#c = new LRUCache({ max });
  }

  get(key: K, make: (key: K) => V): V {
    const hit = this.#c.get(key);
    if (hit !== undefined) return hit;
    const made = make(key);
    this.#c.set(key, made);
    return made;
  }

  *[Symbol.iterator](): Generator<[K, V]> {
    yield* this.#c;
  }

  entries(): [K, V][] {
    return [...this.#c.entries()];
  }
}

/** A wrapper whose callers choose the options. */
export class Configured<V extends {}> {
  private readonly cache: LRUCache<string, V>;
  readonly clock: Perf;

  constructor(options: Partial<LRUCache.OptionsBase<string, V, unknown>> = {}) {
    this.cache = new LRUCache<string, V>({ max: 100, ttl: 60_000, ...options });
    this.clock = this.cache.perf;
  }

  async getOrLoad(key: string, load: () => Promise<V>): Promise<V> {
    return this.cache.get(key) ?? this.cache.set(key, await load()).get(key) ?? (await load());
  }
}

/** Options built before the cache, in several ways. */
export function build<V extends {}>(limit: number): LRUCache<string, V>[] {
  const options: LRUCache.Options<string, V, unknown> = { max: limit };
  options.ttl = 1000;
  options.sizeCalculation = (_value, key) => key.length;
  const { max: _max, ...rest }: LRUCache.OptionsMaxLimit<string, V, unknown> = { max: limit };
  const constant = { max: 500, ttl: 1000, allowStale: true } as const;
  const checked = { maxSize: 10 } satisfies LRUCache.Options<string, V, unknown>;
  const conditional: LRUCache.Options<string, V, unknown> =
    limit > 0 ? { max: limit } : { ttl: 1000, ttlAutopurge: true };
  return [
    new LRUCache(options),
    new LRUCache<string, V>(options),
    new LRUCache<string, V>({ ...rest, max: limit * 2 }),
    new LRUCache<string, V>(constant),
    new LRUCache<string, V>(checked),
    new LRUCache(conditional),
    new LRUCache<string, V>(Object.freeze({ max: 1 })),
  ];
}

/** A cache stands for its own options. */
export function emptyCopy<K extends {}, V extends {}, FC>(
  other: LRUCache<K, V, FC>,
): LRUCache<K, V, FC> {
  const copy = new LRUCache(other);
  copy.load(other.dump());
  return new LRUCache<K, V, FC>(copy);
}

/** A subclass with names of its own, those of lru-cache 6 among them. */
export class Counting<K extends {}, V extends {}> extends LRUCache<K, V> {
  hits = 0;
  misses = 0;
  protected name = 'counting';
  private readonly log: string[] = [];
  override readonly [Symbol.toStringTag] = 'Counting';
  override ttlResolution = 0;

  constructor(max: number, options?: Omit<LRUCache.OptionsMaxLimit<K, V, unknown>, 'max'>) {
    super({ ...options, max });
  }

  static of<V extends {}>(entries: Iterable<[string, V]>): Counting<string, V> {
    const cache = new Counting<string, V>(10);
    for (const [key, value] of entries) cache.set(key, value);
    return cache;
  }

  override get(key: K, options?: LRUCache.GetOptions<K, V, unknown>): V | undefined {
    const value = super.get(key, options);
    if (value === undefined) this.misses++;
    else this.hits++;
    return value;
  }

  override set(key: K, value: V, options?: LRUCache.SetOptions<K, V, unknown>): this {
    this.log.push(`${this.name} set`);
    return super.set(key, value, options);
  }

  override delete(key: K): boolean {
    return super.delete(key);
  }

  override clear(): void {
    super.clear();
    this.hits = this.misses = 0;
  }

  del(key: K): boolean {
    return this.delete(key);
  }

  reset(): void {
    this.clear();
  }

  prune(): void {
    this.purgeStale();
  }

  get length(): number {
    return this.calculatedSize;
  }

  get itemCount(): number {
    return this.size;
  }

  counts(): { hits: number; misses: number; log: readonly string[] } {
    return { hits: this.hits, misses: this.misses, log: this.log };
  }

  getOrSet(key: K, make: () => V): V {
    return this.get(key) ?? this.set(key, make()).peek(key) ?? make();
  }
}

export const chained: Counting<string, number> = new Counting<string, number>(2)
  .set('a', 1)
  .set('b', 2);
export const asBase: LRUCache<string, number> = chained;

/** A subclass that fixes the types, and one without a constructor. */
export class Users<T extends { id: string }> extends LRUCache<string, T, { token: string }> {
  add(user: T): this {
    return this.set(user.id, user, { size: 1 });
  }

  load_(id: string, token: string): Promise<T | undefined> {
    return this.fetch(id, { context: { token } });
  }
}
export const users = new Users<{ id: string; age: number }>({ max: 10 });

/** A cache behind an interface of someone else. */
interface CacheLike<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
  has(key: K): boolean;
  delete(key: K): unknown;
  clear(): unknown;
  readonly size: number;
}
interface DataLoaderMap<K, V> {
  // biome-ignore lint/suspicious/noConfusingVoidType: as dataloader has it.
  get(key: K): V | void;
  // biome-ignore lint/suspicious/noExplicitAny: as dataloader has it.
  set(key: K, value: V): any;
  // biome-ignore lint/suspicious/noExplicitAny: as dataloader has it.
  delete(key: K): any;
  // biome-ignore lint/suspicious/noExplicitAny: as dataloader has it.
  clear(): any;
}
export const like: CacheLike<string, number> = new LRUCache<string, number>({ max: 1 });
export const loaderMap: DataLoaderMap<string, Promise<number>> = new LRUCache({ max: 1 });
export const iterable: Iterable<[string, number]> = asBase;
export const asMap: Map<string, number> = new Map(asBase);
export const asObject: { [key: string]: number } = Object.fromEntries(asBase);
export const someOf: Pick<LRUCache<string, number>, 'get' | 'has' | 'size'> = asBase;
export type Readable<K extends {}, V extends {}> = Omit<LRUCache<K, V>, 'set' | 'delete' | 'clear'>;
export const readable: Readable<string, number> = asBase;

/** Types taken from the class. */
type StringCache = LRUCache<string, number>;
export type Derived = [
  Proof<Same<Parameters<StringCache['get']>[0], string>>,
  Proof<
    Same<
      Parameters<StringCache['set']>,
      [
        k: string,
        v: number | undefined,
        o?: LRUCache.SetOptions<string, number, unknown> | undefined,
      ]
    >
  >,
  Proof<Same<ReturnType<StringCache['get']>, number | undefined>>,
  Proof<Same<Parameters<Parameters<StringCache['forEach']>[0]>, [number, string, StringCache]>>,
  Proof<Same<InstanceType<typeof LRUCache<string, number>>, StringCache>>,
  Proof<
    Same<
      ConstructorParameters<typeof LRUCache<string, number>>,
      [options: LRUCache.Options<string, number, unknown> | StringCache]
    >
  >,
  Proof<Same<OnlyType<string, number>, StringCache>>,
  Proof<Same<import('lru-cache').LRUCache<string, number>, StringCache>>,
  Proof<
    Same<
      StringCache extends LRUCache<infer K, infer V, infer FC> ? [K, V, FC] : never,
      [string, number, unknown]
    >
  >,
];

/** The class as a value. */
export function make(Cache: typeof LRUCache): LRUCache<string, number> {
  return new Cache<string, number>({ max: 1 });
}
export const made: LRUCache<string, number> = make(LRUCache);
export const namespaced: lru.LRUCache<string, lru.Perf> = new lru.LRUCache({ max: 1 });
export const renamed: LRU<string, number> = new LRU<string, number>({ max: 1 });
export const fixed = LRUCache<string, number>;
export const is = (x: unknown): boolean => x instanceof LRUCache;
// biome-ignore lint/suspicious/noExplicitAny: people write it.
export const size = (x: LRUCache<any, any> | Map<any, any>): number => x.size;

/** Memoization, with and without promises. */
export function memoize<A extends string | number, R extends {}>(
  fn: (argument: A) => R,
  options: LRUCache.Options<A, R, unknown> = { max: 100 },
): ((argument: A) => R) & { cache: LRUCache<A, R> } {
  const cache = new LRUCache<A, R>({ ...options, memoMethod: (key) => fn(key) });
  return Object.assign((argument: A) => cache.memo(argument), { cache });
}
export const pending = new LRUCache<string, Promise<Response>>({ max: 5 });
export function once(url: string): Promise<Response> {
  const started = pending.get(url) ?? fetch(url);
  pending.set(url, started);
  started.catch(() => pending.delete(url));
  return started;
}

/** One cache per process. */
declare global {
  var sharedCache: LRUCache<string, object> | undefined;
}
globalThis.sharedCache ??= new LRUCache<string, object>({ max: 1 });
