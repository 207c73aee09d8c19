// The tables of docs/benchmarks.md: a part of the document for each function.

import {
  cellText,
  details,
  keysText,
  NOTHING,
  present,
  ratioText,
  short,
  spreadText,
  table,
  withSpread,
} from './markdown.js';
import { medianOf } from './median.js';
import { grouped } from './report.js';
import { type Group, type Results, type WorkloadName, workloadNames } from './results.js';
import {
  bestPeer,
  type CellFigures,
  compareCells,
  entriesHeld,
  gcPerMillion,
  groupIn,
  largestChurn,
  longestPause,
  longestSets,
  type Measured,
  type Memory,
  measuredIn,
  memoryPerEntry,
  OURS,
  type Ratio,
  ratioAtBest,
  ratiosOf,
  ratioTo,
  ratioToBest,
  startFigures,
} from './tables.js';
import { targetsOf } from './targets.js';

const about: Readonly<Record<WorkloadName, string>> = {
  hit: '`get` of keys that are all there, each as likely as the others.',
  zipf: '`get`, and `set` on a miss, by a Zipf distribution: few keys are most of the requests.',
  churn: '`set` of a key that is not there, so that each evicts one.',
  mix: 'Mostly `get`, some `set`, few `delete`, of more keys than fit.',
  replay: 'A real request stream: `get`, and `set` on a miss. One operation is one request.',
};

function librariesOf(results: Results, ...groups: Group[]): string[] {
  return results.libraries
    .filter(({ group }) => groups.includes(group))
    .map(({ library }) => library);
}

/** Each target, what was measured, and whether it is met. */
export function targetsTable(results: Results, cells: readonly CellFigures[]): string {
  const rows = targetsOf(results, cells).map(({ goal, measured, verdict }) => [
    goal,
    measured,
    verdict === 'missed' ? '**missed**' : verdict,
  ]);
  return table(['target', 'measured', 'verdict'], rows, 3);
}

const RATIO_HEAD = ['ratio', 'spread', 'rounds', 'at best'] as const;

/** A ratio, how sure it is, what that is known from, and the ratio of the fastest passes. */
function ratioCells(cell: CellFigures, ratio: Ratio | undefined): string[] {
  const atBest = ratioAtBest(cell);
  return [
    ratioText(ratio),
    spreadText(ratio?.spread),
    ratio === undefined ? NOTHING : `${ratio.rounds}`,
    ratioText(atBest === undefined ? undefined : { value: atBest }),
  ];
}

/** Every cell in which an exact peer is faster, the worst first. */
export function lossesTable(cells: readonly CellFigures[]): string {
  const losses = ratiosOf(cells, ratioToBest)
    .filter(({ ratio }) => ratio.value < 1)
    .sort((a, b) => a.ratio.value - b.ratio.value);
  if (losses.length === 0) return 'Nowhere: no exact peer is faster in any cell.';
  const rows = losses.map(({ cell, ratio }) => {
    const winner = bestPeer(cell) as Measured;
    const ours = measuredIn(cell, OURS) as Measured;
    return [
      cell.workload,
      keysText(cell),
      winner.library,
      grouped(cell.size),
      withSpread(ours.nsPerOp),
      withSpread(winner.nsPerOp),
      ...ratioCells(cell, ratio),
    ];
  });
  const head = ['workload', 'keys', 'fastest other', 'size', OURS, 'its time', ...RATIO_HEAD];
  return table(head, rows, 3);
}

/** The times of ours and of all exact peers in the cells of one workload. */
function exactTable(results: Results, cells: readonly CellFigures[]): string {
  const names = present(cells, librariesOf(results, 'ours', 'exact'));
  const rows = cells.map((cell) => {
    const compared = [...groupIn(cell, 'ours'), ...groupIn(cell, 'exact')];
    const least = Math.min(...compared.map(({ nsPerOp }) => nsPerOp.median));
    const best = bestPeer(cell);
    const times = names.map((name) => {
      const measured = measuredIn(cell, name);
      if (measured === undefined) return NOTHING;
      const { nsPerOp, library } = measured;
      const spread = library === OURS || library === best?.library;
      const text = spread ? withSpread(nsPerOp) : short(nsPerOp.median);
      return nsPerOp.median === least ? `**${text}**` : text;
    });
    return [keysText(cell), grouped(cell.size), ...times, ...ratioCells(cell, ratioToBest(cell))];
  });
  return table(['keys', 'size', ...names, ...RATIO_HEAD], rows, 1);
}

/** The times of one other group beside ours, in all cells in which one of it was measured. */
function groupTable(
  results: Results,
  cells: readonly CellFigures[],
  group: Group,
  show: (cell: CellFigures, measured: Measured) => string,
): string {
  const names = [OURS, ...present(cells, librariesOf(results, group))];
  const rows = cells
    .filter((cell) => groupIn(cell, group).length > 0)
    .map((cell) => [
      cell.workload,
      keysText(cell),
      grouped(cell.size),
      ...names.map((name) => {
        const measured = measuredIn(cell, name);
        if (measured === undefined) return NOTHING;
        return name === OURS ? withSpread(measured.nsPerOp) : show(cell, measured);
      }),
    ]);
  if (rows.length === 0) return 'Not measured.';
  return table(['workload', 'keys', 'size', ...names], rows, 2);
}

function timeAndRatio(cell: CellFigures, measured: Measured): string {
  return `${short(measured.nsPerOp.median)} (${ratioText(ratioTo(cell, measured))})`;
}

function timeAndHeld(cell: CellFigures, measured: Measured): string {
  const held = entriesHeld(measured);
  const share = held === undefined ? '?' : `${((held / cell.size) * 100).toFixed(0)} %`;
  return `${short(measured.nsPerOp.median)}, ${share}`;
}

/** A section for each workload that was measured. */
export function workloadSections(results: Results, cells: readonly CellFigures[]): string {
  return workloadNames
    .map((name) => ({ name, own: cells.filter(({ workload }) => workload === name) }))
    .filter(({ own }) => own.length > 0)
    .map(({ name, own }) => `### ${name}\n\n${about[name]}\n\n${exactTable(results, own)}`)
    .join('\n\n');
}

/** Baselines, approximate libraries and bounds, each closed until asked for. */
export function otherGroups(results: Results, cells: readonly CellFigures[]): string {
  const baselines = groupTable(results, cells, 'baseline', timeAndRatio);
  const approximate = groupTable(results, cells, 'approximate', timeAndHeld);
  const bounds = groupTable(results, cells, 'bound', timeAndRatio);
  return `### Baselines

What one writes without a library: exact, and with no other function. In brackets, how many times
as fast wasm-lru is.

${details('Times of the baselines', baselines)}

### Approximate libraries

These do not keep the order, and hold more or fewer entries than they are asked to. So they are in
no ratio. After each time stands what the cache really held at the end, as a share of the size.

${details('Times of the approximate libraries', approximate)}

### Bounds

These do less than a cache has to: \`bare Map\` never evicts and keeps no order. In brackets, how
many times as fast wasm-lru is.

${details('Times of the bounds', bounds)}`;
}

function churnTable(
  results: Results,
  cells: readonly CellFigures[],
  show: (cell: CellFigures, measured: Measured) => string,
): string {
  const rowsOf = largestChurn(cells);
  const names = present(rowsOf, librariesOf(results, 'ours', 'exact', 'baseline'));
  const rows = rowsOf.map((cell) => [
    keysText(cell),
    grouped(cell.size),
    ...names.map((name) => {
      const measured = measuredIn(cell, name);
      return measured === undefined ? NOTHING : show(cell, measured);
    }),
  ]);
  return table(['keys', 'size', ...names], rows, 1);
}

function ownMemory({ memory = [] }: Results): string {
  if (memory.length === 0) return '';
  const rows = memory.map(({ capacity, linearBytes, heapBytes, hintBytes, emptyBytes }) => [
    grouped(capacity),
    ...[linearBytes, heapBytes, hintBytes].map((bytes) => bytes.toFixed(1)),
    grouped(Math.ceil(emptyBytes)),
  ]);
  const perEntry = ['linear memory', 'heap', 'hints'].map((part) => `${part}, an entry`);
  const head = ['entries', ...perEntry, 'empty cache'];
  return `

Of this package alone, in bytes: index and recency order are in linear memory; on the heap is the
array of references to keys and values, 16 bytes an entry and what it has in reserve. Hints say
where numbers were found, once numbers are hit.

${table(head, rows, 0)}`;
}

/** Memory per entry of a full cache. */
export function memorySection(results: Results, cells: readonly CellFigures[]): string {
  const tableOf = (kind: keyof Memory): string =>
    churnTable(results, cells, (cell, measured) => memoryPerEntry(cell, measured)[kind].toFixed(0));
  return `Bytes of resident memory (RSS) per entry held:

${tableOf('rss')}

Bytes of JavaScript heap and array buffers per entry held:

${tableOf('accounted')}${ownMemory(results)}`;
}

/** Work of the garbage collector. */
export function collectorSection(results: Results, cells: readonly CellFigures[]): string {
  return churnTable(
    results,
    cells,
    (_, measured) => `${short(gcPerMillion(measured))} (${short(longestPause(measured))})`,
  );
}

/** What a fresh process needs until a library can be used. */
export function startsTable(results: Results): string {
  const rows = results.starts.flatMap(({ library }) => {
    const start = startFigures(results, library);
    if (start === undefined) return [];
    const { load, construct, both } = start;
    return [[library, ...[load, construct, both].map(({ median }) => median.toFixed(2))]];
  });
  return table(['library', 'import', 'first construction', 'both'], rows, 1);
}

/** The longest sets, a table for each workload they were timed in. */
export function pausesSection(results: Results): string {
  const longest = longestSets(results);
  const [first] = longest;
  if (first === undefined) return 'Not measured.';
  const workloads = workloadNames.filter((name) => longest.some((one) => one.workload === name));
  const tables = workloads.map((workload) => {
    const rows = longest
      .filter((one) => one.workload === workload)
      .map(({ library, longestMs, usualMs, ownMs, quantilesUs: us }) => [
        library,
        ...[longestMs, usualMs, ownMs].map(short),
        ...[us.in100000, us.in10000, us.in1000, us.half].map(short),
      ]);
    const head = ['library', 'longest, ms', 'of a pass, ms', 'without collector, ms'];
    const shares = ['1 in 10^5, us', '1 in 10^4, us', '1 in 1,000, us', 'half, us'];
    return `${workload}:\n\n${table([...head, ...shares], rows, 1)}`;
  });
  const clockNs = medianOf(longest.map((one) => one.clockNs));
  const clockLongestMs = Math.max(...longest.map((one) => one.clockLongestMs));
  return `${tables.join('\n\n')}

Reading the clock takes ${clockNs.toFixed(0)} ns, which is in every time. The longest time between
two readings with nothing between them was ${clockLongestMs.toFixed(1)} ms: so much may be the
machine's doing.`;
}

/** Caches that keep a ttl of each entry. */
export function ttlTable(results: Results, all: readonly CellFigures[]): string {
  const cells = all.filter(({ ttl }) => ttl === true);
  if (cells.length === 0) return 'Not measured.';
  const names = present(cells, librariesOf(results, 'ours', 'exact'));
  const rows = cells.map((cell) => [
    cell.workload,
    keysText(cell),
    grouped(cell.size),
    ...names.map((name) => {
      const measured = measuredIn(cell, name);
      return measured === undefined ? NOTHING : withSpread(measured.nsPerOp);
    }),
    ...ratioCells(cell, ratioToBest(cell)),
  ]);
  return table(['workload', 'keys', 'size', ...names, ...RATIO_HEAD], rows, 2);
}

/** What could not be measured, and why. */
export function failuresTable({ failures = [] }: Results): string {
  if (failures.length === 0) return 'Nothing: each library did all that it was asked to.';
  const rows = [...failures]
    .sort((a, b) => compareCells(a, b) || a.library.localeCompare(b.library, 'en'))
    .map((failure) => [
      failure.library,
      cellText(failure),
      failure.error.replace(/\s+/g, ' ').replaceAll('|', '\\|'),
    ]);
  return table(['library', 'cell', 'error'], rows, 3);
}

/** How sure the ratios are, as a warning. */
export function widestSpread(cells: readonly CellFigures[]): string {
  const spreads = ratiosOf(cells, ratioToBest)
    .flatMap(({ cell, ratio: { spread } }) => (spread === undefined ? [] : [{ cell, spread }]))
    .sort((a, b) => b.spread - a.spread);
  const [widest] = spreads;
  const middle = spreads[spreads.length >>> 1];
  if (widest === undefined || middle === undefined) return 'One round: no spread is known.';
  return (
    `In half of the cells, the spread of the ratio is at most ${spreadText(middle.spread)}; ` +
    `in the worst (${cellText(widest.cell)}), ${spreadText(widest.spread)}.`
  );
}
