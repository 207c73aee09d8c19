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

/** A connection whose answers are waited for so many ms, whatever its driver does. */
export class TimedConnection implements Connection {
  constructor(
    readonly connection: Connection,
    readonly ms: number,
  ) {}

  query(...statement: Statement): Promise<Row[]> {
    return this.#inTime(this.connection.query(...statement));
  }

  transact(statements: readonly Statement[]): Promise<void> {
    return this.#inTime(this.connection.transact(statements));
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new DatabaseTimeoutError(this.ms)), this.ms);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
