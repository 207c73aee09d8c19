// MariaDB or MySQL: a pool of connections, which opens new ones after the server was away.

import { createPool } from 'mysql2/promise';
import type { Connection, Row } from './connection.js';

/** How long to wait for a connection, in ms: as long as a user at a login prompt may. */
const CONNECT_MS = 5_000;

/** Opens a pool. The server is not asked before the first statement. */
export function connectMysql(uri: string): Connection {
  const pool = createPool({ uri, connectionLimit: 8, connectTimeout: CONNECT_MS });
  return {
    query: async (sql, values) => {
      const [rows] = await pool.execute(sql, [...values]);
      return rows as Row[];
    },
    transact: async (statements) => {
      const connection = await pool.getConnection();
      try {
        await connection.beginTransaction();
        for (const [sql, values] of statements) await connection.execute(sql, [...values]);
        await connection.commit();
        connection.release();
      } catch (error) {
        // Closed rather than rolled back: that also ends a transaction whose state is not known.
        connection.destroy();
        throw error;
      }
    },
    close: () => pool.end(),
  };
}
