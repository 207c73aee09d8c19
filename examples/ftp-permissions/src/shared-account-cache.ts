// Users in a `SharedLRU`: one cache for all threads of the server.
//
// What threads share are bytes, so an entry is a row in JSON. The patterns are compiled in each
// thread, and kept there for as long as the row is the same, letter by letter.

import { LRUCache } from 'wasm-lru';
import type { SharedHandle } from 'wasm-lru/shared';
import { SharedLRU } from 'wasm-lru/shared';
import {
  type Account,
  type AccountCache,
  type AccountStore,
  AccountsUnavailableError,
} from './accounts.js';
import { PermissionSet, type Rule } from './permissions.js';
import { DATABASE_MS } from './service.js';
import { DatabaseTimeoutError, inTime } from './timed-connection.js';

/** How many users a thread keeps compiled. */
const COMPILED = 200;

/** A row as text, of a user or of whoever has its columns. */
export function textOf({ password, permissions }: Account): string {
  return JSON.stringify([password, permissions.rules]);
}

/** Makes accounts of rows, and keeps the last ones. */
export class Compiler {
  readonly #compiled = new LRUCache<string, { text: string; account: Account }>({ max: COMPILED });

  accountOf(name: string, text: string): Account {
    const kept = this.#compiled.get(name);
    if (kept?.text === text) return kept.account;
    const [password, rules] = JSON.parse(text) as [string, Rule[]];
    const account = { name, password, permissions: new PermissionSet(rules) };
    this.#compiled.set(name, { text, account });
    return account;
  }
}

/** There is no such user: thrown by a loader, so that nothing is stored. */
const NOBODY = new Error('There is no such user');

/** The cache of all threads, as one of them sees it. */
export class SharedAccountCache implements AccountCache {
  readonly lookups = { hits: 0, misses: 0 };
  readonly #cache: SharedLRU<string>;
  readonly #store: AccountStore;
  readonly #compiler = new Compiler();

  readonly #databaseMs: number;

  /** A load takes `databaseMs` at most, whichever thread's query it waits for. */
  constructor(handle: SharedHandle, store: AccountStore, databaseMs = DATABASE_MS) {
    this.#cache = SharedLRU.attach<string>(handle, { codec: 'string', loadWait: databaseMs });
    this.#store = store;
    this.#databaseMs = databaseMs;
  }

  async get(name: string): Promise<Account | undefined> {
    const text = this.#cache.get(name);
    this.lookups[text === undefined ? 'misses' : 'hits'] += 1;
    return text === undefined ? this.#load(name, false) : this.#compiler.accountOf(name, text);
  }

  refresh(name: string): Promise<Account | undefined> {
    return this.#load(name, true);
  }

  /**
   * The entry is removed rather than replaced: two threads may change a user at a time, and the
   * database knows who was last.
   */
  async set(name: string, account: Account): Promise<void> {
    try {
      await this.#store.set(name, account);
    } finally {
      this.#cache.delete(name);
    }
  }

  async delete(name: string): Promise<void> {
    try {
      await this.#store.delete(name);
    } finally {
      this.#cache.delete(name);
    }
  }

  /** How many users all threads hold together. */
  get size(): number {
    return this.#cache.size;
  }

  async #load(name: string, forceRefresh: boolean): Promise<Account | undefined> {
    const load = async () => {
      const account = await this.#store.get(name);
      if (account !== undefined) return textOf(account);
      this.#cache.delete(name);
      throw NOBODY;
    };
    try {
      // Who has waited for a query of another thread in vain does not wait for one more.
      const loading = this.#cache.getOrLoad(name, load, { forceRefresh });
      const text = await inTime(loading, this.#databaseMs);
      return this.#compiler.accountOf(name, text);
    } catch (error) {
      if (error === NOBODY) return undefined;
      if (error instanceof DatabaseTimeoutError) throw new AccountsUnavailableError(error);
      throw error;
    }
  }
}
