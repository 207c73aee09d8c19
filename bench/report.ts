// The report: what was measured, as a table for people and as JSON for programs.
//
// Figures: the median of all samples of all rounds, and as the spread the median absolute
// deviation from it, as a share of it. Both ignore a pass that was interrupted.

import { cpus } from 'node:os';
import Table from 'cli-table3';
import { type Columns, type Library, libraryNames } from './adapters/index.js';
import { medianOf } from './median.js';
import { ownPackage, versionOf } from './packages.js';
import type { Cells, Measured, Row } from './rounds.js';
import type { KeyKind } from './trace.js';

/** One library in one row. */
interface LibraryReport {
  readonly hits: number;
  readonly hitRatio: number;
  /** Median. */
  readonly nsPerRequest: number;
  /** Median absolute deviation, as a share of the median. */
  readonly spread: number;
  readonly samples: number;
  /** How many times faster than the naive one. */
  readonly timesNaive: number;
}

interface RowReport {
  readonly trace: string;
  readonly keys: KeyKind;
  readonly capacity: number;
  readonly requests: number;
  readonly uniques: number;
  readonly oracleHits: number;
  readonly libraries: Readonly<Record<Library, LibraryReport>>;
}

/** Where and with what a report was made. */
interface Setting {
  readonly date: string;
  readonly machine: { readonly cpu: string; readonly cores: number };
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Everything that was measured, ready for JSON. */
export interface Report extends Setting {
  readonly rounds: number;
  /** What the caches kept of each entry, the naive one excepted. */
  readonly with: Columns;
  readonly rows: readonly RowReport[];
  /** Geometric means over the rows: time of a library, divided by the time of wasm. */
  readonly summary: { readonly lruCacheToWasm: number; readonly naiveToWasm: number };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** The machine, the versions and the time now. `node` is the version that was measured in. */
export function settingNow(node: string): Setting {
  const cores = cpus();
  return {
    date: new Date().toISOString(),
    machine: { cpu: cores[0]?.model.trim() ?? 'unknown', cores: cores.length },
    node,
    versions: {
      'wasm-lru': ownPackage.version,
      'lru-cache': versionOf('lru-cache'),
      tinybench: versionOf('tinybench'),
    },
  };
}

function reportRow(row: Row, cells: Cells): RowReport {
  const { label, keys, requests, uniques } = row.trace;
  const naive = medianOf(cells.naive.samplesNs);
  const report = (library: Library): LibraryReport => {
    const { hits, samplesNs } = cells[library];
    const middle = medianOf(samplesNs);
    const deviation = medianOf(samplesNs.map((ns) => Math.abs(ns - middle)));
    return {
      hits,
      hitRatio: round(hits / requests, 6),
      nsPerRequest: round(middle, 2),
      spread: round(deviation / middle, 4),
      samples: samplesNs.length,
      timesNaive: round(naive / middle, 3),
    };
  };
  return {
    trace: label,
    keys,
    capacity: row.capacity,
    requests,
    uniques,
    oracleHits: row.expected.hits,
    libraries: {
      wasm: report('wasm'),
      pure: report('pure'),
      'lru-cache': report('lru-cache'),
      naive: report('naive'),
    },
  };
}

/** The report of all rows. */
export function makeReport(rows: readonly Row[], measured: Measured): Report {
  const reports = rows.map((row, i) => reportRow(row, measured.cells[i] as Cells));
  const timesWasm = (library: Library): number =>
    geometricMean(
      reports.map(({ libraries }) => libraries[library].nsPerRequest / libraries.wasm.nsPerRequest),
    );
  return {
    ...settingNow(measured.node),
    rounds: measured.rounds,
    with: measured.with,
    rows: reports,
    summary: {
      lruCacheToWasm: round(timesWasm('lru-cache'), 3),
      naiveToWasm: round(timesWasm('naive'), 3),
    },
  };
}

/** A whole number as people write it. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

const columnHeads: Readonly<Record<Library, string>> = {
  wasm: 'wasm-lru, wasm engine',
  pure: 'wasm-lru, pure engine',
  'lru-cache': 'lru-cache',
  naive: 'naive Map LRU',
};

function showCell(cell: LibraryReport): string {
  const time = `${cell.nsPerRequest.toFixed(1)} ns ±${(cell.spread * 100).toFixed(0)}%`;
  const ratio = `${(cell.hitRatio * 100).toFixed(1)}%`;
  return `${time}\n${cell.timesNaive.toFixed(2)}x naive\n${grouped(cell.hits)} hits ${ratio}`;
}

function keeping(columns: Columns): string {
  if (columns.length === 0) return '';
  return `All but the naive one keep a ${columns.join(' and a ')} of each entry.\n`;
}

/** The table, the summary below it and how to read both. */
export function showReport(report: Report): string {
  const table = new Table({
    head: ['trace', 'capacity', ...libraryNames.map((name) => columnHeads[name])],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const row of report.rows) {
    table.push([
      `${row.trace}\n${row.keys} keys\n${grouped(row.requests)} requests`,
      grouped(row.capacity),
      ...libraryNames.map((name) => showCell(row.libraries[name])),
    ]);
  }
  const { machine, node, versions, summary } = report;
  return `${table.toString()}

Geometric mean over all rows: the wasm engine is ${summary.lruCacheToWasm.toFixed(2)}x as fast as \
lru-cache and ${summary.naiveToWasm.toFixed(2)}x as fast as naive.
${keeping(report.with)}
A request is a get and, on a miss, a set of a new object. Every pass had exactly the oracle's hits.
Time: ns per request; median of all passes, ± median absolute deviation. Each pass replays the
whole trace over a new cache. A fresh process per cell and round (${report.rounds}), one at a time.
String keys are new objects in every pass; making them is not timed. web12 ints are scrambled.
Node ${node.slice(1)}, wasm-lru ${versions['wasm-lru']}, lru-cache ${versions['lru-cache']}, \
${machine.cpu}, ${machine.cores} cores.
Compare ratios, not times of different machines.
`;
}
