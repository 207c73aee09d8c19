// The schedule of the benchmark: which process is started when, and what becomes of its result.
//
// Never two at once, so that none takes the other's cache or core. Rounds are outermost, and the
// libraries of a cell follow one another in random order: what slows the machine down for a while
// slows all of a cell, and none of them always. All libraries of a cell get the same requests.
//
// First come rounds of all cells and libraries. While there is time, cells whose ratio still
// scatters get further rounds, those first that scatter most; more.ts says which libraries are in
// them. Baselines and approximate caches are in no ratio: one round tells enough of them.

import type { Contender } from './adapters/contenders.js';
import type { BenchJob, BenchJobResult } from './bench-child.js';
import { runChild } from './child.js';
import { isSettled, librariesOfMore, spreadOf } from './more.js';
import type { PauseJobResult } from './pause-child.js';
import { type PlannedCell, processesOf } from './profiles.js';
import type { Ticker } from './progress.js';
import { createRandom, mix32, type Random, shuffle } from './random.js';
import type {
  Cell,
  CellFailure,
  CellResult,
  PauseResult,
  PauseSample,
  Sample,
  StartResult,
} from './results.js';
import type { StartJobResult } from './start-child.js';
import { type CellFigures, figuresOf } from './tables.js';

/** How to measure. */
export interface Schedule {
  readonly cells: readonly PlannedCell[];
  /** Libraries whose start is measured. */
  readonly starts: readonly Contender[];
  /** Rounds of all cells and libraries. */
  readonly rounds: number;
  /** Rounds of one cell, at most. */
  readonly roundsMax: number;
  /** Processes per library whose start is measured. */
  readonly startRounds: number;
  /** Time for one process, from its start. */
  readonly processMs: number;
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
  readonly pauses: readonly PauseResult[];
  readonly failures: readonly CellFailure[];
  readonly starts: readonly StartResult[];
}

/** What starting and ending a process takes, outside the time it can see. */
const SPAWN_MS = 50;
/** What measuring a start takes. */
const START_MS = 120;

const onlyOnce = ({ group }: Contender): boolean => group === 'baseline' || group === 'approximate';

/** Processes of a schedule, without those of further rounds. */
export function processesIn({ cells, rounds, starts, startRounds }: Schedule): number {
  const once = cells.map((planned) => planned.contenders.filter(onlyOnce).length);
  const repeated = once.reduce((sum, count) => sum + count, 0) * (rounds - 1);
  return processesOf(cells) * rounds - repeated + starts.length * startRounds;
}

/** A cell in a few words. */
export function nameOf({ workload, keys, size, caches, trace, ttl, pauses }: Cell): string {
  const where = trace === undefined ? '' : ` of ${trace}`;
  const many = caches === 1 ? '' : ` in ${caches} caches`;
  const kind = `${pauses ? 'pauses of ' : ''}${workload}`;
  return `${kind}${where} ${keys} ${size}${many}${ttl ? ' with a ttl' : ''}`;
}

/** A library in a cell, and its samples so far. */
interface Row {
  readonly contender: Contender;
  readonly samples: Sample[];
  readonly pauses: PauseSample[];
  /** Why it cannot run the cell; it is not tried again. */
  error?: string;
}

/** A cell on its way. */
interface Place {
  readonly index: number;
  readonly cell: Cell;
  readonly rows: readonly Row[];
  rounds: number;
  /** What a process of the cell takes. */
  processMs: number;
}

function figuresSoFar({ cell, rows }: Place): CellFigures {
  return figuresOf(
    cell,
    rows.map(({ contender, samples }) => ({ ...contender, samples })),
  );
}

/** Starts the processes, one at a time. */
class Runner {
  readonly #schedule: Schedule;
  readonly #progress: Ticker;
  readonly #random: Random;
  readonly #deadline: number;
  readonly #budgetMs: number;

  constructor(schedule: Schedule, progress: Ticker) {
    this.#schedule = schedule;
    this.#progress = progress;
    this.#random = createRandom(schedule.seed);
    const startsMs = schedule.starts.length * schedule.startRounds * START_MS;
    const wholeMs = schedule.minutes * 60_000 - startsMs;
    this.#deadline = performance.now() + wholeMs;
    const share = wholeMs / (processesOf(schedule.cells) * schedule.rounds);
    this.#budgetMs = Math.min(schedule.processMs, share) - SPAWN_MS;
  }

  get #isAborted(): boolean {
    return this.#schedule.signal.aborted;
  }

  async #measure({ index, cell, rounds }: Place, row: Row): Promise<void> {
    const { node, signal, seed } = this.#schedule;
    const job: BenchJob = {
      ...{ library: row.contender.library, cell, round: rounds, budgetMs: this.#budgetMs },
      seed: mix32(seed + mix32(index * this.#schedule.roundsMax + rounds)),
    };
    if (cell.pauses) {
      const child = { node, module: 'pause-child.js', job, signal };
      const result = await runChild<PauseJobResult>(child);
      if (signal.aborted) return;
      if ('error' in result) row.error = result.error;
      else row.pauses.push(result.sample);
    } else {
      const child = { node, module: 'bench-child.js', job, signal };
      const result = await runChild<BenchJobResult>(child);
      if (signal.aborted) return;
      if ('error' in result) row.error = result.error;
      else row.samples.push(result.sample);
    }
  }

  /** Measures some rows of a cell once. */
  async #round(place: Place, rows: readonly Row[], label: string): Promise<void> {
    place.rounds += 1;
    const began = performance.now();
    for (const row of shuffle([...rows], this.#random)) {
      if (this.#isAborted) return;
      this.#progress.begin(label);
      if (row.error === undefined) await this.#measure(place, row);
      this.#progress.end();
    }
    place.processMs = (performance.now() - began) / rows.length;
  }

  /** Rounds of all cells. */
  async all(places: readonly Place[]): Promise<void> {
    const { rounds } = this.#schedule;
    for (let round = 1; round <= rounds; round++) {
      for (const place of places) {
        const rows = place.rows.filter(({ contender }) => round === 1 || !onlyOnce(contender));
        await this.#round(place, rows, `round ${round} of ${rounds}, ${nameOf(place.cell)}`);
        if (this.#isAborted) return;
      }
    }
  }

  /** A round more of each cell that scatters, as far as time allows; whether there was any. */
  async more(places: readonly Place[]): Promise<boolean> {
    const scattering = places
      .filter(({ rounds, cell }) => !cell.pauses && rounds < this.#schedule.roundsMax)
      .map((place) => ({ place, figures: figuresSoFar(place) }))
      .filter(({ figures }) => !isSettled(figures))
      .sort((a, b) => spreadOf(b.figures) - spreadOf(a.figures));
    let isAny = false;
    for (const { place, figures } of scattering) {
      const libraries = librariesOfMore(figures);
      const rows = place.rows.filter(({ contender }) => libraries.includes(contender.library));
      if (performance.now() + rows.length * place.processMs > this.#deadline) continue;
      isAny = true;
      this.#progress.expect(rows.length);
      await this.#round(place, rows, `round ${place.rounds + 1}, ${nameOf(place.cell)}`);
      if (this.#isAborted) return false;
    }
    return isAny;
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
  const places = schedule.cells.map(({ cell, contenders }, index): Place => {
    const rows = contenders.map((contender): Row => ({ contender, samples: [], pauses: [] }));
    return { index, cell, rows, rounds: 0, processMs: 0 };
  });
  const runner = new Runner(schedule, progress);
  await runner.all(places);
  let isAny = !schedule.signal.aborted;
  while (isAny) isAny = await runner.more(places);
  const starts = await measureStarts(schedule, progress);
  const all = places.flatMap(({ cell, rows }) =>
    rows.map((row) => ({ ...row, place: { ...cell, library: row.contender.library } })),
  );
  return {
    cells: all.flatMap(({ place, samples }) => (samples.length ? [{ ...place, samples }] : [])),
    pauses: all.flatMap(({ place, pauses }) =>
      pauses.length ? [{ ...place, samples: pauses }] : [],
    ),
    failures: all.flatMap(({ place, error }) => (error === undefined ? [] : [{ ...place, error }])),
    starts,
  };
}
