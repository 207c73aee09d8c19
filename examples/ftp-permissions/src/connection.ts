// A connection to SQL, as far as the example needs one: the same for every database.

import { connectMysql } from './connection-mysql.js';
import { connectSqlite } from './connection-sqlite.js';

/** What can be bound to a `?`. */
export type Value = string | number;

/** A row, by column. */
export type Row = Record<string, unknown>;

/** A statement and the values of its placeholders. */
export type Statement = readonly [sql: string, values: readonly Value[]];

/** A database that can be asked. Every method rejects with the driver's error. */
export interface Connection {
  /** The rows that a `SELECT` finds. */
  query(...statement: Statement): Promise<Row[]>;
  /** Executes all of the statements, or none. */
  transact(statements: readonly Statement[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens `mysql://user:password@host:port/name` (or `mariadb://`), or else a file of SQLite, which
 * is made if there is none.
 */
export async function connect(database: string): Promise<Connection> {
  const url = database.replace(/^mariadb:/, 'mysql:');
  return url.startsWith('mysql:') ? connectMysql(url) : connectSqlite(database);
}
