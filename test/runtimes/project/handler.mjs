// The conformance test as a handler of Nitro: answers each request with the report.

import { LRUCache as Control } from 'lru-cache';
import { LRUCache } from 'wasm-lru';
import { memoize } from 'wasm-lru/memoize';
import { WriteThroughCache } from 'wasm-lru/stores';
import { defineEventHandler } from '#imports';
import { conformance, firstGet } from './conformance.mjs';

export default defineEventHandler(async () => {
  if (firstGet(Control) !== 1) throw new Error('lru-cache does not work');
  return conformance(LRUCache, { memoize, WriteThroughCache });
});
