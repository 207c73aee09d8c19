// What the commands have in common: their options, a folder that is gone when they end, and how
// they end. Ctrl+C is a wish that the command answers; a second one ends the process at once.

import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { StartError } from './start-error.js';

/** Reads a whole number from `least` on. Throws commander's error, which names the option. */
export const atLeast = (least: number) => (text: string) => {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw new InvalidArgumentError(`Not a whole number from ${least} on.`);
};

/** The command was ended by a signal before it was complete. */
class InterruptedError extends Error {
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super('Interrupted');
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Runs a command with a folder of its own, which is deleted afterwards, and a signal that is
 * aborted by Ctrl+C. What can be mended by who typed the command is told in one line.
 */
export async function runCommand(
  action: (folder: string, interruption: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => controller.abort(new InterruptedError(signal)));
  }
  const folder = await mkdtemp(join(tmpdir(), 'wasm-lru-ftp-'));
  try {
    await action(folder, controller.signal);
  } catch (error) {
    const isExpected = error instanceof StartError || error instanceof InterruptedError;
    console.error(isExpected ? error.message : error);
    process.exitCode = error instanceof InterruptedError ? error.exitCode : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
