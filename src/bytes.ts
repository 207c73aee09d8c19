// The public names of `wasm-lru/bytes`, and nothing else.

export { openJsRegion } from './bytes/region-js.js';
export { openWasmRegion } from './bytes/region-wasm.js';
