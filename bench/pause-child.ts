// One measurement of single operations, in a process of its own: one library, one cell, one round.
//
// The job is the first argument, the result goes to standard output as JSON. All passes together
// set more keys than a cache of a million holds, so that what it does once as often is in one.

import { contenderOf } from './adapters/contenders.js';
import type { BenchJob } from './bench-child.js';
import { outsideOf, watchCollector } from './collector.js';
import { timeSets } from './pauses.js';
import type { PauseSample } from './results.js';

/** What came out. */
export type PauseJobResult = { readonly sample: PauseSample } | { readonly error: string };

/** Requests of a pass; in a read-through, one in five is followed by a set. */
const REQUESTS = { churn: 2 ** 20, readThrough: 2 ** 21 };
const PASSES = 3;

async function measure({ library, cell, round, seed }: BenchJob): Promise<PauseSample> {
  const create = await contenderOf(library).load();
  const requests = cell.workload === 'churn' ? REQUESTS.churn : REQUESTS.readThrough;
  const plan = { ...cell, seed, passes: PASSES, requests };
  const watch = watchCollector();
  const { slow, ...timed } = timeSets(create(cell.size, cell.keys), plan);
  const { pauses } = await watch.stop();
  const ownMs = slow.map((span) => outsideOf(span, pauses));
  return { round, ...timed, ownLongestMs: Math.max(0, ...ownMs) };
}

async function main(): Promise<PauseJobResult> {
  try {
    return { sample: await measure(JSON.parse(process.argv[2] ?? '') as BenchJob) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

process.stdout.write(JSON.stringify(await main()));
