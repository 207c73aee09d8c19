// Hashes computed in JavaScript: strings where the core cannot read them, and floats everywhere.
//
// `hashString` gives exactly what assembly/hash.ts gives for the same seed; test/hash.test.ts
// compares them. No hash is ever the identity of a key: see entries.ts.

const ROUND_FIRST = 0x85ebca6b;
const ROUND_SECOND = 0xc2b2ae35;
const FINISH = 0x9e3779b1;

const float = new Float64Array(1);
const halves = new Int32Array(float.buffer);

function round(state: number, pair: number): number {
  const product = Math.imul(state ^ pair, ROUND_FIRST);
  return Math.imul(product ^ (product >>> 15), ROUND_SECOND);
}

function finish(state: number): number {
  const product = Math.imul(state ^ (state >>> 16), FINISH);
  return product ^ (product >>> 15);
}

/** Seeded 32-bit hash of a string's UTF-16 code units, as an int32. O(length). */
export function hashString(text: string, seed: number): number {
  const length = text.length;
  const paired = length & ~1;
  let state = seed ^ length;
  for (let i = 0; i < paired; i += 2) {
    state = round(state, text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
  }
  if (paired !== length) state = round(state, text.charCodeAt(paired));
  return finish(state);
}

/** Seeded 32-bit hash of a number other than an int32, as an int32: equal for all NaNs. */
export function hashFloat(value: number, seed: number): number {
  // Every NaN is one key, but a NaN may carry any payload into its bits.
  float[0] = Number.isNaN(value) ? 0 : value;
  return finish(round(round(seed, halves[0] as number), halves[1] as number));
}

/** A seed from the host's randomness, which workerd forbids while a module is evaluated. */
export function drawSeed(): number {
  const { crypto } = globalThis;
  if (typeof crypto?.getRandomValues === 'function') {
    return crypto.getRandomValues(new Int32Array(1))[0] as number;
  }
  return (Math.random() * 2 ** 32) | 0;
}
