// The benchmark's command line: options in, tables, a file of raw data and an exit code out.
//
// 0 is done, 1 is a failure told in one line, or one of ours that failed a check, 2 is wrong use,
// 130 is an end by Ctrl-C; what was measured until then is shown and written all the same.
//
// How a run goes: profiles.ts has the cells, adapters/contenders.ts the libraries, filter.ts takes
// some of them, schedule.ts starts bench-child.ts once per library, cell and round, and show.ts
// makes the tables. results.ts says what is in the file.

import { accessSync, constants, writeFileSync } from 'node:fs';
import { arch, cpus, release, type } from 'node:os';
import { dirname } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { execaSync } from 'execa';
import { type Contender, contenderOf, contenders } from './adapters/contenders.js';
import { Failure } from './failure.js';
import { filterPlan, labelOf } from './filter.js';
import { measureRow, memoryCapacities } from './memory.js';
import { SPREAD_MAX } from './more.js';
import { ownPackage, versionOf } from './packages.js';
import {
  minutesAtLeast,
  type PlannedCell,
  type Profile,
  planCells,
  processesOf,
  profiles,
} from './profiles.js';
import { createTicker } from './progress.js';
import type { LibraryInfo, MemoryRow, Results } from './results.js';
import { type Measured, measureAll, nameOf, processesIn, type Schedule } from './schedule.js';
import { showResults } from './show.js';
import { measureSizes } from './sizes.js';
import { OURS } from './tables.js';

interface Options {
  readonly quick?: true;
  readonly full?: true;
  readonly filter?: string;
  readonly json?: string;
  readonly node: string;
  readonly rounds?: number;
  readonly minutes?: number;
  readonly seed: number;
  readonly list?: true;
}

const ROUNDS_MAX = 1000;
const MINUTES_MAX = 10_080;
const NODE_MAJOR_MIN = 20;
/** Starts are measured so many times more often than cells: they are short. */
const START_ROUNDS_MORE = 10;
const EXIT_INTERRUPTED = 130;

const NOTES = `
Profiles: --quick takes about 5 minutes, the standard one half an hour, --full hours.

After the rounds of all libraries, cells whose ratio to the best exact peer is not sure enough get
further rounds, as far as time allows: of wasm-lru, lru-cache, and those that may be the best.

A filter is a list of words: workloads (hit zipf churn mix replay), kinds of keys (int string
fresh16 ...), sizes (1000 or 1k), caches8, traces (web12 orm-busy), libraries (lru-cache
naive-map ...) and groups of them (ours exact baseline approximate bound). Words for the same
thing are alternatives; words for different things must all hold. --list shows what it selects.
Caches that keep a ttl of each entry, and the longest of single sets, are what ttl and pauses
select; plain, which is what is meant if neither is named, selects all else.

Every library gets the same requests. Each cell is measured in fresh processes, one at a time, in
random order. All results are checked: exact caches must have exactly the hits and values of an
oracle, the others values that belong to their keys. Keys called fresh are built anew for each
operation; building them is timed alone and subtracted.

Examples:
  npm run bench -- --quick
  npm run bench -- --filter "zipf int 10k 100k wasm-lru exact"
  npm run bench -- --filter "replay ours lru-cache" --minutes 2 --json replay.json
  npm run bench -- --full --node /opt/node24/bin/node --json full.json
`;

function numberWithin(min: number, max: number, isWhole: boolean): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value;
    const kind = isWhole ? 'a whole number' : 'a number';
    throw new InvalidArgumentError(`It must be ${kind} from ${min} to ${max}.`);
  };
}

function createCommand(): Command {
  return new Command('npm run bench --')
    .description('Compares LRU caches: time, memory and garbage, by workload, keys and size.')
    .addOption(new Option('--quick', 'ten telling cells, once').conflicts('full'))
    .option('--full', 'everything; says first how long it will take')
    .option('--filter <words>', 'only the cells and libraries these words select')
    .option('--json <file>', 'write the raw data here')
    .addOption(
      new Option('--node <path>', 'measure in this Node').default(process.execPath, 'this one'),
    )
    .option('--rounds <n>', 'rounds of all libraries', numberWithin(1, ROUNDS_MAX, true))
    .option('--minutes <n>', 'time to aim for, in all', numberWithin(0, MINUTES_MAX, false))
    .option('--seed <n>', 'seed of requests and order', numberWithin(0, 2 ** 32 - 1, true), 1)
    .option('--list', 'say what would be measured, and measure nothing')
    .addHelpText('after', NOTES)
    .allowExcessArguments(false)
    .exitOverride();
}

interface NodeInfo {
  readonly node: string;
  readonly v8: string;
}

/** Asks a Node who it is. Throws `Failure` if it does not run or is too old. */
function askNode(path: string): NodeInfo {
  const { versions } = ((): { versions: { node: string; v8: string } } => {
    const args = ['-p', 'JSON.stringify({ versions: process.versions })'];
    const { stdout, stderr, exitCode, originalMessage } = execaSync(path, args, { reject: false });
    if (exitCode === undefined) throw new Failure(`cannot run ${path}: ${originalMessage}`);
    try {
      return JSON.parse(stdout);
    } catch {
      throw new Failure(`${path} is not a Node that runs: ${stderr.split('\n')[0]}`);
    }
  })();
  if (Number.parseInt(versions.node, 10) < NODE_MAJOR_MIN) {
    throw new Failure(`${path} is Node ${versions.node}; ${NODE_MAJOR_MIN} is the oldest`);
  }
  return { node: `v${versions.node}`, v8: versions.v8 };
}

/** Throws `Failure` if a file could not be written when all is measured. */
function mustBeWritable(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new Failure(`cannot write ${file}: ${(error as Error).message}`);
  }
}

function profileOf(options: Options): Profile {
  if (options.quick) return profiles.quick;
  return options.full ? profiles.full : profiles.standard;
}

function libraryInfo({ library, group, package: name }: Contender): LibraryInfo {
  if (group === 'ours') return { library, group, version: ownPackage.version };
  return name === undefined ? { library, group } : { library, group, version: versionOf(name) };
}

/** Those of all libraries that are in a plan, in their order. */
function contendersIn(plan: readonly PlannedCell[]): Contender[] {
  const present = new Set(plan.flatMap((planned) => planned.contenders));
  return contenders.filter((contender) => present.has(contender));
}

function createSchedule(options: Options, signal: AbortSignal): Schedule {
  const profile = profileOf(options);
  const whole = planCells(profile, contenders);
  const cells = options.filter === undefined ? whole : filterPlan(whole, options.filter);
  const rounds = options.rounds ?? profile.rounds;
  const share = processesOf(cells) / processesOf(whole);
  const starts = contendersIn(cells).filter(({ group }) => group === 'ours' || group === 'exact');
  return {
    ...{ cells, rounds, starts, startRounds: rounds + START_ROUNDS_MORE },
    ...{ roundsMax: Math.max(rounds, profile.roundsMax), processMs: profile.processMs },
    minutes: options.minutes ?? profile.minutes * share,
    ...{ seed: options.seed, node: options.node, signal },
  };
}

function showMinutes(minutes: number): string {
  if (minutes < 1) return `${Math.ceil(minutes * 60)} seconds`;
  return minutes < 100 ? `${minutes.toFixed(1)} minutes` : `${(minutes / 60).toFixed(1)} hours`;
}

function showList({ cells }: Schedule): string {
  const lines = cells.map(({ cell, contenders: those }) => {
    return `${nameOf(cell)}: ${those.map(({ library }) => labelOf(library)).join(' ')}\n`;
  });
  return lines.join('');
}

function showPlan(schedule: Schedule, profile: Profile): string {
  const atLeast = minutesAtLeast(schedule.cells, schedule.rounds);
  const minutes = Math.max(atLeast, schedule.minutes);
  const processes = processesIn(schedule).toLocaleString('en-US');
  return (
    `${profile.name} profile: ${schedule.cells.length} cells, ${processes} processes, ` +
    `about ${showMinutes(minutes)}\n`
  );
}

/** What is measured of this package alone: unless it is left out, or the run is cut short. */
async function measureOwn({ cells, signal, node }: Schedule): Promise<Partial<Results>> {
  const isWanted = contendersIn(cells).some(({ library }) => library === OURS);
  if (!isWanted || signal.aborted) return {};
  const memory: MemoryRow[] = [];
  for (const capacity of memoryCapacities) memory.push(await measureRow(capacity, node));
  return { memory, sizes: await measureSizes() };
}

function makeResults(
  measured: Measured,
  schedule: Schedule,
  profile: string,
  info: NodeInfo,
): Omit<Results, 'minutes'> {
  const rounds = Math.max(0, ...measured.cells.map(({ samples }) => samples.length));
  return {
    taken: new Date().toISOString(),
    countsIdleCollections: true,
    ...info,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    os: `${type()} ${release()} ${arch()}`,
    ...{ profile, rounds, spreadMax: SPREAD_MAX },
    libraries: contendersIn(schedule.cells).map(libraryInfo),
    cells: measured.cells,
    starts: measured.starts,
    ...(measured.pauses.length === 0 ? {} : { pauses: measured.pauses }),
    ...(measured.failures.length === 0 ? {} : { failures: measured.failures }),
  };
}

/** The results as JSON, with a line for each sample, so that files can be compared by line. */
function formatResults(results: Results): string {
  const marks: string[] = [];
  const mark = (value: unknown): string => `@${marks.push(JSON.stringify(value)) - 1}@`;
  const isLine = (key: string): boolean => key === 'samples' || key === 'memory';
  const byLine = (key: string, value: unknown): unknown =>
    isLine(key) && Array.isArray(value) ? value.map(mark) : value;
  const text = JSON.stringify(results, byLine, 1);
  return `${text.replace(/"@(\d+)@"/g, (_, index) => marks[Number(index)] ?? '')}\n`;
}

function isOurs(library: string): boolean {
  return contenderOf(library).group === 'ours';
}

async function measure(options: Options): Promise<number> {
  const interruption = new AbortController();
  const schedule = createSchedule(options, interruption.signal);
  const profile = profileOf(options);
  if (options.list) {
    process.stdout.write(`${showList(schedule)}${showPlan(schedule, profile)}`);
    return 0;
  }
  const info = askNode(options.node);
  if (options.json !== undefined) mustBeWritable(options.json);
  process.stderr.write(showPlan(schedule, profile));

  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt);
  const progress = createTicker(processesIn(schedule));
  try {
    const began = performance.now();
    const measured = await measureAll(schedule, progress);
    progress.stop();
    const own = await measureOwn(schedule);
    const results: Results = {
      ...makeResults(measured, schedule, profile.name, info),
      ...own,
      minutes: Math.round((performance.now() - began) / 6000) / 10,
    };
    if (options.json !== undefined) writeFileSync(options.json, formatResults(results));
    process.stdout.write(showResults(results));
    if (interruption.signal.aborted) return EXIT_INTERRUPTED;
    return measured.failures.some(({ library }) => isOurs(library)) ? 1 : 0;
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt);
  }
}

/** Runs the command line and returns the exit code. */
export async function runBenchmark(args: readonly string[]): Promise<number> {
  try {
    return await measure(createCommand().parse(args, { from: 'user' }).opts<Options>());
  } catch (error) {
    // Commander has told the user already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return 1;
  }
}
