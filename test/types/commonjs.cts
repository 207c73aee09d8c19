// The library as a CommonJS module sees it, which TypeScript allows under nodenext only.

import lru = require('lru-cache');

const { LRUCache } = lru;
const cache: lru.LRUCache<string, number> = new LRUCache<string, number>({ max: 10 });
const perf: lru.Perf = cache.perf;
const reason: lru.LRUCache.DisposeReason = 'evict';

export = { cache, perf, reason };
