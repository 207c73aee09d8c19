// One thread of a server of several: a service on a port of its own. It answers calls of its
// owner (threads.ts) until it is told to close.

import { parentPort, workerData } from 'node:worker_threads';
import type { SharedHandle } from 'wasm-lru/shared';
import type { Source } from './accounts.js';
import { connect } from './connection.js';
import { type CacheKind, createCache } from './demo/kinds.js';
import { SlowConnection } from './demo/slow-connection.js';
import type { Right, Rule } from './permissions.js';
import { startService } from './service.js';

/** What a thread is made of. */
export interface ThreadOptions {
  readonly database: string;
  readonly root: string;
  readonly host: string;
  readonly port: number;
  readonly kind: CacheKind;
  /** Number of this one, from 1. */
  readonly thread: number;
  /** Bytes that the caches of all threads have together, and how many threads there are. */
  readonly bytes: number;
  readonly threads: number;
  readonly activities: number;
  /** The cache of all threads. */
  readonly handle: SharedHandle;
}

/** What a thread has counted. */
export interface ThreadReport {
  /** Queries that read a user. */
  readonly queries: number;
  readonly hits: number;
  readonly misses: number;
  /** Users in the cache of this thread; of all threads, if they share it. */
  readonly held: number;
}

/** What its owner may call. */
export interface ThreadCalls {
  report(): ThreadReport;
  changeRules(user: string, rules: readonly Rule[]): Promise<void>;
  allows(user: string, right: Right, path: string): Promise<boolean>;
  /** Reads a user as so many logins at once do, from a database that takes so many ms. */
  readAtOnce(user: string, logins: number, latencyMs: number): Promise<void>;
  close(): Promise<void>;
}

/** What it sends: its port, logins, errors, and answers to calls. */
export type ThreadMessage =
  | { readonly port: number }
  | { readonly login: string; readonly source: Source }
  | { readonly trouble: unknown }
  | { readonly call: number; readonly result?: unknown; readonly error?: unknown };

const options = workerData as ThreadOptions;
const owner = parentPort;
if (owner === null) throw new Error('This is the program of a thread');
const send = (message: ThreadMessage) => owner.postMessage(message);

const connection = new SlowConnection(await connect(options.database));
const service = await startService({
  connection,
  root: options.root,
  host: options.host,
  port: options.port,
  createCache: (store) => createCache(options, store),
  activities: options.activities,
  thread: options.thread,
  onError: (trouble) => send({ trouble }),
  onLogin: (login, source) => send({ login, source }),
});
const calls: ThreadCalls = {
  report: () => {
    const { cache } = service.accounts;
    return { queries: service.database.accountReads, ...cache.lookups, held: cache.size };
  },
  changeRules: (user, rules) => service.accounts.changeRules(user, rules),
  allows: (user, right, path) => service.accounts.allows(user, right, path),
  readAtOnce: async (user, logins, latencyMs) => {
    connection.latencyMs = latencyMs;
    const { cache } = service.accounts;
    await Promise.all(Array.from({ length: logins }, () => cache.refresh(user)));
    connection.latencyMs = 0;
  },
  close: () => service.close(),
};
owner.on('message', async ({ call, name, values }) => {
  try {
    const method = calls[name as keyof ThreadCalls] as (...all: unknown[]) => unknown;
    send({ call, result: await method(...values) });
  } catch (error) {
    send({ call, error });
  }
  if (name === 'close') owner.close();
});
send({ port: service.port });
