import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{test,tools}/**/*.test.ts'],
    // They need packages of their own, and one a browser: npm run test:playground, test:frameworks,
    // test:sockets.
    exclude: [
      ...configDefaults.exclude,
      ...['playground', 'frameworks', 'sockets'].map((name) => `test/${name}/**`),
    ],
    setupFiles: ['test/support/each-test.ts'],
    pool: 'forks',
    // Vitest leaves one processor free, which on CI's two is half of them.
    maxWorkers: 2,
    execArgv: ['--expose-gc'],
    testTimeout: 120_000,
    // Some compile programs; on a busy machine that takes as long as a test.
    hookTimeout: 120_000,
    // What tools for the edge make of it: a module that is compiled already (edge.ts).
    alias: [
      {
        find: /^\.\/core\.wasm\?module$/,
        replacement: fileURLToPath(new URL('test/support/core-module.ts', import.meta.url)),
      },
    ],
    // `npm run test:coverage`. What may stay uncovered is named in docs/mutation.md.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // The sockets are tested with what they are for, by `npm run test:sockets`.
      exclude: ['src/**/core.generated.ts', 'src/sockets/**'],
      reportsDirectory: 'build/coverage',
      reporter: ['text', 'json'],
      thresholds: { lines: 100, functions: 100, statements: 100, branches: 100 },
    },
  },
});
