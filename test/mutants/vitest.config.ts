// The tests that Stryker runs on every mutant of src/: all but those that are slow for what they
// are, start processes, or look at files that Stryker has rewritten.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      ...['exhaustive', 'exhaustive.columns', 'many-caches', 'traces', 'gears', 'bench'],
      ...['types', 'tidy', 'documents', 'loads.scheduler', 'throwing.columns', 'growth'],
      ...['differential', 'retention', 'retention.columns', 'channels', 'hash', 'keys'],
    ].map((name) => `test/${name}.test.ts`),
    testTimeout: 20_000,
  },
});
