import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Vitest leaves one processor free, which on CI's two is half of them.
    maxWorkers: 2,
    execArgv: ['--expose-gc'],
    testTimeout: 120_000,
  },
});
