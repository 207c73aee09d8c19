// The tests of the playground, which need a browser: npm run test:playground.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/playground/**/*.test.ts'],
    // One browser at a time: the comparison is not meant to compete with another page.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
