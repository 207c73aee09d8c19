// What users did: counted in memory, written later, and lost only with the process.

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'basic-ftp';
import { ActivityLostError } from '../src/activity-log.js';
import type { Activity } from '../src/database.js';
import type { Faults } from './faults.js';
import { ACTIVITIES, namesIn, PASSWORD, Scene, USERS } from './scene.js';

const LOST = 'What users did is lost, as the database is away:';
const CHILD = fileURLToPath(new URL('server-child.js', import.meta.url));

/** The counts without the time. */
const countsOf = ({ logins, commands }: Activity) => ({ logins, commands });

/** What the database has of a user. */
async function storedOf(scene: Scene, name: string): Promise<object | undefined> {
  const stored = await scene.service.database.readActivity(name);
  return stored && countsOf(stored);
}

/** What the operator was told to be lost. */
function lossesOf({ errors }: Scene): string[] {
  return errors.filter((e) => e instanceof ActivityLostError).map(({ message }) => message);
}

/** A server in a process of its own, over the database of a scene. */
async function forkServer(scene: Scene, url: string) {
  const child = fork(CHILD, [url, scene.root]);
  const message = async () => {
    const exit = once(child, 'exit').then(() => assert.fail('The server ended'));
    return (await Promise.race([once(child, 'message'), exit]))[0];
  };
  const port = Number(await message());
  return {
    port,
    sync: async () => {
      child.send('sync');
      return message();
    },
    kill: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Registers the tests. */
export function testActivity(faults: Faults): void {
  const start = (t: TestContext) => Scene.start(t, 10, faults.url());

  describe('what users did', () => {
    it('is counted at once, and written by sync', async (t) => {
      const scene = await start(t);
      const { activity } = scene.service;
      const begin = Date.now();
      for (const user of USERS) {
        const client = await scene.login(user);
        await namesIn(client, '/docs');
        await assert.rejects(client.remove('/docs/a.txt'));
      }
      const counted = await activity.read('alice');
      assert.deepEqual(countsOf(counted), { logins: 1, commands: 2 });
      assert(counted.lastSeenMs >= begin);
      assert.equal(activity.dirtySize, USERS.length);
      assert.equal(await storedOf(scene, 'alice'), undefined);
      await activity.sync();
      assert.equal(activity.dirtySize, 0);
      for (const user of USERS) {
        assert.deepEqual(await storedOf(scene, user), { logins: 1, commands: 2 });
      }
    });

    it('is kept while the database is down, and written when it is back', async (t) => {
      const scene = await start(t);
      const { activity } = scene.service;
      const client = await scene.login('alice');
      await activity.sync();
      await faults.goDown(scene);
      await namesIn(client, '/');
      await assert.rejects(activity.sync());
      assert.equal(activity.dirtySize, 1);
      await namesIn(client, '/');
      await faults.comeBack(scene);
      await activity.sync();
      assert.deepEqual(await storedOf(scene, 'alice'), { logins: 1, commands: 2 });
    });

    it('is kept of a bounded number of users, and the operator told of others', async (t) => {
      const scene = await start(t);
      const { activity } = scene.service;
      const count = (names: string[]) => {
        for (const name of names) activity.countCommand(name);
      };
      const cached = Array.from({ length: ACTIVITIES }, (_, i) => `cached${i}`);
      const unknown = Array.from({ length: ACTIVITIES + 5 }, (_, i) => `unknown${i}`);
      count(cached);
      await activity.sync();
      await faults.goDown(scene);
      for (let i = 0; i < 3; i++) count(cached);
      await setImmediate();
      for (let i = 0; i < 3; i++) count(unknown);
      await assert.rejects(activity.sync());
      assert.equal(activity.dirtySize, 2 * ACTIVITIES);
      assert.deepEqual(lossesOf(scene), [`${LOST} 15 counts`]);
      await faults.comeBack(scene);
      await activity.sync();
      assert.equal(activity.dirtySize, 0);
      assert.deepEqual(await storedOf(scene, cached.at(-1) ?? ''), { logins: 0, commands: 4 });
      for (const [i, name] of unknown.entries()) {
        const expected = i < ACTIVITIES ? { logins: 0, commands: 3 } : undefined;
        assert.deepEqual(await storedOf(scene, name), expected, name);
      }
    });

    it('is lost if the database is down when the server ends, which is told', async (t) => {
      const scene = await start(t);
      const { activity } = scene.service;
      await faults.goDown(scene);
      activity.countLogin('alice');
      await activity.close();
      assert.deepEqual(lossesOf(scene), [`${LOST} of 1 users`]);
      await faults.comeBack(scene);
    });

    it('is in the database after a sync, though the server is killed', async (t) => {
      const scene = await start(t);
      const server = await forkServer(scene, faults.url() ?? `${scene.folder}/ftp.db`);
      const client = new Client();
      t.after(() => client.close());
      const { port } = server;
      await client.access({ host: '127.0.0.1', port, user: 'alice', password: PASSWORD });
      for (let i = 0; i < 5; i++) await namesIn(client, '/docs');
      assert.deepEqual(await server.sync(), { dirtyBefore: 1, dirtyAfter: 0 });
      await namesIn(client, '/docs');
      await server.kill();
      assert.deepEqual(await storedOf(scene, 'alice'), { logins: 1, commands: 5 });
    });
  });
}
