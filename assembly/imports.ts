// The seam: strings as the JavaScript engine reads them. imports.wasm.ts is the core's.

/** Number of UTF-16 code units of a string. */
export function stringLength(text: externref): i32 {
  return text.length;
}

/** UTF-16 code unit of a string at an index. */
export function stringCharCodeAt(text: externref, index: i32): i32 {
  return text.charCodeAt(index);
}
