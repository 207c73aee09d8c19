// Changes of rules, and a database that fails, over any database.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../src/connection.js';
import { Database } from '../src/database.js';
import { contentOf, namesIn, RULES, Scene, store } from './scene.js';

const DENIED = /55\d Permission denied/;
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

    it('wins over a load that began before it', async (t) => {
      const scene = await start(t);
      const release = scene.connection.hold();
      const login = scene.login('alice');
      await until(() => scene.queries === 1);
      await scene.service.accounts.changeRules('alice', READ_ALL);
      release();
      assert.equal(await contentOf(await login, '/closed/c.txt'), 'content of closed/c.txt');
    });

    it('is not made in part', async (t) => {
      const scene = await start(t);
      const rule = (pattern: string | null) => ({ pattern: pattern as string, rights: 'l' });
      const change = scene.service.accounts.changeRules('alice', [rule('/**'), rule(null)]);
      await assert.rejects(change);
      const stored = await scene.service.database.readAccount('alice');
      assert.deepEqual(stored?.rules, RULES);
    });

    it('ends the rights of a user that is gone at the next login', async (t) => {
      const scene = await start(t);
      const client = await scene.login('alice');
      await scene.connection.transact([["DELETE FROM accounts WHERE name = 'alice'", []]]);
      assert.deepEqual(await namesIn(client, '/'), ['docs', 'inbox']);
      await assert.rejects(scene.login('alice'), /530 Wrong user or password/);
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
