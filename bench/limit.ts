// The core without JavaScript around it, as a subject: limit/index.ts does what the passes do.
//
// Its requests are written into linear memory before the pass. A pass is one call for every few
// hundred requests, since V8 puts optimized code to use at the next call only.

import { readFileSync } from 'node:fs';
import { Failure } from './failure.js';
import { ownPackage } from './packages.js';
import type { PassOutcome } from './passes.js';
import type { Requests } from './requests.js';
import type { Cell } from './results.js';
import type { Subject } from './subject.js';

/** What limit/index.ts exports. */
interface LimitExports {
  prepare(seed: number, limit: number, requestCount: number): number;
  setRequest(index: number, id: number): void;
  entries(): number;
  checksum(): number;
  strangerBits(): number;
  reset(): void;
  gets(from: number, to: number, idMask: number): number;
  readsThrough(from: number, to: number, idMask: number, tag: number): number;
  sets(from: number, to: number, tag: number): void;
}

/** Requests of one call. */
const CHUNK = 512;
const SEED = 0x5eed;

function compile(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(readFileSync(new URL('build/limit.wasm', ownPackage.root)));
  } catch (error) {
    throw new Failure(
      `build/limit.wasm: ${(error as Error).message}; npm run build:limit makes it`,
    );
  }
}

/** One table of the core. */
export function createLimitSubject(cell: Cell, requests: Requests): Subject {
  const module = compile();
  const { batch } = requests;
  const { ids } = batch;
  let limit: LimitExports;

  const runs: Partial<Record<Cell['workload'], (from: number, to: number) => number>> = {
    hit: (from, to) => limit.gets(from, to, batch.idMask),
    zipf: (from, to) => limit.readsThrough(from, to, batch.idMask, batch.tag),
    churn: (from, to) => {
      limit.sets(from, to, batch.tag);
      return 0;
    },
  };
  const runChunk = runs[cell.workload];
  if (runChunk === undefined) throw new Failure(`the limit has no pass for ${cell.workload}`);
  const isLookup = cell.workload !== 'churn';

  const load = (from: ArrayLike<number>): void => {
    for (let i = 0; i < from.length; i++) limit.setRequest(i, from[i] as number);
  };

  return {
    renew: () => {
      const { exports } = new WebAssembly.Instance(module);
      limit = exports as unknown as LimitExports;
      const room = Math.max(ids.length, requests.fill.length);
      if (!limit.prepare(SEED, cell.size, room)) throw new Failure('the core has no memory');
    },
    fill: () => {
      load(requests.fill);
      limit.sets(0, requests.fill.length, 0);
    },
    forget: () => {},
    load: () => load(ids),
    run: (): PassOutcome => {
      let hits = 0;
      limit.reset();
      for (let from = 0; from < ids.length; from += CHUNK) {
        hits += runChunk(from, Math.min(from + CHUNK, ids.length));
      }
      const strangerBits = limit.strangerBits();
      return { gets: isLookup ? ids.length : 0, hits, checksum: limit.checksum(), strangerBits };
    },
    entries: () => limit.entries(),
    mustHold: (id) => {
      limit.setRequest(0, id);
      limit.reset();
      const hits = limit.gets(0, 1, batch.idMask);
      if (hits !== 1) throw new Failure('a key that was set last is not there');
      if (limit.strangerBits() !== 0) throw new Failure('a key has the value of another');
    },
  };
}
