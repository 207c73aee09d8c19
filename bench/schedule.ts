// The schedule of the benchmark: which process is started when, and what becomes of its result.
//
// Never two at once, so that none takes the other's cache or core. Rounds are outermost, and the
// libraries of a cell follow one another in random order: what slows the machine down for a while
// slows all of a cell, and none of them always. All libraries of a cell get the same requests.

import type { Contender } from './adapters/contenders.js';
import type { BenchJob, BenchJobResult } from './bench-child.js';
import { runChild } from './child.js';
import { type PlannedCell, processesOf } from './profiles.js';
import type { Ticker } from './progress.js';
import { createRandom, mix32, shuffle } from './random.js';
import type { Cell, CellFailure, CellResult, Sample, StartResult } from './results.js';
import type { StartJobResult } from './start-child.js';

/** How to measure. */
export interface Schedule {
  readonly cells: readonly PlannedCell[];
  /** Libraries whose start is measured. */
  readonly starts: readonly Contender[];
  /** Processes per library and cell. */
  readonly rounds: number;
  /** Processes per library whose start is measured. */
  readonly startRounds: number;
  /** Time to aim for, in all. */
  readonly minutes: number;
  readonly seed: number;
  /** The Node to measure in. */
  readonly node: string;
  /** Ends it early, with what there is by then. */
  readonly signal: AbortSignal;
}

/** What was measured, as far as it got. */
export interface Measured {
  readonly cells: readonly CellResult[];
  readonly failures: readonly CellFailure[];
  readonly starts: readonly StartResult[];
}

/** What starting and ending a process takes, outside the time it can see. */
const SPAWN_MS = 50;
/** What measuring a start takes. */
const START_MS = 120;

/** Processes of a schedule. */
export function processesIn({ cells, rounds, starts, startRounds }: Schedule): number {
  return processesOf(cells) * rounds + starts.length * startRounds;
}

/** A cell in a few words. */
export function nameOf({ workload, keys, size, caches, trace }: Cell): string {
  const where = trace === undefined ? '' : ` of ${trace}`;
  const many = caches === 1 ? '' : ` in ${caches} caches`;
  return `${workload}${where} ${keys} ${size}${many}`;
}

/** A library in a cell, and its samples so far. */
interface Row {
  readonly cell: Cell;
  readonly contender: Contender;
  readonly samples: Sample[];
  /** Why it cannot run the cell; it is not tried again. */
  error?: string;
}

async function measureCells(
  schedule: Schedule,
  rows: readonly (readonly Row[])[],
  progress: Ticker,
): Promise<void> {
  const { rounds, node, signal, seed } = schedule;
  const random = createRandom(seed);
  const startsMs = schedule.starts.length * schedule.startRounds * START_MS;
  const deadline = performance.now() + schedule.minutes * 60_000 - startsMs;
  let processes = processesOf(schedule.cells) * rounds;
  for (let round = 1; round <= rounds; round++) {
    for (const [index, rowsOfCell] of rows.entries()) {
      for (const row of shuffle([...rowsOfCell], random)) {
        const { cell, contender } = row;
        progress.begin(`round ${round} of ${rounds}, ${nameOf(cell)}`);
        if (row.error === undefined) {
          const job: BenchJob = {
            ...{ library: contender.library, cell, round },
            seed: mix32(seed + mix32(index * rounds + round)),
            // An equal share of what is left: later ones make up for a slow process.
            budgetMs: (deadline - performance.now()) / processes - SPAWN_MS,
          };
          const child = { node, module: 'bench-child.js', job, signal };
          const result = await runChild<BenchJobResult>(child);
          if (signal.aborted) return;
          if ('error' in result) row.error = result.error;
          else row.samples.push(result.sample);
        }
        processes -= 1;
        progress.end();
      }
    }
  }
}

async function measureStarts(schedule: Schedule, progress: Ticker): Promise<StartResult[]> {
  const { starts, startRounds, node, signal, seed } = schedule;
  const random = createRandom(seed);
  const rows = starts.map(({ library }) => ({
    ...{ library, importMs: [] as number[], constructMs: [] as number[] },
  }));
  for (let round = 1; round <= startRounds; round++) {
    for (const row of shuffle([...rows], random)) {
      if (signal.aborted) return rows.filter(({ importMs }) => importMs.length > 0);
      progress.begin('import and first entry');
      const child = { node, module: 'start-child.js', job: row.library, signal };
      const result = await runChild<StartJobResult>(child);
      if (!('error' in result)) {
        row.importMs.push(result.importMs);
        row.constructMs.push(result.constructMs);
      } else if (!signal.aborted) {
        process.stderr.write(`start of ${row.library}: ${result.error}\n`);
      }
      progress.end();
    }
  }
  return rows.filter(({ importMs }) => importMs.length > 0);
}

/** Measures all there is in the schedule, or as much as there is until it is aborted. */
export async function measureAll(schedule: Schedule, progress: Ticker): Promise<Measured> {
  const rows = schedule.cells.map(({ cell, contenders }) =>
    contenders.map((contender): Row => ({ cell, contender, samples: [] })),
  );
  await measureCells(schedule, rows, progress);
  const starts = await measureStarts(schedule, progress);
  const all = rows.flat();
  return {
    cells: all
      .filter(({ samples }) => samples.length > 0)
      .map(({ cell, contender, samples }) => ({ ...cell, library: contender.library, samples })),
    failures: all
      .filter(({ error }) => error !== undefined)
      .map(({ cell, contender, error = '' }) => ({ ...cell, library: contender.library, error })),
    starts,
  };
}
