// The LRU cache that everybody writes, to compare with.

import type { Account, AccountCache, AccountStore } from '../src/accounts.js';

/**
 * A Map, and an array for the order. As exact as ours, and as such caches are: every use searches
 * the array, whoever misses a user at the same time reads him as well, and what was read before a
 * change of rules is stored after it.
 */
export class NaiveCache implements AccountCache {
  readonly lookups = { hits: 0, misses: 0 };
  readonly #users = new Map<string, Account>();
  readonly #order: string[] = [];
  readonly #max: number;
  readonly #store: AccountStore;

  constructor(max: number, store: AccountStore) {
    this.#max = max;
    this.#store = store;
  }

  async get(name: string): Promise<Account | undefined> {
    const account = this.#users.get(name);
    if (account === undefined) {
      this.lookups.misses += 1;
      return this.refresh(name);
    }
    this.lookups.hits += 1;
    this.#touch(name);
    return account;
  }

  async refresh(name: string): Promise<Account | undefined> {
    const account = await this.#store.get(name);
    if (account === undefined) this.#forget(name);
    else this.#keep(name, account);
    return account;
  }

  async set(name: string, account: Account): Promise<void> {
    this.#forget(name);
    await this.#store.set(name, account);
    this.#keep(name, account);
  }

  async delete(name: string): Promise<void> {
    this.#forget(name);
    await this.#store.delete(name);
  }

  get size(): number {
    return this.#users.size;
  }

  #keep(name: string, account: Account): void {
    this.#users.set(name, account);
    this.#touch(name);
    if (this.#order.length > this.#max) this.#forget(this.#order[0] as string);
  }

  #forget(name: string): void {
    if (this.#users.delete(name)) this.#order.splice(this.#order.indexOf(name), 1);
  }

  #touch(name: string): void {
    const place = this.#order.indexOf(name);
    if (place !== -1) this.#order.splice(place, 1);
    this.#order.push(name);
  }
}
