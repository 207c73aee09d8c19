// A database that hangs: after some time, whoever asked is told so, and goes on.

import type { Connection, Row, Statement } from './connection.js';

/** The database has not answered in time. What it was asked may still be done. */
export class DatabaseTimeoutError extends Error {
  readonly code = 'DATABASE_TIMEOUT';

  constructor(ms: number) {
    super(`The database has not answered for ${ms} ms`);
    this.name = 'DatabaseTimeoutError';
  }
}

/** What a promise comes to, or a `DatabaseTimeoutError` after so many ms. */
export async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DatabaseTimeoutError(ms)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A connection whose answers are waited for so many ms, whatever its driver does. */
export class TimedConnection implements Connection {
  constructor(
    readonly connection: Connection,
    readonly ms: number,
  ) {}

  query(...statement: Statement): Promise<Row[]> {
    return inTime(this.connection.query(...statement), this.ms);
  }

  transact(statements: readonly Statement[]): Promise<void> {
    return inTime(this.connection.transact(statements), this.ms);
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
