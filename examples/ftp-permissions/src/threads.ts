// A server of several threads: each has a port of its own, and all have one cache.
//
// Threads of Node cannot share a port on every version that this example runs on: put a balancer of
// connections before them, such as nginx's `stream`.

import { Worker } from 'node:worker_threads';
import { SharedLRU } from 'wasm-lru/shared';
import type { Source } from './accounts.js';
import { StartError } from './start-error.js';
import type { ThreadCalls, ThreadMessage, ThreadOptions, ThreadReport } from './thread.js';

/** The smallest cache there is. */
export const LEAST_BYTES = 65_536;

/** What all threads have counted, in one. */
export function sumOf(reports: readonly ThreadReport[]): ThreadReport {
  const sum = (name: keyof ThreadReport) => reports.reduce((all, own) => all + own[name], 0);
  // They hold one cache together.
  return {
    queries: sum('queries'),
    hits: sum('hits'),
    misses: sum('misses'),
    held: reports[0]?.held ?? 0,
  };
}

/** What the threads are made of. */
export interface ThreadsOptions extends Omit<ThreadOptions, 'handle' | 'thread'> {
  readonly onLogin: (user: string, source: Source, thread: number) => void;
  readonly onError: (error: unknown) => void;
}

/** A thread has ended before it has answered. */
export class ThreadEndedError extends Error {
  readonly code = 'THREAD_ENDED';

  constructor(exitCode: number) {
    super(`The thread has ended, with exit code ${exitCode}`);
    this.name = 'ThreadEndedError';
  }
}

/** What calls of all threads came to, without the threads that have ended. */
async function answersOf<T>(calls: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(calls);
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [result.value];
    if (result.reason instanceof ThreadEndedError) return [];
    throw result.reason;
  });
}

/** A thread, as its owner has it. */
class Thread {
  readonly #worker: Worker;
  readonly #answers = new Map<
    number,
    { resolve(value: unknown): void; reject(e: unknown): void }
  >();
  readonly ready: Promise<number>;
  #calls = 0;
  /** Why no call is answered any more. */
  #ended: ThreadEndedError | undefined;

  constructor(worker: Worker, onMessage: (message: ThreadMessage) => void) {
    this.#worker = worker;
    this.ready = new Promise((resolve, reject) => {
      worker.once('error', (error) => {
        reject(error);
        onMessage({ trouble: error });
      });
      worker.on('message', (message: ThreadMessage) => {
        if ('port' in message) resolve(message.port);
        else if ('call' in message) this.#answer(message);
        else onMessage(message);
      });
      worker.once('exit', (code) => {
        this.#ended = new ThreadEndedError(code);
        for (const answer of this.#answers.values()) answer.reject(this.#ended);
        this.#answers.clear();
        reject(this.#ended);
      });
    });
  }

  call<Name extends keyof ThreadCalls>(
    name: Name,
    ...values: Parameters<ThreadCalls[Name]>
  ): Promise<Awaited<ReturnType<ThreadCalls[Name]>>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const call = ++this.#calls;
    const answer = new Promise((resolve, reject) => this.#answers.set(call, { resolve, reject }));
    this.#worker.postMessage({ call, name, values });
    return answer as Promise<Awaited<ReturnType<ThreadCalls[Name]>>>;
  }

  end(): Promise<number> {
    return this.#worker.terminate();
  }

  #answer(message: Extract<ThreadMessage, { call: number }>): void {
    const { call } = message;
    const waiting = this.#answers.get(call);
    this.#answers.delete(call);
    if ('error' in message) waiting?.reject(message.error);
    else waiting?.resolve(message.result);
  }
}

/** A server of several threads that runs. */
export class Threads {
  readonly #threads: readonly Thread[];
  #closing: Promise<void> | undefined;

  private constructor(
    threads: readonly Thread[],
    readonly ports: readonly number[],
    /** The cache of all threads. */
    readonly cache: SharedLRU<string>,
  ) {
    this.#threads = threads;
  }

  /** Starts the threads. Rejects with a `StartError` if one cannot start; the others end. */
  static async start({ onLogin, onError, ...options }: ThreadsOptions): Promise<Threads> {
    const { bytes, port } = options;
    const cache = new SharedLRU<string>({ maxBytes: bytes, shards: 1, codec: 'string' });
    const program = new URL('thread.js', import.meta.url);
    const threads = Array.from({ length: options.threads }, (_, i) => {
      const own = port === 0 ? 0 : port + i;
      const { handle } = cache;
      const workerData = { ...options, port: own, thread: i + 1, handle } satisfies ThreadOptions;
      const worker = new Worker(program, { workerData });
      // If it is killed while it holds the cache, the others go on.
      cache.adopt(worker);
      return new Thread(worker, (message) => {
        if ('login' in message) onLogin(message.login, message.source, i + 1);
        if ('trouble' in message) onError(message.trouble);
      });
    });
    try {
      const ports = await Promise.all(threads.map(({ ready }) => ready));
      return new Threads(threads, ports, cache);
    } catch (error) {
      // The driver of SQLite ends the process if its thread is ended while it opens a file.
      await Promise.allSettled(threads.map(({ ready }) => ready));
      await Promise.all(threads.map((thread) => thread.end()));
      throw new StartError('CANNOT_LISTEN', 'A thread cannot start', error);
    }
  }

  /** Calls a thread, counted from 0. Rejects with a `ThreadEndedError` if it has ended. */
  call<Name extends keyof ThreadCalls>(
    thread: number,
    name: Name,
    ...values: Parameters<ThreadCalls[Name]>
  ): Promise<Awaited<ReturnType<ThreadCalls[Name]>>> {
    return (this.#threads[thread] as Thread).call(name, ...values);
  }

  /** What each thread has counted that has not ended by itself. */
  reports(): Promise<ThreadReport[]> {
    return answersOf(this.#threads.map((thread) => thread.call('report')));
  }

  /**
   * Ends all sessions and threads, when what users did is written. What a thread that has ended by
   * itself had not written is lost.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await answersOf(this.#threads.map((thread) => thread.call('close')));
    } finally {
      await Promise.all(this.#threads.map((thread) => thread.end()));
    }
  }
}
