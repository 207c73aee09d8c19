// The verdict on one mutant: which trial it failed first, if any.

import { assemble, type Mutant } from './mutant.js';
import { trials } from './trials.js';

/** What became of a mutant. */
export interface Verdict {
  readonly outcome: 'killed' | 'endless' | 'survived';
  /** The trial that it failed, and how. */
  readonly trial?: string;
  readonly reason?: string;
}

/** Runs the trials on a mutant, or on the original, until one fails. */
export function judge(wat: string, mutant?: Mutant): Verdict {
  // A mutant that is no valid module throws here, which is a fault of mutant.ts.
  const module = new WebAssembly.Module(assemble(wat, mutant));
  for (const { name, run } of trials) {
    try {
      run(module);
    } catch (error) {
      const reason = String(error);
      // The host's addresses, not the mutant's doing: its memory is small.
      if (reason.includes('Cannot allocate Wasm memory')) throw error;
      // The core asserts nothing in this build; only spent fuel executes `unreachable`.
      const isEndless = error instanceof WebAssembly.RuntimeError && reason.includes('unreachable');
      return { outcome: isEndless ? 'endless' : 'killed', trial: name, reason };
    }
  }
  return { outcome: 'survived' };
}
