// One run: a server with one kind of cache, and the clients of a schedule.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Step } from './schedule.js';
import type { ChildOptions, ServerReport } from './server-child.js';
import { Session, type SessionOptions } from './session.js';

/** What a run is made of. */
export interface RunOptions extends ChildOptions {
  readonly steps: readonly Step[];
  /** How many steps are under way at a time. */
  readonly concurrency: number;
  readonly rules: number;
  readonly files: number;
  /** Told of every step that is done. */
  readonly onStep: () => void;
  /** Ends the run after the steps that are under way. */
  readonly interruption: AbortSignal;
}

/** What came of a run. */
export interface RunFigures extends ServerReport {
  readonly kind: ChildOptions['kind'];
  readonly bytes: number;
  readonly logins: number;
  readonly listings: number;
  /** How long a listing took, for the client, in ms: the median, and 99 of 100. */
  readonly listingP50Ms: number;
  readonly listingP99Ms: number;
}

const CHILD = fileURLToPath(new URL('server-child.js', import.meta.url));

async function messageOf<T>(child: ChildProcess): Promise<T> {
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`The server ended with code ${code}`);
  });
  const [message] = await Promise.race([once(child, 'message'), exit]);
  return message as T;
}

/** Does the steps of each user in order, those of different users at the same time. */
async function act(options: RunOptions, sessionOptions: SessionOptions): Promise<void> {
  const sessions = new Map<number, Map<number, Session>>();
  const tails = new Map<number, Promise<void>>();
  const take = async ({ user, thread, action, login, logout }: Step) => {
    const connections = sessions.get(user) ?? new Map<number, Session>();
    sessions.set(user, connections);
    const session = connections.get(thread) ?? new Session(user, thread, sessionOptions);
    connections.set(thread, session);
    if (login) await session.login();
    await session.act(action);
    if (!logout) return;
    for (const connection of connections.values()) connection.close();
    sessions.delete(user);
  };
  const left = options.steps.values();
  const worker = async () => {
    for (const step of left) {
      if (options.interruption.aborted) break;
      const tail = (tails.get(step.user) ?? Promise.resolve()).then(() => take(step));
      tails.set(step.user, tail);
      await tail;
      options.onStep();
    }
  };
  try {
    await Promise.all(Array.from({ length: options.concurrency }, worker));
    options.interruption.throwIfAborted();
  } finally {
    for (const connections of sessions.values()) {
      for (const session of connections.values()) session.close();
    }
  }
}

/**
 * Runs a server and its clients. Rejects with the first answer of the server that is wrong, or
 * with the reason of the interruption.
 */
export async function run(options: RunOptions): Promise<RunFigures> {
  const { database, root, kind, bytes, threads, steps, rules, files } = options;
  const child = fork(CHILD, [JSON.stringify({ database, root, kind, bytes, threads })]);
  try {
    const listings = createHistogram();
    const ports = await messageOf<number[]>(child);
    await act(options, { ports, rules, files, onListing: (ns) => listings.record(ns) });
    child.send('report');
    return {
      ...(await messageOf<ServerReport>(child)),
      kind,
      bytes,
      logins: steps.filter(({ login }) => login).length,
      listings: listings.count,
      listingP50Ms: listings.percentile(50) / 1e6,
      listingP99Ms: listings.percentile(99) / 1e6,
    };
  } finally {
    const exit = once(child, 'exit');
    if (child.exitCode === null && child.signalCode === null) {
      child.disconnect();
      await exit;
    }
  }
}
