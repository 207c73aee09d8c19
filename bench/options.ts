// The command line of `npm start`: its options, its help, and what is wrong use.
//
// start.mjs reads it before anything is built, so it imports nothing that a build makes.

import { Command, InvalidArgumentError, Option } from 'commander';
import { CAPACITY_MAX } from '../assembly/layout.js';
import { type Columns, columnNames } from './adapters/columns.js';

/** What was asked for. */
export interface Options {
  readonly trace?: string;
  readonly keys: 'auto' | 'int' | 'string';
  readonly capacity?: number[];
  readonly requests: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly node: string;
  readonly with: Columns;
  readonly memory?: true;
  readonly json?: true;
  readonly html?: string;
}

const REQUESTS_MAX = 2 ** 30;
const ROUNDS_MAX = 1000;
const SECONDS_MAX = 86_400;
const COLUMNS = 80;

const NOTES = `
Without --trace, it takes about a minute. It replays web12 (the product pages of
a web shop, as ints and as paths) and orm-busy (the cache of an
object-relational mapper); bench/traces says where they are from.

With --trace, it says whether a cache would help this traffic, how large it
should be, and which library is fastest. The log has the key of one request a
line, and nothing else: of an access log, cut out the path first. The keys are
ints only if every line is an int32 in decimal.

A request is a get and, on a miss, a set of a new object. Every pass over a
trace must have exactly the hits of an independent, exact LRU, or the run ends
with an error. Each cell is measured in fresh processes, one at a time, in
random order. String keys are new string objects in every pass, as in a server,
since V8 keeps a string's hash in the object; making them is not timed.

Examples:
  npm start
  npm start -- --trace keys.log.gz --html answer.html
  npm start -- --trace keys.log --capacity 1000,10000 --seconds 20
  cut -d' ' -f7 access.log | npm --silent start -- --trace - --json > x.json
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
    .description('Replays request traces through LRU caches and compares them.')
    .configureHelp({ helpWidth: COLUMNS })
    .option('--trace <file>', 'replay this log: a key per line, gzip or plain; - is standard input')
    .option('--capacity <n[,n...]>', 'entries of the caches', capacityList)
    .addOption(
      new Option('--keys <kind>', 'type of the keys of --trace')
        .choices(['auto', 'int', 'string'])
        .default('auto'),
    )
    .addOption(
      new Option('--requests <n>', 'cut every trace to its first requests')
        .argParser(wholeNumber(REQUESTS_MAX))
        .default(REQUESTS_MAX, 'all'),
    )
    .option('--rounds <n>', 'processes per cell', wholeNumber(ROUNDS_MAX), 2)
    .option('--seconds <n>', 'time to aim for, in all', wholeNumber(SECONDS_MAX), 45)
    .addOption(
      new Option('--node <path>', 'measure in this Node').default(process.execPath, 'this one'),
    )
    .addOption(
      new Option('--with <columns...>', 'caches keep these of each entry, those by hand excepted')
        .choices(columnNames)
        .default([], 'neither'),
    )
    .option('--memory', 'measure bytes an entry instead, and fail if a target is missed')
    .option('--json', 'print JSON instead of tables; with npm --silent, nothing else')
    .option('--html <file>', 'with --trace: write the answer as a page, too')
    .addHelpText('after', NOTES)
    .allowExcessArguments(false)
    .exitOverride();
}

/** Reads the arguments. Throws commander's error after it has told the user what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const command = createCommand();
  const options = command.parse(args, { from: 'user' }).opts<Options>();
  if (options.html !== undefined && options.trace === undefined) {
    command.error("error: option '--html' needs '--trace'", { exitCode: 2 });
  }
  return options;
}
