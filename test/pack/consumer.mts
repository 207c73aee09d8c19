// A program of a user who writes ES modules: every entry, and the types that come with it.

import { LRUCache, LRUCacheError, type LRUCacheErrorCode, LRUCacheTypeError } from 'wasm-lru';
import { LRUCache as Edge } from 'wasm-lru/edge';
import { cached, type Memoized, memoize, memoizedOf, NOTHING } from 'wasm-lru/memoize';
import { NumberLRU } from 'wasm-lru/numbers';
import { LRUCache as Pure } from 'wasm-lru/pure';
import { memoize as memoizePure } from 'wasm-lru/pure/memoize';
import { WriteThroughCache as PureThrough } from 'wasm-lru/pure/stores';
import { type Dict, WriteBackCache, WriteThroughCache } from 'wasm-lru/stores';

function expect(what: string, isTrue: boolean): void {
  if (!isTrue) throw new Error(what);
}

const options: LRUCache.Options<string, number, unknown> = { max: 3, engine: 'pure' };
const caches = [LRUCache, Edge, Pure].map((Cache) => new Cache(options));
for (const cache of caches) {
  cache.set('a', 1);
  const value: number | undefined = cache.get('a');
  expect(`a is ${value}`, value === 1);
}

let code: LRUCacheErrorCode | undefined;
try {
  new LRUCache({ max: 'many' as unknown as number });
} catch (error) {
  if (error instanceof LRUCacheTypeError || error instanceof LRUCacheError) code = error.code;
}
expect(`code is ${code}`, code === 'INVALID_MAX');

const loading = new LRUCache<string, number>({ max: 3, fetchMethod: async (key) => key.length });
const loaded: number | undefined = await loading.fetch('four');
expect(`loaded is ${loaded}`, loaded === 4);

const store: Dict<string, number> = new Map<string, number>();
const through = new WriteThroughCache({ store, max: 3 });
await through.set('a', 1);
const read: number | undefined = await through.get('a');
expect(`read is ${read}`, read === 1);
const back = new WriteBackCache({ store, max: 3, maxDirty: 2 });
await back.set('b', 2);
await back.sync();
expect('b is written', (await store.get('b')) === 2);
await back[Symbol.asyncDispose]();

const length: Memoized<(text: string) => number | undefined> = memoize(
  (text: string) => text.length || undefined,
  { max: 3, negativeTtl: 0 },
);
expect('four has length 4', length('four') === 4 && length('') === undefined);
expect('the class is one', length.cache instanceof LRUCache);
expect('undefined is remembered', [...length.cache.values()][0] === NOTHING);

const counts = new NumberLRU({ max: 3 });
expect('numbers count', counts.set(1, 2).increment(1) === 3);

const squared = memoizePure((n: number) => n * n, { max: 3 });
expect('9, on the pure class', squared(3) === 9 && squared.cache instanceof Pure);
expect('the class is another one', !(squared.cache instanceof LRUCache));
const pureThrough = new PureThrough({ store, max: 3 });
expect('pure stores work', (await pureThrough.get('b')) === 2);
expect('edge is the package, here', Edge === LRUCache);

class Users {
  @cached({ max: 3 })
  async find(name: string): Promise<string> {
    return `user ${name}`;
  }
}
const users = new Users();
const found: string = await users.find('a');
expect(`found is ${found}`, found === 'user a' && memoizedOf(users, users.find).cache.size === 1);
