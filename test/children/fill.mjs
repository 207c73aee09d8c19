// Fills one cache with more entries than the host may have memory for, and reports what is in it.
//
// Arguments: the cache's max, and how many keys to set. Keys are 0, 1, 2, …; k has the value -k-1.

import { LRUCache } from '../../dist/src/index.js';

const [max, count] = process.argv.slice(2).map(Number);

function fill(cache) {
  for (let key = 0; key < count; key++) {
    cache.set(key, -key - 1);
    // Key 0 is kept in use, so that the content is no mere queue.
    cache.get(0);
  }
}

/** Entries that are where an exact LRU cache of this size has them, newest first. */
function countExact(cache) {
  let exact = 0;
  let expected = count;
  for (const [key, value] of cache) {
    const wanted = expected === count ? 0 : expected;
    if (key === wanted && value === -key - 1) exact += 1;
    expected -= 1;
  }
  return exact;
}

/** Lookups of all keys that answer as the size says they must. */
function countValidLookups(cache) {
  const oldest = count - cache.size + 1;
  let valid = 0;
  for (let key = 0; key < count; key++) {
    const value = key === 0 || key >= oldest ? -key - 1 : undefined;
    if (cache.peek(key) === value) valid += 1;
  }
  return valid;
}

const cache = new LRUCache({ max });
try {
  fill(cache);
  const { engine, size } = cache;
  const report = { engine, size, exact: countExact(cache), validLookups: countValidLookups(cache) };
  console.log(JSON.stringify(report));
} catch (error) {
  console.log(JSON.stringify({ engine: cache.engine, size: cache.size, code: error.code }));
}
