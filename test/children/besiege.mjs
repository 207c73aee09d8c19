// Makes caches until the host has no memory for more, and reports what becomes of old and new ones.
//
// Arguments: how many entries the hungry cache is offered, and how many caches are made after it.
// An elder cache is filled before; whatever happens, it must keep what it has and go on.

import { LRUCache } from '../../dist/src/index.js';

const [offered, late] = process.argv.slice(2).map(Number);
const ELDER_MAX = 1000;
const LATE_MAX = 50;

/** Sets -k under k, for each k up to the end. */
function fill(cache, begin, end) {
  for (let key = begin; key < end; key++) cache.set(key, -key);
}

/** Whether the cache holds the last keys that were set, the newest first, and so many of them. */
function isExact(cache, size, end) {
  let key = end;
  for (const [ourKey, value] of cache) {
    key -= 1;
    if (ourKey !== key || value !== -key) return false;
  }
  return end - key === size && cache.size === size;
}

const outcomes = {};

/** What became of a cache that was filled to its max. */
function outcomeOf({ engine, size }, isRight, max) {
  if (!isRight) return 'wrong';
  return size < max ? `${engine} at less than its max` : engine;
}

/** Makes and fills a cache, and counts what became of it. */
function attempt(max) {
  let cache;
  let outcome;
  try {
    cache = new LRUCache({ max });
    fill(cache, 0, max);
    outcome = outcomeOf(cache, isExact(cache, cache.size, max), max);
  } catch (error) {
    outcome = error.code ?? `${error}`;
  }
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return cache;
}

const elder = attempt(ELDER_MAX);
const size = elder.size;
const others = [attempt(offered)];
while (others.length <= late) others.push(attempt(LATE_MAX));

let isElderRight = isExact(elder, size, ELDER_MAX);
if (size > 0) {
  fill(elder, ELDER_MAX, 2 * ELDER_MAX);
  isElderRight &&= isExact(elder, size, 2 * ELDER_MAX);
  elder.clear();
  isElderRight &&= elder.set('again', 1).get('again') === 1;
}
console.log(JSON.stringify({ isElderRight, outcomes }));
