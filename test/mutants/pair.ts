// One table on two engines: the core under test, and the pure engine as its oracle.
//
// Both build the very same structure from the same calls, so every result and, after every step,
// every word of the structure has to agree. Bytes differ: those the arena's checker knows.

import {
  CAPACITY_FIRST,
  CHAIN_SLOT,
  KIND_INT,
  NIL,
  NO_ROOM,
  OUTCOME_MASK,
  SLOT_BYTES,
  SLOT_CHAIN,
  TABLE_SLOTS,
} from '../../assembly/layout.js';
import { below, type Random } from '../../bench/random.js';
import type { Engine, Table, TableImage } from '../../src/engine/engine.js';
import { type Blocks, blocksOf } from './arena.js';
import { check } from './check.js';

/** A core under test, bound as an engine, and the oracle with the same seeds. */
export interface Core {
  readonly engine: Engine;
  readonly oracle: Engine;
  readonly memory: WebAssembly.Memory;
  /** Pages that the memory may have. */
  readonly pages: WebAssembly.Global<'i32'>;
  /** A block of the arena for so many words; 0 if refused. */
  reserve(words: number): number;
  /** As `rehash` of the engine, and gives a reserved block back. */
  rehashFrom(table: Table, words: number, multiplier: number): void;
}

type Arrays = 'heads' | 'slots' | 'ages' | 'weights';
type Method = Exclude<
  keyof Engine,
  'kind' | 'jsString' | 'createTable' | 'image' | 'order' | 'rehash' | 'bytesHeld' | 'memoryBytes'
>;
type Arguments<Name extends Method> =
  Parameters<Engine[Name]> extends [Table, ...infer Rest] ? Rest : never;

const WORDS_PER_RECORD = 4;

function checkSame(actual: TableImage, wanted: TableImage, key: Arrays, length: number): void {
  const [ours, theirs] = [actual[key], wanted[key]];
  check(ours === undefined, theirs === undefined, key);
  if (ours === undefined || theirs === undefined) return;
  for (let i = 0; i < length; i++) {
    if (!Object.is(ours[i], theirs[i])) check(ours[i], theirs[i], `${key}[${i}]`);
  }
}

/** Checks that two structures are the same, but for records that were never used. */
export function checkImages(actual: TableImage, wanted: TableImage): void {
  for (const key of ['size', 'limit', 'capacity', 'fresh', 'free', 'shift', 'multiplier'] as const)
    check(actual[key], wanted[key], key);
  check(actual.total, wanted.total, 'total');
  check(actual.budget, wanted.budget, 'budget');
  check(actual.heads.length, wanted.heads.length, 'buckets');
  checkSame(actual, wanted, 'heads', wanted.heads.length);
  checkSame(actual, wanted, 'slots', wanted.fresh * WORDS_PER_RECORD);
  checkSame(actual, wanted, 'ages', wanted.fresh * 2);
  checkSame(actual, wanted, 'weights', wanted.fresh);
}

/** A table of the core, and its twin of the oracle. */
export class Pair {
  readonly core: Core;
  readonly random: Random;
  readonly #table: Table;
  readonly #twin: Table;
  isTimed = false;
  isWeighed = false;
  /** Whether a string was missed, so that `putMissed` may be called. */
  hasMissed = false;
  /** A slot whose latest touch may be undone now, or NIL. */
  touched = NIL;
  /** A slot whose latest write may be undone now, or NIL. */
  written = NIL;
  /** A slot that may be restored now, or NIL. */
  taken = NIL;

  constructor(core: Core, random: Random, limit: number) {
    this.core = core;
    this.random = random;
    const table = core.engine.createTable(limit);
    if (table === undefined) throw new Error('no memory for a table');
    this.#table = table;
    this.#twin = core.oracle.createTable(limit) as Table;
  }

  /** Calls both; the results must be the same. */
  call<Name extends Method>(name: Name, ...given: Arguments<Name>): number {
    const { engine, oracle } = this.core;
    const call = engine[name] as (...all: unknown[]) => unknown;
    const twin = oracle[name] as (...all: unknown[]) => unknown;
    const wanted = twin(this.#twin, ...given);
    check(call(this.#table, ...given), wanted, `${name}(${given})`);
    return wanted as number;
  }

  /** Puts ages in use. */
  useAges(): void {
    this.call('useAges');
    this.isTimed = true;
  }

  /** Puts weights in use. */
  useWeights(): void {
    this.call('useWeights');
    this.isWeighed = true;
  }

  get hasColumns(): boolean {
    return this.isTimed || this.isWeighed;
  }

  /** Puts an int32 key, as the wrapper does. */
  add(word: number): void {
    const cells = [Math.abs(word % 7), word, Math.abs(word % 5)] as const;
    this.put(() =>
      this.hasColumns
        ? this.call('putWith', word, KIND_INT, ...cells, 0)
        : this.call('put', word, KIND_INT),
    );
  }

  /** Looks for everything that is stale, from the oldest on. */
  stale(now: number): void {
    let slot = this.call('nextStale', NIL, now);
    while (slot !== NIL) slot = this.call('nextStale', slot, now);
  }

  /** Grows the table, or checks that a refusal changed nothing. */
  grow(): boolean {
    const { engine, oracle } = this.core;
    const isGrown = engine.grow(this.#table) !== 0;
    if (isGrown) oracle.grow(this.#twin);
    this.compare();
    return isGrown;
  }

  /** Address of the slots, and how many bytes they and the heads take after the next growth. */
  get growth(): { readonly slots: number; readonly bytes: number } {
    const { capacity, limit } = this.core.oracle.image(this.#twin);
    const doubled = capacity === 0 ? CAPACITY_FIRST : capacity * 2 + 1;
    const next = Math.min(doubled, Math.max(limit, 2));
    const buckets = 2 ** Math.ceil(Math.log2(next - (next >> 4)));
    const header = new DataView(this.core.memory.buffer, this.#address);
    const slots = header.getUint32(TABLE_SLOTS, true);
    return { slots, bytes: (next + 1) * SLOT_BYTES + buckets * 4 };
  }

  /** As `call`, of an insertion, and of another one when there is room. */
  put(insertion: () => number): number {
    let code = insertion();
    for (let tries = 0; (code & OUTCOME_MASK) === NO_ROOM && tries < 3; tries++) {
      if (this.call('nextSlot') === NIL) this.call('grow');
      else this.rehash(below(this.random, 2) === 0);
      this.compare();
      code = insertion();
    }
    return code;
  }

  /** Spreads the entries by another multiplier, and maybe by other words. */
  rehash(withWords: boolean): void {
    const { capacity } = this.core.oracle.image(this.#twin);
    const words = withWords
      ? Int32Array.from({ length: capacity + 1 }, () => below(this.random, 12) - 4)
      : undefined;
    this.rehashBy(this.random() | 1, words);
  }

  /** Spreads the entries by this multiplier, and by these words if there are any. */
  rehashBy(multiplier: number, words?: Int32Array): void {
    const { engine, oracle } = this.core;
    check(engine.rehash(this.#table, words, multiplier), 1, 'rehash');
    oracle.rehash(this.#twin, words, multiplier);
  }

  /** Frees the table. */
  destroy(): void {
    this.call('destroyTable');
  }

  /** Live slots, newest first, as the oracle has them. */
  get order(): Int32Array {
    return this.core.oracle.order(this.#twin);
  }

  /** Word of a live slot, as the oracle has it. */
  wordOf(slot: number): number {
    return this.core.oracle.wordOf(this.#twin, slot);
  }

  /** Kind of a live slot, as the oracle has it. */
  kindOf(slot: number): number {
    const { slots } = this.core.oracle.image(this.#twin);
    const link = slots[slot * WORDS_PER_RECORD + SLOT_CHAIN / 4] as number;
    return link & ~CHAIN_SLOT;
  }

  /** Handle of the core's table. */
  get table(): Table {
    return this.#table;
  }

  get #address(): number {
    return (this.#table as unknown as number) >>> 0;
  }

  /** Blocks of the arena that the table holds. */
  get blocks(): Blocks {
    return blocksOf(this.core.memory, this.#address);
  }

  /** Checks that both have the same structure, and that the core counts its bytes. */
  compare(): void {
    const { engine, oracle } = this.core;
    const size = this.call('size');
    checkImages(engine.image(this.#table), oracle.image(this.#twin));
    this.call('newest');
    this.call('oldest');
    this.call('nextSlot');
    this.call('total');
    if (this.isTimed) this.call('nextDeadline');
    const bytes = [...this.blocks.values()].reduce((sum, block) => sum + block, 0);
    check(engine.bytesHeld(this.#table), bytes, 'bytesHeld');
    if (size === 0) return;
    const order = this.order;
    const slot = order[below(this.random, size)] as number;
    this.call('wordOf', slot);
    if (this.isTimed) this.call('startOf', slot);
    if (this.isTimed) this.call('ttlOf', slot);
    if (this.isWeighed) this.call('weightOf', slot);
  }
}
