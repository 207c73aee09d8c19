// A table of a core and one of the JavaScript engine, driven in lockstep and compared.
//
// What both engines compile of one source (table, order, columns) has to give the same results, the
// same slots and the same header to the bit, as long as the index of neither refuses a word that
// the other takes. Where that can happen, the core is driven alone (crowd.ts).

import { NIL, OUTCOME_BITS, SLOT_FIRST } from '../../assembly/layout.js';
import { below, type Random } from '../../bench/random.js';
import type { CoreFunctions, Engine, Table } from '../../src/engine/engine.js';
import { createJsEngine } from '../../src/engine/js.js';
import type { WasmEngine } from '../../src/engine/wasm.js';
import { type Image, imageOf, setClock } from '../../test/support/image.js';
import { expectTable } from '../../test/support/validate.js';
import { check } from './check.js';

/** A function of both engines that takes a table and whatever else. */
type Method = keyof CoreFunctions;
type Call = (table: Table, ...args: unknown[]) => unknown;

/** Fields of a header that both engines have. */
const FIELDS = [
  ...['capacity', 'size', 'limit', 'fresh', 'free', 'clock', 'newestUsed', 'floor'],
  ...['queueAt', 'queueEnd', 'binCount', 'total', 'budget'],
] as (keyof Image)[];
/** Those that mean nothing while the queue is dry. */
const QUEUE_FIELDS = [
  ...['queueHigh', 'queueNext', 'binAt', 'binLow', 'binShift', 'queueClock'],
] as (keyof Image)[];

/** A result as a number: engines may say false for 0. */
function plain(result: unknown): number {
  return result === undefined ? 0 : Number(result);
}

function checkSame(actual: ArrayLike<number>, wanted: ArrayLike<number>, what: string): void {
  check(actual.length, wanted.length, `length of ${what}`);
  for (let i = 0; i < wanted.length; i++) check(actual[i], wanted[i], `${what} ${i}`);
}

/** The table of a core, and its twin. */
export class Pair {
  readonly random: Random;
  readonly js: Engine = createJsEngine();
  readonly twin: Table;
  wasm: WasmEngine;
  table: Table;
  isAged = false;
  isWeighed = false;

  constructor(wasm: WasmEngine, random: Random, limit: number, clock?: number) {
    this.wasm = wasm;
    this.random = random;
    this.table = wasm.engine.createTable(limit) as Table;
    this.twin = this.js.createTable(limit) as Table;
    if (clock === undefined) return;
    for (const lease of this.leases) setClock(lease, clock);
  }

  get leases() {
    return [
      { engine: this.wasm.engine, table: this.table },
      { engine: this.js, table: this.twin },
    ] as const;
  }

  /** Calls both, and returns what both have to return. */
  call(name: Method, ...args: unknown[]): number {
    const wanted = plain((this.js[name] as unknown as Call)(this.twin, ...args));
    const actual = plain((this.wasm.engine[name] as unknown as Call)(this.table, ...args));
    check(actual, wanted, name);
    return wanted;
  }

  /** As `call`, of the orders. */
  order(now?: number): void {
    const [actual, wanted] = this.leases.map(({ engine, table }) =>
      now === undefined ? engine.order(table) : engine.staleOrder(table, now),
    );
    checkSame(actual as Int32Array, wanted as Int32Array, 'order');
  }

  /** Whether both know a word, or do not. A MAPPED entry says ELSEWHERE of other words, too. */
  isSame(word: number): boolean {
    const [actual, wanted] = this.leases.map(({ engine, table }) => engine.find(table, word));
    if (actual === wanted) return true;
    check((actual as number) < SLOT_FIRST && (wanted as number) < SLOT_FIRST, true, 'find');
    return false;
  }

  /** A slot in use; NIL if there is none. */
  anySlot(): number {
    const { records, fresh, size } = imageOf(this.leases[1]);
    if (size === 0) return NIL;
    for (;;) {
      const slot = SLOT_FIRST + below(this.random, fresh - SLOT_FIRST);
      if (records[slot * 2 + 1] !== 0) return slot;
    }
  }

  /** Grows both tables. */
  grow(): void {
    check(this.call('grow'), 1, 'grow');
    for (const { engine, table } of this.leases) {
      check(engine.refused(table).length, 0, 'words that were refused');
    }
  }

  /** Puts columns in use. */
  use(name: 'useAges' | 'useWeights'): void {
    check(this.call(name), 1, name);
    for (const { engine, table } of this.leases) {
      check(engine.refused(table).length, 0, 'words that were refused');
    }
    if (name === 'useAges') this.isAged = true;
    else this.isWeighed = true;
  }

  /** Writes the columns of the slot of a result, as the wrapper does after every put. */
  write(code: number, isKept: boolean): void {
    if (!this.isAged && !this.isWeighed) return;
    const { random } = this;
    const ttl = below(random, 3) === 0 ? 0 : below(random, 50) + 0.5;
    const args = [1 + below(random, 9), below(random, 100), ttl, isKept];
    if (this.call('write', code >> OUTCOME_BITS, ...args) === 0) return;
    while (this.call('shed') !== NIL);
  }

  /** Compares the tables, and checks the core's. */
  compare(): void {
    const [lease, twin] = this.leases;
    const [actual, wanted] = [imageOf(lease), imageOf(twin)];
    const isDry = wanted.binAt >= wanted.binCount && wanted.queueAt === wanted.queueEnd;
    for (const field of isDry ? FIELDS : [...FIELDS, ...QUEUE_FIELDS]) {
      check(actual[field], wanted[field], field);
    }
    const { fresh, records } = wanted;
    checkSame(actual.records.subarray(4, fresh * 2), records.subarray(4, fresh * 2), 'records');
    for (const slot of expectTable(lease).live) {
      check(actual.ages?.[slot * 2], wanted.ages?.[slot * 2], 'start');
      check(actual.ages?.[slot * 2 + 1], wanted.ages?.[slot * 2 + 1], 'ttl');
      check(actual.weights?.[slot], wanted.weights?.[slot], 'weight');
    }
  }

  /** Moves the core's table into another instance, as the wrapper moves large ones. */
  move(to: WasmEngine): void {
    const table = to.copyOf(this.wasm, this.table);
    check(table === undefined, false, 'a copy that was refused');
    // A copy has no queue; the twin forgets its own when it is laid out anew.
    this.wasm.engine.destroyTable(this.table);
    this.wasm = to;
    this.table = table as Table;
    this.grow();
  }
}
