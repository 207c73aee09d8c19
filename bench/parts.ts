// How a pass is done: in parts, by as many calls of the loop that is timed.
//
// A loop that is called a few times only, and runs long, is compiled while it runs (on-stack
// replacement). V8 leaves that code at each end of the loop, and begins the next pass in an
// interpreter: a hit that takes 16 ns took 20 to 26, more with some libraries than with others.
// What is called often is compiled as a whole, as the handlers of a server are.

/** Operations of a part. */
const PART_LENGTH = 1024;

/** Calls `run` for each part of a pass of so many operations. */
export function inParts(length: number, run: (from: number, to: number) => void): void {
  for (let from = 0; from < length; from += PART_LENGTH) {
    run(from, Math.min(from + PART_LENGTH, length));
  }
}
