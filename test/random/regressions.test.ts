// Shows that every regression is of a suite that repeats it, and that nothing else gets into the
// list.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  checkRegressions,
  type Regression,
  regressions,
  SUITES,
  type Suite,
} from '../support/regressions.js';

const REGRESSION: Regression = {
  ...{ suite: 'random/model', subject: 'js', seed: -5, path: '3' },
  found: 'Two keys were one.',
};

describe('regressions.json', () => {
  it('has no run twice', () => {
    const runs = regressions.map(({ suite, subject, seed, path }) =>
      [suite, subject, seed, path].join(),
    );
    expect(runs).toEqual([...new Set(runs)]);
  });

  it.each(Object.keys(SUITES) as Suite[])('is repeated by %s', (suite) => {
    const file = readFileSync(new URL(`../${suite}.test.ts`, import.meta.url), 'utf8');
    expect(file).toContain(`\nrepeatRegressions('${suite}', `);
  });
});

describe('a list of regressions', () => {
  it('is what it was given', () => {
    expect(checkRegressions([REGRESSION])).toEqual([REGRESSION]);
    expect(checkRegressions([])).toEqual([]);
  });

  it.each<[string, object | null]>([
    ['no such suite', { suite: 'toString' }],
    ['no such suite', { suite: 'random/models' }],
    ['runs on', { subject: 'Pure' }],
    ['runs on', { suite: 'differential/differential', subject: 'js, constant hash' }],
    ['the seed', { seed: '5' }],
    ['the seed', { seed: 0.5 }],
    ['the path', { path: '' }],
    ['the path', { path: 3 }],
    ['the path', { path: '3:0:1' }],
    ['found', { found: '' }],
    ['found', { found: 'two keys' }],
    ['the fields', { engine: 'pure' }],
    ['the fields', null],
  ])('is refused for %s: %j', (told, change) => {
    const entry = change && { ...REGRESSION, ...change };
    expect(() => checkRegressions([REGRESSION, entry])).toThrow(told);
  });

  it.each(Object.keys(REGRESSION))('is refused without %s', (field) => {
    const { [field as keyof Regression]: _, ...rest } = REGRESSION;
    expect(() => checkRegressions([rest])).toThrow('the fields');
  });

  it('is refused if it is none', () => {
    expect(() => checkRegressions({ ...REGRESSION })).toThrow('no list');
  });
});
