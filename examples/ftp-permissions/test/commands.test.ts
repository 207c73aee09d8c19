// The commands as people run them: what they say when they cannot start, and how Ctrl+C ends them.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'basic-ftp';
import { connect } from '../src/connection.js';
import { Database } from '../src/database.js';
import { PASSWORD, userName } from '../src/demo/world.js';

const exec = promisify(execFile);
const START = fileURLToPath(new URL('../src/main.js', import.meta.url));
const DEMO = fileURLToPath(new URL('../src/demo/demo.js', import.meta.url));
/** A demo that begins soon, and does not end by itself while a test waits. */
const LONG = '--users 40 --rules 5 --files 50 --sessions 5000'.split(' ');

/** What a command says that ends with code 1, and nothing else. */
async function failureOf(command: string, ...options: string[]): Promise<string> {
  const failure = await exec(process.execPath, [command, ...options]).then(
    () => assert.fail('It started'),
    (error: { code: number; stderr: string }) => error,
  );
  assert.equal(failure.code, 1, failure.stderr);
  return failure.stderr;
}

/** A command under way, with a folder for what it leaves behind. */
async function begin(t: TestContext, command: string, ...options: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'wasm-lru-command-'));
  t.after(() => rm(folder, { recursive: true }));
  const left = join(folder, 'left');
  await mkdir(left);
  const database = join(folder, 'ftp.db');
  const child = spawn(process.execPath, [command, '--database', database, ...options], {
    env: { ...process.env, TMPDIR: left },
    detached: true,
  });
  t.after(() => child.kill('SIGKILL'));
  // A terminal sends it to all processes that the command has started.
  const interrupt = () => process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
  return { child, database, left, exit: once(child, 'exit'), said: text(child.stderr), interrupt };
}

describe('a command that cannot start', () => {
  it('names the database that does not answer, without its password', async () => {
    const address = '127.0.0.1:1/ftp';
    for (const command of [START, DEMO]) {
      const said = await failureOf(command, '--database', `mysql://root:se@cret@${address}`);
      const expected = `Cannot open the database mysql://root@${address}: connect ECONNREFUSED`;
      assert.equal(said.trimEnd(), `${expected} 127.0.0.1:1`);
    }
  });

  it('names the file that is no database', async () => {
    const said = await failureOf(START, '--database', START);
    assert(said.startsWith(`Cannot open the database ${START}: `), said);
    const other = await failureOf(START, '--database', 'postgres://127.0.0.1/ftp');
    assert.match(other, /^Cannot open the database postgres:.*: neither mysql:\/\/ nor a file$/m);
  });

  it('names the port that is taken', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const said = await failureOf(START, '--port', String(port), '--users', '1');
    assert.match(said, new RegExp(`^Cannot listen on 127.0.0.1:${port}: .*EADDRINUSE.*\n$`));
  });

  it('names the option that is no number', async () => {
    const said = await failureOf(DEMO, '--users', '0');
    assert.match(said, /--users <n>' argument '0' is invalid/);
  });
});

describe('Ctrl+C', () => {
  it('ends the server when it has written what users did, and leaves nothing', async (t) => {
    const { child, database, left, exit, said, interrupt } = await begin(t, START, '--port', '0');
    let told = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      told += chunk;
    });
    while (!/Ctrl\+C/.test(told)) await sleep(20);
    const client = new Client();
    t.after(() => client.close());
    const port = Number(/:(\d+)\/archive/.exec(told)?.[1]);
    const [user, password] = [userName(0), PASSWORD];
    await client.access({ host: '127.0.0.1', port, user, password });
    await client.list('/archive');
    interrupt();
    assert.deepEqual(await exit, [0, null], await said);
    assert.deepEqual(await readdir(left), []);
    assert.match(told, new RegExp(`^${user} logged in, from the database$`, 'm'));
    assert.match(told, /^1 logins, 1 queries that read a user\.$/m);
    const stored = new Database(await connect(database));
    const activity = await stored.readActivity(user);
    await stored.connection.close();
    assert.deepEqual([activity?.logins, activity?.commands], [1, 1]);
  });

  it('ends a server of two threads, which tells what they did together', async (t) => {
    const options = ['--port', '0', '--workers', '2'];
    const { child, left, exit, said, interrupt } = await begin(t, START, ...options);
    let told = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      told += chunk;
    });
    while (!/Ctrl\+C/.test(told)) await sleep(20);
    for (const [, port] of told.split('Users')[0]?.matchAll(/:(\d+)\/archive/g) ?? []) {
      const client = new Client();
      t.after(() => client.close());
      const [user, password] = [userName(0), PASSWORD];
      await client.access({ host: '127.0.0.1', port: Number(port), user, password });
      await client.list('/archive');
    }
    interrupt();
    assert.deepEqual(await exit, [0, null], await said);
    assert.deepEqual(await readdir(left), []);
    for (const thread of [1, 2]) {
      assert.match(told, new RegExp(`^user00000 logged in on thread ${thread}, from`, 'm'));
    }
    assert.match(told, /^2 logins, 2 queries that read a user\.$/m);
    assert.match(told, /^1 users in memory at the end\.$/m);
  });

  it('ends the demo between two commands, and leaves nothing', async (t) => {
    const { left, exit, said, interrupt } = await begin(t, DEMO, ...LONG);
    const drop = async () => {
      const [folder = ''] = await readdir(left);
      return readdir(join(left, folder, 'files/drop')).catch(() => []);
    };
    while ((await drop()).length === 0) await sleep(20);
    interrupt();
    assert.deepEqual(await exit, [130, null]);
    assert.equal(await said, 'Interrupted\n');
    assert.deepEqual(await readdir(left), []);
  });
});
