// The targets that were set before the run, and whether it meets them.
//
// A target is about the mean of its cells, unless it says that it is about each of them. One that
// nothing was measured for is neither met nor missed. Cells with a ttl have targets of their own.

import { cellText, NOTHING, ratioWithSpread } from './markdown.js';
import { ENTRY_BYTES_MAX } from './memory.js';
import { grouped } from './report.js';
import type { Results } from './results.js';
import {
  type CellFigures,
  type Family,
  familyOf,
  longestSets,
  meanRatio,
  measuredIn,
  OURS,
  PURE,
  plainCells,
  type Ratio,
  ratioOf,
  ratiosOf,
  ratioTo,
  ratioToBest,
  startRatio,
  withOneCache,
} from './tables.js';

/** A target and what came of it. */
export interface Target {
  readonly goal: string;
  readonly measured: string;
  readonly verdict: 'met' | 'missed' | 'not measured';
}

type RatioOfCell = (cell: CellFigures) => Ratio | undefined;

const CORE_BYTES_MAX = 8 * 1024;
const BUNDLE_BYTES_MAX = 18_000;
const PAUSE_MS_MAX = 10;
const START_TIMES_MAX = 1.5;
const MANY_CACHES_TIMES_MAX = 1.1;
const REUSED_SIZE_MAX = 10_000;

const UNMEASURED = { measured: NOTHING, verdict: 'not measured' } as const;

const met = (holds: boolean): Target['verdict'] => (holds ? 'met' : 'missed');

/** Decimals of a bound: with fewer, what is measured would look as if it was on the other side. */
const decimalsOf = (bound: number): number => `${bound}`.split('.')[1]?.length ?? 0;

const countText = (count: number): string => `${count} ${count === 1 ? 'cell' : 'cells'}`;

const toLruCache: RatioOfCell = (cell) => ratioTo(cell, measuredIn(cell, 'lru-cache'));
const toBareMap: RatioOfCell = (cell) => ratioTo(cell, measuredIn(cell, 'bare Map'));
const toPure: RatioOfCell = (cell) => ratioTo(cell, measuredIn(cell, PURE));

function inFamily(cells: readonly CellFigures[], family: Family): CellFigures[] {
  return cells.filter(({ keys }) => familyOf(keys) === family);
}

function meanAtLeast(
  goal: string,
  least: number,
  cells: readonly CellFigures[],
  ratio: RatioOfCell = ratioToBest,
): Target {
  const mean = meanRatio(cells, ratio);
  if (mean === undefined) return { goal, ...UNMEASURED };
  const measured = `${ratioWithSpread(mean, decimalsOf(least))}, mean of ${countText(mean.count)}`;
  return { goal, measured, verdict: met(mean.value >= least) };
}

function eachAtLeast(
  goal: string,
  least: number,
  cells: readonly CellFigures[],
  ratio: RatioOfCell = ratioToBest,
): Target {
  const ratios = ratiosOf(cells, ratio).sort((a, b) => a.ratio.value - b.ratio.value);
  const [lowest] = ratios;
  if (lowest === undefined) return { goal, ...UNMEASURED };
  const below = ratios.filter((one) => one.ratio.value < least).length;
  const count = `${below} of ${countText(ratios.length)} below`;
  const text = ratioWithSpread(lowest.ratio, decimalsOf(least));
  return {
    goal,
    measured: `lowest ${text} (${cellText(lowest.cell)}); ${count}`,
    verdict: met(below === 0),
  };
}

function manyCaches(cells: readonly CellFigures[]): Target {
  const goal = 'Hits at 8 live caches at most 10 % slower than at one';
  const faster: RatioOfCell = (cell) => {
    const alone = withOneCache(cells, cell);
    const [eight, one] = [measuredIn(cell, OURS), alone && measuredIn(alone, OURS)];
    return eight && one && ratioOf(eight.samples, one.samples);
  };
  const hits = cells.filter(({ workload, caches }) => workload === 'hit' && caches === 8);
  const [worst] = ratiosOf(hits, faster).sort((a, b) => a.ratio.value - b.ratio.value);
  if (worst === undefined) return { goal, ...UNMEASURED };
  const { cell, ratio } = worst;
  const measured = `at worst ${ratioWithSpread(ratio, 2)} times as fast (${cellText(cell)})`;
  return { goal, measured, verdict: met(1 / ratio.value <= MANY_CACHES_TIMES_MAX) };
}

function quickStart(results: Results): Target {
  const goal = `Import and first construction at most ${START_TIMES_MAX} times lru-cache's`;
  const ratio = startRatio(results, OURS, 'lru-cache');
  if (ratio === undefined) return { goal, ...UNMEASURED };
  const measured = `${ratio.value.toFixed(2)} times, of ${ratio.rounds} rounds`;
  return { goal, measured, verdict: met(ratio.value <= START_TIMES_MAX) };
}

function shortPauses(results: Results): Target {
  const goal = `No single \`set\` of a full cache of a million longer than ${PAUSE_MS_MAX} ms`;
  const longest = longestSets(results)
    .filter(({ library }) => library === OURS)
    .sort((a, b) => b.longestMs - a.longestMs);
  const [worst] = longest;
  if (worst === undefined) return { goal, ...UNMEASURED };
  const own = Math.max(...longest.map(({ ownMs }) => ownMs));
  const measured =
    `longest ${worst.longestMs.toFixed(1)} ms (${cellText(worst)}), ` +
    `${own.toFixed(1)} ms without the pauses of the garbage collector`;
  return { goal, measured, verdict: met(worst.longestMs <= PAUSE_MS_MAX) };
}

function smallAtMost(goal: string, most: number, bytes: number | undefined): Target {
  if (bytes === undefined) return { goal, ...UNMEASURED };
  return { goal, measured: `${grouped(bytes)} bytes`, verdict: met(bytes <= most) };
}

function smallEntries({ memory = [] }: Results): Target {
  const goal = `An entry takes at most ${ENTRY_BYTES_MAX} bytes of linear memory`;
  const [worst] = [...memory].sort((a, b) => b.linearBytes - a.linearBytes);
  if (worst === undefined) return { goal, ...UNMEASURED };
  const { linearBytes, capacity } = worst;
  const measured = `at most ${linearBytes.toFixed(1)} bytes (of ${grouped(capacity)} entries)`;
  return { goal, measured, verdict: met(linearBytes <= ENTRY_BYTES_MAX) };
}

function targetsOfTtl(cells: readonly CellFigures[]): Target[] {
  const withTtl = cells.filter(({ ttl }) => ttl === true);
  return [
    meanAtLeast('With a ttl at least 1.5 times lru-cache', 1.5, withTtl, toLruCache),
    eachAtLeast('With a ttl, no cell below lru-cache', 1, withTtl, toLruCache),
  ];
}

/** All targets, in the order in which they were set. */
export function targetsOf(results: Results, all: readonly CellFigures[]): Target[] {
  const cells = plainCells(all);
  const on = (...workloads: string[]) => cells.filter((cell) => workloads.includes(cell.workload));
  const ints = (workload: string) => on(workload).filter(({ keys }) => keys === 'int');
  const fresh = inFamily(cells, 'fresh strings');
  const reused = inFamily(cells, 'reused strings').filter(({ size }) => size <= REUSED_SIZE_MAX);
  const { sizes } = results;
  return [
    meanAtLeast('Hits at least 1.6', 1.6, on('hit')),
    meanAtLeast('All at least 2', 2, cells),
    meanAtLeast('Zipf at least 2', 2, on('zipf')),
    meanAtLeast('Churn at least 2', 2, on('churn')),
    eachAtLeast(
      'Ints and floats: no hit, zipf or churn cell below 1.2',
      1.2,
      inFamily(on('hit', 'zipf', 'churn'), 'numbers'),
    ),
    eachAtLeast('Reused strings: no cell below 1 up to 10,000 entries', 1, reused),
    meanAtLeast('Fresh strings at least 2', 2, fresh),
    meanAtLeast('Objects at least 1', 1, inFamily(cells, 'objects')),
    meanAtLeast('Int hits not slower than a bare `Map`', 1, ints('hit'), toBareMap),
    meanAtLeast('Int zipf not slower than a bare `Map`', 1, ints('zipf'), toBareMap),
    meanAtLeast('Fresh strings not slower than a bare `Map`', 1, fresh, toBareMap),
    meanAtLeast('Wasm at least 1.15 times our own JavaScript engine', 1.15, cells, toPure),
    manyCaches(cells),
    quickStart(results),
    smallAtMost('`core.wasm` at most 8 KB', CORE_BYTES_MAX, sizes?.core),
    smallAtMost(
      'A bundle of `LRUCache` at most 18 kB, minified and gzipped',
      BUNDLE_BYTES_MAX,
      sizes?.bundle,
    ),
    shortPauses(results),
    smallEntries(results),
    ...targetsOfTtl(all),
  ];
}
