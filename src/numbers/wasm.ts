// The WebAssembly engine of numbers: binds the exports of their core, and passes many keys at once.
//
// WA1 to WA4 of engine/wasm.ts hold here. Many keys cross in the batch (layout.ts), which no growth
// of a table moves.

import { BATCH_LENGTH, BATCH_VALUES, BATCH_WORDS } from '../../assembly/layout.js';
import type { Table } from '../engine/engine.js';
import { decodeHex } from '../engine/hex.js';
import {
  compileCore,
  instanceOf,
  instantiate,
  type TableExports,
  tablesOf,
  type WasmEngine,
} from '../engine/wasm.js';
import { engineOf } from './bind.js';
import { coreHex } from './core.generated.js';
import type { NumberEngine, NumberFunctions } from './engine.js';

/** The exports of the core. */
interface NumberExports extends NumberFunctions, TableExports {
  readonly size: NumberFunctions['size'];
  findMany(table: Table, count: number): number;
  useMany(table: Table, first: number, count: number, missing: number): number;
  putMany(table: Table, count: number): number;
}

/** Binds an instance of the core, fresh or from another loader. */
export function bindNumbers(exports: WebAssembly.Exports): WasmEngine<NumberEngine> {
  const core = exports as unknown as NumberExports;
  /** The keys of the batch. */
  let count = 0;
  const adapter = {
    kind: 'wasm' as const,
    ...tablesOf(core),
    findBatch(table: Table, keys: Int32Array) {
      count = keys.length;
      new Int32Array(core.memory.buffer, BATCH_WORDS, count).set(keys);
      core.findMany(table, count);
    },
    useBatch(table: Table, values: Float64Array, first: number, missing: number) {
      const result = core.useMany(table, first, count, missing);
      const [from, length] = [BATCH_VALUES + first * 8, (result >>> 16) - first];
      values.set(new Float64Array(core.memory.buffer, from, length), first);
      return result;
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
  return instanceOf(engineOf(core, adapter), core);
}

let module: WebAssembly.Module | undefined;

/** A new instance of the core. Throws whatever the host refuses with. */
export function openNumberCore(): WasmEngine<NumberEngine> {
  module ??= compileCore(decodeHex(coreHex));
  return bindNumbers(instantiate(module));
}
