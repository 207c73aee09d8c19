// The block of docs/bytes.md that is made of bench/bytes.json: no figure in it is typed by hand.

import { readings, type Subject, type Times } from './bytes-subjects.js';
import { NOTHING, table, withBlock } from './markdown.js';

/** What was measured; each list is by rounds. */
export interface BytesReport {
  readonly taken: string;
  readonly node: string;
  readonly cpu: string;
  /** Load of the machine before the first measurement, and its cores. */
  readonly load: number;
  readonly cores: number;
  readonly rounds: number;
  readonly times: readonly {
    readonly subject: Subject;
    readonly bytes: number;
    readonly isFresh: boolean;
    readonly getNs: Times;
    readonly setNs: Times;
  }[];
  readonly memory: readonly {
    readonly subject: Subject;
    readonly bytes: number;
    readonly entries: number;
    readonly residentBytes: number;
    readonly collectionMs: number;
  }[];
  readonly hits: readonly {
    readonly subject: Subject;
    readonly budget: number;
    readonly residentBytes: number;
    readonly hitRatio: number;
  }[];
}

const THEIRS: Subject = 'lru-cache, Buffers';
const OURS: Subject = 'ByteLRU';

type Cell = BytesReport['times'][number];

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];
const nameOf = (bytes: number): string => (bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KiB`);
const timeText = ({ least, median }: Times): string => `${least.toFixed(0)} (${median.toFixed(0)})`;

function timesTable({ times }: BytesReport, operation: 'getNs' | 'setNs'): string {
  const columns = unique(times.map(({ bytes, isFresh }) => `${bytes}/${isFresh}`)).map((id) => {
    const [bytes, isFresh] = id.split('/');
    return { bytes: Number(bytes), isFresh: isFresh === 'true' };
  });
  const named = unique(times.map(({ subject }) => subject));
  const shown = named.filter((subject) => operation === 'getNs' || !readings.includes(subject));
  const rows = shown.map((subject) => [
    subject,
    ...columns.map(({ bytes, isFresh }) => {
      const cell = times.find(
        (each) => each.subject === subject && each.bytes === bytes && each.isFresh === isFresh,
      );
      return cell === undefined ? NOTHING : timeText(cell[operation]);
    }),
  ]);
  const head = columns.map(
    ({ bytes, isFresh }) => `${nameOf(bytes)}, ${isFresh ? 'fresh' : 'reused'}`,
  );
  return table(['', ...head], rows, 1);
}

/** Cells in which ours takes longer than lru-cache does, by the least of the times. */
function losses({ times }: BytesReport, operation: 'getNs' | 'setNs'): string {
  const of = (subject: Subject, { bytes, isFresh }: Cell): Cell | undefined =>
    times.find(
      (each) => each.subject === subject && each.bytes === bytes && each.isFresh === isFresh,
    );
  const ratios = times
    .filter(({ subject }) => subject === OURS)
    .map((cell) => {
      const theirs = of(THEIRS, cell);
      const ratio = theirs === undefined ? 0 : cell[operation].least / theirs[operation].least;
      return { ...cell, ratio };
    });
  const lost = ratios.filter(({ ratio }) => ratio > 1);
  if (lost.length === 0) return 'in no cell';
  const texts = lost.map(
    ({ bytes, isFresh, ratio }) =>
      `${ratio.toFixed(1)} times with ${nameOf(bytes)} and ${isFresh ? 'fresh' : 'reused'} keys`,
  );
  return `in ${lost.length} of ${ratios.length} cells: ${texts.join(', ')}`;
}

function memoryTable({ memory }: BytesReport): string {
  const rows = memory.map(({ subject, bytes, entries, residentBytes, collectionMs }) => [
    subject,
    (residentBytes / (entries * (bytes + 12))).toFixed(2),
    collectionMs.toFixed(0),
  ]);
  return table(['', 'resident bytes / payload', 'full collection, ms'], rows, 1);
}

function hitsTable({ hits }: BytesReport): string {
  const budgets = unique(hits.map(({ budget }) => budget));
  const rows = unique(hits.map(({ subject }) => subject)).map((subject) => [
    subject,
    ...budgets.map((budget) => {
      const cell = hits.find((each) => each.subject === subject && each.budget === budget);
      if (cell === undefined) return NOTHING;
      // No bound was small enough: what `get` allocates waits for the collector, outside the heap.
      if (cell.residentBytes === 0) return 'no bound fits';
      const { hitRatio, residentBytes } = cell;
      return `${(hitRatio * 100).toFixed(1)} % (${(residentBytes / 2 ** 20).toFixed(0)})`;
    }),
  ]);
  return table(['', ...budgets.map((bytes) => `${bytes / 2 ** 20} MiB`)], rows, 1);
}

/** The block. */
export function bytesBlock(report: BytesReport): string {
  const { taken, node, cpu, cores, load, rounds, memory } = report;
  const [of] = memory;
  return `Where \`ByteLRU\` takes longer than lru-cache with \`Buffer\`s:

- a get: ${losses(report, 'getNs')};
- a set: ${losses(report, 'setNs')}.

${taken.slice(0, 10)}, Node ${node.replace(/^v/, '')}, ${cpu}, ${cores} cores, load
${load.toFixed(1)} before the first measurement; ${rounds} rounds, one process for each cell and
round. Compare within a table only.${load > cores / 2 ? ' The machine was busy.' : ''}

A get of a value that is there, ns: the least pass, and the median:

${timesTable(report, 'getNs')}

A set of a key that is there, the same way; caches of references get a \`Buffer\` of their own:

${timesTable(report, 'setNs')}

${of?.entries.toLocaleString('en')} entries of ${of?.bytes} bytes:

${memoryTable(report)}

Hits in a trace of a million requests for objects (orm-busy, values of 64 to 4,159 bytes), with the
largest bound for which the process grows by so many MiB at most, and by how many it grew. A part of
that is the heap of young objects, whatever the cache is, and arrays that \`get\` gave and that wait
for the collector:

${hitsTable(report)}`;
}

/** A page with the block in its place. */
export function withBytes(page: string, report: BytesReport): string {
  return withBlock(page, 'bytes', bytesBlock(report));
}
