// The comparison: every contender in a worker of its own, one pass after another.
//
// Never two at once, so that none takes the other's core. Within a round, the contenders follow one
// another in random order: what slows the machine down for a while slows all of them. The answers
// of a round must agree, since all are exact; what disagrees is not compared.

import { medianOf } from '../../../bench/median.js';
import { createRandom, shuffle } from '../../../bench/random.js';
import {
  type ContenderName,
  contenderNames,
  type KeyKind,
  type PassAnswer,
  type PassRequest,
} from './contenders.js';

/** Rounds that are not counted: the browser compiles, and the caches fill. */
export const WARM_ROUNDS = 2;
/** Rounds that are. */
export const ROUNDS = 7;

/** A contender's figures, in nanoseconds per request. */
export interface Figures {
  readonly medianNs: number;
  readonly leastNs: number;
  readonly mostNs: number;
}

/** Figures of those contenders that this browser can run. */
export type Results = Partial<Record<ContenderName, Figures>>;

/** Where the worker's script is, as seen from the page. */
const WORKER_SCRIPT = 'comparison-worker.js';

/** Sends a request to a worker, and waits for the answer. Rejects if the worker fails. */
function ask(worker: Worker, request: PassRequest): Promise<PassAnswer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<PassAnswer>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message || 'the worker did not start'));
    worker.postMessage(request);
  });
}

/** One pass of each; the times of those that can run. Throws if they disagree. */
async function runRound(
  workers: ReadonlyMap<ContenderName, Worker>,
  request: Omit<PassRequest, 'contender'>,
): Promise<Map<ContenderName, number>> {
  const times = new Map<ContenderName, number>();
  const seen = new Set<string>();
  const order = shuffle([...workers.keys()], createRandom(request.round));
  for (const contender of order) {
    const answer = await ask(workers.get(contender) as Worker, { ...request, contender });
    if (!answer.isAvailable) continue;
    times.set(contender, answer.nsPerRequest);
    seen.add(`${answer.hits} hits, checksum ${answer.checksum}`);
  }
  if (seen.size > 1) throw new Error(`the caches disagree: ${[...seen].join('; ')}`);
  return times;
}

function figuresOf(times: readonly number[]): Figures {
  const [leastNs, mostNs] = [Math.min(...times), Math.max(...times)];
  return { medianNs: medianOf(times), leastNs, mostNs };
}

/**
 * Compares with one kind of keys. Yields the share that is done after each round, and returns the
 * figures. Throws if a worker fails or the caches disagree. To stop it, stop asking for more.
 */
export async function* compare(keys: KeyKind): AsyncGenerator<number, Results> {
  const workers = new Map<ContenderName, Worker>();
  const times = new Map<ContenderName, number[]>();
  try {
    for (const name of contenderNames) workers.set(name, new Worker(WORKER_SCRIPT));
    for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
      for (const [name, ns] of await runRound(workers, { keys, round })) {
        if (round >= WARM_ROUNDS) times.set(name, [...(times.get(name) ?? []), ns]);
      }
      yield (round + 1) / (WARM_ROUNDS + ROUNDS);
    }
  } finally {
    for (const worker of workers.values()) worker.terminate();
  }
  return Object.fromEntries([...times].map(([name, all]) => [name, figuresOf(all)]));
}
