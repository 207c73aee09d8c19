// A server with a cache for each session: reports what it holds beside what it has to hold.
//
// Arguments: sessions in all, sessions alive at a time, entries of each, `dispose` to dispose of
// the cache of a session that ends or `drop` to leave it to the collector. One in 2,000 never ends.
// The event loop turns after every hundred. Run it with --expose-gc. Whenever as many sessions have
// begun as are alive at a time, memory is looked at: `external` while nothing was collected for it
// but dropped caches, the resident set after a collection.

import { LRUCache } from '../../dist/index.js';

const TURN = 100;
const ENDLESS = 2000;
/** Turns in which finalizers run, before memory is looked at. */
const TURNS_LAST = 10;

const [sessions, alive, entries] = process.argv.slice(2, 5).map(Number);
const isDisposed = process.argv[5] === 'dispose';

const nextTurn = () => new Promise((done) => setImmediate(done));

async function look() {
  for (let i = 0; i < TURNS_LAST; i++) {
    if (!isDisposed) globalThis.gc();
    await nextTurn();
  }
  const { external } = process.memoryUsage();
  // What the sessions leave on the heap is the collector's, and no question of tables.
  globalThis.gc();
  return { external, rss: process.memoryUsage.rss() };
}

function begin(name) {
  const cache = new LRUCache({ max: entries });
  for (let key = 0; key < entries; key++) cache.set(key, name);
  return cache;
}

const endless = [];
const current = [];
const looks = [];
begin(-1)[Symbol.dispose]();
globalThis.gc();
const before = await look();
for (let name = 0; name < sessions; name++) {
  const cache = begin(name);
  const old = current[name % alive];
  if (old !== undefined && isDisposed) old[Symbol.dispose]();
  // An endless one stays beside as many others as there are without it.
  current[name % alive] = name % ENDLESS === 0 ? undefined : cache;
  if (name % ENDLESS === 0) endless.push(cache);
  if (name % TURN === TURN - 1) await nextTurn();
  if (name % alive === alive - 1) looks.push(await look());
}
const isRight = [...endless, ...current].every(
  (cache) =>
    cache === undefined || (cache.size === entries && cache.peek(0) === cache.peek(entries - 1)),
);
console.log(
  JSON.stringify({
    isRight,
    externals: looks.map(({ external }) => external - before.external),
    residents: looks.map(({ rss }) => rss - before.rss),
  }),
);
