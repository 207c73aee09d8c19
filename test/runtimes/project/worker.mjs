// The conformance test as a worker, for workerd: answers a request with the report, and those of
// requests.mjs by their paths.
// The first cache is made while the module is evaluated, if the environment says so.

import { LRUCache } from 'wasm-lru';
import { memoize } from 'wasm-lru/memoize';
import { WriteThroughCache } from 'wasm-lru/stores';
import { conformance, firstGet } from './conformance.mjs';
import { answer } from './requests.mjs';

const isAtTop = globalThis.isFirstAtTop ?? false;
if (isAtTop) firstGet(LRUCache);

export default {
  fetch: async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== '/') return new Response(await answer(LRUCache, pathname));
    return Response.json(await conformance(LRUCache, { memoize, WriteThroughCache }));
  },
};
