// The parts of the server, put together.

import { type AccountCache, type AccountLoader, Accounts } from './accounts.js';
import { ActivityLog } from './activity-log.js';
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
  /** Of how many users what they did is in memory. */
  readonly activities: number;
  readonly onError: (error: Error) => void;
}

/** A server that runs, and its parts. */
export interface Service extends Server {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly activity: ActivityLog;
}

/** Starts everything. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { connection, createCache, activities, onError, ...listening } = options;
  const database = new Database(connection);
  await database.createTables();
  const accounts = new Accounts(database, createCache);
  const activity = new ActivityLog(database, activities, onError);
  const server = await startServer({
    ...listening,
    accounts,
    onLogin: (user) => activity.countLogin(user),
    onCommand: (user) => activity.countCommand(user),
    onError,
  });
  return {
    port: server.port,
    database,
    accounts,
    activity,
    close: async () => {
      await server.close();
      await activity.close();
      await connection.close();
    },
  };
}
