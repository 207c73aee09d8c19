// The hash of numbers that are no int32. It is computed in JavaScript for both engines.
//
// No hash is ever the identity of a key: see entries.ts.

const ROUND_FIRST = 0x85ebca6b;
const ROUND_SECOND = 0xc2b2ae35;

// Made when it is first needed: a locked-down realm may forbid it while a module is evaluated.
let float: Float64Array | undefined;
let halves: Int32Array | undefined;

function round(state: number, word: number): number {
  const product = Math.imul(state ^ word, ROUND_FIRST);
  return Math.imul(product ^ (product >>> 15), ROUND_SECOND);
}

/** 32-bit hash of a number, as an int32: equal for all NaNs. */
export function hashFloat(value: number): number {
  float ??= new Float64Array(1);
  halves ??= new Int32Array(float.buffer);
  // Every NaN is one key, but a NaN may carry any payload into its bits.
  float[0] = Number.isNaN(value) ? 0 : value;
  const state = round(round(0, halves[0] as number), halves[1] as number);
  return state ^ (state >>> 16);
}
