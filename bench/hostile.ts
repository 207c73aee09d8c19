// What keys cost that are made to collide, as a multiple of what random keys cost.
//
// One fresh process for every family and kind of keys, hostile and random in turn, several rounds,
// medians. Ends with 1 if a family costs more than three times what random keys cost.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { Failure } from './failure.js';
import type { HostileSample } from './hostile-child.js';
import { hostileFamilies } from './hostile-keys.js';
import { medianOf } from './median.js';

const ROUNDS = 5;
/** Most that a set or a get of a hostile key may cost, in those of a random key. */
const RATIO_MAX = 3;

const childFile = fileURLToPath(new URL('hostile-child.js', import.meta.url));

function measure(family: number, kind: 'hostile' | 'random'): HostileSample {
  const args = ['--expose-gc', childFile, `${family}`, kind];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Failure(`a process ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as HostileSample;
}

const head = ['keys', 'set, ns', 'random', 'ratio', 'get, ns', 'random', 'ratio'];
const table = new Table({ head, style: { head: [], border: [] } });
let highest = 0;
for (const [place, { name }] of hostileFamilies.entries()) {
  const hostile: HostileSample[] = [];
  const random: HostileSample[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    random.push(measure(place, 'random'));
    hostile.push(measure(place, 'hostile'));
    process.stderr.write('.');
  }
  const cells = (['setNs', 'getNs'] as const).flatMap((field) => {
    const mine = medianOf(hostile.map((each) => each[field]));
    const theirs = medianOf(random.map((each) => each[field]));
    const ratio = mine / theirs;
    highest = Math.max(highest, ratio);
    return [mine.toFixed(0), theirs.toFixed(0), ratio.toFixed(2)];
  });
  table.push([name, ...cells]);
}
console.log(`\n${table}\nNode ${process.version}; at most ${RATIO_MAX} is wanted`);
if (highest > RATIO_MAX) process.exitCode = 1;
