// A program of a user who writes ES modules: every entry, and the types that come with it.

import { LRUCache, LRUCacheError, type LRUCacheErrorCode, LRUCacheTypeError } from 'wasm-lru';
import { LRUCache as Inline } from 'wasm-lru/inline';
import { LRUCache as Pure } from 'wasm-lru/pure';

const options: LRUCache.Options<string, number, unknown> = { max: 3, engine: 'pure' };
const caches = [LRUCache, Inline, Pure].map((Cache) => new Cache(options));
for (const cache of caches) {
  cache.set('a', 1);
  const value: number | undefined = cache.get('a');
  if (value !== 1) throw new Error(`${value}`);
}

let code: LRUCacheErrorCode | undefined;
try {
  new LRUCache({ max: 'many' as unknown as number });
} catch (error) {
  if (error instanceof LRUCacheTypeError || error instanceof LRUCacheError) code = error.code;
}
if (code !== 'INVALID_MAX') throw new Error(code);

const loading = new LRUCache<string, number>({ max: 3, fetchMethod: async (key) => key.length });
const loaded: number | undefined = await loading.fetch('four');
if (loaded !== 4) throw new Error(`${loaded}`);
