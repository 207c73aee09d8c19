// Who may log in and do what: users of the database, in memory for as long as they fit.
//
// A user is read at login, so that a change made elsewhere is seen at the next one. Every command
// asks again, and is answered from memory; a user who fell out is read again. A change made
// through `changeRules` is seen by the next question, also in sessions that are open. While the
// database is away, users in memory go on, and nobody can log in.
//
// Nothing here depends on how users are kept: that is an `AccountCache`, of which the demo has
// other kinds to compare with.

import type { Database } from './database.js';
import { hashPassword, isPassword } from './password.js';
import { PermissionSet, type Right, type Rule } from './permissions.js';

/** A user in memory. */
export interface Account {
  readonly name: string;
  /** The password as stored. */
  readonly password: string;
  readonly permissions: PermissionSet;
}

/** Reads a user; `undefined` if there is none. */
export type AccountLoader = (name: string) => Promise<Account | undefined>;

/** What keeps users in memory. */
export interface AccountCache {
  /** A user from memory, or else loaded. Rejects if loading does. */
  get(name: string): Promise<Account | undefined>;
  /** A user, loaded anew. If that fails, what is in memory stays. */
  refresh(name: string): Promise<Account | undefined>;
  /** Forgets a user, and what is being loaded of him. */
  delete(name: string): void;
  /** How many users are in memory. */
  readonly size: number;
  /** How many calls of `get` were answered from memory, and how many were not. */
  readonly lookups: { readonly hits: number; readonly misses: number };
}

/** The database cannot be asked. Says nothing about it to the client; `cause` does to the log. */
export class AccountsUnavailableError extends Error {
  readonly code = 'ACCOUNTS_UNAVAILABLE';

  constructor(cause: unknown) {
    super('The user database cannot be reached, try again later', { cause });
    this.name = 'AccountsUnavailableError';
  }
}

/** Makes the loader that reads a user from the database in one query. */
function loaderOf(database: Database): AccountLoader {
  return async (name) => {
    const row = await database.readAccount(name).catch((cause: unknown) => {
      throw new AccountsUnavailableError(cause);
    });
    return row && { ...row, permissions: new PermissionSet(row.rules) };
  };
}

/** The users, asked by the server. */
export class Accounts {
  readonly cache: AccountCache;
  readonly #database: Database;
  // Compared with where there is no user, so that names cannot be told from how long it takes.
  readonly #nobody = hashPassword('');

  constructor(database: Database, createCache: (load: AccountLoader) => AccountCache) {
    this.#database = database;
    this.cache = createCache(loaderOf(database));
  }

  /** Whether this is the user's password, by the database as it is now. */
  async login(name: string, password: string): Promise<boolean> {
    const account = await this.cache.refresh(name);
    const matches = await isPassword(password, account?.password ?? (await this.#nobody));
    return account !== undefined && matches;
  }

  /** Whether a user may do something to a path. Users that are gone may do nothing. */
  async allows(name: string, right: Right, path: string): Promise<boolean> {
    const account = await this.cache.get(name);
    return account?.permissions.allows(right, path) ?? false;
  }

  /** Replaces the rules of a user. If that fails, they are read again when they are needed. */
  async changeRules(name: string, rules: readonly Rule[]): Promise<void> {
    try {
      await this.#database.writeRules(name, rules);
    } finally {
      this.cache.delete(name);
    }
  }
}
