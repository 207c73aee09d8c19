// The report: what was measured, as a table for people and as JSON for programs.
//
// A time is the median of all samples of all processes, which ignores a pass that was interrupted.
// Its spread is how far the median of one process is from it, at most, as a share of it. A single
// process has no spread: that its passes agree says nothing about the next process.

import { cpus } from 'node:os';
import type { Columns } from './adapters/columns.js';
import { type Library, libraryNames } from './adapters/index.js';
import type { Advice } from './advice.js';
import { medianOf } from './median.js';
import { ownPackage, versionOf } from './packages.js';
import type { Cell, Cells, Measured, Row } from './rounds.js';
import type { KeyKind } from './trace.js';

/** One library in one row. */
export interface LibraryReport {
  readonly hits: number;
  readonly hitRatio: number;
  /** Median. */
  readonly nsPerRequest: number;
  /** Largest distance of a process's median from it, as a share; absent with one process. */
  readonly spread?: number;
  readonly processes: number;
  readonly samples: number;
  /** How many times faster than the naive one. */
  readonly timesNaive: number;
}

/** All libraries in one row. */
export interface RowReport {
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
  readonly summary: {
    readonly lruCacheToWasm: number;
    readonly linkedToWasm: number;
    readonly naiveToWasm: number;
  };
  /** What a trace of the user's says of caches. */
  readonly advice?: Advice;
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

function reportLibrary(
  { hits, processes }: Cell,
  requests: number,
  naiveNs: number,
): LibraryReport {
  const samples = processes.flat();
  const middle = medianOf(samples);
  const furthest = Math.max(...processes.map((own) => Math.abs(medianOf(own) - middle)));
  return {
    hits,
    hitRatio: round(hits / requests, 6),
    nsPerRequest: round(middle, 2),
    ...(processes.length > 1 ? { spread: round(furthest / middle, 4) } : {}),
    processes: processes.length,
    samples: samples.length,
    timesNaive: round(naiveNs / middle, 3),
  };
}

function reportRow(row: Row, cells: Cells): RowReport {
  const { label, keys, requests, uniques } = row.trace;
  const naiveNs = medianOf(cells.naive.processes.flat());
  const reports = libraryNames.map((library) => [
    library,
    reportLibrary(cells[library], requests, naiveNs),
  ]);
  return {
    trace: label,
    keys,
    capacity: row.capacity,
    requests,
    uniques,
    oracleHits: row.expected.hits,
    libraries: Object.fromEntries(reports) as RowReport['libraries'],
  };
}

/** The report of all rows, with the advice for a trace of the user's. */
export function makeReport(rows: readonly Row[], measured: Measured, advice?: Advice): Report {
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
      linkedToWasm: round(timesWasm('linked'), 3),
      naiveToWasm: round(timesWasm('naive'), 3),
    },
    ...(advice === undefined ? {} : { advice }),
  };
}

/** A whole number as people write it. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
