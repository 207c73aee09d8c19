// The computations behind the documents, on runs small enough to work out by hand.

import { describe, expect, it } from 'vitest';
import { cellText, ratioText, ratioWithSpread, withSpread } from '../../bench/markdown.js';
import { CONFIDENCE, intervalOf, medianOf } from '../../bench/median.js';
import { isSettled, librariesOfMore } from '../../bench/more.js';
import { createRandom } from '../../bench/random.js';
import type { Cell } from '../../bench/results.js';
import { lossesTable } from '../../bench/sections.js';
import {
  bestPeer,
  entriesHeld,
  figureOf,
  gcPerMillion,
  geometricMean,
  groupIn,
  largestChurn,
  longestPause,
  meanOf,
  meanRatio,
  measuredIn,
  memoryPerEntry,
  plainCells,
  ratioAtBest,
  ratioTo,
  ratioToBest,
  startFigures,
  withOneCache,
} from '../../bench/tables.js';
import { cellsOf, churn, type Entry, hit, onlyCell, resultsOf, sample } from './results.js';

describe('figures', () => {
  it('are medians, of an even number of values too', () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2.5);
    expect(medianOf([7])).toBe(7);
  });

  it('have half the distance of lowest and highest as spread, if there are few', () => {
    expect(figureOf([10, 9, 13])).toEqual({ median: 10, spread: 0.2 });
    expect(figureOf([5, 5])).toEqual({ median: 5, spread: 0 });
  });

  it('have a spread that holds the median as often as it is said to', () => {
    // With a probability of 1 / 64, all of six values are on the same side of the median, and of
    // seven or ten, all but one or two with one of 1 / 16 or 7 / 128.
    expect(intervalOf([6, 1, 2, 3, 4, 5])).toEqual({ low: 1, high: 6 });
    expect(intervalOf([7, 1, 2, 3, 4, 5, 6])).toEqual({ low: 2, high: 6 });
    expect(intervalOf([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])).toEqual({ low: 2, high: 7 });
    const random = createRandom(1);
    for (const count of [4, 7, 12]) {
      const held = Array.from({ length: 4000 }, () => {
        const { low, high } = intervalOf(Array.from({ length: count }, random));
        return low <= 2 ** 31 && 2 ** 31 <= high ? 1 : 0;
      }).reduce<number>((sum, one) => sum + one, 0);
      expect(held / 4000).toBeGreaterThan(CONFIDENCE - 0.02);
    }
  });

  it('have no spread if there is one sample', () => {
    expect(figureOf([5])).toEqual({ median: 5 });
    expect(withSpread(figureOf([5]))).toBe('5.0');
    expect(withSpread(figureOf([100, 90, 130]))).toBe('100 ±20 %');
  });

  it('have a geometric mean if there are any', () => {
    expect(geometricMean([1, 4])).toBeCloseTo(2, 12);
    expect(geometricMean([])).toBeUndefined();
  });

  it('show a ratio rounded down, so that a loss looks like one', () => {
    const sure = (value: number) => ratioText({ value, spread: 0.01 });
    expect([sure(0.999), sure(1.15), sure(3)]).toEqual(['0.99', '1.15', '3.00']);
    expect(ratioText(undefined)).toBe('–');
  });

  it('show a ratio with the decimals that its spread bears', () => {
    const texts = (value: number, ...spreads: number[]) =>
      spreads.map((spread) => ratioText({ value, spread }));
    expect(texts(1.99, 0.02, 0.03, 0.25, 0.26)).toEqual(['1.99', '1.9', '1.9', '1']);
    expect(texts(0.99, 0.04, 0.9)).toEqual(['0.99', '0.9']);
    // Of one round, the spread is not known.
    expect(ratioText({ value: 1.99 })).toBe('1.9');
    expect(ratioWithSpread({ value: 1.99, spread: 0.1 })).toBe('1.9 ±10 %');
  });
});

describe('cells', () => {
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
    expect(ratioToBest(cell)).toEqual({ value: 3, rounds: 1 });
  });

  it('apart from those whose caches keep a ttl', () => {
    const cells = cellsOf([hit, 'wasm-lru', 10], [{ ...hit, ttl: true }, 'wasm-lru', 20]);
    expect(cells.map(cellText)).toEqual(['hit, int, 1,000', 'hit, int, ttl, 1,000']);
    expect(plainCells(cells)).toEqual([cells[0]]);
  });
});

describe('a ratio', () => {
  it('is the median of those within the rounds, so that a slow minute cancels out', () => {
    const cell = onlyCell([hit, 'wasm-lru', 10, 30, 11], [hit, 'lru-cache', 20, 60, 33]);
    expect(ratioToBest(cell)).toEqual({ value: 2, spread: 0.25, rounds: 3 });
  });

  it('is of the rounds that both were in', () => {
    const cell = onlyCell([hit, 'wasm-lru', 10, 10, 10, 10], [hit, 'lru-cache', 20, 40]);
    expect(ratioToBest(cell)).toMatchObject({ value: 3, rounds: 2 });
  });

  it('at best is of the fastest passes of any round, if they are known', () => {
    const timed = (nsPerOp: number, fastestNsPerOp: number) => sample(nsPerOp, { fastestNsPerOp });
    const ours: Entry = [hit, 'wasm-lru', timed(10, 8), timed(11, 5)];
    const cell = onlyCell(ours, [hit, 'lru-cache', timed(20, 15), timed(22, 18)]);
    expect(ratioAtBest(cell)).toBe(3);
    expect(ratioAtBest(onlyCell(ours, [hit, 'lru-cache', 20]))).toBeUndefined();
  });

  it('in a mean gives it its share of the spread', () => {
    const mean = meanOf([
      { value: 1, spread: 0.3, rounds: 3 },
      { value: 4, spread: 0.4, rounds: 3 },
    ]);
    expect(mean).toEqual({ value: 2, spread: 0.25, count: 2 });
    expect(meanOf([{ value: 2, rounds: 1 }])).toEqual({ value: 2, count: 1 });
    expect(meanOf([])).toBeUndefined();
  });
});

describe('a further round', () => {
  const rounds = (library: string, ...times: number[]): Entry => [hit, library, ...times];

  it('is wanted while the ratio is not sure, and only then', () => {
    const ours = rounds('wasm-lru', 10, 10, 10);
    expect(isSettled(onlyCell(ours, rounds('lru-cache', 20, 21, 24)))).toBe(true);
    expect(isSettled(onlyCell(ours, rounds('lru-cache', 20, 20, 25)))).toBe(false);
    expect(isSettled(onlyCell(ours, rounds('lru-cache', 20, 20)))).toBe(false);
    expect(isSettled(onlyCell(ours))).toBe(true);
    expect(isSettled(onlyCell(rounds('lru-cache', 20, 40)))).toBe(true);
  });

  it('is of us, lru-cache, and whoever may be the best peer', () => {
    const cell = onlyCell(
      rounds('wasm-lru', 10, 10),
      rounds('wasm-lru pure', 10, 10),
      rounds('lru-cache', 90, 90),
      rounds('mnemonist', 20, 20),
      rounds('lru.min', 25, 26),
      rounds('toad-cache', 27, 27),
      rounds('quick-lru', 5, 5),
    );
    expect(librariesOfMore(cell)).toEqual(['wasm-lru', 'lru-cache', 'mnemonist', 'lru.min']);
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
    expect(ratioToBest(cell)?.value).toBe(2.5);
    expect(ratioTo(cell, measuredIn(cell, 'bare Map'))?.value).toBe(0.4);
  });

  it('is the one with the least ratio, and without ours the fastest', () => {
    const peers: Entry[] = [
      [hit, 'lru-cache', 20, 20, 60],
      [hit, 'mnemonist', 21, 21, 21],
    ];
    expect(bestPeer(onlyCell(...peers))?.library).toBe('lru-cache');
    expect(bestPeer(onlyCell([hit, 'wasm-lru', 5, 10, 30], ...peers))?.library).toBe('lru-cache');
    expect(bestPeer(onlyCell([hit, 'wasm-lru', 30, 10, 20], ...peers))?.library).toBe('mnemonist');
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
    expect(cells.map((cell) => ratioToBest(cell)?.value)).toEqual([undefined, 2, 8, undefined]);
    expect(meanRatio(cells, ratioToBest)?.value).toBeCloseTo(4, 12);
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
      '| churn | int | lru-cache | 1,000 | 20 | 10 | 0.5 | – | 1 | – |',
      '| hit | int | mnemonist | 1,000 | 20 | 18 | 0.9 | – | 1 | – |',
    ]);
  });

  it('are nowhere if there are none', () => {
    expect(lossesTable(cellsOf([hit, 'wasm-lru', 10], [hit, 'lru-cache', 10]))).toMatch(/^Nowhere/);
  });
});
