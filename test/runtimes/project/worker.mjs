// The conformance test as a worker, for workerd: answers each request with the report.
// The first cache is made while the module is evaluated, if the environment says so.

import { LRUCache } from 'wasm-lru';
import { memoize } from 'wasm-lru/memoize';
import { WriteThroughCache } from 'wasm-lru/stores';
import { conformance, firstGet } from './conformance.mjs';

const isAtTop = globalThis.isFirstAtTop ?? false;
if (isAtTop) firstGet(LRUCache);

export default {
  fetch: async () => Response.json(await conformance(LRUCache, { memoize, WriteThroughCache })),
};
