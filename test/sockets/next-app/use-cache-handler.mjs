// The handler of functions with 'use cache'.

import { createCacheHandler } from 'wasm-lru/next';
import { counted } from './counted.mjs';

export default counted('use cache', createCacheHandler({ maxBytes: 10 * 1024 * 1024 }));
