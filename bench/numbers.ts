// The figures of docs/numbers.md, which it writes: NumberLRU beside LRUCache, on ints they have.
//
// Both classes take turns in one process, each on some thousand keys at a time, and each cell is
// the least of its turns: what disturbs one only makes it longer. It measures dist/, as it ships.

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import { table, withBlock } from './markdown.js';
import { importOwn, ownPackage } from './packages.js';

const { LRUCache } = await importOwn('index');
const { NumberLRU } = await importOwn('numbers');

const KEYS = 262_144;
/** Keys of a turn, which are those of several batches. */
const TURN = 8192;
const BATCH = 1024;
const MS = 3000;

let state = 12_345;

function below(count: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % count;
}

/** What is measured, of a cache of each class: calls for the keys of a turn. */
function jobsOf(size: number): Readonly<Record<string, (from: number) => void>> {
  const general = new LRUCache<number, number>({ max: size });
  const numbers = new NumberLRU({ max: size });
  for (let i = 0; i < size; i++) general.set(i * 7, i) && numbers.set(i * 7, i);
  const ints = Int32Array.from({ length: KEYS }, () => below(size) * 7);
  const keys = [...ints];
  const values = new Float64Array(BATCH);
  const each = (use: (key: number) => unknown) => (from: number) => {
    for (let i = from; i < from + TURN; i++) use(keys[i] as number);
  };
  const batches = (use: (from: number) => unknown) => (from: number) => {
    for (let i = from; i < from + TURN; i += BATCH) use(i);
  };
  return {
    '`LRUCache` get': each((key) => general.get(key)),
    get: each((key) => numbers.get(key)),
    '`LRUCache` getMany': batches((from) => general.getMany(keys.slice(from, from + BATCH))),
    getMany: batches((from) => numbers.getMany(ints.subarray(from, from + BATCH), values)),
    '`LRUCache` get and set': each((key) => general.set(key, (general.get(key) ?? 0) + 1)),
    increment: each((key) => numbers.increment(key)),
  };
}

/** Nanoseconds of each job for one key. */
function measure(size: number): Map<string, number> {
  const jobs = Object.entries(jobsOf(size));
  const least = new Map(jobs.map(([name]) => [name, Number.POSITIVE_INFINITY]));
  let from = 0;
  for (const end = performance.now() + MS; performance.now() < end; ) {
    for (const [name, job] of jobs) {
      const start = performance.now();
      job(from);
      const ns = ((performance.now() - start) * 1e6) / TURN;
      least.set(name, Math.min(least.get(name) as number, ns));
      from = (from + TURN) % KEYS;
    }
  }
  return least;
}

const rows = [1000, 10_000, 100_000, 1_000_000].map((size) => {
  return { size: size.toLocaleString('en'), least: measure(size) };
});
const heads = ['entries', ...(rows[0]?.least.keys() ?? [])];
const cells = rows.map(({ size, least }) => [
  size,
  ...[...least.values()].map((ns) => ns.toFixed(0)),
]);
const [load = 0] = loadavg();
const setting =
  `${new Date().toISOString().slice(0, 10)}: Node ${process.versions.node}, ` +
  `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, load ${load.toFixed(1)}.`;
const page = new URL('docs/numbers.md', ownPackage.root);
const block = `${table(heads, cells, 1)}\n\n${setting}`;
writeFileSync(page, withBlock(readFileSync(page, 'utf8'), 'numbers', block));
console.log(block);
