// What the targets of the benchmark make of a run.

import { describe, expect, it } from 'vitest';
import type { Cell, PauseSample, Results } from '../../bench/results.js';
import { cellFigures, longestSets, startRatio } from '../../bench/tables.js';
import { targetsOf } from '../../bench/targets.js';
import { churn, type Entry, hit, resultsOf } from './results.js';

function targetNamed(start: string, ...entries: Entry[]) {
  const results = resultsOf(...entries);
  const target = targetsOf(results, cellFigures(results)).find(({ goal }) =>
    goal.startsWith(start),
  );
  if (target === undefined) throw new Error(`no target ${start}`);
  return target;
}

describe('targets', () => {
  const eight = { ...hit, caches: 8 };

  it('are not measured where nothing is', () => {
    const results = { ...resultsOf(), starts: [] };
    const verdicts = targetsOf(results, []).map(({ verdict }) => verdict);
    expect(new Set(verdicts)).toEqual(new Set(['not measured']));
  });

  it('of a mean are met by the mean', () => {
    const cells: Entry[] = [
      [hit, 'wasm-lru', 10, 10],
      [hit, 'lru-cache', 10, 10],
      [churn, 'wasm-lru', 10, 10],
    ];
    expect(targetNamed('All', ...cells, [churn, 'lru-cache', 40, 40])).toEqual({
      goal: 'All at least 2',
      measured: '2.00 ±0 %, mean of 2 cells',
      verdict: 'met',
    });
    expect(targetNamed('All', ...cells, [churn, 'lru-cache', 39, 39]).verdict).toBe('missed');
  });

  it('of cells are missed by one cell', () => {
    const float: Cell = { ...churn, keys: 'float' };
    const cells: Entry[] = [
      [churn, 'wasm-lru', 10],
      [churn, 'lru-cache', 80],
      [float, 'wasm-lru', 10],
      [float, 'lru-cache', 11],
    ];
    const { measured, verdict } = targetNamed('Ints and floats', ...cells);
    expect(measured).toBe('lowest 1.1 (churn, float, 1,000); 1 of 2 cells below');
    expect(verdict).toBe('missed');
  });

  it('of reused strings are about caches that are not large', () => {
    const string: Cell = { ...hit, keys: 'string' };
    const cells = (size: number, theirs: number): Entry[] => [
      [{ ...string, size }, 'wasm-lru', 10],
      [{ ...string, size }, 'lru-cache', theirs],
    ];
    const both = [...cells(10_000, 10), ...cells(100_000, 5)];
    expect(targetNamed('Reused strings', ...both).verdict).toBe('met');
    expect(targetNamed('Reused strings', ...cells(10_000, 9)).verdict).toBe('missed');
  });

  it('of a ttl are about its cells, and no other is', () => {
    const timed: Cell = { ...hit, ttl: true };
    const cells: Entry[] = [
      [hit, 'wasm-lru', 10],
      [hit, 'lru-cache', 20],
      [timed, 'wasm-lru', 10],
      [timed, 'lru-cache', 15],
    ];
    expect(targetNamed('All', ...cells).measured).toBe('2.0, mean of 1 cell');
    expect(targetNamed('With a ttl at least', ...cells).measured).toBe('1.5, mean of 1 cell');
    expect(targetNamed('With a ttl, no cell', ...cells).verdict).toBe('met');
  });

  it('of several caches compare with one, round by round', () => {
    const one: Entry = [hit, 'wasm-lru', 100, 200, 100];
    const { measured, verdict } = targetNamed('Hits at 8', one, [eight, 'wasm-lru', 110, 220, 110]);
    expect(measured).toBe('at worst 0.90 ±0 % times as fast (hit, int, 8 caches, 1,000)');
    expect(verdict).toBe('met');
    expect(targetNamed('Hits at 8', one, [eight, 'wasm-lru', 111]).verdict).toBe('missed');
    expect(targetNamed('Hits at 8', [eight, 'wasm-lru', 111]).verdict).toBe('not measured');
  });

  it('of what is measured once compare with a bound', () => {
    const verdictsOf = (more: Partial<Results>) =>
      targetsOf({ ...resultsOf(), starts: [], ...more }, [])
        .filter(({ verdict }) => verdict !== 'not measured')
        .map(({ goal, verdict }) => `${goal.split(' ').slice(0, 2).join(' ')} ${verdict}`);
    expect(verdictsOf({ sizes: { core: 8192, bundle: 18_001 } })).toEqual([
      ...['`core.wasm` at met', 'A bundle missed'],
    ]);
    const row = { capacity: 1000, emptyBytes: 80, heapBytes: 17, hintBytes: 0 };
    expect(verdictsOf({ memory: [{ ...row, linearBytes: 24 }] })).toEqual(['An entry met']);
    const rows = [24, 24.1, 23].map((linearBytes) => ({ ...row, linearBytes }));
    expect(verdictsOf({ memory: rows })).toEqual(['An entry missed']);
  });

  it('of starts compare with lru-cache, round by round', () => {
    const start = (library: string, ...importMs: number[]) => ({
      ...{ library, importMs, constructMs: importMs.map(() => 1) },
    });
    const starts = [start('wasm-lru', 5, 11, 5), start('lru-cache', 3, 7, 9)];
    const results = { ...resultsOf(), starts };
    expect(startRatio(results, 'wasm-lru', 'lru-cache')?.value).toBe(1.5);
    const target = targetsOf(results, []).find(({ goal }) => goal.startsWith('Import'));
    expect(target).toMatchObject({ measured: '1.50 times, of 3 rounds', verdict: 'met' });
  });
});

describe('the longest sets', () => {
  const timed = (...longestMs: number[]): PauseSample => ({
    ...{ round: 1, operations: 10, longestMs, ownLongestMs: 2, clockNs: 40 },
    clockLongestMs: longestMs.length,
    quantilesUs: { half: 0.1, in1000: 1, in10000: 2, in100000: longestMs.length },
  });
  const results = (...samples: PauseSample[]): Results => ({
    ...resultsOf(),
    pauses: [{ ...churn, pauses: true, library: 'wasm-lru', samples }],
  });

  it('are the longest of all passes, and the usual of a pass', () => {
    expect(longestSets(results(timed(3, 9, 4), timed(5, 6)))).toEqual([
      {
        ...{ ...churn, pauses: true, library: 'wasm-lru', longestMs: 9, usualMs: 5 },
        ownMs: 2,
        quantilesUs: { half: 0.1, in1000: 1, in10000: 2, in100000: 2.5 },
        ...{ clockNs: 40, clockLongestMs: 3 },
      },
    ]);
    expect(longestSets(resultsOf())).toEqual([]);
  });

  it('have a target', () => {
    const verdictOf = (longest: number) =>
      targetsOf(results(timed(1, longest)), []).find(({ goal }) => goal.startsWith('No single'));
    expect(verdictOf(10)).toMatchObject({
      measured:
        'longest 10.0 ms (churn, int, 1,000), 2.0 ms without the pauses of the garbage collector',
      verdict: 'met',
    });
    expect(verdictOf(10.1)?.verdict).toBe('missed');
  });
});
