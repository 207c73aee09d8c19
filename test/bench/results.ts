// Runs of the benchmark that are small enough to work out by hand.

import type { Cell, Results, Sample } from '../../bench/results.js';
import { type CellFigures, cellFigures } from '../../bench/tables.js';

/** A cell to measure. */
export const hit: Cell = { workload: 'hit', keys: 'int', size: 1000, caches: 1 };
/** Another one. */
export const churn: Cell = { ...hit, workload: 'churn' };

/** A sample with this time. */
export function sample(nsPerOp: number, more: Partial<Sample> = {}): Sample {
  return {
    round: 0,
    nsPerOp,
    buildNsPerOp: 0,
    passes: 1,
    operations: 1000,
    gcMsPerMillion: 1,
    gcPauseMaxMs: 1,
    rssBytes: 0,
    heapBytes: 0,
    arrayBufferBytes: 0,
    ...more,
  };
}

/** What one library did in one cell. */
export type Entry = readonly [cell: Cell, library: string, ...samples: (number | Sample)[]];

/** A run in which these were measured. */
export function resultsOf(...entries: Entry[]): Results {
  return {
    taken: '2026-01-02T03:04:05.000Z',
    node: 'v20.20.2',
    v8: '11.3',
    cpu: 'a processor',
    cores: 2,
    os: 'linux',
    profile: 'small',
    rounds: 3,
    minutes: 1,
    libraries: [
      { library: 'wasm-lru', group: 'ours' },
      { library: 'wasm-lru pure', group: 'ours' },
      { library: 'lru-cache', group: 'exact', version: '11.5.3' },
      { library: 'mnemonist', group: 'exact', version: '0.40.8' },
      { library: 'lru.min', group: 'exact', version: '1.1.5' },
      { library: 'toad-cache', group: 'exact', version: '3.7.4' },
      { library: 'quick-lru', group: 'approximate', version: '7.3.0' },
      { library: 'bare Map', group: 'bound' },
    ],
    cells: entries.map(([cell, library, ...samples]) => ({
      ...cell,
      library,
      samples: samples.map((one, round) => ({
        ...(typeof one === 'number' ? sample(one) : one),
        round,
      })),
    })),
    starts: [{ library: 'wasm-lru', importMs: [1, 2, 6], constructMs: [3, 1, 1] }],
  };
}

/** Its cells. */
export function cellsOf(...entries: Entry[]): CellFigures[] {
  return cellFigures(resultsOf(...entries));
}

/** Its only cell. */
export function onlyCell(...entries: Entry[]): CellFigures {
  const [cell, ...others] = cellsOf(...entries);
  if (cell === undefined || others.length > 0) throw new Error('not one cell');
  return cell;
}
