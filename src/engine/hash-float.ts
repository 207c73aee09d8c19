// The hash of numbers that are not int32, computed in JavaScript for both engines.
//
// A hash never decides whether keys are equal: see entries.ts.

const ROUND_FIRST = 0x85ebca6b;
const ROUND_SECOND = 0xc2b2ae35;

// Made when it is first needed: a locked-down realm may forbid it while a module is evaluated.
let bits: DataView | undefined;

function round(state: number, word: number): number {
  const product = Math.imul(state ^ word, ROUND_FIRST);
  return Math.imul(product ^ (product >>> 15), ROUND_SECOND);
}

/** 32-bit hash of a number, as an int32: equal for all NaNs. */
export function hashFloat(value: number): number {
  bits ??= new DataView(new ArrayBuffer(8));
  // All NaNs are one key, but their bits may differ.
  bits.setFloat64(0, Number.isNaN(value) ? 0 : value);
  return round(round(0, bits.getInt32(4)), bits.getInt32(0));
}
