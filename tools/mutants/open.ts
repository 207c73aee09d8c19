// Instances of a module under test.

import { ARENA_FIRST, BLOCK_HEADER_BYTES } from '../../assembly/layout.js';
import { bindWasm, type WasmEngine } from '../../src/engine/wasm.js';
import { cores } from '../../test/support/image.js';
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

const SPOILED = 0xa5;
let opened = 0;
/** Instances whose memory a host may have to reserve addresses for at a time: 10 GB each. */
const OPEN_MAX = 32;

/** A new instance, whose core hashes strings itself. */
export function openCore(module: WebAssembly.Module): Core {
  opened += 1;
  if (opened % OPEN_MAX === 0) (globalThis as { gc?: () => void }).gc?.();
  const { exports } = new WebAssembly.Instance(module, IMPORTS);
  const wasm = bindWasm(exports, true);
  const { memory } = wasm.core;
  cores.set(wasm.engine, memory);
  // Memory is rarely as fresh as that of a new instance. What is not the arena's own is spoiled:
  // all but the header of the one free block, its two links, and the closing header.
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(SPOILED, ARENA_FIRST + 2 * BLOCK_HEADER_BYTES, bytes.length - BLOCK_HEADER_BYTES);
  return { wasm, pages: exports.pages as WebAssembly.Global<'i32'>, first: ARENA_FIRST };
}
