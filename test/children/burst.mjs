// Makes many caches in one synchronous job, some of which survive it, and reports what stays of the
// others, after a first burst and after a second one.
//
// Arguments: caches of a burst, entries of each, and one in how many survives. Run it with
// --expose-gc.

import { LRUCache } from '../../dist/index.js';

const TURNS = 10;

const [count, entries, surviving] = process.argv.slice(2, 5).map(Number);

const nextTurn = () => new Promise((done) => setImmediate(done));

async function look() {
  for (let i = 0; i < TURNS; i++) {
    globalThis.gc();
    await nextTurn();
  }
  const { external, rss } = process.memoryUsage();
  return { external, rss };
}

function make(name) {
  const cache = new LRUCache({ max: entries });
  for (let key = 0; key < entries; key++) cache.set(key, name);
  return cache;
}

const survivors = [];
function burst() {
  for (let name = 0; name < count; name++) {
    const cache = make(name);
    if (name % surviving === 0) survivors.push(cache);
  }
}

make(0)[Symbol.dispose]();
const before = await look();
const looks = [];
for (let i = 0; i < 2; i++) {
  burst();
  looks.push(await look());
}
console.log(
  JSON.stringify({
    isRight: survivors.every((cache) => cache.size === entries && cache.peek(0) !== undefined),
    externals: looks.map(({ external }) => external - before.external),
    residents: looks.map(({ rss }) => rss - before.rss),
  }),
);
