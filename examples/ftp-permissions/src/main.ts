// `npm start`: the server, with users of the demo and a folder of files to look at.

import { once } from 'node:events';
import { join } from 'node:path';
import { Command } from 'commander';
import { LruAccountCache } from './account-cache.js';
import { atLeast, runCommand } from './command.js';
import { connect } from './connection.js';
import { createTree, createUsers, PASSWORD, userName } from './demo/world.js';
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
  .option('--port <n>', 'where to listen, 0 for any port that is free', atLeast(0), 2121)
  .option('--users <n>', 'users in the database', atLeast(1), 100)
  .option('--cache <n>', 'users that the cache holds', atLeast(1), 50)
  .parse()
  .opts<StartOptions>();

await runCommand(async (folder, interruption) => {
  const root = join(folder, 'files');
  await createTree(root, FILES);
  const url = database ?? join(folder, 'ftp.db');
  await createUsers(url, users, RULES);
  const service = await startService({
    connection: await connect(url),
    root,
    host,
    port,
    createCache: (store) => new LruAccountCache(cache, store),
    activities: ACTIVITIES,
    onError: (error) => console.error(error),
  });
  const place = `ftp://${userName(0)}:${PASSWORD}@${host}:${service.port}/archive/`;
  console.log(`Listens on ${place}
Users ${userName(0)} to ${userName(users - 1)}, password ${PASSWORD}. Try:
  curl ${place}
Ctrl+C ends it.`);
  if (!interruption.aborted) await once(interruption, 'abort');
  await service.close();
});
