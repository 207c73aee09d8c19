// What tells caches apart, over a store that answers when the test says so.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SharedLRU } from 'wasm-lru/shared';
import { LruAccountCache } from '../src/account-cache.js';
import { type Account, type AccountStore, Accounts } from '../src/accounts.js';
import type { Database } from '../src/database.js';
import { NoCache } from '../src/demo/other-caches.js';
import { hashPassword } from '../src/password.js';
import { PermissionSet } from '../src/permissions.js';
import { SharedAccountCache } from '../src/shared-account-cache.js';
import { LEAST_BYTES } from '../src/threads.js';
import { NaiveCache } from './naive-cache.js';

const accountOf = (name: string, pattern = '/'): Account => ({
  name,
  password: '',
  permissions: new PermissionSet([{ pattern, rights: 'l' }]),
});

/** A table of users. Reads take what is there at once, and give it when they are released. */
class SlowStore implements AccountStore {
  readonly users = new Map(['alice', 'bob', 'carol'].map((name) => [name, accountOf(name)]));
  reads = 0;
  #releases: (() => void)[] = [];

  get(name: string): Promise<Account | undefined> {
    this.reads += 1;
    const account = this.users.get(name);
    return new Promise((resolve) => this.#releases.push(() => resolve(account)));
  }

  async set(name: string, account: Account): Promise<void> {
    this.users.set(name, account);
  }

  async delete(name: string): Promise<void> {
    this.users.delete(name);
  }

  /** Lets all reads under way end; gives what was waited for. */
  async release<T>(awaited: Promise<T>): Promise<T> {
    for (const release of this.#releases.splice(0)) release();
    return awaited;
  }
}

const kinds = {
  none: (store: AccountStore) => new NoCache(store),
  naive: (store: AccountStore) => new NaiveCache(2, store),
  'wasm-lru': (store: AccountStore) => new LruAccountCache(2, store),
};

describe('caches of users', () => {
  it('hold the users that were asked for last, and read one who is missing', async () => {
    for (const [kind, reads] of [
      ['none', 6],
      ['naive', 4],
      ['wasm-lru', 4],
    ] as const) {
      const store = new SlowStore();
      const cache = kinds[kind](store);
      for (const name of ['alice', 'bob', 'alice', 'carol', 'alice', 'bob']) {
        assert.equal(await store.release(cache.get(name)), store.users.get(name));
      }
      assert.equal(store.reads, reads, kind);
      assert.equal(cache.size, kind === 'none' ? 0 : 2);
      assert.deepEqual(cache.lookups, { hits: 6 - reads, misses: reads });
    }
  });

  it('read a user once for all who ask at a time, but for the naive one', async () => {
    for (const [kind, reads] of [
      ['naive', 3],
      ['wasm-lru', 1],
    ] as const) {
      const store = new SlowStore();
      const cache = kinds[kind](store);
      const asked = [cache.get('alice'), cache.refresh('alice'), cache.get('alice')];
      await store.release(Promise.all(asked));
      assert.equal(store.reads, reads, kind);
    }
  });

  it('keep a change that overtook a read, but for the naive one', async () => {
    for (const [kind, isKept] of [
      ['naive', false],
      ['wasm-lru', true],
    ] as const) {
      const store = new SlowStore();
      const cache = kinds[kind](store);
      const changed = accountOf('alice', '/docs');
      const read = cache.refresh('alice');
      await cache.set('alice', changed);
      await store.release(read);
      assert.equal((await cache.get('alice')) === changed, isKept, kind);
    }
  });
});

describe('the cache of all threads', () => {
  it('lets nobody wait for longer than for a query, whichever thread it is of', async () => {
    const owner = new SharedLRU<string>({ maxBytes: LEAST_BYTES, shards: 1, codec: 'string' });
    const store = new SlowStore();
    const [first, second] = [0, 1].map(() => new SharedAccountCache(owner.handle, store, 50));
    const asked = [first?.refresh('alice'), second?.refresh('alice'), second?.get('alice')];
    // The store never answers.
    for (const { status, reason } of (await Promise.allSettled(asked)) as PromiseRejectedResult[]) {
      assert.deepEqual([status, reason?.code], ['rejected', 'ACCOUNTS_UNAVAILABLE']);
    }
  });
});

describe('a login', () => {
  it('tells whose query it had', async () => {
    const row = { name: 'alice', password: await hashPassword('x', 2), rules: [] };
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const readAccount = async () => {
      await held;
      return row;
    };
    const database = { readAccount } as unknown as Database;
    const accounts = new Accounts(database, (store) => new LruAccountCache(2, store));
    const logins = [1, 2, 3].map(() => accounts.login('alice', 'x'));
    release();
    assert.deepEqual(await Promise.all(logins), ['database', 'memory', 'memory']);
    assert.equal(await accounts.login('alice', 'x'), 'database');
    assert.equal(await accounts.login('alice', 'y'), undefined);
  });
});
