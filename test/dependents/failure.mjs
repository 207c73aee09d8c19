// A reason to stop that is told as it is, without a stack trace.

/** Thrown where the run cannot go on and the program is not at fault. */
export class Failure extends Error {}
