// The figures of docs/numbers.md: NumberLRU beside LRUCache, on ints that are there.
//
// Both classes take turns in one process, and each cell is the least of all rounds: what disturbs a
// round only makes it longer. It measures dist/, as it ships.

import { performance } from 'node:perf_hooks';

const dist = new URL('../../../dist/', import.meta.url);
const { LRUCache } = (await import(`${dist}index.js`)) as typeof import('../src/index.js');
const { NumberLRU } = (await import(`${dist}numbers.js`)) as typeof import('../src/numbers.js');

const KEYS = 131_072;
const BATCH = 1024;
const MS = 3000;

let state = 12_345;

function below(count: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % count;
}

/** Nanoseconds of each job for one key, the least of its rounds. */
function measure(size: number): number[] {
  const general = new LRUCache<number, number>({ max: size });
  const numbers = new NumberLRU({ max: size });
  for (let i = 0; i < size; i++) general.set(i * 7, i) && numbers.set(i * 7, i);
  const keys = Array.from({ length: KEYS }, () => below(size) * 7);
  const ints = Int32Array.from(keys);
  const values = new Float64Array(BATCH);
  const jobs: (() => void)[] = [
    () => keys.forEach((key) => void general.get(key)),
    () => keys.forEach((key) => void numbers.get(key)),
    () => {
      for (let i = 0; i < KEYS; i += BATCH) numbers.getMany(ints.subarray(i, i + BATCH), values);
    },
    () => keys.forEach((key) => void general.set(key, (general.get(key) ?? 0) + 1)),
    () => keys.forEach((key) => void numbers.increment(key)),
  ];
  const least = jobs.map(() => Number.POSITIVE_INFINITY);
  for (const end = performance.now() + MS; performance.now() < end; ) {
    for (const [i, job] of jobs.entries()) {
      const start = performance.now();
      job();
      const ns = ((performance.now() - start) * 1e6) / KEYS;
      least[i] = Math.min(least[i] as number, ns);
    }
  }
  return least;
}

const lines = [
  '| entries | `LRUCache` get | get | getMany of 1,024 | `LRUCache` get and set | increment |',
  '| --: | --: | --: | --: | --: | --: |',
  ...[1000, 100_000, 1_000_000].map((size) => {
    const cells = measure(size).map((ns) => ns.toFixed(0));
    return `| ${[size.toLocaleString('en'), ...cells].join(' | ')} |`;
  }),
];
console.log(lines.join('\n'));
