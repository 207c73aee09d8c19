// The parts of the server, put together.

import { type AccountCache, type AccountStore, Accounts, type Source } from './accounts.js';
import { ActivityLog } from './activity-log.js';
import type { Connection } from './connection.js';
import { Database } from './database.js';
import { type Server, startServer } from './server.js';
import { TimedConnection } from './timed-connection.js';

/** How long the database is waited for, in ms: as long as a user at a login prompt may. */
export const DATABASE_MS = 5_000;

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
  /** Told of every login, and where the user came from. */
  readonly onLogin?: (user: string, source: Source) => void;
  /** How long the database is waited for, in ms. */
  readonly databaseMs?: number;
  /** Number of the thread, from 1; none for a server without threads. */
  readonly thread?: number | undefined;
}

/** A server that runs, and its parts. */
export interface Service extends Server {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly activity: ActivityLog;
}

/** Starts everything. Rejects as `startServer` does, or with the error of the database. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { createCache, activities, onError, ...listening } = options;
  const connection = new TimedConnection(options.connection, options.databaseMs ?? DATABASE_MS);
  const database = new Database(connection, options.thread);
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
      onLogin: (user, source) => {
        activity.countLogin(user);
        options.onLogin?.(user, source);
      },
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
