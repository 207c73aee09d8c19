// Instances of a module under test.

import { ARENA_FIRST } from '../../assembly/layout.js';
import { bindWasm, type WasmEngine } from '../../src/engine/wasm.js';
import { cores } from '../image.js';
import { check } from './check.js';

/** An instance, and the bound of its memory (mutant.ts). */
export interface Core {
  readonly wasm: WasmEngine;
  readonly pages: WebAssembly.Global<'i32'>;
  /** Address of the first block. */
  readonly first: number;
}

/** As strict as the builtins: a place outside of the string traps there. */
const IMPORTS = {
  'wasm:js-string': {
    length: (text: string) => text.length,
    charCodeAt: (text: string, i: number) => {
      check(i >= 0 && i < text.length, true, `charCodeAt ${i}`);
      return text.charCodeAt(i);
    },
  },
};

let opened = 0;
/** Instances whose memory a host may have to reserve addresses for at a time: 10 GB each. */
const OPEN_MAX = 32;

/** A new instance, whose core hashes strings itself. */
export function openCore(module: WebAssembly.Module): Core {
  opened += 1;
  if (opened % OPEN_MAX === 0) (globalThis as { gc?: () => void }).gc?.();
  const { exports } = new WebAssembly.Instance(module, IMPORTS);
  const wasm = bindWasm(exports, true);
  cores.set(wasm.engine, wasm.core.memory);
  return { wasm, pages: exports.pages as WebAssembly.Global<'i32'>, first: ARENA_FIRST };
}
