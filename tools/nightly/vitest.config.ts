// How the night runs tests: as `npm test` does, but in one process, without a limit of time, which
// run.ts has, and with what setup.ts adds.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{test,tools}/**/*.test.ts'],
    setupFiles: ['test/support/each-test.ts', 'tools/nightly/setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    execArgv: ['--expose-gc'],
    testTimeout: 0,
    reporters: ['verbose'],
  },
});
