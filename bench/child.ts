// Processes that measure: started one at a time, told their job by argument, heard out as JSON.

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
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

/**
 * Runs a process to its end and returns what it wrote. Throws `Failure` if it cannot be run; a
 * process that ends without a result has the result `{ error }`.
 */
export async function runChild<Result>(plan: ChildPlan): Promise<Result | { error: string }> {
  const { node, signal } = plan;
  const file = fileURLToPath(new URL(plan.module, import.meta.url));
  const args = ['--expose-gc', file, JSON.stringify(plan.job)];
  const child = spawn(node, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Of a group of its own, if it has to be killed by signal: Ctrl-C then reaches it through us.
    ...(signal === undefined ? {} : { signal, detached: true }),
  });
  // A child that ends early closes its input; why it ended is told by its output.
  child.stdin.on('error', () => {});
  child.stdin.end(plan.input);
  const [code, output, errors] = await Promise.all([
    new Promise<number | string>((resolve, reject) => {
      child.on('error', (error) => {
        // A child that was killed on purpose ends below, with its signal.
        if (!signal?.aborted) reject(new Failure(`cannot run ${node}: ${error.message}`));
      });
      child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    }),
    text(child.stdout),
    text(child.stderr),
  ]);
  try {
    return JSON.parse(output) as Result;
  } catch {
    const reason = errors.split('\n').find((line) => /error/i.test(line)) ?? 'no output';
    return { error: `the process ended with ${code}: ${reason.trim()}` };
  }
}
