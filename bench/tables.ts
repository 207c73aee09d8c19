// From the raw data of a run to figures: medians, spreads, ratios and means.
//
// BT1  A figure of a library in a cell is the median of its samples. Its spread is half the length
//      of an interval, as a share of it. Of four samples and more, the interval holds the median of
//      endlessly many with a probability of CONFIDENCE; of fewer, it holds all samples.
// BT2  A ratio is the time of the other one divided by ours: above 1, we are faster. It is the
//      median over the rounds in which both were measured, of the ratio within the round: what
//      slows the machine down for a while slows both. (In the run of 2026-11-23, ratios scattered
//      by 26 % so, and by 30 % if times of different rounds were divided; with fresh strings 39 and
//      45 %.)
// BT3  The best exact peer is the one with the least ratio.
// BT4  Building of keys is subtracted in the process that timed it, for the same reason. (With a
//      median over processes in its place, ratios scattered by 42 to 47 %.)
// BT5  A mean of ratios is the geometric one; its spread is what those of its ratios come to if
//      they have nothing to do with one another. What was not measured is in no mean.

import { intervalOf, medianOf } from './median.js';
import {
  type Cell,
  type CellResult,
  type Group,
  type KeyKind,
  keyKinds,
  type LibraryInfo,
  type PauseSample,
  type Results,
  type Sample,
  type StartResult,
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

/** A median and how sure it is. */
export interface Figure {
  readonly median: number;
  /** See BT1; absent if there is one sample. */
  readonly spread?: number;
}

/** How many times as fast we are as another one. */
export interface Ratio {
  readonly value: number;
  /** As a share of the value; absent if it is unknown. */
  readonly spread?: number;
  /** Rounds it was measured in. */
  readonly rounds: number;
}

/** A mean of ratios. */
export interface Mean {
  readonly value: number;
  /** As a share of the value; absent if that of a ratio is unknown. */
  readonly spread?: number;
  /** Ratios that it is the mean of. */
  readonly count: number;
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
  const { low, high } = intervalOf(values);
  return { median: middle, spread: (high - low) / 2 / middle };
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

function idOf({ workload, keys, size, caches, trace = '', ttl }: Cell): string {
  return [workload, trace, keys, size, caches, ttl === true].join('|');
}

/** The order of the documents: workloads and keys as results.ts lists them, small cells first. */
export function compareCells(a: Cell, b: Cell): number {
  return (
    workloadNames.indexOf(a.workload) - workloadNames.indexOf(b.workload) ||
    (a.trace ?? '').localeCompare(b.trace ?? '', 'en') ||
    keyKinds.indexOf(a.keys) - keyKinds.indexOf(b.keys) ||
    Number(a.ttl === true) - Number(b.ttl === true) ||
    a.caches - b.caches ||
    a.size - b.size
  );
}

/** The figures of a cell. A library without a sample is not in it. */
export function figuresOf(
  cell: Cell,
  libraries: readonly (LibraryInfo & Pick<Measured, 'samples'>)[],
): CellFigures {
  const measured = libraries.flatMap((one): Measured[] => {
    const times = one.samples.map(({ nsPerOp }) => nsPerOp);
    return times.length === 0 ? [] : [{ ...one, nsPerOp: figureOf(times) }];
  });
  return { ...cell, measured };
}

/** The cells of a run, each with its figures. */
export function cellFigures({ cells, libraries }: Results): CellFigures[] {
  const byId = new Map<string, CellResult[]>();
  for (const result of cells) {
    const same = byId.get(idOf(result));
    if (same === undefined) byId.set(idOf(result), [result]);
    else same.push(result);
  }
  const figures = [...byId.values()].map((results): CellFigures => {
    const { library: _, samples: __, ...cell } = results[0] as CellResult;
    const own = libraries.map((info) => ({
      ...info,
      samples: results
        .filter(({ library }) => library === info.library)
        .flatMap((result) => result.samples),
    }));
    return figuresOf(cell, own);
  });
  return figures.sort(compareCells);
}

/** Those whose caches keep nothing but keys and values: all that means are about. */
export function plainCells(cells: readonly CellFigures[]): CellFigures[] {
  return cells.filter(({ ttl }) => ttl !== true);
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

/** The ratio of two lots of samples, within the rounds that both have. */
export function ratioOf(ours: readonly Sample[], theirs: readonly Sample[]): Ratio | undefined {
  const byRound = new Map(theirs.map(({ round, nsPerOp }) => [round, nsPerOp]));
  const ratios = ours.flatMap(({ round, nsPerOp }) => {
    const other = byRound.get(round);
    return other === undefined ? [] : [other / nsPerOp];
  });
  if (ratios.length === 0) return undefined;
  const { median: value, ...spread } = figureOf(ratios);
  return { value, ...spread, rounds: ratios.length };
}

/** How many times as fast as another one we are in a cell, if both were measured. */
export function ratioTo(cell: CellFigures, other: Measured | undefined): Ratio | undefined {
  const ours = measuredIn(cell, OURS);
  return ours && other && ratioOf(ours.samples, other.samples);
}

/** The fastest exact peer of a cell. */
export function bestPeer(cell: CellFigures): Measured | undefined {
  if (measuredIn(cell, OURS) === undefined) return leastPeer(cell, (peer) => peer.nsPerOp.median);
  return leastPeer(cell, (peer) => ratioTo(cell, peer)?.value ?? Number.POSITIVE_INFINITY);
}

/** How many times as fast as the best exact peer we are in a cell. */
export function ratioToBest(cell: CellFigures): Ratio | undefined {
  return ratioTo(cell, bestPeer(cell));
}

/**
 * The same of the fastest pass of each in any round, which leaves out what others do on the machine
 * and what is collected now and then.
 */
export function ratioAtBest(cell: CellFigures): number | undefined {
  const fastest = (measured: Measured | undefined): number | undefined => {
    const times = measured?.samples.flatMap(({ fastestNsPerOp: ns }) => (ns ? [ns] : []));
    return times?.length ? Math.min(...times) : undefined;
  };
  const [ours, peer] = [fastest(measuredIn(cell, OURS)), fastest(bestPeer(cell))];
  return ours && peer && peer / ours;
}

/** The ratios that exist, each with its cell. */
export function ratiosOf(
  cells: readonly CellFigures[],
  ratio: (cell: CellFigures) => Ratio | undefined,
): { readonly cell: CellFigures; readonly ratio: Ratio }[] {
  return cells.flatMap((cell) => {
    const value = ratio(cell);
    return value === undefined ? [] : [{ cell, ratio: value }];
  });
}

/** The geometric mean of some ratios, or nothing if there are none. */
export function meanOf(ratios: readonly Ratio[]): Mean | undefined {
  const value = geometricMean(ratios.map((ratio) => ratio.value));
  if (value === undefined) return undefined;
  const count = ratios.length;
  const spreads = ratios.flatMap(({ spread }) => (spread === undefined ? [] : [spread]));
  if (spreads.length < count) return { value, count };
  return { value, count, spread: Math.hypot(...spreads) / count };
}

/** The geometric mean of the ratios that exist. */
export function meanRatio(
  cells: readonly CellFigures[],
  ratio: (cell: CellFigures) => Ratio | undefined,
): Mean | undefined {
  return meanOf(ratiosOf(cells, ratio).map((one) => one.ratio));
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
  return {
    load: figureOf(start.importMs),
    construct: figureOf(start.constructMs),
    both: figureOf(startTimes(start)),
  };
}

function startTimes({ importMs, constructMs }: StartResult): number[] {
  return importMs.map((ms, i) => ms + (constructMs[i] ?? 0));
}

/** How many times as long the start of a library takes as that of another, round by round. */
export function startRatio({ starts }: Results, library: string, other: string): Ratio | undefined {
  const timesOf = (name: string): number[] =>
    starts.filter((one) => one.library === name).flatMap(startTimes);
  const theirs = timesOf(other);
  const ratios = timesOf(library).flatMap((ms, i) => {
    const their = theirs[i];
    return their === undefined ? [] : [ms / their];
  });
  if (ratios.length === 0) return undefined;
  const { median: value, ...spread } = figureOf(ratios);
  return { value, ...spread, rounds: ratios.length };
}

/** What single sets of a library took, over all rounds. */
export interface LongestSets extends Cell {
  readonly library: string;
  /** The longest of all, and the longest of a pass as it usually is, in ms. */
  readonly longestMs: number;
  readonly usualMs: number;
  /** The longest of all without the pauses of the garbage collector, in ms. */
  readonly ownMs: number;
  /** Medians over the rounds. */
  readonly quantilesUs: PauseSample['quantilesUs'];
  readonly clockNs: number;
  /** Longest time between two readings of the clock, of all. */
  readonly clockLongestMs: number;
}

/** The longest sets of each library and workload. */
export function longestSets({ pauses = [] }: Results): LongestSets[] {
  return pauses.map(({ samples, ...cell }) => {
    const longest = samples.flatMap(({ longestMs }) => longestMs);
    const usual = (of: keyof PauseSample['quantilesUs']): number =>
      medianOf(samples.map(({ quantilesUs }) => quantilesUs[of]));
    return {
      ...cell,
      longestMs: Math.max(...longest),
      usualMs: medianOf(longest),
      ownMs: Math.max(...samples.map(({ ownLongestMs }) => ownLongestMs)),
      quantilesUs: {
        half: usual('half'),
        in1000: usual('in1000'),
        in10000: usual('in10000'),
        in100000: usual('in100000'),
      },
      clockNs: medianOf(samples.map(({ clockNs }) => clockNs)),
      clockLongestMs: Math.max(...samples.map(({ clockLongestMs }) => clockLongestMs)),
    };
  });
}
