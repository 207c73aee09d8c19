// What `npm run bench` writes and the documents are generated from: raw data, and its shape only.
//
// BR1  A sample is one process. Nothing in here is a mean over libraries or a ratio; those are
//      computed where they are shown (tables.ts), so that anyone can compute others.
// BR2  Times are in ns per operation, memory in bytes, pauses in ms.

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
  /** Set if the caches keep a ttl of each entry, which none outlives. */
  readonly ttl?: true;
  /** Set if single operations are timed, for the longest of them, in place of all together. */
  readonly pauses?: true;
}

/** What one process measured. */
export interface Sample {
  readonly round: number;
  /** Median pass, building of keys subtracted. */
  readonly nsPerOp: number;
  /** Fastest pass, the fastest building of keys subtracted; not in early results. */
  readonly fastestNsPerOp?: number;
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

/** What one process measured of every `set` of a full cache, each timed by itself. */
export interface PauseSample {
  readonly round: number;
  /** Sets that were timed. */
  readonly operations: number;
  /** The longest of each pass, in ms. */
  readonly longestMs: readonly number[];
  /** The longest of all without the pauses of the garbage collector, in ms. */
  readonly ownLongestMs: number;
  /** Times, in us, that all but a share of the sets stayed below: of a half, down to 1 in 10^5. */
  readonly quantilesUs: {
    readonly half: number;
    readonly in1000: number;
    readonly in10000: number;
    readonly in100000: number;
  };
  /** What reading the clock takes, which is in every time, in ns; the median. */
  readonly clockNs: number;
  /** Longest time between two readings with nothing between them: what the machine adds, in ms. */
  readonly clockLongestMs: number;
}

/** All samples of one library, of single operations. */
export interface PauseResult extends Cell {
  readonly library: string;
  readonly samples: readonly PauseSample[];
}

/** What the package weighs, in bytes. */
export interface SizeResult {
  readonly core: number;
  /** A bundle of the class, minified and gzipped. */
  readonly bundle: number;
}

/** What linear memory and heap an entry takes, of full caches of one capacity; memory.ts. */
export interface MemoryRow {
  readonly capacity: number;
  /** Bytes of linear memory that a cache holds before its first entry. */
  readonly emptyBytes: number;
  /** Bytes of linear memory, per entry. */
  readonly linearBytes: number;
  /** Bytes of the JavaScript heap that hold references to keys and values, per entry. */
  readonly heapBytes: number;
  /** Bytes of typed arrays that say where numbers were found, once all have been hit, per entry. */
  readonly hintBytes: number;
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
  /** Rounds of the cell that had most. */
  readonly rounds: number;
  /** Spread of a cell's ratio from which on no round was added; not in early results. */
  readonly spreadMax?: number;
  readonly minutes: number;
  readonly libraries: readonly LibraryInfo[];
  readonly cells: readonly CellResult[];
  /** Single operations; not in early results, as are the three below. */
  readonly pauses?: readonly PauseResult[];
  readonly sizes?: SizeResult;
  readonly memory?: readonly MemoryRow[];
  /** Absent if there are none. */
  readonly failures?: readonly CellFailure[];
  readonly starts: readonly StartResult[];
  /** Whether time in the collector between the passes is counted; in early results it is not. */
  readonly countsIdleCollections?: true;
}
