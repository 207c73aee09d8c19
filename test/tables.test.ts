// The computations behind the documents, on runs small enough to work out by hand.

import { describe, expect, it } from 'vitest';
import { cellText, ratioText, withSpread } from '../bench/markdown.js';
import { medianOf } from '../bench/median.js';
import type { Cell, Results, Sample } from '../bench/results.js';
import { lossesTable } from '../bench/sections.js';
import {
  bestPeer,
  cellFigures,
  entriesHeld,
  figureOf,
  gcPerMillion,
  geometricMean,
  groupIn,
  largestChurn,
  longestPause,
  meanRatio,
  measuredIn,
  memoryPerEntry,
  ratioTo,
  ratioToBest,
  startFigures,
  withOneCache,
} from '../bench/tables.js';
import { targetsOf } from '../bench/targets.js';

const hit: Cell = { workload: 'hit', keys: 'int', size: 1000, caches: 1 };
const churn: Cell = { ...hit, workload: 'churn' };

function sample(nsPerOp: number, more: Partial<Sample> = {}): Sample {
  return {
    round: 0,
    nsPerOp,
    buildNsPerOp: 0,
    passes: 1,
    operations: 1000,
    gcMsPerMillion: 1,
    gcPauseMaxMs: 1,
    rssBytes: 0,
    heapBytes: 0,
    arrayBufferBytes: 0,
    ...more,
  };
}

/** What one library did in one cell. */
type Entry = readonly [cell: Cell, library: string, ...samples: (number | Sample)[]];

function resultsOf(...entries: Entry[]): Results {
  return {
    taken: '2026-01-02T03:04:05.000Z',
    node: 'v20.20.2',
    v8: '11.3',
    cpu: 'a processor',
    cores: 2,
    os: 'linux',
    profile: 'small',
    rounds: 3,
    minutes: 1,
    libraries: [
      { library: 'wasm-lru', group: 'ours' },
      { library: 'wasm-lru pure', group: 'ours' },
      { library: 'lru-cache', group: 'exact', version: '11.5.3' },
      { library: 'mnemonist', group: 'exact', version: '0.40.8' },
      { library: 'quick-lru', group: 'approximate', version: '7.3.0' },
      { library: 'bare Map', group: 'bound' },
    ],
    cells: entries.map(([cell, library, ...samples]) => ({
      ...cell,
      library,
      samples: samples.map((one) => (typeof one === 'number' ? sample(one) : one)),
    })),
    starts: [{ library: 'wasm-lru', importMs: [1, 2, 6], constructMs: [3, 1, 1] }],
  };
}

function cellsOf(...entries: Entry[]) {
  return cellFigures(resultsOf(...entries));
}

function onlyCell(...entries: Entry[]) {
  const [cell, ...others] = cellsOf(...entries);
  if (cell === undefined || others.length > 0) throw new Error('not one cell');
  return cell;
}

function targetNamed(start: string, ...entries: Entry[]) {
  const results = resultsOf(...entries);
  const target = targetsOf(results, cellFigures(results)).find(({ goal }) =>
    goal.startsWith(start),
  );
  if (target === undefined) throw new Error(`no target ${start}`);
  return target;
}

describe('figures', () => {
  it('are medians, of an even number of values too', () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2.5);
    expect(medianOf([7])).toBe(7);
  });

  it('have the distance of the farthest sample as spread', () => {
    expect(figureOf([10, 9, 13])).toEqual({ median: 10, spread: 0.3 });
    expect(figureOf([5, 5])).toEqual({ median: 5, spread: 0 });
  });

  it('have no spread if there is one sample', () => {
    expect(figureOf([5])).toEqual({ median: 5 });
    expect(withSpread(figureOf([5]))).toBe('5.0');
    expect(withSpread(figureOf([100, 90, 130]))).toBe('100 ±30 %');
  });

  it('have a geometric mean if there are any', () => {
    expect(geometricMean([1, 4])).toBeCloseTo(2, 12);
    expect(geometricMean([])).toBeUndefined();
  });

  it('show a ratio rounded down, so that a loss looks like one', () => {
    expect(ratioText(0.999)).toBe('0.99');
    expect(ratioText(1.15)).toBe('1.15');
    expect(ratioText(3)).toBe('3.00');
    expect(ratioText(undefined)).toBe('–');
  });
});

describe('cells', () => {
  it('have what building took as median over all libraries subtracted from each', () => {
    const built = (nsPerOp: number, buildNsPerOp: number) => sample(nsPerOp, { buildNsPerOp });
    const [cell] = cellsOf(
      [hit, 'wasm-lru', built(50, 100), built(20, 140)],
      [hit, 'lru-cache', built(90, 100), built(95, 90)],
    );
    const medians = cell?.measured.map(({ nsPerOp }) => nsPerOp.median);
    expect(medians).toEqual([55, 87.5]);
  });

  it('put together what belongs to one cell, in the order of the documents', () => {
    const cells = cellsOf(
      [churn, 'wasm-lru', 10],
      [{ ...hit, size: 9000 }, 'wasm-lru', 30],
      [hit, 'lru-cache', 40],
      [hit, 'wasm-lru', 20, 22],
      [{ ...hit, caches: 8 }, 'wasm-lru', 25],
    );
    const names = ['hit, int, 1,000', 'hit, int, 9,000', 'hit, int, 8 caches, 1,000'];
    expect(cells.map(cellText)).toEqual([...names, 'churn, int, 1,000']);
    expect(cells[0]?.measured.map(({ library }) => library)).toEqual(['wasm-lru', 'lru-cache']);
    expect(cells[0]?.measured[0]?.nsPerOp.median).toBe(21);
  });

  it('keep replays of different traces apart', () => {
    const replay: Cell = { ...hit, workload: 'replay' };
    const [one, two] = [
      { ...replay, trace: 'one' },
      { ...replay, trace: 'two' },
    ];
    const cells = cellsOf([two, 'wasm-lru', 2], [one, 'wasm-lru', 1]);
    expect(cells.map(({ trace }) => trace)).toEqual(['one', 'two']);
  });

  it('leave out a library without a sample', () => {
    const cell = onlyCell([hit, 'wasm-lru', 10], [hit, 'lru-cache'], [hit, 'mnemonist', 30]);
    expect(measuredIn(cell, 'lru-cache')).toBeUndefined();
    expect(groupIn(cell, 'exact').map(({ library }) => library)).toEqual(['mnemonist']);
    expect(ratioToBest(cell)).toBe(3);
  });
});

describe('the best exact peer', () => {
  it('is the first one on a tie', () => {
    const cell = onlyCell([hit, 'mnemonist', 20], [hit, 'lru-cache', 20], [hit, 'wasm-lru', 10]);
    expect(bestPeer(cell)?.library).toBe('lru-cache');
  });

  it('is never an approximate library, a bound or one of ours', () => {
    const cell = onlyCell(
      [hit, 'wasm-lru', 10],
      [hit, 'wasm-lru pure', 11],
      [hit, 'quick-lru', 5],
      [hit, 'bare Map', 4],
      [hit, 'lru-cache', 25],
    );
    expect(bestPeer(cell)?.library).toBe('lru-cache');
    expect(ratioToBest(cell)).toBe(2.5);
    expect(ratioTo(cell, measuredIn(cell, 'bare Map'))).toBe(0.4);
  });

  it('gives no ratio where it or ours is missing, and is in no mean', () => {
    const cells = cellsOf(
      [hit, 'wasm-lru', 10],
      [churn, 'lru-cache', 10],
      [{ ...hit, size: 2000 }, 'wasm-lru', 10],
      [{ ...hit, size: 2000 }, 'lru-cache', 20],
      [{ ...hit, size: 3000 }, 'wasm-lru', 10],
      [{ ...hit, size: 3000 }, 'lru-cache', 80],
    );
    expect(cells.map(ratioToBest)).toEqual([undefined, 2, 8, undefined]);
    expect(meanRatio(cells, ratioToBest)).toBeCloseTo(4, 12);
  });
});

describe('other figures', () => {
  it('have memory for each entry that is held, not for each that may be', () => {
    const bytes = { rssBytes: 60_000, heapBytes: 10_000, arrayBufferBytes: 20_000 };
    const cell = onlyCell(
      [churn, 'quick-lru', sample(1, { ...bytes, entries: 2000 })],
      [churn, 'lru-cache', sample(1, bytes)],
    );
    const [lruCache, quickLru] = cell.measured;
    if (lruCache === undefined || quickLru === undefined) throw new Error('not measured');
    expect(memoryPerEntry(cell, quickLru)).toEqual({ rss: 30, accounted: 15 });
    expect(memoryPerEntry(cell, lruCache)).toEqual({ rss: 60, accounted: 30 });
    expect([entriesHeld(quickLru), entriesHeld(lruCache)]).toEqual([2000, undefined]);
  });

  it('have the usual time in the collector, and the longest pause', () => {
    const samples = [1, 2, 9].map((ms) => sample(1, { gcMsPerMillion: ms, gcPauseMaxMs: ms }));
    const [measured] = onlyCell([churn, 'wasm-lru', ...samples]).measured;
    if (measured === undefined) throw new Error('not measured');
    expect([gcPerMillion(measured), longestPause(measured)]).toEqual([2, 9]);
  });

  it('know the largest churn, of one cache', () => {
    const cells = cellsOf(
      [churn, 'wasm-lru', 1],
      [{ ...churn, size: 5000 }, 'wasm-lru', 1],
      [{ ...churn, size: 5000, keys: 'string' }, 'wasm-lru', 1],
      [{ ...churn, size: 9000, caches: 8 }, 'wasm-lru', 1],
      [{ ...hit, size: 9000 }, 'wasm-lru', 1],
    );
    const names = ['churn, int, 5,000', 'churn, string, 5,000'];
    expect(largestChurn(cells).map(cellText)).toEqual(names);
    expect(largestChurn([])).toEqual([]);
  });

  it('find the cell with one cache', () => {
    const cells = cellsOf([hit, 'wasm-lru', 1], [{ ...hit, caches: 8 }, 'wasm-lru', 2]);
    expect(withOneCache(cells, { ...hit, caches: 8, measured: [] })).toBe(cells[0]);
    expect(withOneCache(cells, { ...churn, caches: 8, measured: [] })).toBeUndefined();
  });

  it('add up import and construction of the same process', () => {
    const start = startFigures(resultsOf(), 'wasm-lru');
    expect([start?.load.median, start?.construct.median, start?.both.median]).toEqual([2, 1, 4]);
    expect(startFigures(resultsOf(), 'lru-cache')).toBeUndefined();
  });
});

describe('targets', () => {
  const eight = { ...hit, caches: 8 };

  it('are not measured where nothing is', () => {
    const results = { ...resultsOf(), starts: [] };
    const verdicts = targetsOf(results, []).map(({ verdict }) => verdict);
    expect(new Set(verdicts)).toEqual(new Set(['not measured']));
  });

  it('of a mean are met by the mean', () => {
    const cells: Entry[] = [
      [hit, 'wasm-lru', 10],
      [hit, 'lru-cache', 20],
      [churn, 'wasm-lru', 10],
    ];
    const mean = 'Mean of all cells';
    expect(targetNamed(mean, ...cells, [churn, 'lru-cache', 45])).toEqual({
      goal: 'Mean of all cells at least 3',
      measured: '3.00, mean of 2 cells',
      verdict: 'met',
    });
    expect(targetNamed(mean, ...cells, [churn, 'lru-cache', 44]).verdict).toBe('missed');
  });

  it('of cells are missed by one cell', () => {
    const cells: Entry[] = [
      [churn, 'wasm-lru', 10],
      [churn, 'lru-cache', 80],
      [{ ...churn, keys: 'string' }, 'wasm-lru', 10],
      [{ ...churn, keys: 'string' }, 'lru-cache', 39],
    ];
    const { measured, verdict } = targetNamed('Churn', ...cells);
    expect(measured).toBe('lowest 3.90 (churn, string, 1,000); 1 of 2 cells below');
    expect(verdict).toBe('missed');
  });

  it('of several caches compare with one', () => {
    const one: Entry = [hit, 'wasm-lru', 100];
    const { measured, verdict } = targetNamed('8 live', one, [eight, 'wasm-lru', 110]);
    expect(measured).toBe('at worst 10.0 % slower (hit, int, 8 caches, 1,000)');
    expect(verdict).toBe('met');
    expect(targetNamed('8 live', one, [eight, 'wasm-lru', 111]).verdict).toBe('missed');
    expect(targetNamed('8 live', [eight, 'wasm-lru', 111]).verdict).toBe('not measured');
  });

  it('of memory are missed on a tie', () => {
    const bytes = (rssBytes: number) => sample(1, { rssBytes, entries: 1000 });
    const ours: Entry = [churn, 'wasm-lru', bytes(30_000)];
    const more: Entry = [churn, 'lru-cache', bytes(50_000)];
    expect(targetNamed('Memory', ours, more)).toMatchObject({
      measured: 'at worst 30.0 B against 50.0 of lru-cache (churn, int, 1,000)',
      verdict: 'met',
    });
    const same: Entry = [churn, 'mnemonist', bytes(30_000)];
    expect(targetNamed('Memory', ours, more, same).verdict).toBe('missed');
  });
});

describe('losses', () => {
  it('are listed, the worst first, and a tie is none', () => {
    const cells = cellsOf(
      [hit, 'wasm-lru', 20],
      [hit, 'lru-cache', 19],
      [hit, 'mnemonist', 18],
      [churn, 'wasm-lru', 20],
      [churn, 'lru-cache', 10],
      [{ ...hit, keys: 'string' }, 'wasm-lru', 20],
      [{ ...hit, keys: 'string' }, 'lru-cache', 20],
    );
    expect(lossesTable(cells).split('\n').slice(2)).toEqual([
      '| churn | int | lru-cache | 1,000 | 20 | 10 | 0.50 |',
      '| hit | int | mnemonist | 1,000 | 20 | 18 | 0.90 |',
    ]);
  });

  it('are nowhere if there are none', () => {
    expect(lossesTable(cellsOf([hit, 'wasm-lru', 10], [hit, 'lru-cache', 10]))).toMatch(/^Nowhere/);
  });
});
