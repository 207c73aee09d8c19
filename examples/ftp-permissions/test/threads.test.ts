// A server of several threads with one cache: what one thread reads or changes, all have.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { Client } from 'basic-ftp';
import { connect } from '../src/connection.js';
import { Database } from '../src/database.js';
import { hashPassword } from '../src/password.js';
import { Threads, type ThreadsOptions } from '../src/threads.js';
import { namesIn, PASSWORD, RULES, USERS } from './scene.js';

const THREADS = 3;
type Kind = 'lru-cache' | 'SharedLRU';

/** What threads are made of that nobody listens to. */
function optionsFor(database: string, root: string, kind: Kind): ThreadsOptions {
  return {
    ...{ database, root, host: '127.0.0.1', port: 0, kind, bytes: 1 << 20, threads: THREADS },
    activities: 10,
    onLogin: () => {},
    onError: () => {},
  };
}

/** Threads over SQLite, with clients that log in on one of them. */
async function start(t: TestContext, kind: Kind = 'SharedLRU') {
  const folder = await mkdtemp(join(tmpdir(), 'wasm-lru-threads-'));
  const root = join(folder, 'files');
  await mkdir(join(root, 'docs'), { recursive: true });
  await writeFile(join(root, 'docs/a.txt'), 'a');
  const database = join(folder, 'ftp.db');
  const own = new Database(await connect(database));
  await own.createTables();
  const password = await hashPassword(PASSWORD, 2);
  await own.writeAccounts(USERS.map((name) => ({ name, password, rules: RULES })));
  await own.connection.close();
  const logins: [user: string, source: string, thread: number][] = [];
  const errors: unknown[] = [];
  const threads = await Threads.start({
    ...optionsFor(database, root, kind),
    onLogin: (...login) => logins.push(login),
    onError: (error) => errors.push(error),
  });
  const clients: Client[] = [];
  t.after(async () => {
    for (const client of clients) client.close();
    await threads.close();
    await rm(folder, { recursive: true });
  });
  const login = async (user: string, thread: number) => {
    const client = new Client();
    clients.push(client);
    const port = threads.ports[thread] as number;
    await client.access({ host: '127.0.0.1', port, user, password: PASSWORD });
    return client;
  };
  /** What a user did, by thread, as it is in the database when all have ended. */
  const activityOf = async (user: string) => {
    await threads.close();
    const { connection } = new Database(await connect(database));
    const rows = await connection.query(
      'SELECT logins, commands FROM activity WHERE name = ? ORDER BY thread',
      [user],
    );
    await connection.close();
    return rows.map((row) => [row.logins, row.commands]);
  };
  const queries = async () =>
    (await threads.reports()).reduce((sum, report) => sum + report.queries, 0);
  return { threads, login, logins, errors, queries, activityOf };
}

/** The workers that start from now on, until the end of a test. */
function workersOf(t: TestContext): Worker[] {
  const workers: Worker[] = [];
  const note = (worker: Worker) => void workers.push(worker);
  process.on('worker', note);
  t.after(() => process.off('worker', note));
  return workers;
}

describe('a server of several threads', () => {
  it('asks the database once for each login, whatever thread it is on', async (t) => {
    const { login, logins, errors, queries } = await start(t);
    for (let i = 0; i < 3 * USERS.length; i++) {
      const client = await login(USERS[i % USERS.length] as string, Math.floor(i / 2) % THREADS);
      assert.deepEqual(await namesIn(client, '/'), ['docs']);
      assert.deepEqual(await namesIn(client, '/docs'), ['a.txt']);
    }
    assert.equal(await queries(), 3 * USERS.length);
    assert.deepEqual(new Set(logins.map(([, source]) => source)), new Set(['database']));
    assert.deepEqual(errors, []);
  });

  it('asks nobody about a user whom any thread has in memory', async (t) => {
    const { threads, login, queries } = await start(t);
    await login('alice', 0);
    for (let i = 0; i < THREADS; i++) {
      assert.equal(await threads.call(i, 'allows', 'alice', 'r', '/docs/a.txt'), true);
    }
    assert.equal(await queries(), 1);
    assert.deepEqual(
      (await threads.reports()).map(({ held }) => held),
      [1, 1, 1],
    );
  });

  it('counts what a user did on each thread, and loses nothing', async (t) => {
    const { login, activityOf } = await start(t);
    for (const thread of [0, 1, 1]) await namesIn(await login('alice', thread), '/');
    assert.deepEqual(await activityOf('alice'), [
      [1, 1],
      [2, 2],
    ]);
  });

  it('ends, and tells what the others have counted, after a thread has died', async (t) => {
    const workers = workersOf(t);
    const { threads, login, activityOf } = await start(t);
    await login('alice', 0);
    const open = threads.call(1, 'readAtOnce', 'alice', 1, 600_000);
    // Now it waits. The driver of SQLite ends the process if its thread is ended within a query.
    await threads.call(1, 'report');
    await Promise.all([assert.rejects(open, { code: 'THREAD_ENDED' }), workers[1]?.terminate()]);
    // What is asked later is not answered either.
    await assert.rejects(threads.call(1, 'report'), { code: 'THREAD_ENDED' });
    const reports = await threads.reports();
    assert.deepEqual(
      reports.map(({ queries }) => queries),
      [1, 0],
    );
    assert.deepEqual(await activityOf('alice'), [[1, 0]]);
  });

  it('does not start if a thread ends before it is ready', async (t) => {
    const workers = workersOf(t);
    // A database that takes connections and says nothing: threads that wait for it are not ready.
    const silent = createServer(async (socket) => {
      await workers[0]?.terminate();
      socket.destroy();
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const database = `mysql://user:secret@127.0.0.1:${port}/ftp`;
    await assert.rejects(Threads.start(optionsFor(database, tmpdir(), 'SharedLRU')), {
      code: 'CANNOT_LISTEN',
    });
    assert.equal(workers.length, THREADS);
  });

  for (const kind of ['SharedLRU', 'lru-cache'] as const) {
    it(`sees a change of rules in every thread at once, or not: ${kind}`, async (t) => {
      const { threads } = await start(t, kind);
      const may = (thread: number) => threads.call(thread, 'allows', 'alice', 'r', '/docs/a.txt');
      for (let i = 0; i < THREADS; i++) assert.equal(await may(i), true);
      await threads.call(1, 'changeRules', 'alice', []);
      const seen = [await may(0), await may(1), await may(2)];
      const expected = kind === 'SharedLRU' ? [false, false, false] : [true, false, true];
      assert.deepEqual(seen, expected);
    });
  }
});
