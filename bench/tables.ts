// From the raw data of a run to figures: medians, spreads, ratios and means.
//
// T1  A figure of a library in a cell is the median of its samples. Its spread is the distance of
//     the sample farthest from the median, as a share of the median: no sample is outside.
// T2  A ratio is the time of the other one divided by ours: above 1, we are faster.
// T3  Building of keys is subtracted as the median over all samples of a cell: it is the same work
//     for every library, and one process that measured it badly would put one of them off.
// T4  A mean of ratios is the geometric one. What was not measured has no figure and is in no mean.

import { medianOf } from './median.js';
import {
  type Cell,
  type CellResult,
  type Group,
  type KeyKind,
  keyKinds,
  type LibraryInfo,
  type Results,
  type Sample,
  workloadNames,
} from './results.js';

/** The library the documents are about, as results.json calls it. */
export const OURS = 'wasm-lru';

/** The same algorithm without WebAssembly, as results.json calls it. */
export const PURE = 'wasm-lru pure';

/** Kinds of keys that behave alike, in the order of the documents. */
export const families = [
  'numbers',
  'reused strings',
  'fresh strings',
  'objects',
  'ints and strings',
] as const;

/** Name of a family of keys. */
export type Family = (typeof families)[number];

const familyOfKeys: Readonly<Record<KeyKind, Family>> = {
  int: 'numbers',
  int32: 'numbers',
  float: 'numbers',
  string: 'reused strings',
  fresh16: 'fresh strings',
  fresh40: 'fresh strings',
  cons: 'fresh strings',
  'prefix-id': 'fresh strings',
  'id-suffix': 'fresh strings',
  padded: 'fresh strings',
  url: 'fresh strings',
  uuid: 'fresh strings',
  json: 'fresh strings',
  object: 'objects',
  'int+string': 'ints and strings',
};

/** A median and how far the samples are from it. */
export interface Figure {
  readonly median: number;
  /** Largest distance of a sample from the median, as a share of it; absent if there is one. */
  readonly spread?: number;
}

/** One library in one cell. */
export interface Measured extends LibraryInfo {
  readonly nsPerOp: Figure;
  readonly samples: readonly Sample[];
}

/** One cell with everything that was measured in it, in the order of `Results.libraries`. */
export interface CellFigures extends Cell {
  readonly measured: readonly Measured[];
}

/** Memory of one library per entry that it holds, in bytes. */
export interface Memory {
  readonly rss: number;
  /** JavaScript heap and array buffers. */
  readonly accounted: number;
}

/** The figure of at least one value. */
export function figureOf(values: readonly number[]): Figure {
  const middle = medianOf(values);
  if (values.length < 2) return { median: middle };
  const farthest = Math.max(...values.map((value) => Math.abs(value - middle)));
  return { median: middle, spread: farthest / middle };
}

/** The geometric mean, or nothing if there are no values. */
export function geometricMean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The family of a kind of keys. */
export function familyOf(keys: KeyKind): Family {
  return familyOfKeys[keys];
}

function idOf({ workload, keys, size, caches, trace = '' }: Cell): string {
  return [workload, trace, keys, size, caches].join('|');
}

/** The order of the documents: workloads and keys as results.ts lists them, small cells first. */
export function compareCells(a: Cell, b: Cell): number {
  return (
    workloadNames.indexOf(a.workload) - workloadNames.indexOf(b.workload) ||
    (a.trace ?? '').localeCompare(b.trace ?? '', 'en') ||
    keyKinds.indexOf(a.keys) - keyKinds.indexOf(b.keys) ||
    a.caches - b.caches ||
    a.size - b.size
  );
}

/** The cells of a run, each with its figures. A library without a sample is not in the cell. */
export function cellFigures({ cells, libraries }: Results): CellFigures[] {
  const byId = new Map<string, CellResult[]>();
  for (const result of cells) {
    const same = byId.get(idOf(result));
    if (same === undefined) byId.set(idOf(result), [result]);
    else same.push(result);
  }
  const figures = [...byId.values()].map((results): CellFigures => {
    const { workload, keys, size, caches, trace } = results[0] as Cell;
    const builds = results.flatMap(({ samples }) => samples.map((one) => one.buildNsPerOp));
    const build = builds.length === 0 ? 0 : medianOf(builds);
    const measured = libraries.flatMap((info): Measured[] => {
      const samples = results
        .filter(({ library }) => library === info.library)
        .flatMap((result) => result.samples);
      if (samples.length === 0) return [];
      const times = samples.map(({ nsPerOp, buildNsPerOp }) => nsPerOp + buildNsPerOp - build);
      return [{ ...info, samples, nsPerOp: figureOf(times) }];
    });
    return { workload, keys, size, caches, measured, ...(trace === undefined ? {} : { trace }) };
  });
  return figures.sort(compareCells);
}

/** What a library measured in a cell, or nothing. */
export function measuredIn(cell: CellFigures, library: string): Measured | undefined {
  return cell.measured.find((measured) => measured.library === library);
}

/** What all libraries of a group measured in a cell. */
export function groupIn(cell: CellFigures, group: Group): Measured[] {
  return cell.measured.filter((measured) => measured.group === group);
}

/** The exact peer with the least of something, the first of them on a tie. */
export function leastPeer(
  cell: CellFigures,
  figure: (measured: Measured) => number,
): Measured | undefined {
  return groupIn(cell, 'exact').reduce<Measured | undefined>(
    (least, peer) => (least === undefined || figure(peer) < figure(least) ? peer : least),
    undefined,
  );
}

/** The fastest exact peer of a cell. */
export function bestPeer(cell: CellFigures): Measured | undefined {
  return leastPeer(cell, ({ nsPerOp }) => nsPerOp.median);
}

/** How many times as fast as another one we are in a cell, if both were measured. */
export function ratioTo(cell: CellFigures, other: Measured | undefined): number | undefined {
  const ours = measuredIn(cell, OURS);
  if (ours === undefined || other === undefined) return undefined;
  return other.nsPerOp.median / ours.nsPerOp.median;
}

/** How many times as fast as the best exact peer we are in a cell. */
export function ratioToBest(cell: CellFigures): number | undefined {
  return ratioTo(cell, bestPeer(cell));
}

/** The ratios that exist, each with its cell. */
export function ratiosOf(
  cells: readonly CellFigures[],
  ratio: (cell: CellFigures) => number | undefined,
): { readonly cell: CellFigures; readonly ratio: number }[] {
  return cells.flatMap((cell) => {
    const value = ratio(cell);
    return value === undefined ? [] : [{ cell, ratio: value }];
  });
}

/** The geometric mean of the ratios that exist. */
export function meanRatio(
  cells: readonly CellFigures[],
  ratio: (cell: CellFigures) => number | undefined,
): number | undefined {
  return geometricMean(ratiosOf(cells, ratio).map((one) => one.ratio));
}

/** Entries held at the end, or nothing if the library cannot tell. */
export function entriesHeld({ samples }: Measured): number | undefined {
  const told = samples.flatMap(({ entries }) => (entries === undefined ? [] : [entries]));
  return told.length === 0 ? undefined : medianOf(told);
}

/** Memory per entry; per entry that may be held, if the library cannot tell what it holds. */
export function memoryPerEntry({ size }: Cell, { samples }: Measured): Memory {
  const perEntry = (bytes: (sample: Sample) => number): number =>
    medianOf(samples.map((sample) => bytes(sample) / (sample.entries ?? size)));
  return {
    rss: perEntry(({ rssBytes }) => rssBytes),
    accounted: perEntry(({ heapBytes, arrayBufferBytes }) => heapBytes + arrayBufferBytes),
  };
}

/** Time in the garbage collector, in ms per million operations. */
export function gcPerMillion({ samples }: Measured): number {
  return medianOf(samples.map(({ gcMsPerMillion }) => gcMsPerMillion));
}

/** The longest pause of all samples, in ms. */
export function longestPause({ samples }: Measured): number {
  return Math.max(...samples.map(({ gcPauseMaxMs }) => gcPauseMaxMs));
}

/** The churn cells of one cache at the largest size: where memory and collections are compared. */
export function largestChurn(cells: readonly CellFigures[]): CellFigures[] {
  const churn = cells.filter(({ workload, caches }) => workload === 'churn' && caches === 1);
  const largest = Math.max(...churn.map(({ size }) => size));
  return churn.filter(({ size }) => size === largest);
}

/** The cell with one cache that is otherwise the same, if it was measured. */
export function withOneCache(
  cells: readonly CellFigures[],
  cell: CellFigures,
): CellFigures | undefined {
  const id = idOf({ ...cell, caches: 1 });
  return cells.find((other) => idOf(other) === id);
}

/** Import and first construction of a library: each alone, and both in the same process. */
export function startFigures(
  { starts }: Results,
  library: string,
): { readonly load: Figure; readonly construct: Figure; readonly both: Figure } | undefined {
  const start = starts.find((one) => one.library === library);
  if (start === undefined || start.importMs.length === 0) return undefined;
  const { importMs, constructMs } = start;
  return {
    load: figureOf(importMs),
    construct: figureOf(constructMs),
    both: figureOf(importMs.map((ms, i) => ms + (constructMs[i] ?? 0))),
  };
}
