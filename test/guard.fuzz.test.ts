// Every export of the debug build, called with arbitrary arguments, between legitimate operations
// on tables of the same arena.
//
// What a single call may do is said in raw-core.ts. After every call that was not refused, the
// arena is valid, and so is every table; those that have a model equal it (table-twin.ts).
//
// WASM_LRU_RUNS sets the number of runs, WASM_LRU_SEED the seed.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARENA_FIRST, BLOCK_HEADER_BYTES, KIND_INT, NIL } from '../assembly/layout.js';
import type { Table } from '../src/engine/engine.js';
import { type Argument, PARAMETERS, type RawCall, rawCall, undoneCalls } from './raw-commands.js';
import { closedCore, RawCore } from './raw-core.js';
import { type TableCommand, tableCommand } from './table-commands.js';
import { TableTwin } from './table-twin.js';

const RUNS = Number(process.env.WASM_LRU_RUNS ?? 200);
const SEED = process.env.WASM_LRU_SEED;
const COMMANDS_MAX = 60;
/** What a run may take on a slow machine. */
const MS_PER_RUN = 200;
/** As many reach everything, under this seed. */
const REACHING = { numRuns: 150, seed: 20260103 };

const TABLES_MAX = 6;
/** Blocks that are kept reserved, and the words of one that is. */
const BLOCKS_MAX = 3;
const BLOCK_WORDS_MAX = 100;

/** Codes of assembly/validate.ts that a table has until its caller evicts, or sheds. */
const SIZE_OVER_LIMIT = 1;
const TOTAL_OVER_BUDGET = 15;

type Command =
  | readonly ['calls', readonly RawCall[]]
  | readonly ['twin', place: number, TableCommand];

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('calls' as const), fc.tuple(rawCall)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('calls' as const), undoneCalls) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('twin' as const), fc.nat(1), tableCommand) },
);
const runs = fc.array(command, { maxLength: COMMANDS_MAX, size: 'max' });

/** What became of the calls of an export. */
interface Reached {
  returned: number;
  refused: number;
}

/** One arena, with tables that have a model, and tables and blocks that anything is done to. */
class Run {
  readonly #raw = new RawCore();
  readonly #twins: readonly TableTwin[];
  readonly #tables: number[] = [];
  readonly #blocks: number[] = [];
  readonly #freed: number[] = [];
  /** A table that no call gets: a rehash of it gives blocks back. */
  readonly #valve: number;
  readonly #reached: Map<string, Reached>;
  #result = 0;

  constructor(reached: Map<string, Reached>) {
    const { engine, debug } = this.#raw;
    this.#reached = reached;
    this.#twins = [3, 20].map((limit) => new TableTwin(engine, limit, debug));
    this.#valve = this.#raw.expectResult('create', 1);
    for (const columns of [[], ['useWeights'], ['useAges', 'useWeights']]) this.#fill(columns);
    this.#freed.push(this.#raw.expectResult('create', 1));
    this.#raw.expectResult('destroy', this.#freed[0]);
  }

  step(command: Command): void {
    if (command[0] === 'twin') this.#twins[command[1]]?.step(command[2]);
    else for (const call of command[1]) this.#call(call);
  }

  /** Frees everything; the arena is one free block. */
  end(): void {
    while (this.#blocks.length > 0) this.#giveBack();
    const twins = this.#twins.map(({ table }) => table);
    for (const table of [...this.#tables, ...twins, this.#valve]) {
      this.#raw.expectResult('destroy', table);
    }
    const { debug, end } = this.#raw;
    expect(debug.validateArena()).toBe(0);
    const first = new DataView(debug.memory.buffer).getUint32(ARENA_FIRST + 4, true);
    expect(first).toBe((end - BLOCK_HEADER_BYTES - ARENA_FIRST) | 1);
  }

  /** A table whose first slots are all used, one of them free again if it has columns. */
  #fill(columns: readonly string[]): void {
    const raw = this.#raw;
    const table = raw.expectResult('create', 40);
    for (const column of columns) raw.expectResult(column, table);
    raw.expectResult('grow', table);
    for (let word = 0; word < 15; word++) {
      if (columns.length === 0) raw.expectResult('put', table, word, KIND_INT);
      else raw.expectResult('putWith', table, word, KIND_INT, 1, word, 5, 0);
    }
    if (columns.length > 0) raw.expectResult('evict', table);
    this.#tables.push(table);
  }

  #call({ name, given }: RawCall): void {
    const values = given.map((argument) => this.#valueOf(argument, given[0]));
    const [first, second] = values.map(Number);
    // Only the model may change what it is the model of.
    if (PARAMETERS[name]?.[0] === 'table' && this.#isKept(first)) values[0] = Number(first) + 4;
    const outcome = this.#raw.call(name, ...values);
    this.#note(name, outcome.refusal === undefined);
    if (outcome.refusal !== undefined) return;
    this.#result = Number(outcome.result);
    this.#keepBook(name, Number(first) >>> 0, Number(second) >>> 0);
    this.#expectValid();
  }

  #isKept(handle: number | undefined): boolean {
    const twins = this.#twins.map(({ table }) => Number(table));
    return [...twins, this.#valve].includes(Number(handle) >>> 0);
  }

  #valueOf(argument: Argument, first: Argument | undefined): number | string {
    if (typeof argument !== 'object') return argument;
    const [what, place, beside] = argument;
    const pick = (all: readonly number[]) => (all.length > 0 ? Number(all[place % all.length]) : 0);
    if (what === 'table') return pick(this.#tables) + beside;
    if (what === 'twin') return pick(this.#twins.map(({ table }) => Number(table))) + beside;
    if (what === 'freed') return pick(this.#freed);
    if (what === 'block') return pick(this.#blocks);
    if (what === 'inside') return (place * 16) % this.#raw.end;
    if (what === 'result') return this.#result >> place;
    const table = first === argument || first === undefined ? 0 : this.#valueOf(first, undefined);
    return pick(this.#slotsOf(Number(table)));
  }

  /** Live slots of a table. */
  #slotsOf(table: number): readonly number[] {
    if (!this.#tables.includes(table)) return [];
    return [...this.#raw.engine.order(table as unknown as Table)];
  }

  #note(name: string, isReturned: boolean): void {
    const reached = this.#reached.get(name) ?? { returned: 0, refused: 0 };
    if (isReturned) reached.returned += 1;
    else reached.refused += 1;
    this.#reached.set(name, reached);
  }

  /** Keeps account of who holds what, after a call that returned. */
  #keepBook(name: string, first: number, second: number): void {
    if (name === 'refuseGrowthAfter') this.#raw.debug.refuseGrowthAfter(0);
    if (name === 'create' && this.#result !== 0) this.#tables.push(this.#result);
    if (name === 'destroy') this.#free(this.#tables, first);
    if (name === 'rehash' && second !== 0) this.#free(this.#blocks, second);
    if (name === 'reserve' && this.#result !== 0) {
      this.#blocks.unshift(this.#result);
      if (first > BLOCK_WORDS_MAX || this.#blocks.length > BLOCKS_MAX) this.#giveBack();
    }
    if (this.#tables.length <= TABLES_MAX) return;
    this.#raw.expectResult('destroy', this.#tables[0]);
    this.#free(this.#tables, Number(this.#tables[0]));
  }

  #free(held: number[], address: number): void {
    const at = held.indexOf(address);
    if (at < 0) expect.fail(`${address} was freed, and nobody held it`);
    this.#freed.push(...held.splice(at, 1));
  }

  /** Gives the block back that was reserved last. */
  #giveBack(): void {
    const block = Number(this.#blocks[0]);
    this.#raw.expectResult('rehash', this.#valve, block, 1);
    this.#free(this.#blocks, block);
  }

  #expectValid(): void {
    const { debug } = this.#raw;
    if (debug.validateArena() !== 0) expect(debug.validateArena(), 'validateArena').toBe(0);
    for (const table of [...this.#tables, this.#valve]) this.#settle(table);
    for (const twin of this.#twins) twin.expectSame();
  }

  /** Evicts and sheds what the bounds of a table do not allow; then it is valid. */
  #settle(table: number): void {
    const { debug } = this.#raw;
    const validate = () => debug.validateTable(table as unknown as Table);
    for (let code = validate(); code !== 0; code = validate()) {
      let slot = NIL;
      if (code === SIZE_OVER_LIMIT) slot = this.#raw.expectResult('evict', table);
      if (code === TOTAL_OVER_BUDGET) slot = this.#raw.expectResult('shed', table);
      if (slot === NIL) expect(code, 'validateTable').toBe(0);
    }
  }
}

function isSafe(reached: Map<string, Reached> = new Map()) {
  return fc.property(runs, (commands: Command[]) => {
    const run = new Run(reached);
    for (const command of commands) run.step(command);
    run.end();
  });
}

describe('the exports of the debug build', () => {
  it('are those that are called, with as many arguments', () => {
    const lengths = closedCore().map(([name, run]) => [name, run.length]);
    const wanted = Object.entries(PARAMETERS).map(([name, { length }]) => [name, length]);
    expect(Object.fromEntries(lengths)).toEqual(Object.fromEntries(wanted));
  });

  const parameters = { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) };
  it(
    `write nothing outside the arena, and spoil nothing in it, in ${RUNS} random runs`,
    () => fc.assert(isSafe(), parameters),
    60_000 + RUNS * MS_PER_RUN,
  );

  it('are all reached, and refused, by such runs', () => {
    const reached = new Map<string, Reached>();
    fc.assert(isSafe(reached), REACHING);
    const names = Object.keys(PARAMETERS);
    const never = (what: keyof Reached) => names.filter((name) => !reached.get(name)?.[what]);
    expect(never('returned')).toEqual(['open', 'trap']);
    expect(never('refused')).toEqual(['refuseGrowthAfter', 'validateArena']);
  });
});
