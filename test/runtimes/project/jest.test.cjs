// The conformance test under Jest, which loads CommonJS files in a realm of its own.

const { writeFileSync } = require('node:fs');

test('conformance', async () => {
  const began = performance.now();
  const { LRUCache } = require('wasm-lru');
  const { conformance, firstGet } = require('./conformance.cjs');
  firstGet(LRUCache);
  const firstGetMs = performance.now() - began;
  const { memoize } = require('wasm-lru/memoize');
  const { WriteThroughCache } = require('wasm-lru/stores');
  const { LRUCache: Control } = require('lru-cache');
  expect(firstGet(Control)).toBe(1);
  const report = { ...(await conformance(LRUCache, { memoize, WriteThroughCache })), firstGetMs };
  writeFileSync('report.json', JSON.stringify(report));
  expect(report.failures).toEqual([]);
}, 60_000);
