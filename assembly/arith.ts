// The seam: arithmetic that the two compilers write differently.
//
// Part of the JavaScript engine only; arith.wasm.ts is the WebAssembly core's.

/** The low 32 bits of a product, as an int32. */
export function mul(a: u32, b: u32): u32 {
  return Math.imul(a, b);
}
