// The examples of lru-cache's documentation, run: what they do is the same on both.
//
// They are the modules in types/examples.ts, which import 'lru-cache'; types.test.ts compiles them.
// What the channels say is compared in channels.test.ts.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

beforeEach(() => {
  // No time passes by itself, and none is 0, which is no time in lru-cache.
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  vi.advanceTimersByTime(1000);
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal);
});
afterEach(() => {
  vi.useRealTimers();
  vi.doUnmock('lru-cache');
  vi.resetModules();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** What the examples tell and give, with 'lru-cache' meaning itself or src/. */
async function run(library: 'lru-cache' | 'src'): Promise<unknown[]> {
  vi.resetModules();
  const told: unknown[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]) =>
      void told.push([name, ...args]);
  if (library === 'src') vi.doMock('lru-cache', () => import('../../src/index.js'));
  vi.stubGlobal('freeFromMemoryOrWhatever', note('free'));
  vi.stubGlobal('logInsertionOrWhatever', note('insert'));
  vi.stubGlobal('fetch', async (url: string) => Response.json({ from: url }));
  vi.spyOn(console, 'log').mockImplementation(note('log'));

  const { LRUCache } = await import('lru-cache');
  const examples = await import('../types/examples.js');
  examples.usage();
  const inferred = examples.inferred();
  told.push(inferred.size, [...inferred.values()]);
  told.push(examples.setUndefined(new LRUCache({ max: 3 }), 'a'));
  examples.mySet('a', undefined);
  examples.mySet('b', 'there');
  told.push(examples.myGet('a'), examples.myGet('b'), examples.myGet('c'));
  await examples.importedLate();
  // In lru-cache, what is set at 0 never expires.
  examples.advance();
  examples.clocked.set('a', 'aged');
  told.push(examples.clocked.info('a')?.value);
  examples.advance();
  examples.advance();
  told.push(examples.clocked.get('a'));
  const host = 'example.com';
  told.push(await examples.dns.fetch(host));
  told.push(examples.dns.getRemainingTTL(host));
  await examples.staleOnAbort();
  told.push(await examples.ignoreAbort());
  vi.doUnmock('lru-cache');
  return told;
}

it('they do the same', async () => {
  const theirs = await run('lru-cache');
  expect(theirs.length).toBeGreaterThan(12);
  expect(await run('src')).toEqual(theirs);
});
