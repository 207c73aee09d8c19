// Users in a `WriteThroughCache`: read through it, and changed through it.

import { WriteThroughCache } from 'wasm-lru/stores';
import type { Account, AccountCache, AccountStore } from './accounts.js';

/** At most `max` users, the most recently asked for. A user is read once at a time. */
export class LruAccountCache implements AccountCache {
  readonly lookups = { hits: 0, misses: 0 };
  readonly #cache: WriteThroughCache<string, Account>;

  constructor(max: number, store: AccountStore) {
    this.#cache = new WriteThroughCache<string, Account>({ store, max });
  }

  get(name: string): Promise<Account | undefined> {
    this.lookups[this.#cache.peek(name) === undefined ? 'misses' : 'hits'] += 1;
    return this.#cache.get(name);
  }

  refresh(name: string): Promise<Account | undefined> {
    return this.#cache.refresh(name);
  }

  set(name: string, account: Account): Promise<void> {
    return this.#cache.set(name, account);
  }

  delete(name: string): Promise<void> {
    return this.#cache.delete(name);
  }

  get size(): number {
    return this.#cache.size;
  }
}
