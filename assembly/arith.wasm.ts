// The seam: arithmetic that the two compilers write differently.
//
// Part of the WebAssembly core only; arith.ts is the JavaScript engine's.

/** The low 32 bits of a product. */
export function mul(a: u32, b: u32): u32 {
  return a * b;
}
