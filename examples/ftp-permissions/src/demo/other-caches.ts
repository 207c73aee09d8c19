// What wasm-lru is compared with: no cache, a Map and lru-cache.

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
