// A database that is far away, when it is told to be.

import type { Connection, Row, Statement } from '../connection.js';

/** Passes everything on, and holds back what queries have found for so many ms. */
export class SlowConnection implements Connection {
  latencyMs = 0;

  constructor(readonly connection: Connection) {}

  async query(...statement: Statement): Promise<Row[]> {
    const rows = await this.connection.query(...statement);
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    return rows;
  }

  transact(statements: readonly Statement[]): Promise<void> {
    return this.connection.transact(statements);
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
