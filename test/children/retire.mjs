// Drops caches until their engine is retired, and reports whether the program's own finalizers run.
//
// The collector finds the dropped caches first and the retired engine later, all in one job: so
// something is to be reported while the one that wanted to know it is gone. Run with --expose-gc.

import { setTimeout as pause } from 'node:timers/promises';
import { sharedEngine } from '../../dist/src/engines.js';
import { LRUCache } from '../../dist/src/index.js';

const DROPPED = 10;
const PAUSES = 20;

function createAndDrop() {
  const cache = new LRUCache({ max: 100 });
  for (let key = 0; key < 100; key++) cache.set(key, key);
}

function crowd() {
  const engine = sharedEngine();
  while (!engine.crowded) createAndDrop();
}

crowd();
globalThis.gc();
const kept = new LRUCache({ max: 1 });
globalThis.gc();
globalThis.gc();
await pause(1);

let reported = 0;
const registry = new FinalizationRegistry(() => {
  reported += 1;
});
for (let i = 0; i < DROPPED; i++) registry.register({ i }, i);
for (let i = 0; i < PAUSES && reported < DROPPED; i++) {
  globalThis.gc();
  await pause(1);
}
console.log(JSON.stringify({ tables: sharedEngine().tables, kept: kept.size, reported }));
