// Churns a ByteLRU, and reports what the process grew by:
// node --expose-gc bytes.mjs sets maxMiB most
//
// Every value has another size below `most` (a power of two), and one of a thousand 16 times that.

import { ByteLRU } from '../../dist/bytes.js';

const [sets, maxMiB, most] = process.argv.slice(2).map(Number);
const maxBytes = maxMiB * 2 ** 20;
const source = new Uint8Array(most * 16).fill(7);

function collect() {
  for (let i = 0; i < 4; i++) gc();
}

/** Sets so many entries; the most that the resident set had on the way. */
function churn(cache, from, to) {
  let peak = 0;
  for (let i = from; i < to; i++) {
    const bytes = i % 1000 === 0 ? most * 16 : (Math.imul(i, 2_654_435_761) >>> 16) % most;
    cache.set(`key ${i % (to >> 1)}`, source.subarray(0, bytes));
    if (i % 10_000 === 0) peak = Math.max(peak, process.memoryUsage.rss());
  }
  return Math.max(peak, process.memoryUsage.rss());
}

// The process grows by its own code at first, which is no matter of the cache.
churn(new ByteLRU({ maxBytes: 2 ** 20 }), 0, 20_000);
collect();
const before = process.memoryUsage();
const cache = new ByteLRU({ maxBytes });
const half = sets / 2;
const first = churn(cache, 0, half);
collect();
const middle = process.memoryUsage();
const peak = Math.max(first, churn(cache, half, sets));
collect();
const after = process.memoryUsage();
console.log(
  JSON.stringify({
    grownBytes: peak - before.rss,
    memoryBytes: cache.memoryBytes,
    size: cache.size,
    heapBytesOfHalf: after.heapUsed - middle.heapUsed,
    heapBytes: after.heapUsed - before.heapUsed,
  }),
);
