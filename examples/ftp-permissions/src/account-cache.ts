// Users in an `LRUCache`, which loads those that it lacks.

import { LRUCache } from 'wasm-lru';
import type { Account, AccountCache, AccountLoader } from './accounts.js';

/** The codes of a load that was overtaken: its user was deleted, or set, meanwhile. */
const OVERTAKEN = new Set(['FETCH_DELETED', 'FETCH_REPLACED']);

/** At most `max` users, the most recently asked for. A user is loaded once at a time. */
export class LruAccountCache implements AccountCache {
  readonly lookups = { hits: 0, misses: 0 };
  readonly #cache: LRUCache<string, Account>;

  constructor(max: number, load: AccountLoader) {
    this.#cache = new LRUCache<string, Account>({
      max,
      fetchMethod: load,
      // A login that fails because the database is away must not end the user's other sessions.
      noDeleteOnFetchRejection: true,
    });
  }

  async get(name: string): Promise<Account | undefined> {
    const account = this.#cache.get(name);
    this.lookups[account === undefined ? 'misses' : 'hits'] += 1;
    return account ?? this.#fetch(name, false);
  }

  async refresh(name: string): Promise<Account | undefined> {
    const account = await this.#fetch(name, true);
    // Where there is nothing to load, `fetch` keeps what it had. A user who is gone is gone.
    if (account === undefined) this.#cache.delete(name);
    return account;
  }

  delete(name: string): void {
    this.#cache.delete(name);
  }

  get size(): number {
    return this.#cache.size;
  }

  /** Loads again what was overtaken by a change of rules, which ends since changes do. */
  async #fetch(name: string, forceRefresh: boolean): Promise<Account | undefined> {
    for (;;) {
      try {
        return await this.#cache.fetch(name, { forceRefresh });
      } catch (error) {
        if (!OVERTAKEN.has((error as { code?: string }).code ?? '')) throw error;
      }
    }
  }
}
