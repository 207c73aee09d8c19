// What `npm run bench` writes and the documents are generated from: raw data, and its shape only.
//
// R1  A sample is one process. Nothing in here is a mean over libraries or a ratio; those are
//     computed where they are shown (tables.ts), so that anyone can compute others.
// R2  Times are in ns per operation, memory in bytes, pauses in ms.

/** What the keys of a cell are. */
export const keyKinds = [
  'int',
  'int32',
  'float',
  'string',
  'fresh16',
  'fresh40',
  'cons',
  'object',
  'prefix-id',
  'id-suffix',
  'padded',
  'url',
  'uuid',
  'json',
  'int+string',
] as const;

/** Name of a kind of keys. */
export type KeyKind = (typeof keyKinds)[number];

/** What is done with the cache. */
export const workloadNames = ['hit', 'zipf', 'churn', 'mix', 'replay'] as const;

/** Name of a workload. */
export type WorkloadName = (typeof workloadNames)[number];

/** How a library bounds what it holds. */
export type Group = 'ours' | 'exact' | 'baseline' | 'approximate' | 'bound';

/** One thing to measure with every library. */
export interface Cell {
  readonly workload: WorkloadName;
  readonly keys: KeyKind;
  /** Entries the cache may hold, over all caches. */
  readonly size: number;
  /** Live caches, used in turn from one call site. */
  readonly caches: number;
  /** Name of the trace of a replay. */
  readonly trace?: string;
}

/** What one process measured. */
export interface Sample {
  readonly round: number;
  /** Median pass, building of keys subtracted. */
  readonly nsPerOp: number;
  /** Building of keys alone; 0 if keys are not built in the pass. */
  readonly buildNsPerOp: number;
  readonly passes: number;
  readonly operations: number;
  /** Share of the lookups that hit; absent if there are none. */
  readonly hitRatio?: number;
  /** Entries held at the end, over all caches; absent if the library cannot tell. */
  readonly entries?: number;
  /** Time in the garbage collector per million operations, during and between the timed passes. */
  readonly gcMsPerMillion: number;
  readonly gcPauseMaxMs: number;
  /** What the filled caches added, after collection: keys and values are made before. */
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly arrayBufferBytes: number;
}

/** All samples of one library in one cell. */
export interface CellResult extends Cell {
  readonly library: string;
  readonly samples: readonly Sample[];
}

/** A library that could not do what a cell asks of it, and why. */
export interface CellFailure extends Cell {
  readonly library: string;
  readonly error: string;
}

/** What a fresh process needs from the import to the first `set`. */
export interface StartResult {
  readonly library: string;
  readonly importMs: readonly number[];
  readonly constructMs: readonly number[];
}

/** A library that was measured. */
export interface LibraryInfo {
  readonly library: string;
  readonly group: Group;
  /** Version of its package; absent if it is part of this one. */
  readonly version?: string;
}

/** One run of the benchmark. */
export interface Results {
  readonly taken: string;
  readonly node: string;
  readonly v8: string;
  readonly cpu: string;
  readonly cores: number;
  readonly os: string;
  readonly profile: string;
  readonly rounds: number;
  readonly minutes: number;
  readonly libraries: readonly LibraryInfo[];
  readonly cells: readonly CellResult[];
  /** Absent if there are none. */
  readonly failures?: readonly CellFailure[];
  readonly starts: readonly StartResult[];
  /** Whether time in the collector between the passes is counted; in early results it is not. */
  readonly countsIdleCollections?: true;
}
