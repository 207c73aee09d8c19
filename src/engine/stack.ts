// The stack: makes sure that enough of it is left before something begins that must not be
// interrupted half-way.
//
// A host refuses a call when the stack is used up, at the entry of any function. An operation of
// the core that makes no call after its first store cannot be interrupted by that. Operations that
// move blocks in the arena, which all caches share, do make such calls, and ask here first.

/** Takes more of the stack than the deepest call of the core: 4 KiB on a host of 64 bits. */
const WORDS: readonly undefined[] = new Array<undefined>(512).fill(undefined);

function spend(): void {}

/** Throws the host's stack overflow error here rather than later. */
export function reserveStack(): void {
  // The arguments of a call lie on the stack, and there is no way to pass them elsewhere.
  spend.apply(undefined, WORDS as []);
}
