// What tsc is shown in place of imports.wasm.ts, whose decorators are AssemblyScript's alone.
// Compilers find this file by "moduleSuffixes" in tsconfig.json; asc never reads it.

/** Number of UTF-16 code units of a string. */
export declare function stringLength(text: externref): i32;
/** UTF-16 code unit of a string at an index. */
export declare function stringCharCodeAt(text: externref, index: i32): i32;
