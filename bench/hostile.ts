// What keys cost that are made to collide, and what innocent keys cost beside them.
//
// Every operation on every family is compared with the larger of two: random keys of the same
// length in our cache, and the same keys in a bare Map; and innocent keys beside hostile ones with
// innocent keys beside random ones. One fresh process for each, in turn, several rounds; a ratio is
// the median of those within the rounds. Ends with 1 if a bound is exceeded, or an answer wrong.

import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { Command, CommanderError } from 'commander';
import { runChild } from './child.js';
import { Failure } from './failure.js';
import type { ClimbResult, SiegeResult } from './hostile-child.js';
import type { Genome } from './hostile-climb.js';
import { climbed, hostileFamilies } from './hostile-families.js';
import { type Operation, operations } from './hostile-siege.js';
import { type SiegeJob, subjects } from './hostile-sieges.js';
import { medianOf } from './median.js';
import { geometricMean } from './tables.js';

/** Most that an operation on a hostile key may cost, in those of the larger of the two. */
const RATIO_MAX = 3;
/** Most that an innocent key may cost on average, in what it costs beside random keys. */
const INNOCENT_MAX = 1.1;

const NOTES = `
"few" are sqrt(size / 4) hostile keys, too few for a defence that waits for more; "many" are seven
of eight entries. The last family was found by an adversary who measures times and climbs.
`;

interface Options {
  readonly sizes: string;
  readonly only?: string;
  readonly rounds: string;
  readonly climb: string;
  readonly seed: string;
  readonly json?: string;
}

/** Ratios of one family at one size. */
interface Row {
  readonly name: string;
  readonly size: number;
  readonly keys: number;
  readonly ratios: Readonly<Record<Operation, number>>;
  readonly error?: string;
}

type Times = Readonly<Record<Operation, number>>;

const isInnocent = (operation: Operation): boolean => operation.startsWith('innocent');

async function besiege(job: SiegeJob): Promise<SiegeResult> {
  const child = { node: process.execPath, module: 'hostile-child.js', job };
  return runChild<SiegeResult>(child);
}

function ratiosOf(rounds: readonly (readonly Times[])[]): Record<Operation, number> {
  const ratioOf = (operation: Operation): number =>
    medianOf(
      rounds.map(([hostile, random, map]) => {
        const [mine, calm, theirs] = [hostile, random, map].map((times) => times?.[operation] ?? 0);
        const bound = isInnocent(operation) ? calm : Math.max(calm as number, theirs as number);
        return mine === 0 ? 1 : (mine as number) / (bound as number);
      }),
    );
  return Object.fromEntries(operations.map((name) => [name, ratioOf(name)])) as Row['ratios'];
}

async function measureRow(
  family: number | Genome,
  size: number,
  isMany: boolean,
  rounds: number,
): Promise<Row> {
  const { name } = typeof family === 'number' ? (hostileFamilies[family] ?? {}) : climbed(family);
  const row = { name: `${isMany ? 'many' : 'few'}: ${name}`, size };
  const times: Times[][] = [];
  let keys = 0;
  for (let round = 0; round < rounds; round++) {
    const own: Times[] = [];
    for (const subject of subjects) {
      const result = await besiege({ family, size, isMany, subject });
      if ('error' in result) {
        const error = `${subject}: ${result.error}`;
        return { ...row, keys, error, ratios: ratiosOf([]) };
      }
      own.push(result.ns);
      keys = result.keys;
    }
    times.push(own);
    process.stderr.write('.');
  }
  return { ...row, keys, ratios: ratiosOf(times) };
}

async function climbUp(climbMs: number, seed: number): Promise<Genome> {
  const child = { node: process.execPath, module: 'hostile-child.js', job: { climbMs, seed } };
  const result = await runChild<ClimbResult>(child);
  if ('error' in result) throw new Failure(`the climb: ${result.error}`);
  return result.genome;
}

function show(rows: readonly Row[]): string {
  const head = ['keys', 'size', 'of these', ...operations];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  for (const { name, size, keys, ratios, error } of rows) {
    const cells = operations.map((operation) => {
      const ratio = ratios[operation];
      return ratio > RATIO_MAX ? `${ratio.toFixed(1)} !` : ratio.toFixed(1);
    });
    const texts = error === undefined ? cells : [{ colSpan: operations.length, content: error }];
    const [short] = name.length > 60 ? [`${name.slice(0, 57)}...`] : [name];
    table.push([short, size.toLocaleString('en-US'), keys.toLocaleString('en-US'), ...texts]);
  }
  return table.toString();
}

/** Prints what the rows come to; whether all bounds hold. */
function judge(rows: readonly Row[]): boolean {
  const measured = rows.filter(({ error }) => error === undefined);
  const hostile = measured.flatMap(({ ratios }) =>
    operations.filter((name) => !isInnocent(name)).map((name) => ratios[name]),
  );
  const innocent = measured.flatMap(({ ratios }) =>
    operations.filter(isInnocent).map((name) => ratios[name]),
  );
  const above = hostile.filter((ratio) => ratio > RATIO_MAX).length;
  const mean = geometricMean(innocent) ?? 1;
  const failed = rows.length - measured.length;
  process.stdout.write(
    `${above} of ${hostile.length} figures above ${RATIO_MAX}, the highest ` +
      `${Math.max(0, ...hostile).toFixed(1)}; innocent keys ${mean.toFixed(2)} on average ` +
      `(${INNOCENT_MAX} at most is wanted), ${Math.max(0, ...innocent).toFixed(1)} at worst; ` +
      `${failed} failed. Node ${process.version}\n`,
  );
  return above === 0 && failed === 0 && mean <= INNOCENT_MAX;
}

async function main(args: readonly string[]): Promise<number> {
  const command = new Command('npm run bench:hostile --')
    .description('Compares hostile keys with random ones, and with a Map.')
    .option('--sizes <n,...>', 'entries of the caches', '1000,10000,100000,1000000')
    .option('--only <text>', 'families that have this in their name')
    .option('--rounds <n>', 'processes for each figure', '3')
    .option('--climb <seconds>', 'how long the adversary climbs; 0 leaves that family out', '20')
    .option('--seed <n>', 'where it begins', '1')
    .option('--json <file>', 'write all ratios here')
    .addHelpText('after', NOTES)
    .exitOverride();
  const options = command.parse(args, { from: 'user' }).opts<Options>();
  const isWanted = (name: string): boolean => name.includes(options.only ?? '');
  const families: (number | Genome)[] = [...hostileFamilies.keys()].filter((place) =>
    isWanted(hostileFamilies[place]?.name ?? ''),
  );
  const climbMs = Number(options.climb) * 1000;
  if (climbMs > 0) families.push(await climbUp(climbMs, Number(options.seed)));
  const rows: Row[] = [];
  for (const size of options.sizes.split(',').map(Number)) {
    for (const family of families) {
      for (const isMany of [false, true]) {
        rows.push(await measureRow(family, size, isMany, Number(options.rounds)));
      }
    }
  }
  process.stdout.write(`\n${show(rows)}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 1)}\n`);
  return judge(rows) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof Failure) {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 1;
  } else throw error;
}
