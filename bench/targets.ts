// The targets that were set before the run, and whether it meets them.
//
// A target that speaks of cells is about each of them, unless it says that it is about the mean. A
// target without a cell that was measured is neither met nor missed.

import { cellText, NOTHING, ratioText } from './markdown.js';
import type { Results } from './results.js';
import {
  type CellFigures,
  type Family,
  familyOf,
  gcPerMillion,
  largestChurn,
  leastPeer,
  type Measured,
  meanRatio,
  measuredIn,
  memoryPerEntry,
  OURS,
  PURE,
  ratiosOf,
  ratioTo,
  ratioToBest,
  startFigures,
  withOneCache,
} from './tables.js';

/** A target and what came of it. */
export interface Target {
  readonly goal: string;
  readonly measured: string;
  readonly verdict: 'met' | 'missed' | 'not measured';
}

type Ratio = (cell: CellFigures) => number | undefined;

const UNMEASURED = { measured: NOTHING, verdict: 'not measured' } as const;

const met = (holds: boolean): Target['verdict'] => (holds ? 'met' : 'missed');

function inFamily(cells: readonly CellFigures[], ...families: Family[]): CellFigures[] {
  return cells.filter(({ keys }) => families.includes(familyOf(keys)));
}

function meanAtLeast(
  goal: string,
  least: number,
  cells: readonly CellFigures[],
  ratio: Ratio = ratioToBest,
): Target {
  const mean = meanRatio(cells, ratio);
  if (mean === undefined) return { goal, ...UNMEASURED };
  const count = ratiosOf(cells, ratio).length;
  const measured = `${ratioText(mean)}, mean of ${count} ${count === 1 ? 'cell' : 'cells'}`;
  return { goal, measured, verdict: met(mean >= least) };
}

function eachAtLeast(
  goal: string,
  least: number,
  cells: readonly CellFigures[],
  ratio: Ratio = ratioToBest,
): Target {
  const ratios = ratiosOf(cells, ratio).sort((a, b) => a.ratio - b.ratio);
  const [lowest] = ratios;
  if (lowest === undefined) return { goal, ...UNMEASURED };
  const below = ratios.filter((one) => one.ratio < least).length;
  const count = `${below} of ${ratios.length} cells below`;
  return {
    goal,
    measured: `lowest ${ratioText(lowest.ratio)} (${cellText(lowest.cell)}); ${count}`,
    verdict: met(below === 0),
  };
}

function manyCaches(cells: readonly CellFigures[]): Target {
  const goal = '8 live caches at most 10 % slower than one';
  const slower = cells
    .filter(({ caches }) => caches === 8)
    .flatMap((cell) => {
      const eight = measuredIn(cell, OURS);
      const alone = withOneCache(cells, cell);
      const one = alone && measuredIn(alone, OURS);
      if (eight === undefined || one === undefined) return [];
      return [{ cell, times: eight.nsPerOp.median / one.nsPerOp.median }];
    })
    .sort((a, b) => b.times - a.times);
  const [worst] = slower;
  if (worst === undefined) return { goal, ...UNMEASURED };
  const { cell, times } = worst;
  const than = times < 1 ? 'faster' : 'slower';
  const share = Math.abs(times - 1) * 100;
  const measured = `at worst ${share.toFixed(1)} % ${than} (${cellText(cell)})`;
  return { goal, measured, verdict: met(times <= 1.1) };
}

/** Whether we need less of something than each exact peer, shown where it is closest. */
function lessThanPeers(
  goal: string,
  unit: string,
  cells: readonly CellFigures[],
  amount: (cell: CellFigures, measured: Measured) => number,
): Target {
  const compared = cells
    .flatMap((cell) => {
      const ours = measuredIn(cell, OURS);
      const peer = leastPeer(cell, (measured) => amount(cell, measured));
      if (ours === undefined || peer === undefined) return [];
      return [{ cell, peer, ours: amount(cell, ours), theirs: amount(cell, peer) }];
    })
    .sort((a, b) => b.ours - b.theirs - (a.ours - a.theirs));
  const [closest] = compared;
  if (closest === undefined) return { goal, ...UNMEASURED };
  const { cell, peer, ours, theirs } = closest;
  const against = `${ours.toFixed(1)} ${unit} against ${theirs.toFixed(1)} of ${peer.library}`;
  return {
    goal,
    measured: `at worst ${against} (${cellText(cell)})`,
    verdict: met(compared.every((one) => one.ours < one.theirs)),
  };
}

function quickStart(results: Results): Target {
  const goal = 'Import and first construction at most 3 ms';
  const start = startFigures(results, OURS);
  if (start === undefined) return { goal, ...UNMEASURED };
  const { median } = start.both;
  return { goal, measured: `${median.toFixed(2)} ms`, verdict: met(median <= 3) };
}

/** All targets, in the order in which they were set. */
export function targetsOf(results: Results, cells: readonly CellFigures[]): Target[] {
  const on = (...workloads: string[]) => cells.filter((cell) => workloads.includes(cell.workload));
  const keyed = cells.filter(({ keys }) => familyOf(keys) !== 'objects');
  const churn = inFamily(on('churn'), 'numbers', 'reused strings', 'fresh strings').filter(
    ({ keys }) => keys !== 'float',
  );
  const bare = [
    ...on('hit', 'zipf').filter(({ keys }) => keys === 'int'),
    ...inFamily(on('hit', 'zipf'), 'fresh strings'),
  ];
  const toBareMap: Ratio = (cell) => ratioTo(cell, measuredIn(cell, 'bare Map'));
  const toPure: Ratio = (cell) => ratioTo(cell, measuredIn(cell, PURE));
  const largest = largestChurn(cells);
  return [
    meanAtLeast('Mean of all cells at least 3', 3, cells),
    eachAtLeast('Numbers and strings, also mixed: no cell below 1.2', 1.2, keyed),
    eachAtLeast('Objects: no cell below 1', 1, inFamily(cells, 'objects')),
    eachAtLeast('Churn of integers and strings: at least 4', 4, churn),
    meanAtLeast('Fresh strings: mean at least 2.5', 2.5, inFamily(cells, 'fresh strings')),
    eachAtLeast('Hits of reused strings: at least 1.2', 1.2, inFamily(on('hit'), 'reused strings')),
    eachAtLeast(
      'Not slower than a bare `Map`: hit and zipf, `int` and fresh strings',
      1,
      bare,
      toBareMap,
    ),
    meanAtLeast('Ahead of the pure engine: mean at least 1.25', 1.25, cells, toPure),
    manyCaches(cells),
    lessThanPeers(
      'Memory per entry in the largest churn: below each exact peer',
      'B',
      largest,
      (cell, measured) => memoryPerEntry(cell, measured).rss,
    ),
    lessThanPeers(
      'Time in the collector in the largest churn: below each exact peer',
      'ms',
      largest,
      (_, measured) => gcPerMillion(measured),
    ),
    quickStart(results),
  ];
}
