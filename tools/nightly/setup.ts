// Before each test file of the night: one seed for all random runs, and a count of them.

import fc from 'fast-check';
import { figure } from '../../test/support/figures.js';

const seed = process.env.WASM_LRU_SEED;

fc.configureGlobal({
  ...(seed !== undefined && { seed: Number(seed) }),
  reporter: (details) => {
    figure('random runs', details.numRuns);
    if (!details.failed) return;
    const message = fc.defaultReportMessage(details) ?? 'a random run failed';
    throw new Error(message, { cause: details.errorInstance });
  },
});
