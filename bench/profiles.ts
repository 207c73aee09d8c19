// The cells of each profile: what is measured, how often, and how long that takes.
//
// A profile's order is the order of its tables.

import type { Contender } from './adapters/contenders.js';
import type { Cell, Group, KeyKind, WorkloadName } from './results.js';

/** A choice of cells. */
export interface Profile {
  readonly name: string;
  readonly cells: readonly Cell[];
  /** Rounds of all cells and libraries. */
  readonly rounds: number;
  /** Rounds of a cell whose ratio scatters, at most. */
  readonly roundsMax: number;
  /** Time for one process, from its start; what it has to do takes longer if it must. */
  readonly processMs: number;
  /** Time to aim for, if nothing is left out. */
  readonly minutes: number;
  /** Cells that a group is measured in; all of them unless it is named. */
  readonly suits: (group: Group, cell: Cell) => boolean;
}

const SMALL = 1000;
const MIDDLE = 10_000;
const BIG = 100_000;
const HUGE = 1_000_000;

const SHAPES: readonly KeyKind[] = ['prefix-id', 'id-suffix', 'padded', 'url', 'uuid', 'json'];
const MANY = 8;
const MAIN_KEYS: readonly KeyKind[] = ['int', 'string', 'fresh16'];

/** Every combination, by workload, keys and size. */
function combine(
  workloads: readonly WorkloadName[],
  keyKinds: readonly KeyKind[],
  sizes: readonly number[],
): Cell[] {
  return workloads.flatMap((workload) =>
    keyKinds.flatMap((keys) => sizes.map((size) => ({ workload, keys, size, caches: 1 }))),
  );
}

/** One cache against eight of together the same size; the one is in the profile anyway. */
const manyCaches: readonly Cell[] = [
  { workload: 'hit', keys: 'int', size: MIDDLE, caches: MANY },
  { workload: 'hit', keys: 'string', size: MIDDLE, caches: MANY },
  { workload: 'zipf', keys: 'string', size: MIDDLE, caches: MANY },
];

/** Each of these cells of one cache, with that of eight behind it: they are compared. */
function besideMany(cells: readonly Cell[]): Cell[] {
  const isSame = (a: Cell, b: Cell): boolean =>
    a.workload === b.workload && a.keys === b.keys && a.size === b.size;
  return cells.flatMap((cell) => [cell, ...manyCaches.filter((many) => isSame(cell, many))]);
}

const mixedKeys: readonly Cell[] = combine(['hit', 'zipf'], ['int+string'], [MIDDLE]);

/** The vendored traces, at the sizes whose hits are on record. */
function replays(keys: 'known' | KeyKind): Cell[] {
  const web = [300, 1200, 3000].map((size) => ({ size, trace: 'web12', known: 'int' as const }));
  const orm = [500, 2000, 10_000].map((size) => ({
    ...{ size, trace: 'orm-busy', known: 'int32' as const },
  }));
  return [...web, ...orm].map(({ size, trace, known }) => ({
    ...{ workload: 'replay', keys: keys === 'known' ? known : keys, size, caches: 1, trace },
  }));
}

const withTtl: readonly Cell[] = [
  ...combine(['hit', 'zipf', 'churn'], ['int', 'string'], [MIDDLE]),
  ...replays('known'),
].map((cell): Cell => ({ ...cell, ttl: true }));

const withPauses: readonly Cell[] = combine(['churn', 'zipf'], ['int'], [HUGE]).map(
  (cell): Cell => ({ ...cell, pauses: true }),
);

const quick: Profile = {
  name: 'quick',
  rounds: 1,
  roundsMax: 8,
  processMs: 700,
  minutes: 5,
  cells: [
    ...combine(['hit', 'zipf', 'churn'], ['int', 'fresh16'], [MIDDLE]),
    ...combine(['zipf'], ['string'], [MIDDLE]),
    ...combine(['mix'], ['string'], [MIDDLE]),
    ...combine(['hit'], ['int'], [BIG]),
    ...replays('known').filter(({ trace, size }) => trace === 'orm-busy' && size === 2000),
  ],
  suits: () => true,
};

const standard: Profile = {
  name: 'standard',
  rounds: 2,
  roundsMax: 16,
  processMs: 700,
  minutes: 30,
  cells: [
    ...besideMany(combine(['hit', 'zipf', 'churn'], MAIN_KEYS, [SMALL, MIDDLE, BIG])),
    ...combine(['hit'], ['int', 'int32'], [HUGE]),
    ...combine(['churn'], ['int', 'string'], [HUGE]),
    ...combine(['mix'], MAIN_KEYS, [MIDDLE]),
    ...combine(['hit', 'zipf', 'churn'], ['int32', 'float', 'fresh40', 'cons', 'object'], [MIDDLE]),
    ...combine(['zipf'], SHAPES, [MIDDLE]),
    ...replays('known'),
    ...mixedKeys,
    ...withTtl,
    ...withPauses,
  ],
  // The peers and ours are what it is for; of the others, the main kinds of keys tell enough.
  suits: (group, { size, keys, workload }) => {
    if (group === 'ours' || group === 'exact') return true;
    if (group === 'bound') return MAIN_KEYS.includes(keys) && size !== HUGE;
    return size === MIDDLE && (MAIN_KEYS.includes(keys) || workload === 'replay');
  },
};

const full: Profile = {
  name: 'full',
  rounds: 3,
  roundsMax: 16,
  processMs: 1500,
  minutes: 420,
  cells: [
    ...combine(
      ['hit', 'zipf', 'churn', 'mix'],
      ['int', 'int32', 'float', 'string', 'fresh16', 'fresh40', 'cons', 'object'],
      [SMALL, MIDDLE, BIG],
    ),
    ...combine(['hit', 'zipf', 'churn', 'mix'], ['int', 'int32', 'string', 'fresh16'], [HUGE]),
    ...combine(['hit', 'zipf', 'churn'], SHAPES, [MIDDLE]),
    ...replays('known'),
    ...replays('fresh16'),
    ...manyCaches,
    ...manyCaches.map((cell) => ({ ...cell, keys: 'fresh16' as const })),
    ...mixedKeys,
    ...withTtl,
    ...withPauses,
  ],
  suits: () => true,
};

/** All profiles, by name. */
export const profiles = { quick, standard, full } as const;

/** A cell, and who is measured in it. */
export interface PlannedCell {
  readonly cell: Cell;
  readonly contenders: readonly Contender[];
}

/** The cells of a profile with those who suit them. */
export function planCells(profile: Profile, contenders: readonly Contender[]): PlannedCell[] {
  return profile.cells.map((cell) => ({
    cell,
    contenders: contenders.filter(
      (one) => profile.suits(one.group, cell) && canDo(one, cell) && (one.suits?.(cell) ?? true),
    ),
  }));
}

function canDo({ group, hasTtl }: Contender, { ttl, pauses }: Cell): boolean {
  if (ttl && hasTtl !== true) return false;
  return !pauses || group === 'ours' || group === 'exact';
}

/** What a process does of all sizes, and for each entry of its caches. */
const PROCESS_MS = 500;
const ENTRY_US = 4;
const ENTRY_US_STRING = 12;

/** Processes of a plan, for one round. */
export function processesOf(plan: readonly PlannedCell[]): number {
  return plan.reduce((sum, { contenders }) => sum + contenders.length, 0);
}

/**
 * The least a plan takes, in minutes: what processes do without a time limit, estimated. Much of
 * it is the making of keys.
 */
export function minutesAtLeast(plan: readonly PlannedCell[], rounds: number): number {
  const ms = plan.reduce((sum, { cell, contenders }) => {
    const isNumber = cell.keys === 'int' || cell.keys === 'int32' || cell.keys === 'float';
    const perEntry = isNumber ? ENTRY_US : ENTRY_US_STRING;
    return sum + contenders.length * (PROCESS_MS + (cell.size * perEntry) / 1000);
  }, 0);
  return (ms * rounds) / 60_000;
}
