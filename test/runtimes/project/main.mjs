// The conformance test as a program: `main.mjs [ENTRY [SATELLITES]]`, in Node, Deno and Bun, by
// `import`. The report goes to standard output, as JSON.

import { conformance, firstGet } from './conformance.mjs';

const args = globalThis.Deno?.args ?? globalThis.process.argv.slice(2);
const [entry = 'wasm-lru', satellites = 'wasm-lru'] = args;
const began = performance.now();
const { LRUCache } = await import(entry);
firstGet(LRUCache);
const firstGetMs = performance.now() - began;
const { memoize } = await import(`${satellites}/memoize`);
const { WriteThroughCache } = await import(`${satellites}/stores`);
const report = await conformance(LRUCache, { memoize, WriteThroughCache });
// What console.log shows of a cache.
const inspect = globalThis.Deno?.inspect ?? (await import('node:util')).inspect;
const shown = inspect(new LRUCache({ max: 3 }).set('a', 1));
if (!/^LRUCache \{.*size: 1,.*["']a["'] => 1/s.test(shown)) {
  report.failures.push(`is shown as ${shown}`);
}
console.log(JSON.stringify({ ...report, firstGetMs }));
