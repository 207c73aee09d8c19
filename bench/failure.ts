// Failures that the user can do something about: told in one line, without a stack.

/** A failure whose message is all there is to say. */
export class Failure extends Error {}
