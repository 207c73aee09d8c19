// How workerd gets the core: as a module that was compiled before the worker started.
//
// workerd compiles no bytes in a request, and imports a .wasm file as a `WebAssembly.Module`. So do
// the tools that build for it; esbuild needs `--loader:.wasm=copy`.

import core from './core.wasm';
import { createWasmEngine, type WasmEngine } from './engine/wasm.js';

/** A new instance of the core. Throws whatever the host refuses with. */
export function openCore(): WasmEngine {
  return createWasmEngine(core);
}
