// How Vercel's edge runtime gets the core: as a compiled module, which is asked for by `?module`.

import core from './core.wasm?module';
import { createWasmEngine, type WasmEngine } from './engine/wasm.js';

/** A new instance of the core. Throws whatever the host refuses with. */
export function openCore(): WasmEngine {
  return createWasmEngine(core);
}
