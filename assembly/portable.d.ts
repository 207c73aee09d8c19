// The types of AssemblyScript, as tsc sees the files that both compilers read.
//
// Integer arithmetic stays the author's care: products go through `mul` (arith.ts), shifts to the
// right are written `>>>`, and whatever JavaScript makes negative is compared for equality only.

type i32 = number;
type u32 = number;
type f64 = number;
type bool = boolean;
/** A string, to the files that hash one. */
type externref = string;
