// A program of the language only, which has to compile under every version of it: no host is used.

import { LRUCache, LRUCacheError, LRUCacheRangeError } from 'wasm-lru';
import { cached, memoize } from 'wasm-lru/memoize';
import { LRUCache as PureCache } from 'wasm-lru/pure';
import { WriteBackCache, WriteThroughCache } from 'wasm-lru/stores';

const cache = new LRUCache<string, number>({
  max: 5,
  fetchMethod: (key, stale, { signal }) => {
    signal.addEventListener('abort', () => undefined);
    const isAborted: boolean = signal.aborted;
    return isAborted ? stale : key.length;
  },
  fetchManyMethod: (keys, _, { signal }) => {
    signal.throwIfAborted();
    return keys.map((key) => key.length);
  },
});

/** What every version of the language can do with a cache. */
export async function use(options: LRUCache.FetchOptions<string, number, unknown>) {
  const { signal } = options;
  const value = await cache.fetch('a', signal === undefined ? {} : { signal });
  const values: Map<string, number> = await cache.fetchMany(['a', 'b']);
  for (const [key, each] of cache) values.set(key, each);
  const keys: string[] = Array.from(cache.keys());
  return { value, keys, first: cache.rvalues().next() };
}

/** What a program is told of an error, also by types of the language that know no `cause`. */
export function reasonOf(error: unknown): unknown {
  return error instanceof LRUCacheError || error instanceof LRUCacheRangeError
    ? [error.code, error.cause]
    : new LRUCacheError('NO_STATS', 'why', { cause: error });
}

/** The other entries. */
export const others = [
  new PureCache<string, number>({ max: 1 }),
  new WriteBackCache({ max: 1, store: new Map<string, number>() }),
  new WriteThroughCache({ max: 1, store: new Map<string, number>() }).keys(),
  memoize((text: string) => text.length),
  cached,
];
