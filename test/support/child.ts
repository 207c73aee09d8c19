// Runs a script of test/children in a process of its own, under conditions a test cannot bear.
//
// A script uses the built package, and its last line of output is its report, as JSON.

import { resolve } from 'node:path';
import { execaSync } from 'execa';

/** The conditions of a child process. */
export interface Conditions {
  /** Flags of Node itself. */
  readonly flags?: readonly string[];
  /** What the script finds in `process.argv` from place 2 up. */
  readonly args?: readonly string[];
  /** Limit of the address space, in KiB, as `ulimit -v` sets it. */
  readonly addressSpaceKiB?: number;
}

/** How a child process ended. */
export interface Outcome<R> {
  /** Exit status; null if a signal ended it. */
  readonly status: number | null;
  readonly stderr: string;
  /** The last line it printed, or null if there is none. */
  readonly report: R | null;
}

const WITH_LIMIT = 'ulimit -v "$0" && exec "$@"';

/** Runs a script to its end. */
export function runChild<R>(script: string, conditions: Conditions = {}): Outcome<R> {
  const { flags = [], args = [], addressSpaceKiB } = conditions;
  const path = resolve('test/children', script);
  const node = [process.execPath, ...flags, path, ...args];
  const [command, ...rest] =
    addressSpaceKiB === undefined
      ? node
      : ['bash', '-c', WITH_LIMIT, `${addressSpaceKiB}`, ...node];
  const { exitCode, stdout, stderr } = execaSync(command as string, rest, { reject: false });
  const lastLine = stdout.trim().split('\n').at(-1) ?? '';
  return {
    status: exitCode ?? null,
    stderr,
    report: lastLine === '' ? null : (JSON.parse(lastLine) as R),
  };
}
