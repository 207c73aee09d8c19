// As main.mjs, by `require`.

const [entry = 'wasm-lru', satellites = 'wasm-lru'] = process.argv.slice(2);
const began = performance.now();
const { LRUCache } = require(entry);
const { conformance, firstGet } = require('./conformance.cjs');

firstGet(LRUCache);
const firstGetMs = performance.now() - began;
const { memoize } = require(`${satellites}/memoize`);
const { WriteThroughCache } = require(`${satellites}/stores`);
conformance(LRUCache, { memoize, WriteThroughCache }).then((report) => {
  console.log(JSON.stringify({ ...report, firstGetMs }));
});
