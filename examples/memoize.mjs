// A function that remembers: it runs once for each list of arguments, unless it fails.
//
// Run it after `npm run build` with `node examples/memoize.mjs`.

import { memoize } from 'wasm-lru/memoize';

const load = memoize(
  async (host, path) => {
    console.log(`load ${host}${path}`);
    return path === '/' ? 'index' : undefined;
  },
  { max: 500, ttl: 60_000, negativeTtl: 5000 },
);

console.log(await Promise.all([load('a', '/'), load('a', '/'), load('b', '/')]));
console.log([await load('a', '/none'), await load('a', '/none')]);

load.delete('a', '/');
await load('a', '/');
console.log(load.stats().hits);
