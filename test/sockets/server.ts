// A Redis of its own: a process on a port of the loopback, with nothing on disk.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** Only so that what never comes true is told of by its name: below the timeout of a test. */
const VAIN_MS = 100_000;
const POLL_MS = 10;

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}

/** Waits until something is true. */
export async function until(isTrue: () => unknown, what: string): Promise<void> {
  const deadline = Date.now() + VAIN_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}`);
    await sleep(POLL_MS);
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const startProgram = (program: string, args: readonly string[]) =>
  execa(program, args, { stdio: 'ignore', reject: false });

/** A server that can be stopped and started again, empty. */
export class RedisServer {
  readonly port: number;
  #process: ReturnType<typeof startProgram> | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  /** Starts a server, of whichever program is installed. */
  static async create(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const where = ['--port', `${this.port}`, '--bind', '127.0.0.1'];
    const args = [...where, '--save', '', '--appendonly', 'no'];
    for (const program of ['redis-server', 'valkey-server']) {
      const child = startProgram(program, args);
      // Not installed.
      if (child.pid === undefined) continue;
      this.#process = child;
      return until(() => {
        if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
        return answers(this.port);
      }, 'Redis answered');
    }
    throw new Error('Install redis-server or valkey-server');
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    child?.kill('SIGKILL');
    await child;
  }
}
