// What an operator has to mend before anything can start.

/** The database or the port cannot be had. The message says all that is needed to mend it. */
export class StartError extends Error {
  constructor(
    readonly code: 'CANNOT_CONNECT' | 'CANNOT_LISTEN',
    what: string,
    cause: unknown,
  ) {
    super(`${what}: ${reasonOf(cause)}`, { cause });
    this.name = 'StartError';
  }
}

/** What an error says; one of several addresses that were tried says nothing but its code. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
