// Makes caches until the host has no memory for more, and reports what becomes of old and new ones.
//
// Arguments: how many entries the hungry cache is offered, and how many caches are made after it.
// An elder cache is filled before; whatever happens, it must keep what it has and go on.

import { LRUCache } from '../../dist/src/index.js';

const [offered, late] = process.argv.slice(2).map(Number);
const ELDER_MAX = 1000;
const LATE_MAX = 50;

/** What is in a cache of this max after so many sets of -k under k, if nothing was refused. */
function isExact(cache, max, count) {
  let key = count;
  for (const [ourKey, value] of cache) {
    key -= 1;
    if (ourKey !== key || value !== -key) return false;
  }
  return cache.size === Math.min(max, count);
}

function fill(cache, count) {
  for (let key = 0; key < count; key++) cache.set(key, -key);
}

const outcomes = {};
const count = (outcome) => {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
};

/** Makes and fills a cache; what became of it is counted. */
function attempt(max, entries) {
  try {
    const cache = new LRUCache({ max });
    fill(cache, entries);
    const isRight = isExact(cache, cache.size, entries) && cache.size > 0;
    count(isRight ? `${cache.engine}${cache.size < Math.min(max, entries) ? ', smaller' : ''}` : 'wrong');
    return cache;
  } catch (error) {
    count(error.code ?? `${error}`);
    return undefined;
  }
}

const elder = attempt(ELDER_MAX, ELDER_MAX);
const size = elder?.size ?? 0;
const kept = [];
kept.push(attempt(offered, offered));
for (let i = 0; i < late; i++) kept.push(attempt(LATE_MAX, LATE_MAX));

let isElderRight = true;
if (elder !== undefined) {
  isElderRight = isExact(elder, size, ELDER_MAX) && elder.size === size;
  // It goes on: every entry is replaced, and no memory is needed for that.
  for (let key = ELDER_MAX; key < 2 * ELDER_MAX; key++) elder.set(key, -key);
  isElderRight &&= isExact(elder, size, 2 * ELDER_MAX) && elder.size === size;
  elder.clear();
  elder.set('again', 1);
  isElderRight &&= elder.get('again') === 1;
}
console.log(JSON.stringify({ isElderRight, outcomes, kept: kept.length }));
