// Headroom: makes sure that enough stack is left before something begins that must not be
// interrupted.
//
// When the stack is used up, the host throws at the entry of whichever function is called next.
// Code that takes turns, starts loads and awaits promises calls many functions between its first
// change and its last, and cannot cheaply be ordered so that an interruption anywhere is harmless.
// So it asks here first, and the host throws before anything has been done. The stack that is left
// is enough for everything that this library and the host do before they return. User code may
// still run out of stack, but then it throws into a function that has headroom.

/** Words of stack that are reserved: 8 KiB on a 64-bit host; Node 20 needs less than 2. */
const WORDS: readonly undefined[] = new Array<undefined>(1024).fill(undefined);

function spend(): void {}

/** Throws the host's stack overflow error here rather than later. */
export function needHeadroom(): void {
  // The arguments of a call lie on the stack, and there is no way to pass them elsewhere.
  spend.apply(undefined, WORDS as []);
}
