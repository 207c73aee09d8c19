// How Stryker runs tests on a mutant of src/: those that source.ts names, in its order, so that the
// ones that find most come first.

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import house from '../../vitest.config.js';

const tests = (process.env.WASM_LRU_TESTS ?? 'test/hostile/hosts.test.ts').split(' ');

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      tests.findIndex((test) => moduleId.endsWith(`/${test}`));
    return [...files].sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: tests,
    setupFiles: house.test?.setupFiles ?? [],
    alias: house.test?.alias ?? {},
    sequence: { sequencer: InOrder },
    testTimeout: Number(process.env.WASM_LRU_TEST_MS ?? 20_000),
  },
});
