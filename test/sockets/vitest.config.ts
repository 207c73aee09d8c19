// The sockets, with the packages that they are for, in a package of its own: npm run test:sockets.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/sockets/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    pool: 'forks',
    execArgv: ['--expose-gc'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
