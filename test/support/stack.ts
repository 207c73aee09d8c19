// The stack: runs a function with any small amount of it left.
//
// A host throws a RangeError wherever a call finds the stack used up: at the entry of any function,
// JavaScript or WebAssembly. `probe` finds how deep a recursion may go, and `runAt` runs something
// at a given distance from there, to the word: whole frames by recursion, words by arguments.

/** Words by which two neighbouring distances may differ, in place of a frame of the recursion. */
export const PADDINGS = 16;

function dive(depth: number, act: () => void): void {
  if (depth === 0) act();
  else dive(depth - 1, act);
}

function padded(act: () => void, ..._words: number[]): void {
  act();
}

const words = Array.from({ length: PADDINGS }, (_, length) => new Array<number>(length).fill(0));

/** Whether a host refused a call for want of stack. */
export function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/.test(error.message);
}

/** Runs `act` under so many frames and words; returns what it threw for want of stack, or not. */
export function runAt(depth: number, padding: number, act: () => void): unknown {
  try {
    dive(depth, () => padded(act, ...(words[padding] as number[])));
    return undefined;
  } catch (error) {
    return error;
  }
}

const nothing = () => {};
/** The largest depth at which nothing at all can still be run. */
export function probe(padding: number): number {
  let low = 0;
  let high = 1;
  while (runAt(high, padding, nothing) === undefined) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (runAt(middle, padding, nothing) === undefined) low = middle;
    else high = middle;
  }
  return low;
}
/** Runs a function with most of the stack used */
export function confined(act: () => void): void {
  const frames = Math.floor(probe(0) * 0.85);
  dive(frames, act);
}
