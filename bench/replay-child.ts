// One measurement, in a process of its own: one library, one trace, one capacity.
//
// The job is the first argument, the trace comes on standard input, and the result goes to
// standard output as JSON. A sample is one pass: the whole trace over a new, empty cache. Only
// the pass is timed. Before each pass,
//
// RC1  every request gets a string object of its own, as a server's requests do: V8 keeps a
//      string's hash in the object, so a string that is used twice is hashed once. (Strings of one
//      character exist only once in V8.)
// RC2  garbage is collected, so that no pass pays for the keys or the cache of the one before it.
//      Garbage made by the pass itself is paid for when it fills the young generation. (Passes that
//      only warm up the code are not counted, and spare the time.)
// RC3  the last cache is kept until after that. With no cache left alive, V8 would throw away the
//      code optimized for its hidden class.
// RC4  the event loop turns, so that finalizers run, as they do in a server.
//
// Every pass has to come to the oracle's outcome, or there is no result.

import { isAscii } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { Bench, type FnReturnedObject, now } from 'tinybench';
import type { Columns } from './adapters/columns.js';
import { type Cache, type Key, type Library, libraries } from './adapters/index.js';
import { Failure } from './failure.js';
import type { Outcome } from './oracle.js';
import { inParts } from './parts.js';
import type { KeyKind } from './trace.js';

/** What to measure. */
export interface Job {
  readonly library: Library;
  readonly keys: KeyKind;
  readonly requests: number;
  readonly capacity: number;
  /** What caches keep of each entry. */
  readonly columns: Columns;
  /** What every pass must come to. */
  readonly expected: Outcome;
  /** Time for the whole process, from its start; a slow pass overruns it. */
  readonly budgetMs: number;
}

/** What came out. */
export type JobResult =
  | { readonly node: string; readonly hits: number; readonly samplesNs: readonly number[] }
  | { readonly error: string };

/** Share of the time, at least, that goes to passes that are not counted. */
const WARMUP_SHARE = 0.3;
/** Requests after which V8 has optimized what matters, the core included. */
const WARMUP_REQUESTS_MIN = 300_000;
/** Time after which that is so even if passes are slow, as with keys of megabytes. */
const WARMUP_MS_MAX = 500;
const PASSES_MIN = 3;

/** A part of the pass: the loop that is timed. */
function replayPart(cache: Cache, keys: ArrayLike<Key>, from: number, to: number): Outcome {
  let hits = 0;
  let checksum = 0;
  for (let i = from; i < to; i++) {
    const key = keys[i] as Key;
    const value = cache.get(key);
    if (value === undefined) {
      cache.set(key, { id: i });
    } else {
      hits += 1;
      checksum = (checksum + value.id) | 0;
    }
  }
  return { hits, checksum };
}

/** The pass, which is what is timed. */
function replay(cache: Cache, keys: ArrayLike<Key>): Outcome {
  const outcome = { hits: 0, checksum: 0 };
  inParts(keys.length, (from, to) => {
    const { hits, checksum } = replayPart(cache, keys, from, to);
    outcome.hits += hits;
    outcome.checksum = (outcome.checksum + checksum) | 0;
  });
  return outcome;
}

/** A function that makes the keys of one pass. */
function keyMaker(job: Job, bytes: Buffer): () => ArrayLike<Key> {
  if (job.keys === 'int') {
    const keys = new Int32Array(new Uint8Array(bytes).buffer);
    return () => keys;
  }
  const encoding = isAscii(bytes) ? 'latin1' : 'utf8';
  const starts = new Int32Array(job.requests + 1);
  for (let i = 1; i <= job.requests; i++) {
    starts[i] = bytes.indexOf('\n', starts[i - 1] as number) + 1;
  }
  return () => {
    const keys = new Array<string>(job.requests);
    for (let i = 0; i < job.requests; i++) {
      keys[i] = bytes.toString(encoding, starts[i] as number, (starts[i + 1] as number) - 1);
    }
    return keys;
  };
}

function check(job: Job, outcome: Outcome): void {
  const { expected } = job;
  if (outcome.hits !== expected.hits) {
    throw new Failure(`${outcome.hits} hits, but an exact LRU cache has ${expected.hits}`);
  }
  if (outcome.checksum !== expected.checksum) {
    throw new Failure('the hits are right in number, but returned wrong values');
  }
}

async function measure(job: Job, bytes: Buffer): Promise<JobResult> {
  const makeKeys = keyMaker(job, bytes);
  const createCache = libraries[job.library];
  const restMs = (): number => Math.max(0, job.budgetMs - now());
  let cache = createCache(job.capacity, job.columns);
  let keys = makeKeys();
  let started = 0;

  const pass = (): FnReturnedObject => {
    check(job, replay(cache, keys));
    // What the pass takes from the time there is, with all that was done before it.
    return { overriddenIterationCost: now() - started };
  };
  const prepare = async (gc?: () => void): Promise<void> => {
    started = now();
    keys = makeKeys();
    gc?.();
    await turn();
    cache = createCache(job.capacity, job.columns);
  };

  const share = now() + restMs() * WARMUP_SHARE;
  const latest = now() + WARMUP_MS_MAX;
  let warmed = 0;
  do {
    await prepare();
    pass();
    warmed += job.requests;
  } while (now() < share || (warmed < WARMUP_REQUESTS_MIN && now() < latest));

  const bench = new Bench({
    ...{ time: restMs(), iterations: PASSES_MIN, warmup: false },
    ...{ retainSamples: true, throws: true },
  });
  bench.add(job.library, pass, { beforeEach: () => prepare(globalThis.gc), async: false });
  const [task] = await bench.run();
  const result = task?.result;
  const samplesMs = result?.state === 'completed' ? [...(result.latency.samples ?? [])] : [];
  return {
    node: process.version,
    hits: job.expected.hits,
    samplesNs: samplesMs.map((ms) => (ms * 1e6) / job.requests),
  };
}

async function main(): Promise<JobResult> {
  try {
    const job = JSON.parse(process.argv[2] ?? '') as Job;
    return await measure(job, await buffer(process.stdin));
  } catch (error) {
    return { error: (error as Error).message };
  }
}

process.stdout.write(JSON.stringify(await main()));
