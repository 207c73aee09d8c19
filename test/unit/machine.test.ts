// The whole interface of the engines, by random commands, against a model (machine.ts).
//
// What is shown of all words, and of all that a host may do: results, order and structure are those
// of the model. Of words that do not crowd, which is what differs between buckets and chains: the
// same commands give the same slots on every engine and build, too, to the last answer.
// WASM_LRU_RUNS sets the number of runs.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EngineCase, openDebug, plainCases } from '../support/engines.js';
import { figure } from '../support/figures.js';
import { type Command, Machine, type Program, programs } from '../support/machine.js';
import { crowding, spreading } from '../support/words.js';

const RUNS = Number(process.env.WASM_LRU_RUNS ?? 180);
const COMMANDS_MAX = 300;
/** Commands between two comparisons of all there is. */
const STEPS = 5;

/** What moves or refuses memory makes slots depend on the engine. */
const isOfHost = ([name]: Command) => name === 'refuse' || name === 'allow' || name === 'move';

function run(open: EngineCase['open'], program: Program, commands: readonly Command[]): Machine {
  const machine = new Machine(open(), program);
  commands.forEach((command, i) => {
    machine.step(command);
    if (i % STEPS === 0) machine.expectSame();
  });
  machine.expectSame();
  machine.end();
  return machine;
}

describe.each(plainCases)('a table on $name', ({ open }) => {
  it.each([...spreading, ...crowding])('equals the model, with words: %s', (family) => {
    let count = 0;
    const property = fc.property(programs([family], COMMANDS_MAX), (program) => {
      count += program.commands.length;
      run(open, program, program.commands);
    });
    fc.assert(property, { numRuns: Math.ceil(RUNS / 4) });
    figure('commands to a table', count);
  });
});

describe('tables on all engines', () => {
  it('give the same answers, slots and all', () => {
    const property = fc.property(programs(spreading, COMMANDS_MAX), (program) => {
      const commands = program.commands.filter((command) => !isOfHost(command));
      const [first, ...others] = plainCases.map(({ open }) => run(open, program, commands));
      for (const { answers } of others) expect(answers).toEqual(first?.answers);
    });
    fc.assert(property, { numRuns: RUNS / 2 });
  });

  it('meet everything that is rare', () => {
    const sample = fc.sample(programs(crowding, COMMANDS_MAX), {
      numRuns: 80,
      seed: 20261130,
    });
    const seen = sample.flatMap((program) => [...run(openDebug, program, program.commands).seen]);
    expect([...new Set(seen)].sort()).toEqual([
      'a column refused',
      'a growth refused',
      'a mapped entry evicted',
      'a word refused',
      'an entry evicted',
      'an entry refused by a new index',
      'holes',
      'the Map asked',
      'the budget exceeded',
      'the clock at its end',
    ]);
  });
});
