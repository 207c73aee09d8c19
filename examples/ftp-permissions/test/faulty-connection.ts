// A connection whose database goes away, or answers late, when a test says so.

import type { Connection, Row, Statement } from '../src/connection.js';

/** Passes everything on, as long as it is not told otherwise. */
export class FaultyConnection implements Connection {
  isDown = false;
  #late: Promise<void> = Promise.resolve();
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Holds back what queries have found, until the function that is returned is called. */
  hold(): () => void {
    let release = () => {};
    this.#late = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      this.#late = Promise.resolve();
      release();
    };
  }

  async query(...statement: Statement): Promise<Row[]> {
    this.#check();
    const rows = await this.#connection.query(...statement);
    await this.#late;
    return rows;
  }

  async transact(statements: readonly Statement[]): Promise<void> {
    this.#check();
    await this.#connection.transact(statements);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #check(): void {
    if (this.isDown) throw new Error('connect ECONNREFUSED 192.0.2.1:3306');
  }
}
