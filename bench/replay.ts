// The main job: replays real request traces through caches, ours and others, and prints a table.
//
// This file owns the command line: options in, exit code out. 0 is done, 1 is a failure told in
// one line (a file that cannot be read, a cache with wrong hits, a target missed), 2 is wrong use.
//
// How a run goes: trace.ts and vendored.ts read the traces, oracle.ts says how many hits each row
// must have, rounds.ts starts replay-child.ts once per cell and round, report.ts makes the table.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CAPACITY_MAX } from '../assembly/layout.js';
import { type Columns, columnNames } from './adapters/index.js';
import { Failure } from './failure.js';
import { measureMemory, memoryCapacities, showMemory } from './memory.js';
import { createProgress } from './progress.js';
import { makeReport, showReport } from './report.js';
import { measureRows, type Row, rowsOf } from './rounds.js';
import { type KeyKind, readTrace } from './trace.js';
import { readVendored } from './vendored.js';

interface Options {
  readonly trace?: string;
  readonly keys: KeyKind | 'auto';
  readonly capacity?: number[];
  readonly requests?: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly node: string;
  readonly with: Columns;
  readonly memory?: true;
  readonly json?: true;
}

const REQUESTS_MAX = 2 ** 30;
const ROUNDS_MAX = 1000;
const SECONDS_MAX = 86_400;

const NOTES = `
A request is a get and, on a miss, a set of a new object, over a cache that is empty at first.
Every pass over a trace must have exactly the hits of an independent, exact LRU, or the run ends
with an error. Each cell is measured in fresh processes, one at a time, in random order.

String keys are new string objects in every pass, as they are in a server: V8 keeps a string's hash
in the object, so replaying the same objects would time a cache that never hashes. Making the keys
is not timed. Keys of a trace of yours are ints only if every line is an int32 in decimal.

Without --trace: web12 (a web shop's product pages; as ints, scrambled, since they are numbered as
they come, and as paths) and orm-busy (an object-relational mapper's cache). See bench/traces.

Examples:
  npm start
  npm start -- --trace access.log.gz --capacity 1000,10000
  npm start -- --with ttl size
  cut -d' ' -f7 access.log | npm start -- --trace - --json
`;

function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${max}.`);
  };
}

function capacityList(text: string): number[] {
  return [...new Set(text.split(',').map(wholeNumber(CAPACITY_MAX)))];
}

function createCommand(): Command {
  return new Command('npm start --')
    .description('Replays request traces through LRU caches and prints one table.')
    .option('--trace <file>', 'replay this log: a key per line, gzip or plain; - is standard input')
    .option('--capacity <n[,n...]>', 'entries of the caches', capacityList)
    .addOption(
      new Option('--keys <kind>', 'type of the keys of --trace')
        .choices(['auto', 'int', 'string'])
        .default('auto'),
    )
    .option('--requests <n>', 'cut every trace to its first requests', wholeNumber(REQUESTS_MAX))
    .option('--rounds <n>', 'processes per cell, at most', wholeNumber(ROUNDS_MAX), 2)
    .option('--seconds <n>', 'time to aim for, in all', wholeNumber(SECONDS_MAX), 32)
    .option('--node <path>', 'measure in this Node', process.execPath)
    .addOption(
      new Option('--with <columns...>', 'caches keep these of each entry, the naive one excepted')
        .choices(columnNames)
        .default([]),
    )
    .option('--memory', 'measure bytes an entry instead, and fail if a target is missed')
    .option('--json', 'print JSON instead of a table')
    .addHelpText('after', NOTES)
    .allowExcessArguments(false)
    .exitOverride();
}

async function readRows(options: Options): Promise<Row[]> {
  const limit = options.requests ?? REQUESTS_MAX;
  const traces =
    options.trace === undefined
      ? await readVendored(limit)
      : [await readTrace(options.trace, options.keys, limit)];
  return traces.flatMap((trace) => rowsOf(trace, options.capacity));
}

/** Measures time and returns what to print. */
async function replay(options: Options): Promise<string> {
  const rows = await readRows(options);
  const progress = createProgress(rows.length, options.rounds, options.json === true);
  try {
    const measured = await measureRows(rows, options, progress.step);
    const report = makeReport(rows, measured);
    progress.stop();
    return options.json ? `${JSON.stringify(report, null, 2)}\n` : showReport(report);
  } finally {
    progress.stop();
  }
}

/** Measures memory, prints it and returns the exit code. */
async function runMemory(options: Options): Promise<number> {
  const report = await measureMemory(options.capacity ?? memoryCapacities, options.node);
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : showMemory(report));
  return report.met ? 0 : 1;
}

/** Runs the command line and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = createCommand().parse(args, { from: 'user' }).opts<Options>();
    if (options.memory) return await runMemory(options);
    process.stdout.write(await replay(options));
    return 0;
  } catch (error) {
    // Commander has told the user already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
