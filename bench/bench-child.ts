// One measurement of the benchmark, in a process of its own: one library, one cell, one round.
//
// The job is the first argument, the result goes to standard output as JSON. In order:
//
// BC1  Keys and values are made, garbage is collected, and the caches are made and filled. What
//      that adds to the process is the caches' memory.
// BC2  Passes warm the code up: a share of the time, and at least so many operations that V8 has
//      optimized JavaScript and WebAssembly.
// BC3  Passes are timed. Drawing the requests, working out what must come of them, and looking up
//      keys that are made before is not timed. Garbage is not collected on purpose from here on: a
//      pass pays for what it makes, as a server does. A replay is the exception: it begins each
//      pass with a new cache, and pays for the garbage of its own passes only.
// BC4  If keys are built in the pass, building them alone is timed likewise, and subtracted.
// BC5  Every pass is checked against the oracle (requests.ts), and the caches are looked into at
//      the end. Of caches that are not exact, all values must be those of their keys.

import { setImmediate as turn } from 'node:timers/promises';
import { Bench, type FnReturnedObject, now } from 'tinybench';
import { contenderOf } from './adapters/contenders.js';
import { watchCollector } from './collector.js';
import { Failure } from './failure.js';
import { type Keys, makeKeys } from './keys.js';
import { medianOf } from './median.js';
import type { Outcome } from './oracle.js';
import { buildOnly, type PassOutcome } from './passes.js';
import { createRequests, LARGE, operationsOf, type Requests } from './requests.js';
import type { Cell, Sample } from './results.js';
import { createStoreSubject, type Subject } from './subject.js';
import type { Trace } from './trace.js';
import { readIntTrace } from './vendored.js';

/** What to measure. */
export interface BenchJob {
  readonly library: string;
  readonly cell: Cell;
  readonly round: number;
  /** Seed of the requests. */
  readonly seed: number;
  /** Time for the whole process, from its start. The least there has to be is taken anyway. */
  readonly budgetMs: number;
}

/** What came out. */
export type BenchJobResult = { readonly sample: Sample } | { readonly error: string };

/** Share of the time that goes to passes that are not counted. */
const WARMUP_SHARE = 0.3;
/** Operations after which V8 has optimized what matters, the core included. */
const WARMUP_OPERATIONS_MIN = 500_000;
/** Share of the timed time that goes to building keys alone, if they are built. */
const BUILD_SHARE = 0.3;
const TIMED_MS_MIN = 200;
/** Passes that are timed, at least; those over large caches are long, and alike. */
const PASSES_MIN = 3;
const PASSES_MIN_LARGE = 2;

function collect(): void {
  // What a first collection frees may let go of more.
  globalThis.gc?.();
  globalThis.gc?.();
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function check(outcome: PassOutcome, expected: Outcome | undefined): void {
  if (outcome.strangerBits !== 0) throw new Failure('a key had the value of another');
  if (expected === undefined) return;
  if (outcome.hits !== expected.hits) {
    throw new Failure(`${outcome.hits} hits, but an exact LRU cache has ${expected.hits}`);
  }
  if (outcome.checksum !== expected.checksum) {
    throw new Failure('the hits are right in number, but returned values that are out of date');
  }
}

/** Looks into the caches at the end; the entries they hold. */
function checkEntries(subject: Subject, requests: Requests, cell: Cell): number | undefined {
  const entries = subject.entries();
  const expected = requests.entries();
  if (expected === undefined) return entries;
  if (entries !== undefined && entries !== expected) {
    throw new Failure(`${entries} entries, but an exact LRU cache has ${expected}`);
  }
  // Nothing was looked up in a churn, so what it left is looked up now.
  if (cell.workload === 'churn') for (const id of requests.candidates()) subject.mustHold(id);
  return entries;
}

/** A pass that is timed, and what has to be done before each. */
interface Task {
  /** What is not timed. */
  readonly prepare: () => void;
  readonly run: () => void;
  readonly check: () => void;
  readonly onTimed?: () => void;
}

/** Runs a task for some time, at least so many times, and returns what each took, in ms. */
async function time(task: Task, ms: number, iterations: number): Promise<number[]> {
  const bench = new Bench({
    ...{ time: Math.max(0, ms), iterations, warmup: false },
    ...{ retainSamples: true, throws: true },
  });
  let began = 0;
  const beforeEach = async (): Promise<void> => {
    began = now();
    task.prepare();
    // Finalizers run, as they do in a server, and reports of the collector come in.
    await turn();
  };
  const pass = (): FnReturnedObject => {
    const start = now();
    task.run();
    const end = now();
    task.check();
    task.onTimed?.();
    // What the pass takes from the time there is, with all that was done before it.
    return { overriddenDuration: end - start, overriddenIterationCost: now() - began };
  };
  bench.add('pass', pass, { beforeEach, async: false });
  const [measured] = await bench.run();
  const result = measured?.result;
  return result?.state === 'completed' ? [...(result.latency.samples ?? [])] : [];
}

/** What making and filling the caches adds to the process. */
function measureMemory(
  subject: Subject,
): Pick<Sample, 'rssBytes' | 'heapBytes' | 'arrayBufferBytes'> {
  collect();
  const before = process.memoryUsage();
  subject.renew();
  subject.fill();
  collect();
  const after = process.memoryUsage();
  return {
    rssBytes: after.rss - before.rss,
    heapBytes: after.heapUsed - before.heapUsed,
    // The memory of WebAssembly is counted with buffers in `external`, and not in `arrayBuffers`.
    arrayBufferBytes: after.external - before.external,
  };
}

/** The keys themselves, by id, if the cell replays them. */
function knownKeys(
  cell: Cell,
  trace: Trace | undefined,
  requests: Requests,
): Int32Array | undefined {
  if (trace === undefined || cell.keys !== 'int32') return undefined;
  const { bytes, ids } = trace;
  const keys = new Int32Array(bytes.buffer, bytes.byteOffset, ids.length);
  const known = new Int32Array(requests.keyCount);
  for (let i = 0; i < ids.length; i++) known[ids[i] as number] = keys[i] as number;
  return known;
}

async function createSubject(job: BenchJob, keys: Keys, requests: Requests): Promise<Subject> {
  const { load, group } = contenderOf(job.library);
  return createStoreSubject(job.cell, await load(), keys, requests, group === 'approximate');
}

/** The task of passes over the caches, and what the last one came to. */
function createPassTask(
  subject: Subject,
  requests: Requests,
  isReplay: boolean,
): { task: Task; last: () => PassOutcome } {
  let expected: Outcome | undefined;
  let outcome: PassOutcome = { gets: 0, hits: 0, checksum: 0, strangerBits: 0 };
  const task: Task = {
    prepare: () => {
      expected = requests.next();
      subject.load();
      if (!isReplay) return;
      // Before the old caches go: with none left alive, V8 would throw away optimized code.
      globalThis.gc?.();
      subject.renew();
    },
    run: () => {
      outcome = subject.run();
    },
    check: () => check(outcome, expected),
  };
  return { task, last: () => outcome };
}

async function measure(job: BenchJob): Promise<Sample> {
  const { cell } = job;
  const isReplay = cell.workload === 'replay';
  const trace = isReplay ? await readIntTrace(cell.trace ?? '') : undefined;
  const operations = operationsOf(cell, trace);
  const { group, neverEvicts = false } = contenderOf(job.library);
  const isExact = group !== 'approximate' && !neverEvicts;
  const requests = createRequests(cell, job.seed, isExact, trace);
  const known = knownKeys(cell, trace, requests);
  const keys = makeKeys(cell.keys, requests.keyCount, operations, known);
  const subject = await createSubject(job, keys, requests);
  const memory = measureMemory(subject);
  subject.forget();
  const restMs = (): number => job.budgetMs - now();
  const passesMin = cell.size < LARGE ? PASSES_MIN : PASSES_MIN_LARGE;

  const { task, last } = createPassTask(subject, requests, isReplay);
  await time(task, restMs() * WARMUP_SHARE, Math.ceil(WARMUP_OPERATIONS_MIN / operations));

  const watch = watchCollector();
  const timedMs = Math.max(TIMED_MS_MIN, restMs());
  const buildMs = keys.isBuilt ? timedMs * BUILD_SHARE : 0;
  let gets = 0;
  let hits = 0;
  const onTimed = (): void => {
    gets += last().gets;
    hits += last().hits;
  };
  const began = now();
  const samplesMs = await time({ ...task, onTimed }, timedMs - buildMs, passesMin);
  // Between the passes, too: V8 likes to collect what a pass left when the program is idle.
  watch.count(began, now());
  const collections = await watch.stop();
  const entries = checkEntries(subject, requests, cell);

  let length = 0;
  const build: Task = {
    prepare: () => keys.load(requests.batch.ids),
    run: () => {
      length = buildOnly(keys, requests.batch);
    },
    check: () => {
      if (length === 0) throw new Failure('the keys have no length');
    },
  };
  const buildsMs = keys.isBuilt ? await time(build, buildMs, PASSES_MIN) : [0];

  const nsPerOp = (ms: number): number => (ms * 1e6) / operations;
  const timed = samplesMs.length * operations;
  return {
    round: job.round,
    nsPerOp: rounded(nsPerOp(medianOf(samplesMs) - medianOf(buildsMs))),
    fastestNsPerOp: rounded(nsPerOp(Math.min(...samplesMs) - Math.min(...buildsMs))),
    buildNsPerOp: rounded(nsPerOp(medianOf(buildsMs))),
    passes: samplesMs.length,
    operations: timed,
    ...(gets === 0 ? {} : { hitRatio: rounded(hits / gets) }),
    ...(entries === undefined ? {} : { entries }),
    gcMsPerMillion: rounded((collections.totalMs * 1e6) / timed),
    gcPauseMaxMs: rounded(collections.pauseMaxMs),
    ...memory,
  };
}

async function main(): Promise<BenchJobResult> {
  try {
    return { sample: await measure(JSON.parse(process.argv[2] ?? '') as BenchJob) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

process.stdout.write(JSON.stringify(await main()));
