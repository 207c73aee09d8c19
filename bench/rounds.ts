// The rounds: every cell of the table measured several times over, one process after another.
//
// Never two at once, so that none takes the other's cache or core. Within a round, the libraries
// of a row follow one another in random order: what slows the machine down for a while slows all
// of a row, and none of them always.

import type { Columns } from './adapters/columns.js';
import { type Library, libraryNames } from './adapters/index.js';
import { runChild } from './child.js';
import { Failure } from './failure.js';
import { type Outcome, replayExactly } from './oracle.js';
import type { Ticker } from './progress.js';
import { createRandom, shuffle } from './random.js';
import type { Job, JobResult } from './replay-child.js';
import { grouped } from './report.js';
import type { Trace } from './trace.js';

/** A row of the table: a trace at one capacity. */
export interface Row {
  readonly trace: Trace;
  readonly capacity: number;
  readonly expected: Outcome;
}

/** All samples of one cell, in ns per request: a list for each process. */
export interface Cell {
  hits: number;
  readonly processes: (readonly number[])[];
}

/** A row's cells, by library. */
export type Cells = Readonly<Record<Library, Cell>>;

/** How to measure. */
export interface Plan {
  /** Processes for each cell. */
  readonly rounds: number;
  /** Time to aim for, in all. No process is left out if it is over, but each is short. */
  readonly seconds: number;
  /** The Node to measure in. */
  readonly node: string;
  /** What caches keep of each entry. */
  readonly with: Columns;
}

/** What was measured: the rows' cells, in order, in how many rounds and in which Node. */
export interface Measured {
  readonly rounds: number;
  readonly cells: readonly Cells[];
  readonly node: string;
  readonly with: Columns;
}

/** What starting and ending a process takes, outside the time it can see. */
const SPAWN_MS = 50;

/**
 * The rows of a trace, at its own capacities unless others are given. Throws `Failure` if the
 * oracle's hits are not those on record.
 */
export function rowsOf(trace: Trace, capacities: readonly number[] = trace.capacities): Row[] {
  return capacities.map((capacity) => {
    const expected = replayExactly(trace.ids, trace.uniques, capacity);
    const known = trace.knownHits[capacity];
    if (known !== undefined && known !== expected.hits) {
      throw new Failure(
        `${trace.label} at capacity ${capacity}: the oracle has ${expected.hits} hits, ` +
          `traces/manifest.json ${known}`,
      );
    }
    return { trace, capacity, expected };
  });
}

function emptyCells(): Cells {
  const cells = libraryNames.map((library) => [library, { hits: 0, processes: [] }]);
  return Object.fromEntries(cells) as Cells;
}

/** Processes that a plan starts for so many rows. */
export function processesFor(rows: number, { rounds }: Pick<Plan, 'rounds'>): number {
  return rows * rounds * libraryNames.length;
}

/** Measures all rows. Throws `Failure` at the first process that fails. */
export async function measureRows(
  rows: readonly Row[],
  plan: Plan,
  ticker: Ticker,
): Promise<Measured> {
  const cells = rows.map(emptyCells);
  const random = createRandom(Date.now());
  const deadline = performance.now() + plan.seconds * 1000;
  let processes = processesFor(rows.length, plan);
  let node = '';
  for (let round = 1; round <= plan.rounds; round++) {
    for (const [i, row] of rows.entries()) {
      const { trace, capacity, expected } = row;
      const { label, keys, requests } = trace;
      for (const library of shuffle([...libraryNames], random)) {
        ticker.begin(`round ${round} of ${plan.rounds}, ${label} at ${grouped(capacity)}`);
        // An equal share of what is left, so that a slow process is made up for by all later ones.
        const budgetMs = (deadline - performance.now()) / processes - SPAWN_MS;
        const columns = plan.with;
        const job: Job = { library, keys, requests, capacity, columns, expected, budgetMs };
        const child = { node: plan.node, module: 'replay-child.js', job, input: trace.bytes };
        const result = await runChild<JobResult>(child);
        if ('error' in result) {
          throw new Failure(`${library}, ${label} at capacity ${capacity}: ${result.error}`);
        }
        const cell = (cells[i] as Cells)[library];
        cell.hits = result.hits;
        cell.processes.push(result.samplesNs);
        node = result.node;
        processes -= 1;
        ticker.end();
      }
    }
  }
  return { cells, rounds: plan.rounds, node, with: plan.with };
}
