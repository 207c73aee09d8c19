// `npm start`: the server, with users of the demo and a folder of files to look at.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { LruAccountCache } from './account-cache.js';
import { connect } from './connection.js';
import { Database } from './database.js';
import { createTree, createUsers, PASSWORD, userName } from './demo/world.js';
import { atLeast } from './options.js';
import { startService } from './service.js';

const FILES = 200;
const RULES = 30;
const ACTIVITIES = 1_000;

/** The options of the command. */
interface StartOptions {
  readonly database?: string;
  readonly host: string;
  readonly port: number;
  readonly users: number;
  readonly cache: number;
}

const { database, host, port, users, cache } = new Command('npm start --')
  .description('Starts an FTP server with users and files to try it with.')
  .option('--database <url>', 'mysql://user:password@host/name, or a file of SQLite (temporary)')
  .option('--host <name>', 'where to listen', '127.0.0.1')
  .option('--port <n>', 'where to listen', atLeast(1), 2121)
  .option('--users <n>', 'users in the database', atLeast(1), 100)
  .option('--cache <n>', 'users that the cache holds', atLeast(1), 50)
  .parse()
  .opts<StartOptions>();

const folder = await mkdtemp(join(tmpdir(), 'wasm-lru-ftp-'));
const root = join(folder, 'files');
await createTree(root, FILES);
const connection = await connect(database ?? join(folder, 'ftp.db'));
await createUsers(new Database(connection), users, RULES);
const service = await startService({
  connection,
  root,
  host,
  port,
  createCache: (load) => new LruAccountCache(cache, load),
  activities: ACTIVITIES,
  onError: (error) => console.error(error),
});
const last = userName(users - 1);
console.log(`Listens on ftp://${userName(0)}:${PASSWORD}@${host}:${service.port}/archive/
Users ${userName(0)} to ${last}, password ${PASSWORD}. Try:
  curl ftp://${userName(0)}:${PASSWORD}@${host}:${service.port}/archive/
Ctrl+C ends it.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await service.close();
    await rm(folder, { recursive: true });
    process.exit();
  });
}
