// The command line of a test that is a program: options in, exit code out.
//
// 0 is passed, 1 is failed, 2 is wrong use. Results go to standard output, the rest to the other.
// Programs get commander and execa from here: runtimes/ has tools installed that bring other ones.

import { CommanderError } from 'commander';
import { Failure } from '../dependents/failure.mjs';

export { Command, Option } from 'commander';
export { execa } from 'execa';

/** Tells whoever watches how far it is. */
export function tell(text) {
  process.stderr.write(`${text}\n`);
}

/** Runs a program with the options of a command line; it gives back whether it passed. */
export async function runCommand(command, run) {
  try {
    const options = command.allowExcessArguments(false).exitOverride().parse().opts();
    process.exitCode = (await run(options)) ? 0 : 1;
  } catch (error) {
    // Commander has told the user already.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    if (!(error instanceof Failure)) throw error;
    tell(error.message);
    process.exitCode = 1;
  }
}
