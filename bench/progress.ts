// Progress, on standard error: a bar on a terminal, else a line for each row that is finished.

import { Presets, SingleBar } from 'cli-progress';
import { libraryNames } from './adapters/index.js';
import type { Row } from './rounds.js';

/** Somebody to tell of every process that has ended. */
export interface Progress {
  step(row: Row, round: number): void;
  stop(): void;
}

function showRow(row: Row): string {
  return `${row.trace.label} at ${row.capacity}`;
}

function startBar(processes: number, format: string, payload: object): SingleBar {
  const bar = new SingleBar({ format, barsize: 30, clearOnComplete: true }, Presets.shades_classic);
  bar.start(processes, 0, payload);
  return bar;
}

function createBar(processes: number): Progress {
  const format = '{bar} {value}/{total} processes, {duration} s, {row}';
  const bar = startBar(processes, format, { row: '' });
  return {
    step: (row) => bar.increment({ row: showRow(row) }),
    stop: () => bar.stop(),
  };
}

function createLines(rows: number, rounds: number): Progress {
  let processes = 0;
  return {
    step: (row, round) => {
      processes += 1;
      if (processes % libraryNames.length !== 0) return;
      const done = processes / libraryNames.length - (round - 1) * rows;
      const where = `round ${round} of ${rounds}, row ${done} of ${rows}`;
      process.stderr.write(`${where}: ${showRow(row)}\n`);
    },
    stop: () => {},
  };
}

/** Progress for as many rows and rounds; `quiet` if nobody would read the lines. */
export function createProgress(rows: number, rounds: number, quiet: boolean): Progress {
  if (process.stderr.isTTY) return createBar(rows * rounds * libraryNames.length);
  return quiet ? { step: () => {}, stop: () => {} } : createLines(rows, rounds);
}

/** Somebody to tell of every process that begins and ends, and what it measures. */
export interface Ticker {
  begin(label: string): void;
  end(): void;
  /** So many processes come in addition. */
  expect(processes: number): void;
  stop(): void;
}

/** A line for each label that is new, with the time it will still take. */
function createTickerLines(first: number): Ticker {
  let processes = first;
  const started = performance.now();
  let ended = 0;
  let latest = '';
  return {
    begin: (label) => {
      if (label === latest) return;
      latest = label;
      const minutes = (((performance.now() - started) / 60_000) * (processes - ended)) / ended;
      const left = ended === 0 ? '' : `, ${minutes.toFixed(1)} min left`;
      process.stderr.write(`${ended}/${processes} processes${left}: ${label}\n`);
    },
    end: () => {
      ended += 1;
    },
    expect: (more) => {
      processes += more;
    },
    stop: () => {},
  };
}

/** Progress for so many processes. */
export function createTicker(processes: number): Ticker {
  if (!process.stderr.isTTY) return createTickerLines(processes);
  const format = '{bar} {value}/{total} processes, {eta_formatted} left, {label}';
  const bar = startBar(processes, format, { label: '' });
  return {
    begin: (label) => bar.update({ label }),
    end: () => bar.increment(),
    expect: (more) => bar.setTotal(bar.getTotal() + more),
    stop: () => bar.stop(),
  };
}
