// How Stryker runs tests on a mutant of src/: those that source.ts names, in threads.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: (process.env.WASM_LRU_TESTS ?? 'test/hosts.test.ts').split(' '),
    testTimeout: 20_000,
  },
});
