// A connection to SQL, as far as the example needs one: the same for every database.

import { connectMysql } from './connection-mysql.js';
import { connectSqlite } from './connection-sqlite.js';
import { StartError } from './start-error.js';

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
 * is made if there is none. Rejects with a `StartError` if the database does not answer.
 */
export async function connect(database: string): Promise<Connection> {
  try {
    const connection = open(database);
    await connection.query('SELECT 1', []).catch(async (error: unknown) => {
      await connection.close();
      throw error;
    });
    return connection;
  } catch (error) {
    throw new StartError('CANNOT_CONNECT', `Cannot open the database ${shown(database)}`, error);
  }
}

function open(database: string): Connection {
  const scheme = /^(\w+):\/\//.exec(database)?.[1];
  if (scheme === undefined) return connectSqlite(database);
  if (scheme === 'mysql') return connectMysql(database);
  if (scheme === 'mariadb') return connectMysql(database.replace('mariadb', 'mysql'));
  throw new Error('neither mysql:// nor a file');
}

/** A database as it may be shown: without its password. */
function shown(database: string): string {
  return database.replace(/^(\w+:\/\/[^:@/]*):.*@/, '$1@');
}
