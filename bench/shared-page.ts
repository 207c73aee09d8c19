// The figures of docs/shared.md, from bench/shared.json.

import { table, withBlock } from './markdown.js';

/** What a replay counted. */
export interface Outcome {
  readonly hits: number;
  /** Different entries that are there at the end. */
  readonly distinct: number;
}

/** A cell that was measured. */
export interface Measured {
  readonly kind: string;
  readonly trace: string;
  readonly threads: number;
  readonly bytes: number;
  readonly hits: number;
  readonly requests: number;
  readonly ms: number;
  readonly residentBytes: number;
}

/** What `npm run bench:shared` found. */
export interface SharedReport {
  readonly counts: readonly {
    readonly trace: string;
    readonly threads: number;
    readonly bytes: number;
    readonly requests: number;
    readonly each: Outcome;
    readonly oneShard: Outcome;
    readonly fourShards: Outcome;
  }[];
  /** Null before they were taken. */
  readonly measurements: {
    readonly taken: string;
    readonly node: string;
    readonly cpu: string;
    readonly cores: number;
    readonly load: number;
    readonly measured: readonly Measured[];
  } | null;
}

const MIB = 2 ** 20;

const percent = (part: number, of: number) => `${((part / of) * 100).toFixed(1)} %`;

function countsTable({ counts }: SharedReport): string {
  const heads = [
    ...['trace', 'threads', 'in all', 'a cache each', 'shared, 1 shard', 'shared, 4 shards'],
    ...['loads, each : shared', 'entries, each', 'entries, shared'],
  ];
  const rows = counts.map((row) => [
    ...[row.trace, `${row.threads}`, `${row.bytes / MIB} MiB`],
    ...[row.each, row.oneShard, row.fourShards].map(({ hits }) => percent(hits, row.requests)),
    `${((row.requests - row.each.hits) / (row.requests - row.fourShards.hits)).toFixed(1)} ×`,
    ...[row.each, row.fourShards].map(({ distinct }) => `${distinct}`),
  ]);
  return table(heads, rows, 1);
}

function measuredBlock({ measurements }: SharedReport): string {
  if (measurements === null) return 'Not measured yet.';
  const { taken, node, cpu, cores, load, measured } = measurements;
  const heads = ['trace', 'threads', '', 'hits', 'µs a request', 'resident MiB'];
  const rows = measured.map(({ trace, threads, kind, hits, requests, ms, residentBytes }) => [
    ...[trace, `${threads}`, kind, percent(hits, requests)],
    ...[((ms * 1000) / requests).toFixed(2), (residentBytes / MIB).toFixed(1)],
  ]);
  const busy = load > cores / 2 ? ' The machine was busy.' : '';
  return `${taken.slice(0, 10)}, Node ${node.replace(/^v/, '')}, ${cpu}, ${cores} cores, load
${load.toFixed(1)} before.${busy} ${(measured[0]?.bytes ?? 0) / MIB} MiB in all; time is that of all
requests together divided by their number, memory what the process has grown by, and Redis too:

${table(heads, rows, 3)}`;
}

/** The page with its figures in their places. */
export function withShared(page: string, report: SharedReport): string {
  const counted = withBlock(page, 'shared', countsTable(report));
  return withBlock(counted, 'measured', measuredBlock(report));
}
