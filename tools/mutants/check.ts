// The assertion of the trials: they run outside of vitest, too, and millions of times.

/** Throws unless both are the same. */
export function check(actual: unknown, wanted: unknown, what: string): void {
  if (!Object.is(actual, wanted)) throw new Error(`${what}: ${actual}, not ${wanted}`);
}
