// Which processes a run of the benchmark starts. None is started here: what they would measure is
// made up, so that it is known which cells scatter.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { contenderOf } from '../../bench/adapters/contenders.js';
import type { BenchJob } from '../../bench/bench-child.js';
import type { ChildPlan } from '../../bench/child.js';
import type { Cell, Sample } from '../../bench/results.js';
import { measureAll, processesIn, type Schedule } from '../../bench/schedule.js';

const started: ChildPlan[] = [];
let nsOf: (job: BenchJob) => number = () => 10;

vi.mock('../../bench/child.js', () => ({
  runChild: async (plan: ChildPlan) => {
    started.push(plan);
    if (plan.module === 'start-child.js') return { importMs: 1, constructMs: 1 };
    const job = plan.job as BenchJob;
    const nsPerOp = nsOf(job);
    if (Number.isNaN(nsPerOp)) return { error: 'cannot do it' };
    return { sample: { round: job.round, nsPerOp, buildNsPerOp: 0 } as Sample };
  },
}));

const hit: Cell = { workload: 'hit', keys: 'int', size: 1000, caches: 1 };
const churn: Cell = { ...hit, workload: 'churn' };
const silent = { begin: () => {}, end: () => {}, expect: () => {}, stop: () => {} };

function scheduleOf(libraries: readonly string[], more: Partial<Schedule> = {}): Schedule {
  const contenders = libraries.map(contenderOf);
  return {
    cells: [hit, churn].map((cell) => ({ cell, contenders })),
    ...{ starts: [], rounds: 2, roundsMax: 6, startRounds: 0, processMs: 500, minutes: 1 },
    ...{ seed: 1, node: 'node', signal: new AbortController().signal, ...more },
  };
}

function jobs(): BenchJob[] {
  return started.map(({ job }) => job as BenchJob);
}

/** Rounds of each library in the cells of a workload. */
function roundsOf(workload: string): Record<string, number[]> {
  const rounds: Record<string, number[]> = {};
  for (const { library, cell, round } of jobs()) {
    if (cell.workload === workload) rounds[library] = [...(rounds[library] ?? []), round];
  }
  return rounds;
}

/** Hits take the same time in each round, sets twice as long in every other one. */
function scatter({ cell, library, round }: BenchJob): number {
  const ns = { 'wasm-lru': 10, 'lru-cache': 90, mnemonist: 20, 'lru.min': 40 }[library] ?? 5;
  return cell.workload === 'churn' && library === 'wasm-lru' ? ns * (1 + (round & 1)) : ns;
}

const LIBRARIES = ['wasm-lru', 'wasm-lru pure', 'lru-cache', 'mnemonist', 'lru.min', 'quick-lru'];

afterEach(() => {
  started.length = 0;
});

describe('the schedule', () => {
  it('adds rounds to the cells that scatter, of those who matter', async () => {
    nsOf = scatter;
    const schedule = scheduleOf(LIBRARIES);
    await measureAll(schedule, silent);
    // Two rounds are believed of nobody, three that agree are.
    expect(roundsOf('hit')).toEqual({
      ...{ 'wasm-lru': [1, 2, 3], 'lru-cache': [1, 2, 3], mnemonist: [1, 2, 3] },
      ...{ 'wasm-lru pure': [1, 2], 'lru.min': [1, 2], 'quick-lru': [1] },
    });
    const all = [1, 2, 3, 4, 5, 6];
    expect(roundsOf('churn')).toEqual({
      ...{ 'wasm-lru': all, 'lru-cache': all, mnemonist: all },
      ...{ 'wasm-lru pure': [1, 2], 'lru.min': [1, 2], 'quick-lru': [1] },
    });
    expect(processesIn(schedule)).toBe(22);
  });

  it('adds none when the time is over', async () => {
    nsOf = scatter;
    await measureAll(scheduleOf(LIBRARIES, { minutes: 0 }), silent);
    expect(jobs().every(({ round }) => round <= 2)).toBe(true);
    expect(started).toHaveLength(22);
  });

  it('measures first what scatters most', async () => {
    nsOf = ({ cell, library, round }) => {
      if (library !== 'wasm-lru' || round > 2) return 20;
      return 10 + round * (cell.workload === 'churn' ? 5 : 1);
    };
    await measureAll(scheduleOf(['wasm-lru', 'lru-cache']), silent);
    const third = jobs().filter(({ round }) => round === 3);
    expect(third.map(({ cell }) => cell.workload)).toEqual(['churn', 'churn', 'hit', 'hit']);
  });

  it('gives all libraries of a round the same requests, and each round others', async () => {
    nsOf = scatter;
    await measureAll(scheduleOf(LIBRARIES), silent);
    const seeds = new Map<string, Set<number>>();
    for (const { cell, round, seed } of jobs()) {
      const name = `${cell.workload} ${round}`;
      seeds.set(name, (seeds.get(name) ?? new Set()).add(seed));
    }
    const all = [...seeds.values()].map((own) => [...own]);
    expect(all.every((own) => own.length === 1)).toBe(true);
    expect(new Set(all.flat()).size).toBe(seeds.size);
  });

  it('tries a library that cannot do a cell once', async () => {
    nsOf = (job) => (job.library === 'lru.min' ? Number.NaN : scatter(job));
    const { failures, cells } = await measureAll(scheduleOf(LIBRARIES), silent);
    expect(roundsOf('hit')['lru.min']).toEqual([1]);
    expect(failures).toEqual([
      { ...hit, library: 'lru.min', error: 'cannot do it' },
      { ...churn, library: 'lru.min', error: 'cannot do it' },
    ]);
    expect(cells.some(({ library }) => library === 'lru.min')).toBe(false);
  });

  it('measures single sets and starts in processes of their own, no more often', async () => {
    const contenders = ['wasm-lru', 'lru-cache'].map(contenderOf);
    const cells = [{ cell: { ...churn, pauses: true as const }, contenders }];
    const schedule = scheduleOf([], { cells, starts: contenders, startRounds: 3 });
    const { pauses, starts } = await measureAll(schedule, silent);
    expect(pauses.map(({ library, samples }) => [library, samples.length])).toEqual([
      ...[
        ['wasm-lru', 2],
        ['lru-cache', 2],
      ],
    ]);
    expect(starts.map(({ importMs }) => importMs.length)).toEqual([3, 3]);
    expect(
      started.map(({ module }) => module).filter((name) => name === 'pause-child.js'),
    ).toHaveLength(4);
    expect(started).toHaveLength(processesIn(schedule));
  });
});
