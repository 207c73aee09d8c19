// `npm run demo`: real FTP sessions against real SQL, once with each kind of cache.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { connect } from '../connection.js';
import { Database } from '../database.js';
import { atLeast } from '../options.js';
import { tableOf, writeMarked } from './report.js';
import { type RunFigures, type RunOptions, run } from './run.js';
import { createSchedule, type Step } from './schedule.js';
import { createTree, createUsers, FILES_LEAST, RULES_LEAST } from './world.js';

const README = new URL('../../../README.md', import.meta.url);

/** The options of the command. */
interface DemoOptions {
  readonly database?: string;
  readonly users: number;
  readonly cache: number;
  readonly sessions: number;
  readonly files: number;
  readonly rules: number;
  readonly concurrency: number;
  readonly seed: number;
  readonly markdown?: true;
}

function parse(): DemoOptions {
  return new Command('npm run demo --')
    .description('Drives FTP sessions against the server, once with each kind of cache.')
    .option('--database <url>', 'mysql://user:password@host/name, or a file of SQLite (temporary)')
    .option('--users <n>', 'users in the database', atLeast(1), 1_000)
    .option('--cache <n>', 'users that a cache holds', atLeast(1), 50)
    .option('--sessions <n>', 'FTP sessions', atLeast(1), 200)
    .option('--files <n>', 'files in the folder that is listed', atLeast(FILES_LEAST), 200)
    .option('--rules <n>', 'rules of each user', atLeast(RULES_LEAST), 30)
    .option('--concurrency <n>', 'commands under way at a time', atLeast(1), 8)
    .option('--seed <n>', 'of the order of users', atLeast(1), 1)
    .option('--markdown', 'write the table into README.md')
    .parse()
    .opts<DemoOptions>();
}

async function runAll(options: DemoOptions, database: string, root: string): Promise<RunFigures[]> {
  const steps: Step[] = createSchedule(options);
  const bar = new SingleBar(
    { format: '{bar} {value}/{total} commands, {cache}, {duration} s', clearOnComplete: true },
    Presets.shades_classic,
  );
  const kinds: Pick<RunOptions, 'cache' | 'max'>[] = [
    { cache: 'none', max: 0 },
    { cache: 'naive', max: options.cache },
    { cache: 'wasm-lru', max: options.cache },
    { cache: 'wasm-lru', max: options.users },
  ];
  bar.start(steps.length * kinds.length, 0, { cache: '' });
  const runs: RunFigures[] = [];
  try {
    for (const kind of kinds) {
      bar.update({ cache: kind.cache });
      const { concurrency, rules, files } = options;
      const onStep = () => bar.increment();
      runs.push(await run({ ...kind, database, root, steps, concurrency, rules, files, onStep }));
    }
  } finally {
    bar.stop();
  }
  return runs;
}

/** What the last run has to show: all users fit, and each login costs one query. */
function checkExact(runs: readonly RunFigures[]): void {
  const { queries, logins } = runs[runs.length - 1] as RunFigures;
  if (queries !== logins) throw new Error(`${queries} queries for ${logins} logins`);
}

const options = parse();
const folder = await mkdtemp(join(tmpdir(), 'wasm-lru-ftp-'));
try {
  const url = options.database ?? join(folder, 'ftp.db');
  const root = join(folder, 'files');
  const database = new Database(await connect(url));
  await createUsers(database, options.users, options.rules);
  await database.connection.close();
  await createTree(root, options.files);
  const runs = await runAll(options, url, root);
  checkExact(runs);
  const table = tableOf(runs);
  if (options.markdown) await writeMarked(README, table);
  console.log(table);
} finally {
  await rm(folder, { recursive: true });
}
