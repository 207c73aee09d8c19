// The code of the error that a function throws.

import { expect } from 'vitest';

/** Runs a function that has to throw an error of ours; its code. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code ?? String(error);
  }
  return expect.unreachable('nothing was thrown');
}
