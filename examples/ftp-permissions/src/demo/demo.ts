// `npm run demo`: real FTP sessions against real SQL, once with each kind of cache.

import { join } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { atLeast, runCommand } from '../command.js';
import { LEAST_BYTES } from '../threads.js';
import { captionOf, type Surroundings, tableOf, writeMarked } from './report.js';
import { type RunFigures, type RunOptions, run } from './run.js';
import { createSchedule, type ScheduleOptions, type Step } from './schedule.js';
import { createTree, createUsers, FILES_LEAST, RULES_LEAST } from './world.js';

/** Bytes that a user takes in a cache, with room to spare; more rules take more. */
const USER_BYTES = 2_048;
const README = new URL('../../../README.md', import.meta.url);

/** The options of the command. */
interface DemoOptions extends Omit<ScheduleOptions, 'threads'>, Surroundings {
  readonly cache: number;
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
    .option('--workers <n>', 'threads of the server', atLeast(1), 2)
    .option('--concurrency <n>', 'commands under way at a time', atLeast(1), 8)
    .option('--seed <n>', 'of the order of users', atLeast(1), 1)
    .option('--markdown', 'write the table into README.md')
    .parse()
    .opts<DemoOptions>();
}

/** Where a run takes place, and what ends it. */
type Place = Pick<RunOptions, 'database' | 'root' | 'interruption'>;

async function runAll(options: DemoOptions, place: Place): Promise<RunFigures[]> {
  const { workers: threads, users, cache } = options;
  const steps: Step[] = createSchedule({ ...options, threads });
  const bar = new SingleBar(
    { format: '{bar} {value}/{total} commands, {cache}, {duration} s', clearOnComplete: true },
    Presets.shades_classic,
  );
  const bytesOf = (held: number) => Math.max(LEAST_BYTES, held * USER_BYTES);
  const kinds: Pick<RunOptions, 'kind' | 'bytes'>[] = [
    { kind: 'none', bytes: LEAST_BYTES },
    { kind: 'Map', bytes: LEAST_BYTES },
    { kind: 'lru-cache', bytes: bytesOf(cache) },
    { kind: 'SharedLRU', bytes: bytesOf(cache) },
    { kind: 'SharedLRU', bytes: bytesOf(users) },
  ];
  bar.start(steps.length * kinds.length, 0, { cache: '' });
  const runs: RunFigures[] = [];
  try {
    for (const kind of kinds) {
      await createUsers(place.database, users, options.rules);
      bar.update({ cache: kind.kind });
      const { concurrency, rules, files } = options;
      const onStep = () => bar.increment();
      runs.push(
        await run({ ...kind, ...place, threads, steps, concurrency, rules, files, onStep }),
      );
    }
  } finally {
    bar.stop();
  }
  return runs;
}

/** The sums that hold to the one, whatever the timing. */
function checkSums(runs: readonly RunFigures[]): void {
  for (const { kind, queries, logins, misses } of runs) {
    const told = `${kind}: ${queries} queries for ${logins} logins and ${misses} misses`;
    // A query is for a login or for a user who is not in memory; both may wait for the same one.
    if (queries > logins + misses) throw new Error(told);
    if (kind === 'none' && queries !== logins + misses) throw new Error(told);
  }
  // All users fit into the last, and each login costs one query.
  const { queries, logins } = runs.at(-1) as RunFigures;
  if (queries !== logins) throw new Error(`${queries} queries for ${logins} logins`);
}

const options = parse();
await runCommand(async (folder, interruption) => {
  const database = options.database ?? join(folder, 'ftp.db');
  const root = join(folder, 'files');
  await createTree(root, options.files);
  const runs = await runAll(options, { database, root, interruption });
  checkSums(runs);
  const table = tableOf(runs);
  const caption = captionOf(options, runs[0]?.logins ?? 0);
  if (options.markdown) await writeMarked(README, `${caption}\n\n${table}`);
  console.log(`${caption}\n\n${table}`);
});
