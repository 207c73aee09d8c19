// Makes caches with and without a bound, and reports the warnings that each lot was given.
//
// Argument: `bare` for a host that has no `process.emitWarning`.

import { LRUCache } from '../../dist/src/index.js';

if (process.argv[2] === 'bare') process.emitWarning = undefined;
const lots = [
  [{ max: 1, ttl: 5 }, { maxSize: 1, ttl: 5 }, { ttl: 5, ttlAutopurge: true }, { max: 1 }],
  [{ ttl: 5 }, { ttl: 6 }],
  [{ ttl: 5 }],
];

const warnings = [];
process.on('warning', ({ name, code }) => warnings.push(`${name} ${code}`));
const report = [];
for (const lot of lots) {
  for (const options of lot) new LRUCache(options);
  // Warnings are given out in the next turn.
  await new Promise((done) => setImmediate(done));
  report.push(warnings.splice(0));
}
console.log(JSON.stringify(report));
