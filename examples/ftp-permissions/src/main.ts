// `npm start`: the server, with users of the demo and a folder of files to look at.

import { once } from 'node:events';
import { join } from 'node:path';
import { Command } from 'commander';
import { LruAccountCache } from './account-cache.js';
import type { Source } from './accounts.js';
import { atLeast, runCommand } from './command.js';
import { connect } from './connection.js';
import { createTree, createUsers, PASSWORD, userName } from './demo/world.js';
import { startService } from './service.js';
import type { ThreadReport } from './thread.js';
import { LEAST_BYTES, sumOf, Threads } from './threads.js';

const FILES = 200;
const RULES = 30;
const ACTIVITIES = 1_000;

/** Bytes of a user in the cache of all threads, with room to spare: rules and all. */
const USER_BYTES = 4_096;

/** The options of the command. */
interface StartOptions {
  readonly database?: string;
  readonly host: string;
  readonly port: number;
  readonly users: number;
  readonly cache: number;
  readonly workers: number;
}

const { database, host, port, users, cache, workers } = new Command('npm start --')
  .description('Starts an FTP server with users and files to try it with.')
  .option('--database <url>', 'mysql://user:password@host/name, or a file of SQLite (temporary)')
  .option('--host <name>', 'where to listen', '127.0.0.1')
  .option('--port <n>', 'where to listen, 0 for any port that is free', atLeast(0), 2121)
  .option('--users <n>', 'users in the database', atLeast(1), 100)
  .option('--cache <n>', 'users that the cache holds', atLeast(1), 50)
  .option('--workers <n>', 'threads, with one cache and a port each; 0 for none', atLeast(0), 0)
  .parse()
  .opts<StartOptions>();

/** What ran, and what it has counted. */
interface Running {
  readonly ports: readonly number[];
  total(): Promise<ThreadReport>;
  close(): Promise<void>;
}

const onError = (error: unknown) => console.error(error);
let logins = 0;
const onLogin = (user: string, source: Source, thread = 0) => {
  logins += 1;
  const from = source === 'database' ? 'from the database' : 'from memory: asked for a moment ago';
  console.log(`${user} logged in${thread === 0 ? '' : ` on thread ${thread}`}, ${from}`);
};

async function startOne(root: string, url: string): Promise<Running> {
  const service = await startService({
    connection: await connect(url),
    ...{ root, host, port, onError, onLogin, activities: ACTIVITIES },
    createCache: (store) => new LruAccountCache(cache, store),
  });
  const { accounts, database: asked } = service;
  return {
    ports: [service.port],
    total: async () => {
      const { lookups, size } = accounts.cache;
      return { queries: asked.accountReads, ...lookups, held: size };
    },
    close: () => service.close(),
  };
}

async function startThreads(root: string, url: string): Promise<Running> {
  const threads = await Threads.start({
    ...{ root, host, port, onError, onLogin, activities: ACTIVITIES, database: url },
    ...{ kind: 'SharedLRU' as const, threads: workers },
    bytes: Math.max(LEAST_BYTES, cache * USER_BYTES),
  });
  return {
    ports: threads.ports,
    total: async () => sumOf(await threads.reports()),
    close: () => threads.close(),
  };
}

await runCommand(async (folder, interruption) => {
  const root = join(folder, 'files');
  await createTree(root, FILES);
  const url = database ?? join(folder, 'ftp.db');
  await createUsers(url, users, RULES);
  const server = await (workers === 0 ? startOne(root, url) : startThreads(root, url));
  const places = server.ports.map(
    (own) => `ftp://${userName(0)}:${PASSWORD}@${host}:${own}/archive/`,
  );
  console.log(`Listens on ${places.join(' and ')}
Users ${userName(0)} to ${userName(users - 1)}, password ${PASSWORD}. Try:
  curl ${places[0]}
Ctrl+C ends it.`);
  if (!interruption.aborted) await once(interruption, 'abort');
  const { queries, hits, misses, held } = await server.total();
  await server.close();
  console.log(`
${logins} logins, ${queries} queries that read a user.
${hits + misses} questions of what a user may do, ${hits} of them answered from memory.
${held} users in memory at the end.`);
});
