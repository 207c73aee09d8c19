// An arena with tables in it, which come, grow and go until memory is refused.
//
// Where a block is put is not left to chance: the checker says it before (arena.ts), by the same
// rule, from the same free blocks.

import {
  BLOCK_HEADER_BYTES,
  CAPACITY_FIRST,
  TABLE_BYTES,
  TABLE_RECORDS,
} from '../../assembly/layout.js';
import { below, type Random } from '../../bench/random.js';
import type { Table } from '../../src/engine/engine.js';
import { imageOf } from '../../test/support/image.js';
import { expectTable } from '../../test/support/validate.js';
import { blocksOf, checkArena, placeFor, placeForLonger, storageBytes } from './arena.js';
import { check } from './check.js';
import type { Core } from './open.js';

const LIMIT = 900;

/** The next capacity of a table: twice as much, or the limit. */
const nextCapacity = (capacity: number) => Math.min(capacity * 2 || CAPACITY_FIRST, LIMIT);

/** The tables of one instance. */
export class Heap {
  readonly #core: Core;
  readonly #pages: number;
  readonly #random: Random;
  readonly #tables: Table[] = [];

  constructor(core: Core, pages: number, random: Random) {
    this.#core = core;
    this.#pages = pages;
    this.#random = random;
    core.pages.value = pages;
  }

  /** Checks the whole arena; returns the bytes that are free. */
  check(): number {
    const { core, engine } = this.#core.wasm;
    const held = new Map<number, number>();
    for (const table of this.#tables) {
      for (const [block, bytes] of blocksOf(core.memory, address(table))) {
        check(held.has(block), false, 'a block of two tables');
        held.set(block, bytes);
      }
      let bytes = 0;
      for (const each of blocksOf(core.memory, address(table)).values()) bytes += each;
      check(engine.bytesHeld(table), bytes, 'bytesHeld');
    }
    let bytes = 0;
    for (const each of held.values()) bytes += each;
    check(this.#core.wasm.bytesInUse(), bytes, 'bytesInUse');
    return checkArena(core.memory, held);
  }

  create(): void {
    const { core, engine } = this.#core.wasm;
    const place = placeFor(core.memory, TABLE_BYTES, this.#pages);
    const table = engine.createTable(LIMIT);
    check(table === undefined ? 0 : address(table), place, 'place of a table');
    if (table !== undefined) this.#tables.push(table);
  }

  /** Grows a table, or puts a column in use; where its block is then was said before. */
  grow(table: Table): boolean {
    const { core, engine } = this.#core.wasm;
    const image = imageOf({ engine, table });
    const dice = below(this.#random, 6);
    const usesAges = dice === 0 && image.capacity > 0;
    const usesWeights = dice === 1 && image.capacity > 0;
    const capacity = usesAges || usesWeights ? image.capacity : nextCapacity(image.capacity);
    if (capacity === image.capacity && !usesAges && !usesWeights) return true;
    const [isAged, isWeighed] = [image.ages !== undefined, image.weights !== undefined];
    if ((usesAges && isAged) || (usesWeights && isWeighed)) return true;
    const bytes = storageBytes(capacity, isAged || usesAges, isWeighed || usesWeights);
    const { memory } = core;
    const old = recordsAt(memory, table);
    const place =
      image.capacity === 0
        ? placeFor(memory, bytes, this.#pages)
        : placeForLonger(memory, old, bytes, this.#pages);
    const name = usesAges ? 'useAges' : usesWeights ? 'useWeights' : 'grow';
    check(Boolean(engine[name](table)), place !== 0, name);
    check(recordsAt(memory, table), place === 0 ? old : place, 'place of the records');
    return place !== 0;
  }

  /** Fills a table as far as it goes, and looks whether its entries are there. */
  fill(table: Table): void {
    const { engine } = this.#core.wasm;
    const count = below(this.#random, LIMIT);
    for (let word = 0; word < count; word++) {
      if (engine.nextSlot(table) === 0 && !this.grow(table)) break;
      const code = engine.put(table, word);
      if ((code & 7) < 3) engine.write(table, code >> 3, 1, word, 5, false);
    }
    expectTable({ engine, table });
  }

  step(): void {
    const { engine } = this.#core.wasm;
    const dice = below(this.#random, 20);
    const at = below(this.#random, this.#tables.length);
    const table = this.#tables[at];
    if (table === undefined || dice < 6) this.create();
    else if (dice < 14) this.fill(table);
    else if (dice < 16) engine.clear(table);
    else {
      engine.destroyTable(table);
      this.#tables.splice(at, 1);
    }
    this.check();
  }

  /** Frees everything: one free block is left. */
  end(): void {
    const { engine, core } = this.#core.wasm;
    for (const table of this.#tables.splice(0)) engine.destroyTable(table);
    const free = this.check();
    check(free, core.memory.buffer.byteLength - this.#core.first - BLOCK_HEADER_BYTES, 'free');
  }
}

const address = (table: Table): number => (table as unknown as number) >>> 0;

const recordsAt = (memory: WebAssembly.Memory, table: Table): number =>
  new DataView(memory.buffer).getUint32(address(table) + TABLE_RECORDS, true);
