// The handler of pages and routes.

import { createIncrementalCacheHandler } from 'wasm-lru/next';
import { counted } from './counted.mjs';

const Handler = createIncrementalCacheHandler({ maxBytes: 10 * 1024 * 1024 });

export default new Proxy(Handler, {
  construct: (Class, given) => counted('incremental', new Class(...given)),
});
