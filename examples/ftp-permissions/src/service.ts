// The parts of the server, put together.

import { type AccountCache, type AccountLoader, Accounts } from './accounts.js';
import type { Connection } from './connection.js';
import { Database } from './database.js';
import { type Server, startServer } from './server.js';

/** What a service is made of. */
export interface ServiceOptions {
  /** Closed with the service. */
  readonly connection: Connection;
  readonly root: string;
  readonly host: string;
  readonly port: number;
  readonly createCache: (load: AccountLoader) => AccountCache;
  readonly onError: (error: Error) => void;
}

/** A server that runs, and its parts. */
export interface Service extends Server {
  readonly database: Database;
  readonly accounts: Accounts;
}

/** Starts everything. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { connection, createCache, onError, ...listening } = options;
  const database = new Database(connection);
  await database.createTables();
  const accounts = new Accounts(database, createCache);
  const server = await startServer({
    ...listening,
    accounts,
    onLogin: async () => {},
    onCommand: async () => {},
    onError,
  });
  return {
    port: server.port,
    database,
    accounts,
    close: async () => {
      await server.close();
      await connection.close();
    },
  };
}
