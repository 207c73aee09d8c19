// Processes that measure: started one at a time, told their job by argument, answering in JSON.

import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { Failure } from './failure.js';

/** What to start. */
export interface ChildPlan {
  /** The Node to run it in. */
  readonly node: string;
  /** The module to run, beside this one. */
  readonly module: string;
  readonly job: unknown;
  /** What it gets on standard input. */
  readonly input?: Uint8Array;
  /** Kills it. */
  readonly signal?: AbortSignal;
}

/** Most that a process may print, in characters. */
const OUTPUT_MAX = 2 ** 28;

/**
 * Runs a process to its end and returns what it wrote. Throws `Failure` if it cannot be run; a
 * process that ends without a result has the result `{ error }`.
 */
export async function runChild<Result>(plan: ChildPlan): Promise<Result | { error: string }> {
  const { node, signal } = plan;
  const file = fileURLToPath(new URL(plan.module, import.meta.url));
  const child = await execa(node, ['--expose-gc', file, JSON.stringify(plan.job)], {
    ...(plan.input === undefined ? {} : { input: plan.input }),
    // Of a group of its own, if it has to be killed by signal: Ctrl-C then reaches it through us.
    ...(signal === undefined ? {} : { cancelSignal: signal, detached: true }),
    reject: false,
    maxBuffer: OUTPUT_MAX,
  });
  const ended = child.exitCode ?? child.signal;
  if (ended === undefined && !child.isCanceled) {
    throw new Failure(`cannot run ${node}: ${child.originalMessage}`);
  }
  try {
    return JSON.parse(child.stdout) as Result;
  } catch {
    const reason = child.stderr.split('\n').find((line) => /error/i.test(line)) ?? 'no output';
    return { error: `the process ended with ${ended ?? 'unknown'}: ${reason.trim()}` };
  }
}
