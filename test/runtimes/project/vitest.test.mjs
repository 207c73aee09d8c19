// The conformance test under Vitest, whose report is a line of what it prints.

import { LRUCache as Control } from 'lru-cache';
import { expect, test } from 'vitest';
import { LRUCache } from 'wasm-lru';
import { memoize } from 'wasm-lru/memoize';
import { WriteThroughCache } from 'wasm-lru/stores';
import { conformance, firstGet } from './conformance.mjs';

test('conformance', async () => {
  expect(firstGet(Control)).toBe(1);
  const report = await conformance(LRUCache, { memoize, WriteThroughCache });
  console.log(JSON.stringify(report));
});
