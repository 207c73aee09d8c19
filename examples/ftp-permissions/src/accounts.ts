// Who may log in and do what: users of the database, in memory for as long as they fit.
//
// A user is read at login, so that a change made elsewhere is seen at the next one. Every command
// asks again, and is answered from memory; a user who fell out is read again. A change made
// through `changeRules` or `remove` is seen by the next question, also in sessions that are open.
// While the database is away, users in memory go on, and nobody can log in.
//
// Nothing here depends on how users are kept: that is an `AccountCache`, of which the demo has
// other kinds to compare with.

import type { Database } from './database.js';
import { isPassword, NO_PASSWORD } from './password.js';
import { PermissionSet, type Right, type Rule } from './permissions.js';

/** A user in memory. */
export interface Account {
  readonly name: string;
  /** The password as stored. */
  readonly password: string;
  readonly permissions: PermissionSet;
}

/** The users of the database, as a store of a cache. */
export interface AccountStore {
  /** Reads a user, in one query; `undefined` if there is none. */
  get(name: string): Promise<Account | undefined>;
  /** Writes the rules of a user. Rejects if there is none. */
  set(name: string, account: Account): Promise<void>;
  /** Removes a user. */
  delete(name: string): Promise<void>;
}

/** What keeps users in memory, in front of a store. What is written is in the store first. */
export interface AccountCache extends AccountStore {
  /** A user from memory, or else read. Rejects if reading does. */
  get(name: string): Promise<Account | undefined>;
  /** A user, read anew. If that fails, what is in memory stays. */
  refresh(name: string): Promise<Account | undefined>;
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

/** There is no such user whose rules could be changed. */
export class NoSuchAccountError extends Error {
  readonly code = 'NO_SUCH_ACCOUNT';

  constructor(name: string) {
    super(`There is no user ${name}`);
    this.name = 'NoSuchAccountError';
  }
}

/** Where a user who logs in came from: a query of this login, or one that another had begun. */
export type Source = 'database' | 'memory';

/** Makes a store of the users, which tells of what it reads. */
function storeOf(database: Database, onRead: (name: string) => void): AccountStore {
  return {
    get: async (name) => {
      onRead(name);
      const row = await database.readAccount(name).catch((cause: unknown) => {
        throw new AccountsUnavailableError(cause);
      });
      return row && { ...row, permissions: new PermissionSet(row.rules) };
    },
    // The password is not written: it is changed elsewhere, and may be newer there.
    set: (name, { permissions }) => database.writeRules(name, permissions.rules),
    delete: (name) => database.deleteAccount(name),
  };
}

/** The users, asked by the server. */
export class Accounts {
  readonly cache: AccountCache;
  /** Logins that wait for a user, by name: the first who has no query of its own gets the next. */
  readonly #waiting = new Map<string, { hasRead: boolean }[]>();

  constructor(database: Database, createCache: (store: AccountStore) => AccountCache) {
    const onRead = (name: string) => {
      const login = this.#waiting.get(name)?.find(({ hasRead }) => !hasRead);
      if (login !== undefined) login.hasRead = true;
    };
    this.cache = createCache(storeOf(database, onRead));
  }

  /**
   * Where the user came from, by the database as it is now; `undefined` if this is not the user's
   * password.
   */
  async login(name: string, password: string): Promise<Source | undefined> {
    const { account, source } = await this.#refresh(name);
    // Compared even if there is no user, so that names cannot be told from how long it takes.
    const matches = await isPassword(password, account?.password ?? NO_PASSWORD);
    return account !== undefined && matches ? source : undefined;
  }

  async #refresh(name: string): Promise<{ account: Account | undefined; source: Source }> {
    const login = { hasRead: false };
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.set(name, waiting);
    waiting.push(login);
    try {
      const account = await this.cache.refresh(name);
      return { account, source: login.hasRead ? 'database' : 'memory' };
    } finally {
      waiting.splice(waiting.indexOf(login), 1);
      if (waiting.length === 0) this.#waiting.delete(name);
    }
  }

  /** Whether a user may do something to a path. Users that are gone may do nothing. */
  async allows(name: string, right: Right, path: string): Promise<boolean> {
    const account = await this.cache.get(name);
    return account?.permissions.allows(right, path) ?? false;
  }

  /**
   * Replaces the rules of a user. Rejects with `NO_SUCH_ACCOUNT`, or with the error of the
   * database; nobody can tell then which rules it has, and they are read again when needed.
   */
  async changeRules(name: string, rules: readonly Rule[]): Promise<void> {
    const account = await this.cache.get(name);
    if (account === undefined) throw new NoSuchAccountError(name);
    await this.cache.set(name, { ...account, permissions: new PermissionSet(rules) });
  }

  /** Removes a user, who may do nothing from then on. Rejects with the error of the database. */
  async remove(name: string): Promise<void> {
    await this.cache.delete(name);
  }
}
