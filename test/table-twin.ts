// One table with columns and its model, driven together by commands that are plain data.
//
// The model knows each live slot's word, kind, start, ttl and weight, newest first, and decides
// every outcome by itself. What only the engine can know, it takes from it after a check: which
// unused slot a new entry gets, and which of several entries with one word comes first.

import { expect } from 'vitest';
import {
  EVICTED,
  INSERTED,
  KIND_HASHED,
  KIND_INT,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  OUTCOME_MASK,
  OVERWEIGHT,
  UPDATED,
  VISIT_RENEW,
  VISIT_TOUCH,
  WEIGHT_MAX,
} from '../assembly/layout.js';
import type { Engine, Table } from '../src/engine/engine.js';
import type { DebugCore } from './support.js';
import type { Cells, Road, TableCommand } from './table-commands.js';

/** Of the first gear of hashes; gears.test.ts has the second. */
const SEED = 0;

interface Row {
  readonly slot: number;
  readonly word: number;
  readonly kind: number;
  start: number;
  ttl: number;
  weight: number;
}

function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (!Object.is(actual, expected)) expect(actual, what).toBe(expected);
}

const isStale = ({ start, ttl }: Row, time: number) => ttl !== 0 && time - start > ttl;

/** A table and its model. */
export class TableTwin {
  readonly table: Table;
  /** Newest first. */
  rows: Row[] = [];
  isTimed = false;
  isWeighed = false;
  #budget = WEIGHT_MAX;
  #limit: number;
  readonly #engine: Engine;
  readonly #debug: DebugCore | undefined;
  readonly #words = new Map<string, number>();

  constructor(engine: Engine, limit: number, debug?: DebugCore) {
    this.#engine = engine;
    this.#debug = debug;
    this.#limit = limit;
    this.table = engine.createTable(limit) ?? expect.fail('no memory for a table');
  }

  /** Runs one command on both and compares everything. */
  step(command: TableCommand): void {
    this.#run(command);
    this.expectSame();
  }

  #run(command: TableCommand): void {
    const [name] = command;
    if (name === 'put') this.#put(command[1], command[2], command[3]);
    else if (name === 'insert') this.#insert(command[1], command[2]);
    else if (name === 'seek') this.#seek(command[1], command[2], command[3], command[4]);
    else if (name === 'visit') this.#visit(command[1], command[2], command[3], command[4]);
    else if (name === 'write') this.#write(command[1], command[2], command[3]);
    else if (name === 'take') this.#take(command[1], command[2]);
    else if (name === 'remove') this.#remove(command[1]);
    else if (name === 'purge') this.#purge(command[1], command[2]);
    else if (name === 'budget') this.#setBudget(command[1]);
    else if (name === 'limit') this.#setLimit(command[1]);
    else if (name === 'evict') this.#evict();
    else if (name === 'useAges') this.#useAges();
    else if (name === 'useWeights') this.#useWeights();
    else if (name === 'clear') this.#clear();
    else this.#debug?.relocate(this.table);
  }

  /** Compares the order, every record, sums and deadlines; on the debug build, validates. */
  expectSame(): void {
    const { rows, table } = this;
    const engine = this.#engine;
    const order = engine.order(table);
    expectEqual(order.join(), rows.map(({ slot }) => slot).join(), 'order');
    for (const { slot, word, start, ttl, weight } of rows) {
      expectEqual(engine.wordOf(table, slot), word, `word of ${slot}`);
      if (this.isTimed) expectEqual(engine.startOf(table, slot), start, `start of ${slot}`);
      if (this.isTimed) expectEqual(engine.ttlOf(table, slot), ttl, `ttl of ${slot}`);
      if (this.isWeighed) expectEqual(engine.weightOf(table, slot), weight, `weight of ${slot}`);
    }
    expectEqual(engine.size(table), rows.length, 'size');
    expectEqual(engine.total(table), this.#total(), 'total');
    expectEqual(engine.newest(table), rows[0]?.slot ?? NIL, 'newest');
    expectEqual(engine.oldest(table), rows.at(-1)?.slot ?? NIL, 'oldest');
    if (this.isTimed) {
      const deadlines = rows.filter(({ ttl }) => ttl !== 0).map(({ start, ttl }) => start + ttl);
      expectEqual(engine.nextDeadline(table), Math.min(...deadlines), 'nextDeadline');
    }
    expectEqual(this.#debug?.validateTable(table) ?? 0, 0, 'validateTable');
  }

  #total(): number {
    return this.rows.reduce((sum, { weight }) => sum + weight, 0);
  }

  #isOver(): boolean {
    return this.isWeighed && this.#total() > this.#budget;
  }

  /** Word and kind of a key. The word of a string is learned from a table of its own. */
  #wordOf([way, key]: Road): readonly [word: number, kind: number] {
    if (way !== 'text') return [key, way === 'int' ? KIND_INT : KIND_HASHED];
    let word = this.#words.get(key);
    if (word === undefined) {
      const table = this.#engine.createTable(1) ?? expect.fail('no memory for a table');
      this.#engine.grow(table);
      word = this.#engine.wordOf(table, this.#engine.putString(table, key, SEED) >> OUTCOME_BITS);
      this.#engine.destroyTable(table);
      this.#words.set(key, word);
    }
    return [word, KIND_HASHED];
  }

  #rowAt(slot: number): Row {
    return this.rows.find((row) => row.slot === slot) ?? expect.fail(`slot ${slot} is not live`);
  }

  /** The row that the engine found for a word; it must be there iff one with the word is. */
  #found(slot: number, word: number, kind: number): Row | undefined {
    const isThere = this.rows.some((row) => row.word === word && row.kind === kind);
    expectEqual(slot !== NIL, isThere, `a slot for word ${word}`);
    if (slot === NIL) return undefined;
    const row = this.#rowAt(slot);
    expectEqual(row.word, word, 'word found');
    expectEqual(row.kind, kind, 'kind found');
    return row;
  }

  #touch(row: Row): void {
    this.rows = [row, ...this.rows.filter((other) => other !== row)];
  }

  #drop(row: Row): void {
    this.rows = this.rows.filter((other) => other !== row);
  }

  /** Calls until there is room, with a growth between, or a rehash if a bucket is crowded. */
  #withRoom(call: () => number): number {
    const code = call();
    if (code !== NO_ROOM) return code;
    this.expectSame();
    if (this.#engine.nextSlot(this.table) !== NIL) this.#engine.rehash(this.table, undefined, 1);
    else expectEqual(this.#engine.grow(this.table) !== 0, true, 'grow');
    this.expectSame();
    return this.#withRoom(call);
  }

  #callPut(road: Road, { weight, start, ttl, isKept }: Cells): number {
    const { table } = this;
    const engine = this.#engine;
    const kept = isKept ? 1 : 0;
    const kind = road[0] === 'int' ? KIND_INT : KIND_HASHED;
    const hasColumns = this.isTimed || this.isWeighed;
    if (road[0] !== 'text') {
      const [, word] = road;
      if (!hasColumns) return engine.put(table, word, kind);
      return engine.putWith(table, word, kind, weight, start, ttl, kept);
    }
    const [, text] = road;
    // A string that was just missed is not hashed again.
    if (!hasColumns) {
      const isMissed = engine.getString(table, text, SEED) === NIL;
      return isMissed ? engine.putMissed(table) : engine.putString(table, text, SEED);
    }
    const isMissed = this.isTimed
      ? engine.seekString(table, text, SEED, 0, 0) === NIL
      : engine.getString(table, text, SEED) === NIL;
    if (isMissed) return engine.putMissedWith(table, weight, start, ttl, kept);
    return engine.putStringWith(table, text, SEED, weight, start, ttl, kept);
  }

  #put(key: Road, given: Cells, isUndo: boolean): void {
    const { table, rows } = this;
    const engine = this.#engine;
    const [word, kind] = this.#wordOf(key);
    const hasColumns = this.isTimed || this.isWeighed;
    const isThere = rows.some((row) => row.word === word && row.kind === kind);
    const code = this.#withRoom(() => this.#callPut(key, given));
    if (!isThere) {
      this.#checkInsertion(code, word, kind, given);
      this.#shed();
      return;
    }
    expectEqual(code & OUTCOME_MASK, UPDATED, 'outcome');
    const row = this.#found(code >> OUTCOME_BITS, word, kind) as Row;
    // A string was looked for before it was put, and may have been touched by that already.
    const isUndoable = isUndo && (key[0] !== 'text' || this.isTimed);
    this.#checkWrite(row, code, given, isUndoable);
    if (!isUndoable) return;
    if (hasColumns) engine.unwrite(table, row.slot);
    engine.untouch(table, row.slot);
  }

  /** What a write did to a row; nothing, if it is about to be undone. */
  #checkWrite(row: Row, code: number, given: Cells, isUndo: boolean): void {
    const old = { ...row };
    const { rows } = this;
    this.#touch(row);
    if (this.isTimed && !given.isKept) Object.assign(row, { start: given.start, ttl: given.ttl });
    if (this.isWeighed) row.weight = given.weight;
    expectEqual((code & OVERWEIGHT) !== 0, this.#isOver(), 'overweight');
    if (isUndo) {
      Object.assign(row, old);
      this.rows = rows;
    } else {
      this.#shed();
    }
  }

  #insert(word: number, given: Cells): void {
    const { table } = this;
    const engine = this.#engine;
    const { weight, start, ttl } = given;
    const hasColumns = this.isTimed || this.isWeighed;
    const code = this.#withRoom(() =>
      hasColumns
        ? engine.insertWith(table, word, KIND_HASHED, weight, start, ttl)
        : engine.insert(table, word, KIND_HASHED),
    );
    this.#checkInsertion(code, word, KIND_HASHED, given);
    this.#shed();
  }

  #checkInsertion(code: number, word: number, kind: number, given: Cells): void {
    const { isTimed, isWeighed } = this;
    const slot = code >> OUTCOME_BITS;
    const isHeavy = isWeighed && this.#total() + given.weight > this.#budget;
    const oldest = this.rows.at(-1);
    const isEviction = oldest !== undefined && (isHeavy || this.rows.length >= this.#limit);
    expectEqual(code & OUTCOME_MASK, isEviction ? EVICTED : INSERTED, 'outcome');
    if (isEviction) {
      expectEqual(slot, oldest.slot, 'the slot of the oldest');
      this.#drop(oldest);
    }
    expectEqual(
      this.rows.some((row) => row.slot === slot),
      false,
      'an unused slot',
    );
    const [start, ttl] = isTimed ? [given.start, given.ttl] : [0, 0];
    const weight = isWeighed ? given.weight : 0;
    this.rows = [{ slot, word, kind, start, ttl, weight }, ...this.rows];
    expectEqual((code & OVERWEIGHT) !== 0, this.#isOver(), 'overweight');
  }

  #shed(): void {
    while (this.#isOver()) {
      const oldest = this.rows.at(-1) as Row;
      expectEqual(this.#engine.shed(this.table), oldest.slot, 'shed');
      this.#drop(oldest);
    }
    expectEqual(this.#engine.shed(this.table), NIL, 'nothing is left to shed');
  }

  #seek(key: Road, time: number, how: number, isUndo: boolean): void {
    const { table } = this;
    const engine = this.#engine;
    const [word, kind] = this.#wordOf(key);
    const isText = key[0] === 'text';
    let slot: number;
    if (this.isTimed) {
      slot = isText
        ? engine.seekString(table, key[1], SEED, time, how)
        : engine.seek(table, word, kind, time, how);
      const row = this.#found(Math.abs(slot), word, kind);
      if (row !== undefined) this.#checkVisit(row, slot, time, how, isUndo);
      return;
    }
    slot = isText ? engine.getString(table, key[1], SEED) : engine.get(table, word, kind);
    const row = this.#found(slot, word, kind);
    if (row === undefined) return;
    if (isUndo) engine.untouch(table, slot);
    else this.#touch(row);
  }

  #visit(at: number, time: number, how: number, isUndo: boolean): void {
    const row = this.rows[at % this.rows.length];
    if (row === undefined || !this.isTimed) return;
    const slot = this.#engine.visit(this.table, row.slot, time, how);
    this.#checkVisit(row, slot, time, how, isUndo);
  }

  #checkVisit(row: Row, slot: number, time: number, how: number, isUndo: boolean): void {
    expectEqual(slot, isStale(row, time) ? -row.slot : row.slot, 'slot, negated if stale');
    if (slot < NIL) return;
    const isRenewed = (how & VISIT_RENEW) !== 0;
    const isTouched = (how & VISIT_TOUCH) !== 0;
    if (isUndo) {
      if (isRenewed) this.#engine.unwrite(this.table, row.slot);
      if (isTouched) this.#engine.untouch(this.table, row.slot);
      return;
    }
    if (isRenewed && row.ttl !== 0) row.start = time;
    if (isTouched) this.#touch(row);
  }

  #write(at: number, given: Cells, isUndo: boolean): void {
    const { table } = this;
    const row = this.rows[at % this.rows.length];
    if (row === undefined || !(this.isTimed || this.isWeighed)) return;
    const { weight, start, ttl, isKept } = given;
    const code = this.#engine.write(table, row.slot, weight, start, ttl, isKept ? 1 : 0);
    expectEqual(code >> OUTCOME_BITS, row.slot, 'slot written');
    expectEqual(code & OUTCOME_MASK, UPDATED, 'outcome');
    this.#checkWrite(row, code, given, isUndo);
    if (!isUndo) return;
    this.#engine.unwrite(table, row.slot);
    this.#engine.untouch(table, row.slot);
  }

  #take(key: Road, isUndo: boolean): void {
    const { table } = this;
    const engine = this.#engine;
    const [word, kind] = this.#wordOf(key);
    const slot =
      key[0] === 'text' ? engine.takeString(table, key[1], SEED) : engine.take(table, word, kind);
    const row = this.#found(slot, word, kind);
    if (row === undefined) return;
    if (isUndo && kind === KIND_HASHED) engine.restore(table, slot);
    else this.#drop(row);
  }

  #remove(at: number): void {
    const row = this.rows[at % this.rows.length];
    if (row === undefined) return;
    this.#engine.remove(this.table, row.slot);
    this.#drop(row);
  }

  #evict(): void {
    const oldest = this.rows.at(-1);
    expectEqual(this.#engine.evict(this.table), oldest?.slot ?? NIL, 'evict');
    if (oldest !== undefined) this.#drop(oldest);
  }

  /** Removes what is stale, with the next looked for before or after the removal. */
  #purge(time: number, isNextFirst: boolean): void {
    const { table, rows } = this;
    const engine = this.#engine;
    if (!this.isTimed) return;
    const stale = rows.filter((row) => isStale(row, time)).reverse();
    let slot = engine.nextStale(table, NIL, time);
    for (const row of stale) {
      expectEqual(slot, row.slot, 'nextStale');
      const next = isNextFirst ? engine.nextStale(table, slot, time) : NIL;
      engine.remove(table, slot);
      slot = isNextFirst ? next : engine.nextStale(table, slot, time);
      this.#drop(row);
    }
    expectEqual(slot, NIL, 'nothing else is stale');
  }

  #setBudget(budget: number): void {
    this.#engine.setBudget(this.table, budget);
    this.#budget = budget;
    this.#shed();
  }

  #setLimit(limit: number): void {
    while (this.rows.length > limit) this.#evict();
    this.#engine.setLimit(this.table, limit);
    this.#limit = limit;
  }

  #useAges(): void {
    expectEqual(this.#engine.useAges(this.table) !== 0, true, 'useAges');
    this.isTimed = true;
  }

  #useWeights(): void {
    expectEqual(this.#engine.useWeights(this.table) !== 0, true, 'useWeights');
    this.isWeighed = true;
  }

  #clear(): void {
    this.#engine.clear(this.table);
    this.rows = [];
  }
}
