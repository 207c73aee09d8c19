// As main.mjs, by `require`.

const entry = process.argv[2] ?? 'wasm-lru';
const began = performance.now();
const { LRUCache } = require(entry);
const { conformance, firstGet } = require('./conformance.cjs');

firstGet(LRUCache);
const firstGetMs = performance.now() - began;
conformance(LRUCache).then((report) => {
  console.log(JSON.stringify({ ...report, firstGetMs }));
});
