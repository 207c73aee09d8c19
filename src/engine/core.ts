// How a host gets the core: from this file's text, compiled when the first cache is constructed.
//
// Where a host compiles nothing, it may be given one that is compiled already (provide.ts).
// `wasm-lru/pure` has core-none.ts in this file's place (bundle.mjs).
// Importing this file decodes and compiles nothing, and so it never fails.

import { coreHex } from '../core.generated.js';
import { decodeHex, isSlowWithBuiltins } from './hex.js';
import { compileCore, createWasmEngine, type WasmEngine } from './wasm.js';

let core: WebAssembly.Module | undefined;
/** Whether the host refused the core when it was last to be opened. */
let isRefused = false;

/** Takes a compiled core, to be opened from now on; returns whether the last one was refused. */
export function acceptCore(module: WebAssembly.Module): boolean {
  core = module;
  return isRefused;
}

/** A new instance of the core. Throws whatever the host refuses with. */
export function openCore(): WasmEngine {
  isRefused = true;
  core ??= compileCore(decodeHex(coreHex), !isSlowWithBuiltins());
  const engine = createWasmEngine(core);
  isRefused = false;
  return engine;
}
