// The regressions: random runs that once failed, kept in regressions.json and repeated by the
// suites they are of, each as a test of its own, which passes.
//
// When a random run fails, fast-check prints a seed and a path, such as "3:0:1". To keep that run,
// add to regressions.json
//
//   { "suite": "random/model", "subject": "js", "seed": 7, "path": "3", "found": "It failed." }
//
// The suite is the name of its file under test/, the subject what the run was made on, and `found`
// one sentence on the defect, for which CHANGELOG.md has a "Fixed:" line. Of the path, the first
// number is enough: it is the run as it was drawn, which needs no shrinking to be found again, and
// is shrunk again if it fails. Make sure that it does without the fix. A suite that repeats none so
// far is added to SUITES, and calls `repeatRegressions`.
//
// Seed and path belong to the generators of a suite: with others they give another run, which may
// pass whatever the code does. Whoever changes a generator first turns the entries of that suite
// into tests of their own.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { it } from 'vitest';
import { engineNames, plainNames } from './engines.js';

/** A random run that once failed. */
export interface Regression {
  readonly suite: Suite;
  /** What the suite was run on: an engine under test, or a class. */
  readonly subject: string;
  readonly seed: number;
  readonly path: string;
  /** What was wrong, in one sentence. */
  readonly found: string;
}

/** The suites that repeat regressions, and the names of what each runs on. */
export const SUITES = {
  'random/model': [...engineNames, ...engineNames.map((name) => `${name}, ttls and sizes`)],
  'differential/differential': plainNames,
  'differential/constructor': ['LRUCache'],
  'random/iteration': plainNames,
  'loads/differential': plainNames,
  'loads/scheduler': plainNames,
  'stores/fuzz': ['WriteThroughCache', 'WriteBackCache'],
  'stores/scheduler': ['WriteThroughCache', 'WriteBackCache'],
} as const satisfies { readonly [suite: string]: readonly string[] };

/** A suite that repeats regressions, by the name of its file. */
export type Suite = keyof typeof SUITES;

const FIELDS = ['suite', 'subject', 'seed', 'path', 'found'] as const;

/** The regressions in a list of them. Throws if it has anything else in it. */
export function checkRegressions(list: unknown): readonly Regression[] {
  if (!Array.isArray(list)) throw new Error('regressions.json is no list');
  for (const entry of list) {
    const fault = faultOf(entry);
    if (fault === undefined) continue;
    throw new Error(`regressions.json: ${fault}: ${JSON.stringify(entry)}`);
  }
  return list;
}

function faultOf(entry: Partial<Regression> | null): string | undefined {
  const names = Object.keys(entry ?? {}).sort();
  if (names.join() !== [...FIELDS].sort().join()) return `not the fields ${FIELDS.join(', ')}`;
  const { suite, subject, seed, path, found } = entry as Record<keyof Regression, unknown>;
  if (!Object.hasOwn(SUITES, suite as string)) return 'no such suite';
  const subjects: readonly unknown[] = SUITES[suite as Suite];
  if (!subjects.includes(subject)) return `${suite} runs on ${subjects.join('; ')} only`;
  if (!Number.isSafeInteger(seed)) return 'the seed is no integer';
  if (typeof path !== 'string' || !/^\d+$/.test(path)) return 'the path is not one number';
  if (typeof found !== 'string' || !/^[A-Z`].*\.$/.test(found)) return 'found is no sentence';
  return undefined;
}

/** Every regression there is. */
export const regressions = checkRegressions(
  JSON.parse(readFileSync(new URL('regressions.json', import.meta.url), 'utf8')),
);

/** Defines the tests that repeat the regressions of a suite, on those subjects that are here. */
export function repeatRegressions<S extends { readonly name: string }, T>(
  suite: Suite,
  subjects: readonly S[],
  propertyOn: (subject: S) => fc.IRawProperty<T>,
): void {
  for (const { suite: ofSuite, subject: name, seed, path, found } of regressions) {
    const subject = subjects.find((one) => one.name === name);
    if (ofSuite !== suite || subject === undefined) continue;
    it(`repeats on ${name}: ${found}`, () =>
      fc.assert(propertyOn(subject), { seed, path, numRuns: 1 }));
  }
}
