// The parts of the server, put together.

import { type AccountCache, type AccountStore, Accounts } from './accounts.js';
import { ActivityLog } from './activity-log.js';
import type { Connection } from './connection.js';
import { Database } from './database.js';
import { type Server, startServer } from './server.js';

/** What a service is made of. */
export interface ServiceOptions {
  /** Closed with the service, or if that does not start. */
  readonly connection: Connection;
  readonly root: string;
  readonly host: string;
  readonly port: number;
  readonly createCache: (store: AccountStore) => AccountCache;
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

/** Starts everything. Rejects as `startServer` does, or with the error of the database. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { connection, createCache, activities, onError, ...listening } = options;
  const database = new Database(connection);
  const accounts = new Accounts(database, createCache);
  const activity = new ActivityLog(database, activities, onError);
  const closeStorage = async () => {
    await activity.close();
    await connection.close();
  };
  const start = async () => {
    await database.createTables();
    return startServer({
      ...listening,
      accounts,
      onLogin: (user) => activity.countLogin(user),
      onCommand: (user) => activity.countCommand(user),
      onError,
    });
  };
  const server = await start().catch(async (error: unknown) => {
    await closeStorage();
    throw error;
  });
  return {
    port: server.port,
    database,
    accounts,
    activity,
    close: async () => {
      await server.close();
      await closeStorage();
    },
  };
}
