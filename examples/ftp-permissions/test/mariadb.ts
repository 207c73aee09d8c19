// A MariaDB server of its own: a folder that is thrown away, and a port of the loopback.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';

const START_MS = 30_000;
// Debian has the server where only root looks.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
const exec = promisify(execFile);

/** Whether the server is installed. */
export async function hasMariaDb(): Promise<boolean> {
  return exec('mariadbd', ['--version'], { env }).then(
    () => true,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}

/** A server that can be killed and started again. */
export class MariaDb {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.url = `mysql://root@127.0.0.1:${port}/ftp`;
  }

  /** Makes a server with an empty database, and starts it. */
  static async create(): Promise<MariaDb> {
    const folder = await mkdtemp(join(tmpdir(), 'wasm-lru-mariadb-'));
    const { username } = userInfo();
    const normal = '--auth-root-authentication-method=normal';
    await exec(
      'mariadb-install-db',
      ['--no-defaults', `--datadir=${folder}`, `--user=${username}`, normal, '--skip-test-db'],
      { env },
    );
    const server = new MariaDb(folder, await freePort());
    await server.start();
    const connection = await createConnection(server.url.replace(/ftp$/, ''));
    await connection.query('CREATE DATABASE ftp');
    await connection.end();
    return server;
  }

  /** Starts the server, and waits until it answers. */
  async start(): Promise<void> {
    const { username } = userInfo();
    const socket = join(this.#folder, 'socket');
    this.#process = spawn(
      'mariadbd',
      [
        ...['--no-defaults', `--datadir=${this.#folder}`, `--user=${username}`],
        ...[`--port=${this.#port}`, '--bind-address=127.0.0.1', `--socket=${socket}`],
        ...['--innodb-buffer-pool-size=16M', '--innodb-log-file-size=8M'],
      ],
      { env, stdio: 'ignore' },
    );
    const deadline = Date.now() + START_MS;
    while (!(await this.#answers())) {
      if (Date.now() > deadline) throw new Error('MariaDB does not start');
      await sleep(50);
    }
  }

  /** Kills the server, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** Ends the server, and deletes all it has written. */
  async delete(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }

  async #answers(): Promise<boolean> {
    return createConnection(this.url.replace(/ftp$/, '')).then(
      (connection) => connection.end().then(() => true),
      () => false,
    );
  }
}
