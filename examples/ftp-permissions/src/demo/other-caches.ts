// What wasm-lru is compared with: no cache, those that everybody writes, and lru-cache.

import { LRUCache } from 'lru-cache';
import type { Account, AccountCache, AccountStore } from '../accounts.js';
import { Compiler, textOf } from '../shared-account-cache.js';

/** Asks the database every time. */
export class NoCache implements AccountCache {
  readonly size = 0;
  readonly lookups = { hits: 0, misses: 0 };
  readonly #store: AccountStore;

  constructor(store: AccountStore) {
    this.#store = store;
  }

  get(name: string): Promise<Account | undefined> {
    this.lookups.misses += 1;
    return this.#store.get(name);
  }

  refresh(name: string): Promise<Account | undefined> {
    return this.#store.get(name);
  }

  set(name: string, account: Account): Promise<void> {
    return this.#store.set(name, account);
  }

  delete(name: string): Promise<void> {
    return this.#store.delete(name);
  }
}

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

/** What keeps rows as text. */
interface Rows {
  readonly size: number;
  get(name: string): string | undefined;
  set(name: string, row: string): unknown;
  delete(name: string): boolean;
}

/** Rows of a thread, which it reads by itself. */
abstract class RowCache implements AccountCache {
  readonly lookups = { hits: 0, misses: 0 };
  readonly #store: AccountStore;
  readonly #rows: Rows;
  readonly #compiler = new Compiler();

  constructor(rows: Rows, store: AccountStore) {
    this.#rows = rows;
    this.#store = store;
  }

  async get(name: string): Promise<Account | undefined> {
    const row = this.#rows.get(name);
    this.lookups[row === undefined ? 'misses' : 'hits'] += 1;
    return row === undefined ? this.refresh(name) : this.#compiler.accountOf(name, row);
  }

  async refresh(name: string): Promise<Account | undefined> {
    const account = await this.#store.get(name);
    if (account === undefined) this.#rows.delete(name);
    else this.#rows.set(name, textOf(account));
    return account;
  }

  async set(name: string, account: Account): Promise<void> {
    this.#rows.delete(name);
    await this.#store.set(name, account);
    this.#rows.set(name, textOf(account));
  }

  async delete(name: string): Promise<void> {
    this.#rows.delete(name);
    await this.#store.delete(name);
  }

  get size(): number {
    return this.#rows.size;
  }
}

/** A `Map`, which keeps everybody. */
export class MapCache extends RowCache {
  constructor(store: AccountStore) {
    super(new Map(), store);
  }
}

/** An lru-cache of so many bytes, by what its users are told to guess: a byte for each character. */
export class OwnCache extends RowCache {
  constructor(bytes: number, store: AccountStore) {
    const sizeCalculation = (row: string, name: string) => row.length + name.length;
    super(new LRUCache<string, string>({ maxSize: bytes, sizeCalculation }), store);
  }
}
