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

function createBar(processes: number): Progress {
  const format = '{bar} {value}/{total} processes, {duration} s, {row}';
  const bar = new SingleBar({ format, barsize: 30, clearOnComplete: true }, Presets.shades_classic);
  bar.start(processes, 0, { row: '' });
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
