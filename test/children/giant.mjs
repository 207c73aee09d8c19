// Fills one large cache with ints and lets go of it; reports what it held and what stays.
//
// Arguments: entries, and `dispose` or `drop`. Run it with --expose-gc.

import { LRUCache } from '../../dist/index.js';

const TURNS = 10;

const entries = Number(process.argv[2]);
const isDisposed = process.argv[3] === 'dispose';

const nextTurn = () => new Promise((done) => setImmediate(done));

async function look() {
  for (let i = 0; i < TURNS; i++) {
    globalThis.gc();
    await nextTurn();
  }
  const { external, rss } = process.memoryUsage();
  return { external, rss };
}

function make(max) {
  const cache = new LRUCache({ max });
  for (let key = 0; key < max; key++) cache.set(key, key);
  return cache;
}

// What a process needs once; the small one stays, as a server has others.
const small = make(1000);
const before = await look();
let large = make(entries);
const isRight = large.size === entries && large.peek(0) === 0 && small.size === 1000;
const held = await look();
if (isDisposed) large[Symbol.dispose]();
large = undefined;
const after = await look();
console.log(
  JSON.stringify({
    isRight: isRight && small.peek(999) === 999,
    held: { external: held.external - before.external, rss: held.rss - before.rss },
    kept: { external: after.external - before.external, rss: after.rss - before.rss },
  }),
);
