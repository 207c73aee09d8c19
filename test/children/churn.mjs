// Creates, fills and drops caches, and reports what that did to the memory of the process.
//
// Arguments: how many caches, how many entries in each, and `sync` to do it in one synchronous job
// or `turns` to let the event loop turn after every thousand caches. Run it with --expose-gc: the
// collector is asked only after the peak has been read, to see what stays.

import { hostFor } from '../../dist/src/engine/lifetime.js';
import { LRUCache } from '../../dist/src/index.js';

const TURN_CACHES = 1000;
/** Turns after the last cache is dropped, each with a collection. */
const LAST_TURNS = 20;

const [cacheCount, entryCount] = process.argv.slice(2, 4).map(Number);
const turns = process.argv[4] === 'turns';

const nextTurn = () => new Promise((done) => setImmediate(done));

function createAndDrop() {
  const cache = new LRUCache({ max: 100 });
  for (let key = 0; key < entryCount; key++) cache.set(key, key);
  return cache.size === entryCount;
}

let good = createAndDrop() ? 1 : 0;
let rssMax = 0;
let tablesMax = 0;
globalThis.gc();
const rssBefore = process.memoryUsage.rss();

for (let i = 1; i < cacheCount; i++) {
  if (createAndDrop()) good += 1;
  if (i % TURN_CACHES === 0) {
    rssMax = Math.max(rssMax, process.memoryUsage.rss());
    tablesMax = Math.max(tablesMax, hostFor().tables);
    if (turns) await nextTurn();
  }
}
rssMax = Math.max(rssMax, process.memoryUsage.rss());

for (let i = 0; i < LAST_TURNS; i++) {
  await nextTurn();
  globalThis.gc();
}
const tables = hostFor().tables;
const rssAfter = process.memoryUsage.rss();
console.log(
  JSON.stringify({
    good,
    peakBytes: rssMax - rssBefore,
    keptBytes: rssAfter - rssBefore,
    tablesMax,
    tables,
  }),
);
