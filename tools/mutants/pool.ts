// Threads that judge mutants, and the one limit that is a time: a thread that does not answer.
//
// Fuel ends every loop of the core (mutant.ts). What it cannot end is a loop outside, in a trial
// that was handed nonsense; the thread is given up then, and the mutant counts as endless.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Verdict } from './verdict.js';

const LIMIT_MS = 30_000;

/** The verdict, or undefined if there is none in time. */
async function ask(worker: Worker, index: number): Promise<Verdict | undefined> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), LIMIT_MS);
  try {
    worker.postMessage(index);
    const [verdict] = (await once(worker, 'message', limit)) as [Verdict];
    return verdict;
  } catch (error) {
    if (limit.signal.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Judges these mutants of the text on so many threads; tells `done` each verdict as it comes. */
export async function judgeAll(
  wat: string,
  indexes: readonly number[],
  threads: number,
  done: (index: number, verdict: Verdict) => void,
): Promise<void> {
  const open = () => new Worker(new URL('./worker.js', import.meta.url), { workerData: wat });
  const left = [...indexes].reverse();
  const thread = async () => {
    let worker = open();
    for (let index = left.pop(); index !== undefined; index = left.pop()) {
      const verdict = await ask(worker, index);
      done(index, verdict ?? { outcome: 'endless', trial: 'none', reason: 'no answer' });
      if (verdict !== undefined) continue;
      await worker.terminate();
      worker = open();
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: threads }, thread));
}
