// The command: judges mutants of the core, shows what survived, and keeps the figures.

import { readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { createTicker } from '../../bench/progress.js';
import { createRandom, shuffle } from '../../bench/random.js';
import { figure } from '../../test/support/figures.js';
import { digestOf, files, writeDocument } from './document.js';
import { mutantsOf } from './mutant.js';
import { judgeAll } from './pool.js';
import { equivalentsIn, scoreOf } from './score.js';
import { judge, type Verdict } from './verdict.js';

const WAT = 'build/core.wat';

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Not a whole number.');
  return Number(text);
}

interface Options {
  readonly sample?: number;
  readonly seed: number;
  readonly threads: number;
  readonly only?: string;
  readonly least: number;
  readonly keep?: true;
}

const options = new Command('npm run test:mutants --')
  .description(
    'changes one instruction of the compiled core at a time and runs the trials on each; ' +
      'when it has judged all, or with --keep, writes the figures to docs/mutation.md',
  )
  .option('--sample <count>', 'judge so many mutants, drawn at random', count)
  .option('--seed <number>', 'seed of the sample', count, 1)
  .option('--threads <count>', 'threads', count, 2)
  .option('--only <text>', 'judge mutants whose key has this text')
  .option('--keep', 'write the figures of a sample, too')
  .option('--least <percent>', 'lowest score that passes', count, 85)
  .parse()
  .opts<Options>();

const wat = readFileSync(WAT, 'utf8');
const original = judge(wat);
if (original.outcome !== 'survived') {
  throw new Error(`the core itself fails: ${original.trial}: ${original.reason}`);
}

const mutants = mutantsOf(wat);
const equivalents = equivalentsIn(readFileSync(files.equivalent, 'utf8'));
const { only } = options;
let indexes = [...mutants.keys()].filter(
  (index) => only === undefined || mutants[index]?.key.includes(only),
);
if (options.sample !== undefined) {
  indexes = shuffle(indexes, createRandom(options.seed)).slice(0, options.sample);
}

const ticker = createTicker(indexes.length);
const verdicts = new Map<string, Verdict>();
await judgeAll(wat, indexes, options.threads, (index, verdict) => {
  const key = mutants[index]?.key ?? '';
  ticker.begin(key.slice(0, key.indexOf(':')));
  ticker.end();
  verdicts.set(key, verdict);
});
ticker.stop();

const score = scoreOf(verdicts, equivalents);
for (const key of score.survivors) process.stdout.write(`survived  ${key}\n`);
for (const key of score.killedEquivalents) process.stdout.write(`not equivalent  ${key}\n`);
const known = new Set(mutants.map(({ key }) => key));
const stale = [...equivalents.keys()].filter((key) => !known.has(key));
for (const key of stale) process.stdout.write(`no such mutant  ${key}\n`);
const { judged, killed, endless, equivalent, survivors, percent } = score;
process.stdout.write(
  `${judged} mutants: ${killed} killed, ${endless} of them endless, ${equivalent} equivalent, ` +
    `${survivors.length} survived: ${percent.toFixed(1)} %\n`,
);
figure('mutants', judged);
figure('equivalents', equivalent);
figure('survivors', survivors.length);
const isAll = judged === mutants.length;
if (isAll || options.keep) {
  const kept = {
    core: digestOf(wat),
    total: mutants.length,
    ...(!isAll && { seed: options.seed }),
    ...score,
  };
  writeFileSync(files.core, `${JSON.stringify(kept, null, 2)}\n`);
  writeDocument();
}
if (percent < options.least || score.killedEquivalents.length > 0) process.exitCode = 1;
