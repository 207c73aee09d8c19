// The core of a build without WebAssembly: there is none, and every cache is on the pure engine.

/** Throws: this build has no core. */
export function openCore(): never {
  throw new Error('wasm-lru/pure has no WebAssembly');
}
