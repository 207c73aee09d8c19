// What ByteLRU costs and saves beside other caches: `npm run bench:bytes`.
//
// One fresh process for each cell and round, one at a time, the subjects of a cell one after the
// other. Writes bench/bytes.json and the block of docs/bytes.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { Command } from 'commander';
import type { BytesJob, BytesResult } from './bytes-child.js';
import { type BytesReport, withBytes } from './bytes-page.js';
import { readings, type Subject, subjects, type Times } from './bytes-subjects.js';
import { runChild } from './child.js';
import { Failure } from './failure.js';
import { medianOf } from './median.js';
import { ownPackage } from './packages.js';

const SIZES = [32, 1024, 16_384, 65_536];
/** Those whose memory is compared: one of each way to keep a value. */
const KEPT = subjects.filter(
  (subject) => subject !== "ByteLRU, codec 'buffer'" && !readings.includes(subject),
);
const BOUNDED: readonly Subject[] = [
  'ByteLRU',
  "ByteLRU, codec 'buffer'",
  ...readings,
  'lru-cache, Buffers',
  'LRUCache, Buffers',
];
/** Halvings of the range in which a bound is looked for. */
const STEPS = 6;

interface Options {
  readonly rounds: string;
  readonly ms: string;
  readonly entries: string;
  readonly budgets: string;
}

type ResultOf<What> = Extract<
  BytesResult,
  What extends 'times'
    ? { getNs: Times }
    : What extends 'memory'
      ? { collectionMs: number }
      : { hitRatio: number }
>;

async function measure<J extends BytesJob>(job: J): Promise<ResultOf<J['what']>> {
  const child = { node: process.execPath, module: 'bytes-child.js', job };
  const result = await runChild<BytesResult>(child);
  if ('error' in result) throw new Failure(`${JSON.stringify(job)}: ${result.error}`);
  return result as ResultOf<J['what']>;
}

const merged = (samples: readonly Times[]): Times => ({
  least: Math.min(...samples.map(({ least }) => least)),
  median: medianOf(samples.map(({ median }) => median)),
});

/** Measures some subjects by turns, in so many rounds; the samples of each. */
async function byTurns<R>(
  some: readonly Subject[],
  rounds: number,
  run: (subject: Subject) => Promise<R>,
): Promise<Map<Subject, R[]>> {
  const samples = new Map<Subject, R[]>(some.map((subject) => [subject, []]));
  for (let round = 0; round < rounds; round++) {
    for (const subject of some) samples.get(subject)?.push(await run(subject));
  }
  return samples;
}

async function allTimes(rounds: number, ms: number): Promise<BytesReport['times']> {
  const cells: BytesReport['times'][number][] = [];
  for (const bytes of SIZES) {
    for (const isFresh of [true, false]) {
      const run = (subject: Subject) => measure({ what: 'times', subject, bytes, isFresh, ms });
      for (const [subject, samples] of await byTurns(subjects, rounds, run)) {
        const getNs = merged(samples.map((each) => each.getNs));
        const setNs = merged(samples.map((each) => each.setNs));
        cells.push({ subject, bytes, isFresh, getNs, setNs });
      }
      console.error(`${bytes} bytes, ${isFresh ? 'fresh' : 'reused'} keys`);
    }
  }
  return cells;
}

async function allMemory(rounds: number, entries: number): Promise<BytesReport['memory']> {
  const bytes = 200;
  const run = (subject: Subject) => measure({ what: 'memory', subject, bytes, entries });
  return [...(await byTurns(KEPT, rounds, run))].map(([subject, samples]) => ({
    ...{ subject, bytes, entries },
    residentBytes: medianOf(samples.map((each) => each.residentBytes)),
    collectionMs: medianOf(samples.map((each) => each.collectionMs)),
  }));
}

/** The hits with the largest bound that keeps within the budget. */
async function hitsWithin(subject: Subject, budget: number): Promise<BytesReport['hits'][number]> {
  let best = { subject, budget, residentBytes: 0, hitRatio: 0 };
  let [low, high] = [0, budget * 1.2];
  for (let step = 0; step < STEPS; step++) {
    const maxBytes = Math.floor((low + high) / 2);
    const { residentBytes, hitRatio } = await measure({ what: 'hits', subject, maxBytes });
    if (residentBytes <= budget) {
      best = { subject, budget, residentBytes, hitRatio };
      low = maxBytes;
    } else {
      high = maxBytes;
    }
  }
  console.error(`hits of ${subject} within ${budget / 2 ** 20} MiB`);
  return best;
}

async function main(): Promise<void> {
  const command = new Command('bench:bytes')
    .option('--rounds <n>', 'processes for each cell', '3')
    .option('--ms <n>', 'time of each operation in a process', '300')
    .option('--entries <n>', 'entries whose memory is compared', '1000000')
    .option('--budgets <MiB>', 'what a process may grow by in the trace', '64,96,128')
    .parse();
  const { rounds, ms, entries, budgets } = command.opts<Options>();
  const [load = 0] = loadavg();
  const hits: BytesReport['hits'][number][] = [];
  const times = await allTimes(Number(rounds), Number(ms));
  const memory = await allMemory(Number(rounds), Number(entries));
  for (const budget of budgets.split(',')) {
    for (const subject of BOUNDED) hits.push(await hitsWithin(subject, Number(budget) * 2 ** 20));
  }
  const report: BytesReport = {
    taken: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    load,
    rounds: Number(rounds),
    times,
    memory,
    hits,
  };
  writeFileSync(
    new URL('bench/bytes.json', ownPackage.root),
    `${JSON.stringify(report, null, 2)}\n`,
  );
  const page = new URL('docs/bytes.md', ownPackage.root);
  writeFileSync(page, withBytes(readFileSync(page, 'utf8'), report));
}

await main();
