// The server of a run, in a process of its own so that the clients do not slow it down.
//
// Its argument is a `ChildOptions` in JSON. It sends the ports of its threads, then a
// `ServerReport` when it gets a message, and ends when its parent does.

import { sumOf, Threads } from '../threads.js';
import type { CacheKind } from './kinds.js';
import { userName } from './world.js';

/** What a run is of. */
export interface ChildOptions {
  readonly database: string;
  readonly root: string;
  readonly kind: CacheKind;
  /** Bytes of all caches together. */
  readonly bytes: number;
  readonly threads: number;
}

/** What the server has counted. */
export interface ServerReport {
  /** Queries that read a user. */
  readonly queries: number;
  readonly hits: number;
  readonly misses: number;
  /** Users in the caches of all threads; who is in two is counted twice. */
  readonly held: number;
  /** Queries for logins of one user at once, on all threads. */
  readonly queriesAtOnce: number;
  /** Of the other threads, how many let a user do what one has taken from him. */
  readonly outdated: number;
}

/** Logins of one user at once, over a database that is so many ms away. */
export const LOGINS_AT_ONCE = 20;
const LATENCY_MS = 300;
const FILE = '/archive';

const options = JSON.parse(process.argv[2] ?? '') as ChildOptions;
const threads = await Threads.start({
  ...options,
  ...{ host: '127.0.0.1', port: 0, activities: 1_000, onLogin: () => {} },
  onError: (error) => console.error(error),
});
const all = Array.from({ length: options.threads }, (_, i) => i);

async function total() {
  const reports = await threads.reports();
  const held = reports.reduce((sum, report) => sum + report.held, 0);
  const shared = sumOf(reports);
  return options.kind === 'SharedLRU' ? shared : { ...shared, held };
}

async function queriesAtOnce(): Promise<number> {
  const before = (await total()).queries;
  const each = Math.ceil(LOGINS_AT_ONCE / options.threads);
  const user = userName(0);
  await Promise.all(all.map((i) => threads.call(i, 'readAtOnce', user, each, LATENCY_MS)));
  return (await total()).queries - before;
}

/** Takes all rights from a user on the first thread, and asks the others. */
async function outdated(): Promise<number> {
  const user = userName(0);
  const may = () => Promise.all(all.map((i) => threads.call(i, 'allows', user, 'l', FILE)));
  await may();
  await threads.call(0, 'changeRules', user, []);
  return (await may()).filter(Boolean).length;
}

// Ctrl+C reaches this process, too, and is for its parent to answer.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
process.on('message', async () => {
  const counted = await total();
  const report: ServerReport = {
    ...counted,
    queriesAtOnce: await queriesAtOnce(),
    outdated: await outdated(),
  };
  process.send?.(report);
});
process.on('disconnect', async () => {
  await threads.close();
  process.exit();
});
process.send?.(threads.ports);
