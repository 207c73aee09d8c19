// The core as a module that is compiled already: what hosts that import .wasm files make of one.
//
// vitest.config.ts puts it in the place of those files.

import { readFileSync } from 'node:fs';

const bytes = new Uint8Array(readFileSync(new URL('../../build/core.wasm', import.meta.url)));

export default new WebAssembly.Module(bytes);
