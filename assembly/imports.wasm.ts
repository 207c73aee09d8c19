// The only imports of the core: the js-string builtins, which engines bind natively.
//
// They are compiler intrinsics of the host and cannot call back into the core. The decorators
// below are not TypeScript, so this file is kept out of tsc, the linter and the formatter.

/** Number of UTF-16 code units of a string. */
@external("wasm:js-string", "length")
export declare function stringLength(text: externref): i32;

/** UTF-16 code unit of a string at an index. */
@external("wasm:js-string", "charCodeAt")
export declare function stringCharCodeAt(text: externref, index: i32): i32;
