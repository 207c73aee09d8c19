// Changes of rules, and a database that fails, over any database.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../src/connection.js';
import { Database } from '../src/database.js';
import { hashPassword } from '../src/password.js';
import { contentOf, namesIn, RULES, Scene, store } from './scene.js';

const DENIED = /55\d Permission denied/;
const REFUSED = /^FTPError: 530 Wrong user or password$/;
const UNAVAILABLE = /^FTPError: 421 The user database cannot be reached, try again later$/;
const UNAVAILABLE_HERE = /451 The user database cannot be reached, try again later$/;
const READ_ALL = [{ pattern: '/**', rights: 'lr' }];

/** A database that a test can make fail. */
export interface Faults {
  /** Where it is; without one it is SQLite. */
  url(): string | undefined;
  goDown(scene: Scene): Promise<void>;
  comeBack(scene: Scene): Promise<void>;
}

/** Waits for what is under way elsewhere and tells nobody when it is there. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

function testChanges(faults: Faults): void {
  const start = (t: TestContext, max = 10) => Scene.start(t, max, faults.url());

  describe('a change of rules', () => {
    it('through this process is seen by sessions that are open', async (t) => {
      const scene = await start(t);
      const client = await scene.login('alice');
      await assert.rejects(contentOf(client, '/closed/c.txt'), DENIED);
      await scene.service.accounts.changeRules('alice', READ_ALL);
      assert.equal(await contentOf(client, '/closed/c.txt'), 'content of closed/c.txt');
      await assert.rejects(store(client, '/inbox/a.txt', ''), DENIED);
    });

    it('by somebody else is seen at the next login', async (t) => {
      const scene = await start(t);
      const client = await scene.login('alice');
      const url = faults.url() ?? `${scene.folder}/ftp.db`;
      const other = new Database(await connect(url));
      await other.writeRules('alice', READ_ALL);
      await other.connection.close();
      await assert.rejects(contentOf(client, '/closed/c.txt'), DENIED);
      await scene.login('alice');
      assert.equal(await contentOf(client, '/closed/c.txt'), 'content of closed/c.txt');
    });

    it('wins over a read that began before it', async (t) => {
      const scene = await start(t);
      const first = await scene.login('alice');
      const release = scene.connection.hold();
      const second = scene.login('alice');
      await until(() => scene.queries === 2);
      await scene.service.accounts.changeRules('alice', READ_ALL);
      assert.equal(await contentOf(first, '/closed/c.txt'), 'content of closed/c.txt');
      release();
      for (const client of [first, await second]) {
        assert.equal(await contentOf(client, '/closed/c.txt'), 'content of closed/c.txt');
      }
      assert.equal(scene.queries, 2, 'nothing was read again');
    });

    it('is not made in part', async (t) => {
      const scene = await start(t);
      const { database } = scene.service;
      const rule = (pattern: string | null) => ({ pattern: pattern as string, rights: 'l' });
      await assert.rejects(database.writeRules('alice', [rule('/**'), rule(null)]));
      assert.deepEqual((await database.readAccount('alice'))?.rules, RULES);
    });

    it('keeps the password, though somebody else has changed that', async (t) => {
      const scene = await start(t);
      await scene.login('alice');
      const password = await hashPassword('other', 2);
      const sql = "UPDATE accounts SET password = ? WHERE name = 'alice'";
      await scene.connection.transact([[sql, [password]]]);
      await scene.service.accounts.changeRules('alice', READ_ALL);
      await assert.rejects(scene.login('alice'), REFUSED);
      await scene.login('alice', 'other');
    });

    it('is refused for a user that there is not', async (t) => {
      const scene = await start(t);
      const { accounts, database } = scene.service;
      for (const name of ['nobody', 'Alice', 'alice ']) {
        await assert.rejects(accounts.changeRules(name, READ_ALL), { code: 'NO_SUCH_ACCOUNT' });
        await assert.rejects(database.writeRules(name, READ_ALL), /foreign key/i);
      }
      assert.deepEqual((await database.readAccount('alice'))?.rules, RULES);
    });
  });

  describe('a user that is gone', () => {
    it('may do nothing any more, if removed through this process', async (t) => {
      const scene = await start(t);
      const [alice, bob] = [await scene.login('alice'), await scene.login('bob')];
      await scene.service.accounts.remove('Alice');
      assert.deepEqual(await namesIn(alice, '/'), ['docs', 'inbox'], 'somebody else was removed');
      await scene.service.accounts.remove('alice');
      await assert.rejects(namesIn(alice, '/'), /Permission denied/);
      await assert.rejects(scene.login('alice'), REFUSED);
      assert.deepEqual(await namesIn(bob, '/'), ['docs', 'inbox']);
    });

    it('may do nothing after the next login, if removed by somebody else', async (t) => {
      const scene = await start(t);
      const client = await scene.login('alice');
      await scene.connection.transact([["DELETE FROM accounts WHERE name = 'alice'", []]]);
      assert.deepEqual(await namesIn(client, '/'), ['docs', 'inbox']);
      await assert.rejects(scene.login('alice'), REFUSED);
      await assert.rejects(namesIn(client, '/'), /Permission denied/);
    });
  });
}

function testOutages(faults: Faults): void {
  const start = (t: TestContext, max = 10) => Scene.start(t, max, faults.url());

  describe('a database that is down', () => {
    it('at login: a refusal that says so, and nothing is cached', async (t) => {
      const scene = await start(t);
      await faults.goDown(scene);
      await assert.rejects(scene.login('alice'), UNAVAILABLE);
      assert.equal(scene.service.accounts.cache.size, 0);
      assert.match(String(scene.errors[0]?.cause), /ECONN|closed/);
      await faults.comeBack(scene);
      assert.deepEqual(await namesIn(await scene.login('alice'), '/'), ['docs', 'inbox']);
    });

    it('in mid-session: users in memory go on, others are told', async (t) => {
      const scene = await start(t, 2);
      const carol = await scene.login('carol');
      const alice = await scene.login('alice');
      const bob = await scene.login('bob');
      await faults.goDown(scene);
      assert.deepEqual(await namesIn(alice, '/'), ['docs', 'inbox']);
      await store(bob, '/inbox/bob.txt', 'still here');
      await assert.rejects(namesIn(carol, '/'), UNAVAILABLE_HERE);
      await assert.rejects(scene.login('alice'), UNAVAILABLE);
      assert.deepEqual(await namesIn(alice, '/inbox'), ['bob.txt'], 'in spite of that login');
      await faults.comeBack(scene);
      assert.deepEqual(await namesIn(carol, '/'), ['docs', 'inbox']);
    });

    it('when rules change: the change fails, and what is in memory is not trusted', async (t) => {
      const scene = await start(t);
      const client = await scene.login('alice');
      await faults.goDown(scene);
      await assert.rejects(scene.service.accounts.changeRules('alice', READ_ALL));
      await assert.rejects(namesIn(client, '/'), UNAVAILABLE_HERE);
      await faults.comeBack(scene);
      assert.deepEqual(await namesIn(client, '/'), ['docs', 'inbox']);
    });
  });

  describe('a database that is slow', () => {
    it('holds up who logs in, and not the sessions of the same user', async (t) => {
      const scene = await start(t);
      const first = await scene.login('alice');
      const release = scene.connection.hold();
      const second = scene.login('alice');
      await until(() => scene.queries === 2);
      assert.deepEqual(await namesIn(first, '/'), ['docs', 'inbox']);
      release();
      await second;
      assert.equal(scene.queries, 2);
    });

    it('is not waited for without end', async (t) => {
      // Long enough for what is not held back, on a machine that is busy.
      const scene = await Scene.start(t, 10, faults.url(), 2000);
      const first = await scene.login('alice');
      const release = scene.connection.hold();
      await assert.rejects(scene.login('bob'), UNAVAILABLE);
      await until(() =>
        scene.errors.some(({ cause }) => /has not answered for 2000 ms/.test(String(cause))),
      );
      assert.deepEqual(await namesIn(first, '/'), ['docs', 'inbox']);
      release();
      await scene.login('bob');
    });

    it('is asked once for a user who logs in twice', async (t) => {
      const scene = await start(t);
      const release = scene.connection.hold();
      const { mock: asked } = t.mock.method(scene.service.accounts, 'login');
      const logins = [scene.login('alice'), scene.login('alice'), scene.login('bob')];
      await until(() => asked.callCount() === 3);
      release();
      await Promise.all(logins);
      assert.equal(scene.queries, 2, 'one for alice, one for bob');
    });
  });
}

/** Registers the tests. */
export function testFaults(faults: Faults): void {
  testChanges(faults);
  testOutages(faults);
}
