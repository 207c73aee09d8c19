// SQLite, embedded. Its calls block for some microseconds, as a read of one row may.
//
// The package is libsql, which installs on every Node from 20 on from npm alone, without a
// compiler, and leaves no lock behind when the process is killed.

import Database from 'libsql';
import type { Connection, Row } from './connection.js';

/** How long a statement waits for another process that writes, in ms. */
const BUSY_MS = 5_000;

/** Opens a file, or makes it. */
export function connectSqlite(file: string): Connection {
  const database = new Database(file, { timeout: BUSY_MS });
  database.pragma('journal_mode = WAL');
  database.pragma('foreign_keys = ON');
  const prepared = new Map<string, Database.Statement>();
  const prepare = (sql: string) => {
    const statement = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  return {
    query: async (sql, values) => prepare(sql).all([...values]) as Row[],
    transact: async (statements) => {
      database.transaction(() => {
        for (const [sql, values] of statements) prepare(sql).run([...values]);
      })();
    },
    close: async () => {
      database.close();
    },
  };
}
