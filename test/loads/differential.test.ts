// Shows that no sequence of commands and loads tells our cache from lru-cache, if each load ends
// before the next command; what differs on purpose is named in loads/sequential.ts. A run that
// fails is kept as regressions.ts says.

import fc from 'fast-check';
import { LRUCache as Peer } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { openCache, plainCases, type TestEngine } from '../support/engines.js';
import { repeatRegressions } from '../support/regressions.js';
import { type Library, Runner, type Sequence, sequence } from './sequential.js';

const RUNS_DEFAULT = 450;
const RUNS = Math.ceil(Number(process.env.WASM_LRU_RUNS ?? RUNS_DEFAULT) / plainCases.length);
/** What a run of a slow engine on a slow machine may take. */
const MS_PER_RUN = 100;
/** A fault is found within this many runs, or the comparison is too weak. */
const RUNS_PER_MUTANT = 150;

const theirs: Library = (options) => new Peer(options);
const oursOn =
  (engine: TestEngine): Library =>
  (options) =>
    openCache(engine, options as never) as never;

function equals(subject: Library) {
  return fc.asyncProperty(sequence, async (sequence: Sequence) => {
    const [wanted, actual] = [new Runner(theirs, sequence), new Runner(subject, sequence)];
    for (const command of sequence.commands) {
      await wanted.step(command);
      await actual.step(command);
      const [wantedText, actualText] = [
        wanted.log.splice(0).join('\n'),
        actual.log.splice(0).join('\n'),
      ];
      if (actualText !== wantedText) expect(actualText, JSON.stringify(command)).toBe(wantedText);
    }
  });
}

/** lru-cache, but for an option that `fetch` does not heed. */
const heedless =
  (option: string): Library =>
  (options) => {
    const cache = new Peer({ ...options, [option]: undefined });
    for (const name of ['fetch', 'forceFetch'] as const) {
      const method = cache[name].bind(cache) as Peer<string, string>['fetch'];
      cache[name] = ((key: string, given: object) =>
        method(key, { ...given, [option]: undefined })) as never;
    }
    return cache;
  };

repeatRegressions('loads/differential', plainCases, ({ open }) => equals(oursOn(open())));

describe.each(plainCases)('$name', (engineCase) => {
  it(
    `equals lru-cache in ${RUNS} random runs`,
    () => fc.assert(equals(oursOn(engineCase.open())), { numRuns: RUNS }),
    60_000 + RUNS * MS_PER_RUN,
  );
});

describe('the comparison', () => {
  it('finds no difference between lru-cache and itself', () =>
    fc.assert(equals(theirs), { numRuns: RUNS_PER_MUTANT }));

  it.each([
    ...['allowStale', 'updateAgeOnGet', 'noUpdateTTL', 'noDisposeOnSet', 'ttl', 'size'],
    ...['noDeleteOnFetchRejection', 'allowStaleOnFetchRejection', 'forceRefresh', 'context'],
    ...['sizeCalculation', 'noDeleteOnStaleGet'],
  ])('finds a cache that does not heed %s', async (option) => {
    const parameters = { numRuns: RUNS_PER_MUTANT, seed: 1, endOnFailure: true };
    const { errorInstance } = await fc.check(equals(heedless(option)), parameters);
    expect(errorInstance).toHaveProperty('name', 'AssertionError');
  });
});
