// The tests that need frameworks, in packages of their own: npm run test:frameworks.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/frameworks/**/*.test.ts'], testTimeout: 60_000 },
});
