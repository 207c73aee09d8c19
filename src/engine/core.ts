// How a host gets the core: from this file's text, compiled when the first cache is constructed.
//
// A host that does not compile may be given a core that is already compiled (provide.ts). In
// `wasm-lru/pure`, core-none.ts takes the place of this file (bundle.mjs). Importing this file
// decodes and compiles nothing, so it never fails.

import { coreHex } from '../core.generated.js';
import { decodeHex, isSlowWithBuiltins } from './hex.js';
import { compileCore, createWasmEngine, type WasmEngine } from './wasm.js';

let core: WebAssembly.Module | undefined;
/** Whether the host refused the core the last time. */
let isRefused = false;

/**
 * Takes a compiled core, which is used from now on; returns whether the host refused the core the
 * last time.
 */
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
