// The conformance test in a page, unbundled: posts the report to where the page came from.

const began = performance.now();
const { LRUCache } = await import('/node_modules/wasm-lru/dist/index.js');
const { conformance, firstGet } = await import('/conformance.mjs');

firstGet(LRUCache);
const firstGetMs = performance.now() - began;
const { memoize } = await import('/node_modules/wasm-lru/dist/memoize.js');
const { WriteThroughCache } = await import('/node_modules/wasm-lru/dist/stores.js');
const report = { ...(await conformance(LRUCache, { memoize, WriteThroughCache })), firstGetMs };
await fetch(`/report${location.pathname}`, { method: 'POST', body: JSON.stringify(report) });
