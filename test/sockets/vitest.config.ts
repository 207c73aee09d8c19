// The sockets, with the packages that they are for, in a package of its own: npm run test:sockets.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/sockets/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    setupFiles: ['test/support/each-test.ts'],
    pool: 'forks',
    execArgv: ['--expose-gc'],
    // For what hangs: no test is about time, and a busy machine may take as long as it wants.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
