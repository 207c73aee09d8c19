// What a session may do and see, and how many queries it costs, over any database.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { contentOf, namesIn, Scene, store, USERS } from './scene.js';

const DENIED = /550 Permission denied|551 Permission denied|451 Permission denied/;

/** Registers the tests. `urlOf` tells where the database is; without one it is SQLite. */
export function testSessions(urlOf: () => string | undefined): void {
  const start = (t: TestContext, max = 10) => Scene.start(t, max, urlOf());

  describe('a session', () => {
    it('is shown what its user may see', async (t) => {
      const scene = await start(t);
      const client = await scene.login('alice');
      assert.deepEqual(await namesIn(client, '/'), ['docs', 'inbox']);
      assert.deepEqual(await namesIn(client, '/docs'), ['a.txt', 'b.txt', 'deep']);
      await client.cd('docs/deep');
      assert.deepEqual(await namesIn(client, '..'), ['a.txt', 'b.txt', 'deep']);
    });

    it('reads, writes, renames and deletes where it may', async (t) => {
      const scene = await start(t);
      const client = await scene.login('alice');
      assert.equal(await contentOf(client, '/docs/a.txt'), 'content of docs/a.txt');
      await store(client, '/inbox/new.txt', 'new');
      await client.rename('/inbox/new.txt', '/inbox/old.txt');
      assert.equal(await readFile(join(scene.root, 'inbox/old.txt'), 'utf8'), 'new');
      await client.send('MKD /inbox/folder');
      await client.remove('/inbox/old.txt');
      assert.deepEqual(await namesIn(client, '/inbox'), ['folder']);
    });

    it('is denied everything else', async (t) => {
      const scene = await start(t);
      const client = await scene.login('alice');
      await assert.rejects(namesIn(client, '/closed'), DENIED);
      await assert.rejects(client.cd('/closed'), DENIED);
      await assert.rejects(contentOf(client, '/docs/secret.txt'), DENIED);
      await assert.rejects(client.size('/docs/secret.txt'), DENIED);
      await assert.rejects(contentOf(client, '/docs/deep/../../closed/c.txt'), DENIED);
      await assert.rejects(store(client, '/docs/a.txt', 'mine now'), DENIED);
      await assert.rejects(client.remove('/docs/a.txt'), DENIED);
      await assert.rejects(client.rename('/docs/a.txt', '/inbox/a.txt'), DENIED);
      await store(client, '/inbox/mine.txt', 'mine');
      await assert.rejects(client.rename('/inbox/mine.txt', '/docs/mine.txt'), DENIED);
      await assert.rejects(client.send('SITE CHMOD 777 /inbox/mine.txt'), /500/);
      assert.equal(await readFile(join(scene.root, 'docs/a.txt'), 'utf8'), 'content of docs/a.txt');
    });

    it('may not move a folder, in which there may be what it may not see', async (t) => {
      const scene = await start(t);
      const client = await scene.login('alice');
      await client.send('MKD /inbox/folder');
      await assert.rejects(client.rename('/inbox/folder', '/inbox/other'), /cannot be renamed/);
    });

    it('cannot leave the tree', async (t) => {
      const scene = await start(t);
      const client = await scene.login('alice');
      assert.deepEqual(await namesIn(client, '/../../..'), ['docs', 'inbox']);
    });

    it('is never told where the tree is', async (t) => {
      const scene = await start(t);
      const client = await scene.login('alice');
      const noSuchFile = /^FTPError: 55\d ENOENT: no such file or directory$/;
      const says = (pattern: RegExp) => (error: Error) => pattern.test(String(error));
      await assert.rejects(contentOf(client, '/docs/none.txt'), says(noSuchFile));
      await assert.rejects(store(client, '/inbox/none/a.txt', ''), says(noSuchFile));
    });
  });

  describe('a login', () => {
    it('needs the right password of a user that exists, to the letter', async (t) => {
      const scene = await start(t);
      for (const [user, password] of [
        ['alice', 'wrong'],
        ['nobody', 'secret'],
        ['Alice', 'secret'],
        ['alice ', 'secret'],
      ] as const) {
        await assert.rejects(scene.login(user, password), /^FTPError: 530 Wrong user or password$/);
      }
      assert.equal(scene.service.accounts.cache.size, 1, 'alice alone exists');
    });
  });

  describe('queries', () => {
    it('are as many as logins, if all users fit', async (t) => {
      const scene = await start(t, USERS.length);
      const day = async (user: string) => {
        for (let i = 0; i < 3; i++) {
          const client = await scene.login(user);
          await namesIn(client, '/docs');
          await contentOf(client, '/docs/a.txt');
          await assert.rejects(client.remove('/docs/a.txt'), DENIED);
          client.close();
        }
      };
      await Promise.all(USERS.map(day));
      assert.equal(scene.queries, 3 * USERS.length);
    });

    it('are one more whenever a user has fallen out', async (t) => {
      const scene = await start(t, 2);
      const [alice, bob, carol] = await Promise.all(USERS.map((user) => scene.login(user)));
      assert(alice && bob && carol);
      await namesIn(alice, '/docs');
      await namesIn(bob, '/docs');
      const before = scene.queries;
      await namesIn(carol, '/docs');
      await namesIn(alice, '/docs');
      await namesIn(alice, '/docs');
      await namesIn(carol, '/docs');
      await namesIn(bob, '/docs');
      assert.equal(scene.queries - before, 3, 'carol, alice, alice, carol, bob');
      assert.equal(scene.service.accounts.cache.size, 2);
    });
  });
}
