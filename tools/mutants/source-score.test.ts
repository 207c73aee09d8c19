// The score of Stryker: how survivors are found again in the lines of a file, and counted.

import { expect, it } from 'vitest';
import { type Report, rangesWithSurvivors, rejudged, sourceScoreOf } from './source-score.js';

const lines = `class A {
  has(key) {
    if (
      isPlain &&
      key > 0
    ) {
      return true;
    }

    return false;
  }
}`.split('\n');

/** Stryker's report of mutants in these lines. */
function reportOf(...mutants: readonly (readonly [line: number, status: string])[]): Report {
  const all = mutants.map(([line, status]) => ({
    ...{ mutatorName: 'BlockStatement', replacement: '{}', status },
    location: { start: { line, column: 3 } },
  }));
  return { files: { 'a.ts': { mutants: all } } };
}

it('a survivor is judged again as far as what begins in its line goes', () => {
  const survived = [1, 2, 3, 4, 7, 10].map((line) => [line, 'Survived'] as const);
  const score = sourceScoreOf(reportOf(...survived), lines);
  expect(rangesWithSurvivors(score, lines)).toEqual([
    [1, 12],
    [2, 11],
    [3, 8],
    [4, 6],
    [7, 7],
    [10, 10],
  ]);
});

it('what is killed by now is no survivor, what was not judged again still is', () => {
  const before = sourceScoreOf(reportOf([2, 'Survived'], [7, 'NoCoverage'], [10, 'Killed']), lines);
  expect([before.killed, before.survivors]).toEqual([
    1,
    ['has(key) { | BlockStatement at 3: {}', 'return true; | BlockStatement at 3: {}'],
  ]);
  const after = rejudged(before, reportOf([2, 'Timeout'], [3, 'Killed']), lines);
  expect(after).toMatchObject({ killed: 2, survivors: ['return true; | BlockStatement at 3: {}'] });
});
