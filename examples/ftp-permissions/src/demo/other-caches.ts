// What wasm-lru is compared with: no cache, and the one that everybody writes.

import type { Account, AccountCache, AccountLoader } from '../accounts.js';

/** Asks the database every time. */
export class NoCache implements AccountCache {
  readonly size = 0;
  readonly lookups = { hits: 0, misses: 0 };
  readonly #load: AccountLoader;

  constructor(load: AccountLoader) {
    this.#load = load;
  }

  get(name: string): Promise<Account | undefined> {
    this.lookups.misses += 1;
    return this.#load(name);
  }

  refresh(name: string): Promise<Account | undefined> {
    return this.#load(name);
  }

  delete(): void {}
}

/**
 * A Map, and an array for the order. As exact as ours, and as such caches are: every use searches
 * the array, whoever misses a user at the same time loads him as well, and a load that began
 * before a change of rules is stored after it.
 */
export class NaiveCache implements AccountCache {
  readonly lookups = { hits: 0, misses: 0 };
  readonly #users = new Map<string, Account>();
  readonly #order: string[] = [];
  readonly #max: number;
  readonly #load: AccountLoader;

  constructor(max: number, load: AccountLoader) {
    this.#max = max;
    this.#load = load;
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
    const account = await this.#load(name);
    if (account === undefined) {
      this.delete(name);
      return undefined;
    }
    this.#users.set(name, account);
    this.#touch(name);
    if (this.#order.length > this.#max) this.delete(this.#order[0] as string);
    return account;
  }

  delete(name: string): void {
    if (this.#users.delete(name)) this.#order.splice(this.#order.indexOf(name), 1);
  }

  get size(): number {
    return this.#users.size;
  }

  #touch(name: string): void {
    const place = this.#order.indexOf(name);
    if (place !== -1) this.#order.splice(place, 1);
    this.#order.push(name);
  }
}
