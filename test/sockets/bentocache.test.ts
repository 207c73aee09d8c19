// A bare cache in the memory driver of bentocache: the suite by which its own drivers are tested.

import { MemoryDriver } from 'bentocache/drivers/memory';
import { registerCacheDriverTestSuite } from 'bentocache/test_suite';
import type { L1CacheDriver } from 'bentocache/types';
import { afterAll, afterEach, assert, beforeAll, describe, it } from 'vitest';
import { LRUCache } from 'wasm-lru';

type Suite = Parameters<typeof registerCacheDriverTestSuite>[0];
type Cleanup = () => unknown;

/** The test runner of the suite, as far as the suite uses it. */
function test(name: string, run: (context: object) => unknown): void {
  const cleanups: Cleanup[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });
  it(name, () => run({ assert, cleanup: (cleanup: Cleanup) => void cleanups.push(cleanup) }));
}

const group = {
  setup: (before: () => Promise<Cleanup>) => {
    let after: Cleanup;
    beforeAll(async () => {
      after = await before();
    });
    afterAll(() => after());
  },
  tap: () => group,
  each: { teardown: (teardown: Cleanup) => afterEach(() => teardown()) },
};

describe('the suite of bentocache', () => {
  registerCacheDriverTestSuite({
    test: test as never,
    group: group as never,
    createDriver: (options) => {
      const cacheInstance = new LRUCache<string, string>({ max: 1000 });
      const driver = new MemoryDriver({ prefix: 'test', cacheInstance, ...options } as never);
      return driver as L1CacheDriver as never;
    },
  } satisfies Suite);
});
