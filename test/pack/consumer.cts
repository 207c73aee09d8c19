// A program of a user who writes CommonJS.

import lru = require('wasm-lru');
import pure = require('wasm-lru/pure');

const cache: lru.LRUCache<string, number> = new lru.LRUCache({ max: 3 });
if (cache.set('a', 1).get('a') !== 1) throw new Error('a');
if (pure.LRUCache.engine !== 'pure') throw new Error(pure.LRUCache.engine);
