// The WebAssembly engine of numbers: binds the exports of their core, and passes many keys at once.
//
// W1 to W4 of engine/wasm.ts hold here. Two views are kept, so that a hit is no call into the core;
// in detached ones, nothing is held. What crosses at once lies in the batch (layout.ts), which no
// growth of a table moves.

import {
  AGE_START,
  AGE_TTL,
  BATCH_LENGTH,
  BATCH_VALUES,
  BATCH_WORDS,
  RECORD_BYTES,
  RECORD_STAMP,
  RECORD_WORD,
  TABLE_AGES,
  TABLE_FRESH,
  TABLE_RECORDS,
  TABLE_WEIGHTS,
} from '../../assembly/layout.js';
import type { Table } from '../engine/engine.js';
import { decodeHex } from '../engine/hex.js';
import {
  compileCore,
  instanceOf,
  instantiate,
  type TableExports,
  tablesOf,
  touchIn,
  type WasmEngine,
} from '../engine/wasm.js';
import { engineOf, type HELD, type NumberAdapter } from './bind.js';
import { coreHex } from './core.generated.js';
import type { NumberEngine, NumberFunctions } from './engine.js';

/** What the core exports. */
interface NumberExports extends NumberFunctions, TableExports {
  readonly size: NumberFunctions['size'];
  readonly touch: NumberFunctions['touch'];
  getMany(table: Table, count: number, missing: number): number;
  putMany(table: Table, count: number): number;
}

type ByViews = Pick<NumberAdapter, (typeof HELD)[number] | 'noteGrowth'>;

/** Whether a slot is that of a live entry with this word; no, in a detached view. */
function holdsIn(words: Int32Array, table: Table, slot: number, word: number): boolean {
  const header = (table as unknown as number) >>> 2;
  const records = (words[header + TABLE_RECORDS / 4] as number) >>> 2;
  const at = records + slot * (RECORD_BYTES / 4);
  if (words[at + RECORD_WORD / 4] !== word || words[at + RECORD_STAMP / 4] === 0) return false;
  // Records from FRESH on hold what was in that memory before.
  return slot < (words[header + TABLE_FRESH / 4] as number);
}

/** Where a part of a table's storage begins, in f64s. */
function floatsOf(words: Int32Array, table: Table, field: number): number {
  return (words[((table as unknown as number) + field) >>> 2] as number) >>> 3;
}

/** What a hit needs of an engine, on kept views of the core's memory. */
function byViews(core: NumberExports, noteTables: () => void): ByViews {
  // In an object, which does not change: V8 looks at such a view once for all uses of it in a hit.
  const views = {
    words: new Int32Array(core.memory.buffer),
    floats: new Float64Array(core.memory.buffer),
  };
  const noteGrowth = () => {
    noteTables();
    if (views.words.length > 0) return;
    views.words = new Int32Array(core.memory.buffer);
    views.floats = new Float64Array(core.memory.buffer);
  };
  return {
    noteGrowth,
    holds: (table, slot, word) => holdsIn(views.words, table, slot, word),
    getHeld(table, slot, word) {
      const { words, floats } = views;
      if (!holdsIn(words, table, slot, word) || !touchIn(words, table, slot)) return Number.NaN;
      return floats[floatsOf(words, table, TABLE_WEIGHTS) + slot] as number;
    },
    setHeld(table, slot, word, value) {
      const { words, floats } = views;
      if (!holdsIn(words, table, slot, word) || !touchIn(words, table, slot)) return false;
      floats[floatsOf(words, table, TABLE_WEIGHTS) + slot] = value;
      return true;
    },
    addHeld(table, slot, word, by) {
      const { words, floats } = views;
      if (!holdsIn(words, table, slot, word) || !touchIn(words, table, slot)) return Number.NaN;
      const at = floatsOf(words, table, TABLE_WEIGHTS) + slot;
      const sum = (floats[at] as number) + by;
      floats[at] = sum;
      return sum;
    },
    isFresh(table, slot, now) {
      if (views.floats.length === 0) noteGrowth();
      const { words, floats } = views;
      const at = floatsOf(words, table, TABLE_AGES) + slot * 2;
      const ttl = floats[at + AGE_TTL / 8] as number;
      return ttl === 0 || now - (floats[at + AGE_START / 8] as number) <= ttl;
    },
    valueAt(table, slot) {
      if (views.floats.length === 0) noteGrowth();
      const { words, floats } = views;
      return floats[floatsOf(words, table, TABLE_WEIGHTS) + slot] as number;
    },
  };
}

/** Binds an instance of the core, fresh or from another loader. */
export function bindNumbers(exports: WebAssembly.Exports): WasmEngine<NumberEngine> {
  const core = exports as unknown as NumberExports;
  const tables = tablesOf(core);
  const views = byViews(core, tables.noteGrowth);
  const adapter = {
    kind: 'wasm' as const,
    ...tables,
    ...views,
    getMany(table: Table, keys: Int32Array, values: Float64Array, missing: number) {
      let found = 0;
      for (let from = 0; from < keys.length; from += BATCH_LENGTH) {
        const count = Math.min(keys.length - from, BATCH_LENGTH);
        const buffer = core.memory.buffer;
        new Int32Array(buffer, BATCH_WORDS, count).set(keys.subarray(from, from + count));
        found += core.getMany(table, count, missing);
        values.set(new Float64Array(buffer, BATCH_VALUES, count), from);
      }
      return found;
    },
    putMany(table: Table, keys: Int32Array, values: Float64Array, first: number) {
      for (let from = first; from < keys.length; from += BATCH_LENGTH) {
        const to = Math.min(keys.length, from + BATCH_LENGTH);
        const buffer = core.memory.buffer;
        new Int32Array(buffer, BATCH_WORDS, to - from).set(keys.subarray(from, to));
        new Float64Array(buffer, BATCH_VALUES, to - from).set(values.subarray(from, to));
        const done = core.putMany(table, to - from);
        if (from + done < to) return from + done;
      }
      return keys.length;
    },
  };
  return instanceOf(engineOf(core, adapter), core, views.noteGrowth);
}

let module: WebAssembly.Module | undefined;

/** A new instance of the core. Throws whatever the host refuses with. */
export function openNumberCore(): WasmEngine<NumberEngine> {
  module ??= compileCore(decodeHex(coreHex));
  return bindNumbers(instantiate(module));
}
