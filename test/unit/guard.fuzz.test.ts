// Every export of the debug build, called with arbitrary arguments.
//
// What a single call may do is said in raw-core.ts. After every call that was not refused, the
// arena is valid, and so is every table; the one that no call is about is as it was.
//
// WASM_LRU_RUNS sets the number of runs, WASM_LRU_SEED the seed.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARENA_FIRST, BLOCK_HEADER_BYTES, NIL } from '../../assembly/layout.js';
import type { Table } from '../../src/engine/engine.js';
import { imageOf } from '../support/image.js';
import {
  type Argument,
  PARAMETERS,
  type RawCall,
  rawCall,
  undoneCalls,
} from '../support/raw-commands.js';
import { closedCore, RawCore } from '../support/raw-core.js';
import { expectArena, expectTable } from '../support/validate.js';

const RUNS = Number(process.env.WASM_LRU_RUNS ?? 150);
const SEED = process.env.WASM_LRU_SEED;
const CALLS_MAX = 60;
/** What a run may take on a slow machine. */
const MS_PER_RUN = 200;
/** As many reach everything, under this seed. */
const REACHING = { numRuns: 160, seed: 20260103 };
const TABLES_MAX = 6;
/** Blocks larger than this leave no room for others, and are given back at once. */
const BYTES_KEPT_MAX = 20_000;

const calls = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(rawCall) },
  { weight: 1, arbitrary: undoneCalls },
);
const runs = fc.array(calls, { maxLength: CALLS_MAX, size: 'max' });

/** What became of the calls of an export. */
interface Reached {
  returned: number;
  refused: number;
}

/** One arena, with tables that anything is done to, and one that nothing is. */
class Run {
  readonly #raw = new RawCore();
  readonly #tables: number[] = [];
  readonly #freed: number[] = [];
  readonly #kept: number;
  readonly #keptImage: unknown;
  readonly #reached: Map<string, Reached>;
  #result = 0;

  constructor(reached: Map<string, Reached>) {
    this.#reached = reached;
    for (const columns of [[], ['useWeights'], ['useAges', 'useWeights']]) this.#fill(columns);
    this.#fill(['useAges', 'useWeights']);
    this.#kept = this.#tables.pop() as number;
    this.#keptImage = imageOf(this.#leaseOf(this.#kept));
    this.#freed.push(this.#raw.expectResult('create', 1));
    this.#raw.expectResult('destroy', this.#freed[0]);
  }

  step(all: readonly RawCall[]): void {
    for (const call of all) this.#call(call);
  }

  /** Frees everything; the arena is one free block. */
  end(): void {
    expect(imageOf(this.#leaseOf(this.#kept))).toEqual(this.#keptImage);
    for (const table of [...this.#tables, this.#kept]) this.#raw.expectResult('destroy', table);
    const bytes = this.#raw.end - BLOCK_HEADER_BYTES - ARENA_FIRST;
    expect([...expectArena(this.#raw.debug.memory)]).toEqual([[ARENA_FIRST, bytes]]);
  }

  #leaseOf(table: number) {
    return { engine: this.#raw.engine, table: table as unknown as Table };
  }

  /** A full table, one of its slots free again if it has columns. */
  #fill(columns: readonly string[]): void {
    const raw = this.#raw;
    const table = raw.expectResult('create', 40);
    for (const column of columns) raw.expectResult(column, table);
    raw.expectResult('grow', table);
    for (let word = 0; word < 14; word++) {
      const code = raw.expectResult('put', table, word);
      if (columns.length > 0) raw.expectResult('write', table, code >> 3, 1, word, 5, 0);
    }
    if (columns.length > 0) raw.expectResult('evict', table);
    this.#tables.push(table);
  }

  #call({ name, given }: RawCall): void {
    const values = given.map((argument) => this.#valueOf(argument, given[0]));
    const first = Number(values[0]) >>> 0;
    if (PARAMETERS[name]?.[0] === 'table' && first === this.#kept) values[0] = first + 4;
    const outcome = this.#raw.call(name, ...values);
    const reached = this.#reached.get(name) ?? { returned: 0, refused: 0 };
    reached[outcome.refusal === undefined ? 'returned' : 'refused'] += 1;
    this.#reached.set(name, reached);
    if (outcome.refusal !== undefined) return;
    this.#result = Number(outcome.result);
    this.#keepBook(name, first);
    expectArena(this.#raw.debug.memory);
    for (const table of [...this.#tables, this.#kept]) expectTable(this.#leaseOf(table));
  }

  #valueOf(argument: Argument, first: Argument | undefined): number | string {
    if (typeof argument !== 'object') return argument;
    const [what, place, beside] = argument;
    const pick = (all: readonly number[]) => (all.length > 0 ? Number(all[place % all.length]) : 0);
    if (what === 'table') return pick([...this.#tables, this.#kept]) + (beside as number);
    if (what === 'freed') return pick(this.#freed);
    if (what === 'inside') return (place * 16) % this.#raw.end;
    if (what === 'result') return Math.abs(this.#result) >> place;
    const table = first === argument || first === undefined ? NIL : this.#valueOf(first, undefined);
    return this.#tables.includes(Number(table))
      ? pick(expectTable(this.#leaseOf(Number(table))).live)
      : NIL;
  }

  /** Keeps account of which tables there are, after a call that returned. */
  #keepBook(name: string, first: number): void {
    if (name === 'refuseGrowthAfter') this.#raw.debug.refuseGrowthAfter(0);
    if (name === 'create' && this.#result !== 0) this.#tables.push(this.#result >>> 0);
    if (name === 'destroy') this.#forget(first);
    const isLarge = this.#tables.includes(first) && this.#bytesOf(first) > BYTES_KEPT_MAX;
    if (isLarge || this.#tables.length > TABLES_MAX) {
      const table = isLarge ? first : (this.#tables[0] as number);
      this.#raw.expectResult('destroy', table);
      this.#forget(table);
    }
  }

  #bytesOf(table: number): number {
    return this.#raw.expectResult('bytesHeld', table);
  }

  #forget(table: number): void {
    const at = this.#tables.indexOf(table);
    if (at < 0) expect.fail(`${table} was freed, and was no table`);
    this.#freed.push(...this.#tables.splice(at, 1));
  }
}

function isSafe(reached: Map<string, Reached> = new Map()) {
  return fc.property(runs, (commands) => {
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
    const never = (what: keyof Reached) =>
      Object.keys(PARAMETERS).filter((name) => !reached.get(name)?.[what]);
    expect(never('returned')).toEqual(['open', 'trap']);
    expect(never('refused')).toEqual(['bytesInUse', 'refuseGrowthAfter']);
  });
});
