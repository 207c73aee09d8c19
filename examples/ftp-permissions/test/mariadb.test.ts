// Everything about sessions and faults, over a MariaDB that is really killed.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { testActivity } from './activity.js';
import { demoTable } from './demo-table.js';
import { type Faults, testFaults } from './faults.js';
import { hasMariaDb, MariaDb } from './mariadb.js';
import { namesIn, Scene } from './scene.js';
import { testSessions } from './sessions.js';

const isInstalled = await hasMariaDb();
const isNeeded = Boolean(process.env.CI);

describe('over MariaDB', {
  skip: !isInstalled && !isNeeded && 'MariaDB is not installed (apt-get install mariadb-server)',
}, () => {
  let server: MariaDb;
  before(async () => {
    assert(isInstalled, 'CI needs MariaDB: apt-get install mariadb-server');
    server = await MariaDb.create();
  });
  after(() => server?.delete());

  const faults: Faults = {
    url: () => server.url,
    goDown: () => server.kill(),
    comeBack: () => server.start(),
  };
  testSessions(faults.url);
  testFaults(faults);
  testActivity(faults);

  it('asks once for a user who logs in twice while the table is locked', async (t) => {
    const scene = await Scene.start(t, 10, server.url);
    const other = await createConnection(server.url);
    await other.query('LOCK TABLES accounts WRITE, rules WRITE');
    const { mock: asked } = t.mock.method(scene.service.accounts, 'login');
    const logins = [scene.login('alice'), scene.login('alice'), scene.login('bob')];
    const waiting = async () => {
      const [rows] = await other.query('SHOW PROCESSLIST');
      return (rows as { State: string }[]).filter(({ State }) => /metadata lock/.test(State));
    };
    while (asked.callCount() < 3 || (await waiting()).length < 2) await sleep(5);
    await other.query('UNLOCK TABLES');
    await other.end();
    const [client] = await Promise.all(logins);
    assert(client);
    assert.deepEqual(await namesIn(client, '/'), ['docs', 'inbox']);
    assert.equal(scene.queries, 2, 'one for alice, one for bob');
  });

  it('runs the demo: queries are logins if all users fit', async () => {
    const small = '--users 20 --cache 5 --sessions 10 --files 50 --rules 5'.split(' ');
    const table = await demoTable('--database', server.url, ...small);
    assert.deepEqual([table.at(-1)?.[0], table.at(-1)?.[2]], ['SharedLRU', table.at(3)?.[2]]);
  });
});
