// A program of a user who writes CommonJS.

import lru = require('wasm-lru');
import edge = require('wasm-lru/edge');
import memoize = require('wasm-lru/memoize');
import pure = require('wasm-lru/pure');
import numbers = require('wasm-lru/numbers');
import pureMemoize = require('wasm-lru/pure/memoize');
import pureStores = require('wasm-lru/pure/stores');
import stores = require('wasm-lru/stores');

const cache: lru.LRUCache<string, number> = new lru.LRUCache({ max: 3 });
if (cache.set('a', 1).get('a') !== 1) throw new Error('a');
if (pure.LRUCache.engine !== 'pure') throw new Error(pure.LRUCache.engine);

const twice = memoize.memoize((n: number) => 2 * n, { max: 3 });
const four: number = twice(2);
if (four !== 4 || !(twice.cache instanceof lru.LRUCache)) throw new Error('memoize');

if (edge.LRUCache !== lru.LRUCache) throw new Error('edge');
if (new numbers.NumberLRU({ max: 3 }).increment(7, 2) !== 2) throw new Error('numbers');

const { cache: ofPure } = pureMemoize.memoize((n: number) => n, { max: 3 });
if (!(ofPure instanceof pure.LRUCache)) throw new Error('pure/memoize');

const store: stores.Dict<string, number> = new Map<string, number>();
new pureStores.WriteThroughCache({ store, max: 3 });
const through = new stores.WriteThroughCache({ store, max: 3 });
through.set('a', 1).then(() => {
  if (through.peek('a') !== 1 || store.get('a') !== 1) throw new Error('stores');
});
