// The command: runs the night, or some of its parts, and keeps what it came to.
//
// 0 if every part passed, 1 if one failed; the others run all the same.

import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { withBlock } from '../markdown.mjs';
import { runNight } from './night.js';
import { type Part, parts } from './parts.js';
import { createProgress } from './progress.js';
import { BLOCK, documents, lineOf, type PartReport, REPORTS, type Reports } from './report.js';

const FOLDER = 'build/nightly';
/** Minutes that any process but the soak ends in, on a busy machine, too. */
const LIMIT_MINUTES = 120;

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('Not a number above 0.');
  return number;
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Not a whole number.');
  return Number(text);
}

/** Parts by their names, in the order in which they are run. */
function partsNamed(text: string): Part[] {
  const names = text.split(',');
  const unknown = names.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) {
    const known = parts.map(({ name }) => name).join(', ');
    throw new InvalidArgumentError(`No such part: ${unknown.join(', ')}. There are ${known}.`);
  }
  return parts.filter(({ name }) => names.includes(name));
}

interface Options {
  readonly only: readonly Part[];
  readonly list?: true;
  readonly minutes: number;
  readonly seed: number;
  readonly lanes: number;
  readonly json: string;
  readonly write?: true;
}

const options = new Command('npm run test:nightly --')
  .description(
    'what is too long for every push: millions of random runs, a soak, the largest cache, memory ' +
      `refused wherever it can be; logs are in ${FOLDER}/`,
  )
  .option('--only <parts>', 'run these parts, separated by commas', partsNamed, parts)
  .option('--list', 'show the parts and their processes, and run none')
  .option('--minutes <number>', 'how long the soak takes', positive, 10)
  .option('--seed <number>', 'seed of all that is random', whole, randomInt(2 ** 31))
  .option('--lanes <count>', 'parts that run at once', whole, 2)
  .option('--json <file>', 'where the report goes', 'build/nightly.json')
  .option('--write', `keep the reports in ${REPORTS} and show them in ${Object.keys(documents)}`)
  .parse()
  .opts<Options>();

const { only, minutes, seed, lanes } = options;
const knobs = { minutes, seed };

function list(): void {
  for (const part of only) {
    process.stdout.write(`${part.name}: ${part.shows}\n`);
    for (const { label, env = {} } of part.steps(knobs)) {
      const variables = Object.entries(env).map(([name, value]) => ` ${name}=${value}`);
      process.stdout.write(`  ${label}${variables.join('')}\n`);
    }
  }
}

/** Keeps these reports in the documents, in place of those that the same parts had. */
function keep(reports: Reports): void {
  const kept = existsSync(REPORTS) ? (JSON.parse(readFileSync(REPORTS, 'utf8')) as Reports) : {};
  const all = { ...kept, ...reports };
  const known = parts.flatMap(({ name }) => (all[name] === undefined ? [] : [[name, all[name]]]));
  const current = Object.fromEntries(known) as Reports;
  writeFileSync(REPORTS, `${JSON.stringify(current, null, 2)}\n`);
  for (const [file, textOf] of Object.entries(documents)) {
    writeFileSync(file, withBlock(readFileSync(file, 'utf8'), BLOCK, textOf(current)));
  }
}

async function run(): Promise<void> {
  const progress = createProgress();
  const reports: Record<string, PartReport> = {};
  const cores = cpus();
  const began = performance.now();
  progress.print(`seed ${seed}`);
  await runNight(only, {
    knobs,
    limitMinutes: LIMIT_MINUTES + minutes,
    lanes: Math.max(lanes, 1),
    machine: `Node ${process.versions.node}, ${cores[0]?.model.trim()}, ${cores.length} cores`,
    folder: FOLDER,
    progress,
    ended: ({ name }, report, log) => {
      reports[name] = report;
      writeFileSync(options.json, `${JSON.stringify(reports, null, 2)}\n`);
      if (options.write) keep({ [name]: report });
      progress.print(`${lineOf(name, report)}${log === undefined ? '' : `\n${log}`}`);
    },
  });
  progress.stop();
  const failed = Object.entries(reports).filter(([, { failures }]) => failures.length > 0);
  const took = ((performance.now() - began) / 60_000).toFixed(1);
  const verdict = failed.length === 0 ? 'all passed' : `failed: ${failed.map(([name]) => name)}`;
  process.stdout.write(`${only.length} parts in ${took} min, ${verdict}\n`);
  if (failed.length > 0) process.exitCode = 1;
}

// The end of this process ends all steps.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => process.exit(1));
}
if (options.list) list();
else await run();
