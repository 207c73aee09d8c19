// What a shared cache needs of its host: which thread this is, and whether it may wait.

interface Host {
  readonly Deno?: unknown;
  readonly process?: {
    getBuiltinModule?(name: string): { readonly threadId?: unknown } | undefined;
  };
}

/** Who a thread is that the host gives no number: its death is never known. */
const ANONYMOUS = 0x3fffffff;

/** Who a thread is, as a number above 0, by the number that the host gives it. */
export function identityOf(threadId: number): number {
  return threadId + 1;
}

/** Who this thread is. */
export function ownIdentity(): number {
  const { process } = globalThis as unknown as Host;
  // By this way, bundlers for browsers see no module of Node's.
  const threadId = process?.getBuiltinModule?.('node:worker_threads')?.threadId;
  return typeof threadId === 'number' ? identityOf(threadId) : ANONYMOUS;
}

/**
 * For how many ms a thread may run on of which the host says that it has ended. Deno says so at
 * once when it is asked to end one, and stops it at its own time.
 */
export function afterlifeMs(): number {
  return (globalThis as unknown as Host).Deno === undefined ? 0 : 5000;
}

/** Whether this thread may sleep: the main thread of a browser may not. */
export function maySleep(): boolean {
  try {
    return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0) === 'not-equal';
  } catch {
    return false;
  }
}

/**
 * When the clock of this thread began, by that of all threads; its getter takes longer than a
 * `get`.
 */
let origin: number | undefined;

/**
 * The clock that all threads of a process have in common: `performance` begins with each thread.
 */
export const commonClock = {
  now(): number {
    origin ??= performance.timeOrigin;
    return origin + performance.now();
  },
};
