// The rounds: every cell of the table measured several times over, one process after another.
//
// Never two at once, so that none takes the other's cache or core. Within a round, the libraries
// of a row follow one another in random order: what slows the machine down for a while slows all
// of a row, and none of them always.

import { type Columns, type Library, libraryNames } from './adapters/index.js';
import { runChild } from './child.js';
import { Failure } from './failure.js';
import { type Outcome, replayExactly } from './oracle.js';
import { createRandom, shuffle } from './random.js';
import type { Job, JobResult } from './replay-child.js';
import type { Trace } from './trace.js';

/** A row of the table: a trace at one capacity. */
export interface Row {
  readonly trace: Trace;
  readonly capacity: number;
  readonly expected: Outcome;
}

/** All samples of one cell, in ns per request. */
export interface Cell {
  hits: number;
  readonly samplesNs: number[];
}

/** A row's cells, by library. */
export type Cells = Readonly<Record<Library, Cell>>;

/** How to measure. */
export interface Plan {
  /** Rounds at most. */
  readonly rounds: number;
  /** Time to aim for, in all. Further rounds are left out if it is as good as over. */
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

/** Share of the last round's time that must be left for another; it will be a shorter one. */
const ROUND_SHARE_MIN = 0.4;

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
  const cell = (): Cell => ({ hits: 0, samplesNs: [] });
  return { wasm: cell(), pure: cell(), 'lru-cache': cell(), naive: cell() };
}

/**
 * Measures all rows. `onProcess` is told of the row when a process of it has ended, and of the
 * round. Throws `Failure` at the first process that fails.
 */
export async function measureRows(
  rows: readonly Row[],
  plan: Plan,
  onProcess: (row: Row, round: number) => void,
): Promise<Measured> {
  const cells = rows.map(emptyCells);
  const random = createRandom(Date.now());
  const started = performance.now();
  const deadline = started + plan.seconds * 1000;
  let processes = rows.length * libraryNames.length * plan.rounds;
  let node = '';
  let rounds = 0;
  while (rounds < plan.rounds) {
    const roundMs = (performance.now() - started) / rounds;
    if (rounds > 0 && deadline - performance.now() < roundMs * ROUND_SHARE_MIN) break;
    rounds += 1;
    for (const [i, row] of rows.entries()) {
      const { trace, capacity, expected } = row;
      const { keys, requests } = trace;
      for (const library of shuffle([...libraryNames], random)) {
        // An equal share of what is left, so that a slow process is made up for by all later ones.
        const budgetMs = (deadline - performance.now()) / processes - SPAWN_MS;
        const columns = plan.with;
        const job: Job = { library, keys, requests, capacity, columns, expected, budgetMs };
        const child = { node: plan.node, module: 'replay-child.js', job, input: trace.bytes };
        const result = await runChild<JobResult>(child);
        if ('error' in result) {
          throw new Failure(`${library}, ${trace.label} at capacity ${capacity}: ${result.error}`);
        }
        const cell = (cells[i] as Cells)[library];
        cell.hits = result.hits;
        cell.samplesNs.push(...result.samplesNs);
        node = result.node;
        processes -= 1;
        onProcess(row, rounds);
      }
    }
  }
  return { cells, rounds, node, with: plan.with };
}
