// One table and its model, driven together by commands that are plain data.
//
// The model knows each live slot's word, whether it is MAPPED, its age and weight, newest first,
// and the capacity; it decides every result by itself. What only the engine can know, it takes from
// there after a check: which unused slot a new entry gets, and which slots the index refuses when
// it is made anew. Whether it asks the Map for a word, or refuses it, is looked up in the image
// (validate.ts), in another way than the engine does.
//
// A command goes on as the wrapper would: CROWDED is followed by `insertMapped`, and so on. So the
// answers of a run, but for the index, are the same on every engine.

import fc from 'fast-check';
import { expect } from 'vitest';
import {
  ASK_MAP,
  CAPACITY_FIRST,
  CROWDED,
  ELSEWHERE,
  EVICTED,
  EVICTED_MAPPED,
  INSERTED,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  OUTCOME_MASK,
  SLOT_FIRST,
  STAMP_MAX,
  STAMP_STEP,
  VISIT_RENEW,
  VISIT_TOUCH,
  WEIGHT_MAX,
} from '../../assembly/layout.js';
import type { Engine, Table } from '../../src/engine/engine.js';
import type { TestEngine } from './engines.js';
import { imageOf, setClock } from './image.js';
import { Scarcity } from './scarcity.js';
import { expectTable, prospectOf } from './validate.js';
import { families, type WordFamily } from './words.js';

const ways = {
  ...{ put: 10, get: 8, find: 2, seek: 4, insertMapped: 2, reword: 2, touch: 2, visit: 3 },
  ...{ remove: 4, removeNewest: 1, evict: 2, write: 3, weigh: 2, nextSlot: 1, newest: 1 },
  ...{ oldest: 1, order: 1, staleOrder: 1, limit: 1, budget: 1, useAges: 1, useWeights: 1 },
  ...{ clear: 1, refuse: 1, allow: 1, move: 2 },
};
type Name = keyof typeof ways;

/** One step: its name, and two numbers that stand for a word or an entry, and for all else. */
export type Command = readonly [name: Name, at: number, how: number];

const names = Object.entries(ways).flatMap(([name, weight]) => Array(weight).fill(name) as Name[]);

/** What a run is made of. */
export interface Program {
  readonly family: string;
  readonly limit: number;
  /** Uses that are left to the clock when the table is empty; 0 lets it start at its beginning. */
  readonly usesLeft: number;
  readonly commands: readonly Command[];
}

/** Runs of so many commands at most, with words of these families. */
export function programs(wanted: readonly string[], commandsMax: number): fc.Arbitrary<Program> {
  const command = fc.tuple(fc.constantFrom(...names), fc.nat(255), fc.nat(63));
  return fc.record({
    family: fc.constantFrom(...wanted),
    limit: fc.oneof(
      fc.integer({ min: 1, max: 40 }),
      // The index grows from two buckets to three: words in the middle come together.
      fc.integer({ min: 15, max: 21 }),
      fc.integer({ min: 40, max: 160 }),
    ),
    usesLeft: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })),
    commands: fc.array(command, { maxLength: commandsMax, size: 'max' }),
  });
}

interface Row {
  readonly slot: number;
  word: number;
  isMapped: boolean;
  start: number;
  ttl: number;
  weight: number;
}

const TTLS = [0, 0, 1, 5, 7.5, -1, Number.POSITIVE_INFINITY];
const WEIGHTS = [0, 1, 2, 3, 4, 5, WEIGHT_MAX];
const BUDGETS = [0, 9, 40, WEIGHT_MAX];

function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (!Object.is(actual, expected)) expect(actual, what).toBe(expected);
}

const isStale = ({ start, ttl }: Row, now: number) => ttl !== 0 && now - start > ttl;

/** A table and its model. */
export class Machine {
  readonly table: Table;
  /** Every result that does not depend on the index. */
  readonly answers: (number | string)[] = [];
  /** What has happened at least once, of what is rare. */
  readonly seen = new Set<string>();
  /** Newest first. */
  #rows: Row[] = [];
  #limit: number;
  #capacity = 0;
  #budget = WEIGHT_MAX;
  #isTimed = false;
  #isWeighed = false;
  /** The word that was missed last, if nothing was added since. */
  #missed: number | undefined;
  readonly #test: TestEngine;
  readonly #engine: Engine;
  readonly #family: WordFamily;
  readonly #clock: number;
  readonly #scarcity: Scarcity;

  constructor(test: TestEngine, { family, limit, usesLeft }: Program) {
    this.#test = test;
    this.#engine = test.engine;
    this.#family = families[family] ?? expect.fail(`no family ${family}`);
    this.#limit = limit;
    this.#clock = usesLeft === 0 ? 0 : STAMP_MAX - STAMP_STEP * usesLeft;
    this.#scarcity = new Scarcity(test);
    this.table = this.#engine.createTable(limit) ?? expect.fail('no memory for a table');
    setClock(this.#lease, this.#clock);
  }

  get #lease() {
    return { engine: this.#engine, table: this.table };
  }

  /** Runs one command on both, and compares what comes back. */
  step([name, at, how]: Command): void {
    const row = this.#rows[at % Math.max(1, this.#rows.length)];
    const now = how & 15;
    if (name === 'put') this.#put(at, how);
    else if (name === 'get') this.#get(at, how, undefined);
    else if (name === 'seek') this.#get(at, how, this.#isTimed ? now : undefined);
    else if (name === 'find') this.#find(at, how);
    else if (name === 'insertMapped') this.#insertMapped(this.#family.wordAt(at));
    else if (name === 'order') this.#expectOrder(this.#engine.order(this.table), this.#rows);
    else if (name === 'newest') this.#answer('newest', this.#rows[0]?.slot ?? NIL);
    else if (name === 'oldest') this.#answer('oldest', this.#rows.at(-1)?.slot ?? NIL);
    else if (name === 'nextSlot') this.#nextSlot();
    else if (name === 'evict') this.#evict();
    else if (name === 'budget') this.#setBudget(BUDGETS[how % BUDGETS.length] as number);
    else if (name === 'limit') this.#setLimit(1 + (how % 32) * (1 + (at % 4)));
    else if (name === 'useAges') this.#use('useAges');
    else if (name === 'useWeights') this.#use('useWeights');
    else if (name === 'clear') this.#clear();
    else if (name === 'refuse') this.#scarcity.begin();
    else if (name === 'allow') this.#scarcity.end();
    else if (name === 'move') this.#move();
    else if (name === 'staleOrder') this.#staleOrder(now);
    else if (row !== undefined) this.#stepRow(name, row, at, how);
  }

  /** Compares all there is, without a call that would change the queue. */
  expectSame(): void {
    const { image, live } = expectTable(this.#lease);
    if (this.#clock > image.clock) this.seen.add('the clock at its end');
    if (image.fresh < this.#capacity + SLOT_FIRST && image.free !== NIL) this.seen.add('holes');
    const { records, ages, weights } = image;
    const rows = this.#rows;
    expectEqual(live.reverse().join(), rows.map(({ slot }) => slot).join(), 'order');
    for (const { slot, word, isMapped, start, ttl, weight } of rows) {
      expectEqual(records[slot * 2], word, `word of ${slot}`);
      expectEqual(((records[slot * 2 + 1] as number) & 1) === 1, isMapped, `${slot} is mapped`);
      if (ages !== undefined) expectEqual(ages[slot * 2], start, `start of ${slot}`);
      if (ages !== undefined) expectEqual(ages[slot * 2 + 1], ttl, `ttl of ${slot}`);
      if (weights !== undefined) expectEqual(weights[slot], weight, `weight of ${slot}`);
    }
    const { limit, capacity, total, budget } = image;
    const wanted = [this.#limit, this.#capacity, this.#total(), this.#budget];
    expectEqual([limit, capacity, total, budget].join(), wanted.join(), 'bounds and sums');
    expectEqual(ages !== undefined, this.#isTimed, 'ages in use');
    expectEqual(weights !== undefined, this.#isWeighed, 'weights in use');
    expectEqual(this.#engine.size(this.table), rows.length, 'size');
    expectEqual(this.#engine.total(this.table), this.#total(), 'total');
    if (!this.#isTimed) return;
    const deadlines = rows.filter(({ ttl }) => ttl !== 0).map(({ start, ttl }) => start + ttl);
    expectEqual(this.#engine.nextDeadline(this.table), Math.min(...deadlines), 'nextDeadline');
  }

  /** Ends the run: gives everything back. */
  end(): void {
    this.#scarcity.end();
    this.#engine.destroyTable(this.table);
  }

  #stepRow(name: Name, row: Row, at: number, how: number): void {
    const { table } = this;
    const engine = this.#engine;
    if (name === 'touch') {
      engine.touch(table, row.slot);
      // Not to be undone (EN4).
      this.#touched(row, 0);
    } else if (name === 'remove' || name === 'removeNewest') {
      const gone = name === 'remove' ? row : (this.#rows[0] as Row);
      engine.remove(table, gone.slot);
      this.#drop(gone);
    } else if (name === 'reword') this.#reword(row, this.#family.wordAt(how));
    else if (name === 'write' && (this.#isTimed || this.#isWeighed)) this.#write(row, at, how);
    else if (name === 'weigh' && this.#isWeighed) this.#write(row, at, how | 32);
    else if (name === 'visit' && this.#isTimed) this.#visit(row, how);
  }

  #answer(name: 'newest' | 'oldest', wanted: number): void {
    const slot = this.#engine[name](this.table);
    expectEqual(slot, wanted, name);
    this.answers.push(slot);
  }

  #expectOrder(slots: Int32Array, newestFirst: readonly Row[]): void {
    const wanted = newestFirst.map(({ slot }) => slot).reverse();
    expectEqual(slots.join(), wanted.join(), 'the order given');
    this.answers.push(slots.join());
  }

  #total(): number {
    return this.#rows.reduce((sum, { weight }) => sum + weight, 0);
  }

  #drop(row: Row): void {
    this.#rows = this.#rows.filter((other) => other !== row);
  }

  #indexed(word: number): Row | undefined {
    return this.#rows.find((row) => row.word === word && !row.isMapped);
  }

  #mapped(word: number): Row | undefined {
    return this.#rows.find((row) => row.word === word && row.isMapped);
  }

  /** What a search of a word comes to. */
  #expected(word: number): number {
    const row = this.#indexed(word);
    if (row !== undefined) return row.slot;
    const { asks } = prospectOf(imageOf(this.#lease), word);
    if (this.#mapped(word) !== undefined) expectEqual(asks, true, 'a mapped word is asked for');
    return asks ? ELSEWHERE : NIL;
  }

  /** Notes a use of a row, or undoes it at once. */
  #touched(row: Row, how: number): void {
    if ((how & 48) === 16) this.#engine.untouch(this.table, row.slot);
    else this.#rows = [row, ...this.#rows.filter((other) => other !== row)];
    this.answers.push(row.slot);
  }

  #find(at: number, how: number): void {
    const { table } = this;
    const engine = this.#engine;
    const word = this.#family.wordAt(at);
    const text = this.#family.textAt?.(at);
    const slot =
      text === undefined || how & 1
        ? engine.find(table, word)
        : engine.findString(table, text, this.#family.offset);
    expectEqual(slot, this.#expected(word), 'find');
    this.answers.push(slot === ELSEWHERE ? NIL : slot);
  }

  /** `get`, or `seek` at a time; then, if it is missed, perhaps what is put. */
  #get(at: number, how: number, now: number | undefined): void {
    const { table } = this;
    const engine = this.#engine;
    const { offset } = this.#family;
    const word = this.#family.wordAt(at);
    const text = how & 1 ? undefined : this.#family.textAt?.(at);
    const wanted = this.#expected(word);
    let slot: number;
    if (now === undefined) {
      slot = text === undefined ? engine.get(table, word) : engine.getString(table, text, offset);
    } else if (text === undefined) slot = engine.seek(table, word, now);
    else slot = engine.seekString(table, text, offset, now);
    const row = this.#indexed(word);
    if (row !== undefined && now !== undefined && isStale(row, now)) {
      expectEqual(slot, -row.slot, 'a stale slot');
      this.answers.push(slot);
      return;
    }
    expectEqual(slot, wanted, 'get');
    if (row !== undefined) {
      this.#touched(row, how);
      return;
    }
    if (slot === NIL) this.#missed = word;
    if (how & 32) this.#putWord(word, slot === NIL ? () => engine.putMissed(table) : undefined);
    else this.answers.push(NIL);
  }

  #put(at: number, how: number): void {
    const word = this.#family.wordAt(at);
    const text = how & 1 ? undefined : this.#family.textAt?.(at);
    const row = this.#indexed(word);
    if (row !== undefined && (how & 48) === 16) {
      // As when the wrapper finds another key there.
      expectEqual(this.#engine.put(this.table, word), row.slot << OUTCOME_BITS, 'put');
      this.#touched(row, how);
    } else if (text === undefined) this.#putWord(word);
    else {
      this.#putWord(word, () => this.#engine.putString(this.table, text, this.#family.offset));
    }
  }

  /** Puts a word as the wrapper does, to the end. */
  #putWord(word: number, put = () => this.#engine.put(this.table, word)): void {
    const row = this.#indexed(word);
    if (row !== undefined) {
      expectEqual(put(), row.slot << OUTCOME_BITS, 'put');
      this.#touched(row, 0);
      this.#write(row, word, word);
      return;
    }
    const isAsked = this.#missed !== word && this.#expected(word) === ELSEWHERE;
    if (!isAsked) this.#add(word, false, put);
    else {
      expectEqual(put(), ASK_MAP, 'put');
      this.seen.add('the Map asked');
      const mapped = this.#mapped(word);
      if (mapped === undefined) {
        this.#add(word, false, () => this.#engine.insert(this.table, word));
      } else {
        this.#engine.touch(this.table, mapped.slot);
        this.#touched(mapped, 0);
      }
    }
  }

  #insertMapped(word: number): void {
    this.#add(word, true, () => this.#engine.insertMapped(this.table, word));
  }

  /** Adds an entry by a call, which is repeated when there is room. */
  #add(word: number, isMapped: boolean, call: () => number): void {
    if (!isMapped && prospectOf(imageOf(this.#lease), word).refuses) {
      expectEqual(call(), CROWDED, 'a crowded word');
      this.seen.add('a word refused');
      this.#insertMapped(word);
      return;
    }
    const rows = this.#rows;
    const isEviction = rows.length >= this.#limit;
    if (!isEviction && rows.length >= this.#capacity) {
      expectEqual(call(), NO_ROOM, 'a full table');
      // The index is another one after a growth: it may ask, or refuse.
      if (this.#grow()) {
        if (isMapped) this.#add(word, isMapped, call);
        else this.#putWord(word);
      }
      return;
    }
    const oldest = rows.at(-1);
    const code = call();
    const slot = code >> OUTCOME_BITS;
    if (isEviction && oldest !== undefined) {
      const outcome = oldest.isMapped ? EVICTED_MAPPED : EVICTED;
      expectEqual(code, (oldest.slot << OUTCOME_BITS) | outcome, 'an eviction');
      this.seen.add(oldest.isMapped ? 'a mapped entry evicted' : 'an entry evicted');
      this.#drop(oldest);
    } else {
      expectEqual(code & OUTCOME_MASK, INSERTED, 'an insertion');
      const isUnused = slot >= SLOT_FIRST && !rows.some((row) => row.slot === slot);
      expectEqual(isUnused, true, `slot ${slot} is unused`);
    }
    this.answers.push(code);
    this.#missed = undefined;
    const row: Row = { slot, word, isMapped, start: 0, ttl: 0, weight: 0 };
    this.#rows = [row, ...this.#rows];
    expectEqual(this.#engine.total(this.table), this.#total(), 'total before the write');
    // Never kept: until it is written, its age is that of an entry before it (CO3).
    this.#write(row, word, word & 6);
  }

  /** Grows the table; false if memory was refused, and nothing was changed. */
  #grow(): boolean {
    const before = this.#scarcity.isActive ? imageOf(this.#lease) : undefined;
    const isGrown = !!this.#engine.grow(this.table);
    if (!isGrown) {
      expectEqual(this.#scarcity.isActive, true, 'growth');
      expect(imageOf(this.#lease)).toEqual(before);
      this.seen.add('a growth refused');
      return false;
    }
    const doubled = this.#capacity === 0 ? CAPACITY_FIRST : this.#capacity * 2;
    this.#capacity = Math.min(doubled, Math.max(this.#limit, this.#capacity + 1));
    this.#mapRefused();
    return true;
  }

  /** Notes which slots the index has refused. */
  #mapRefused(): void {
    const refused = this.#engine.refused(this.table);
    for (const slot of refused) {
      const row = this.#rows.find((other) => other.slot === slot);
      expectEqual(row?.isMapped, false, `slot ${slot} was in the index`);
      if (row !== undefined) row.isMapped = true;
      this.seen.add('an entry refused by a new index');
    }
    if (!this.#family.crowds) expectEqual(refused.length, 0, 'words refused');
  }

  /** Writes the columns of a row, and sheds what is too heavy. */
  #write(row: Row, at: number, how: number): void {
    if (!this.#isTimed && !this.#isWeighed) return;
    const weight = WEIGHTS[Math.abs(at) % (how & 32 ? 7 : 6)] as number;
    const [start, ttl] = [(how & 7) - 2, TTLS[Math.abs(how) % TTLS.length] as number];
    const isKept = (how & 9) === 9;
    const isOver = !!this.#engine.write(this.table, row.slot, weight, start, ttl, isKept);
    if (this.#isTimed && !isKept) Object.assign(row, { start, ttl });
    if (this.#isWeighed) row.weight = weight;
    expectEqual(isOver, this.#total() > this.#budget, 'over the budget');
    if (isOver) this.seen.add('the budget exceeded');
    this.#shed();
  }

  #shed(): void {
    while (this.#total() > this.#budget) {
      const oldest = this.#rows.at(-1) as Row;
      expectEqual(this.#engine.shed(this.table), oldest.slot, 'shed');
      this.#drop(oldest);
    }
    expectEqual(this.#engine.shed(this.table), NIL, 'nothing is left to shed');
  }

  #visit(row: Row, how: number): void {
    const now = how & 15;
    const mode = (how >> 2) & 3;
    const slot = this.#engine.visit(this.table, row.slot, now, mode);
    expectEqual(slot, isStale(row, now) ? -row.slot : row.slot, 'visit');
    if (slot < NIL) return;
    if (mode & VISIT_RENEW && row.ttl !== 0) row.start = now;
    // Not to be undone (EN4).
    if (mode & VISIT_TOUCH) this.#touched(row, 0);
  }

  #reword(row: Row, word: number): void {
    const { table } = this;
    // What the index makes of the word once it has let the entry's old one go, only it can know.
    const isTaken = this.#rows.some((other) => other !== row && other === this.#indexed(word));
    const isIndexed = !!this.#engine.reword(table, row.slot, word);
    if (isTaken || !this.#family.crowds) expectEqual(isIndexed, !isTaken, 'reword');
    row.word = word;
    row.isMapped = !isIndexed;
    this.#missed = undefined;
  }

  #evict(): void {
    const oldest = this.#rows.at(-1);
    expectEqual(this.#engine.evict(this.table), oldest?.slot ?? NIL, 'evict');
    if (oldest !== undefined) this.#drop(oldest);
    this.answers.push(oldest?.slot ?? NIL);
  }

  #nextSlot(): void {
    const slot = this.#engine.nextSlot(this.table);
    const { length } = this.#rows;
    if (length >= this.#limit)
      expectEqual(slot, this.#rows.at(-1)?.slot, 'the oldest slot is next');
    else if (length >= this.#capacity) expectEqual(slot, NIL, 'no slot is next');
    else
      expectEqual(
        this.#rows.some((row) => row.slot === slot),
        false,
        'an unused slot is next',
      );
    this.answers.push(slot);
  }

  #staleOrder(now: number): void {
    if (!this.#isTimed) return;
    const stale = this.#rows.filter((row) => isStale(row, now));
    this.#expectOrder(this.#engine.staleOrder(this.table, now), stale);
  }

  #setBudget(budget: number): void {
    this.#engine.setBudget(this.table, budget);
    this.#budget = budget;
    this.#shed();
  }

  #setLimit(limit: number): void {
    this.#engine.setLimit(this.table, limit);
    this.#limit = limit;
  }

  #use(name: 'useAges' | 'useWeights'): void {
    const before = imageOf(this.#lease);
    const isRefused = !this.#engine[name](this.table);
    if (isRefused) {
      expectEqual(this.#scarcity.isActive, true, name);
      expect(imageOf(this.#lease)).toEqual(before);
      this.seen.add('a column refused');
      return;
    }
    if (name === 'useAges') this.#isTimed = true;
    else this.#isWeighed = true;
    this.#mapRefused();
  }

  #clear(): void {
    this.#engine.clear(this.table);
    setClock(this.#lease, this.#clock);
    this.#rows = [];
    this.#capacity = 0;
    this.#missed = undefined;
  }

  #move(): void {
    this.#test.growMemory();
    if (this.#test.debug?.relocate(this.table)) this.#mapRefused();
  }
}
