// The FTP server: ftp-srv, with our users.

import { realpath } from 'node:fs/promises';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { type FtpConnection, FtpSrv } from 'ftp-srv';
import { type Accounts, AccountsUnavailableError, type Source } from './accounts.js';
import { GuardedFileSystem } from './file-system.js';
import { StartError } from './start-error.js';

/** What a server is made of. */
export interface ServerOptions {
  readonly accounts: Accounts;
  /** The folder that clients see as `/`. */
  readonly root: string;
  readonly host: string;
  /** 0 for any port that is free. */
  readonly port: number;
  /** Number of the thread, from 1; none for a server without threads. */
  readonly thread?: number | undefined;
  /** Told of every login that succeeds. */
  readonly onLogin: (user: string, source: Source) => void;
  /** Told of every command that lists, enters, reads or changes. */
  readonly onCommand: (user: string) => void;
  /** Told of what only the operator should read, such as why the database is away. */
  readonly onError: (error: Error) => void;
}

/** A server that listens. */
export interface Server {
  readonly port: number;
  /** Ends all sessions. */
  close(): Promise<void>;
}

/** Ports for the data of passive clients: a range to a thread, or two would try the same one. */
function passivePorts(thread: number): { pasv_min: number; pasv_max: number } {
  const first = 30_000 + (thread % PASSIVE_RANGES) * PASSIVE_PORTS;
  return { pasv_min: first, pasv_max: first + PASSIVE_PORTS - 1 };
}
const PASSIVE_RANGES = 20;
const PASSIVE_PORTS = 1_000;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

/** A client that goes away in the middle of an answer, which is no news. */
const HANGUPS = new Set(['ECONNRESET', 'EPIPE']);

/** ftp-srv logs each command, twice. What matters comes to `onError`. */
const silent = {
  child: () => silent,
  ...Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error'].map((key) => [key, () => {}])),
};

/** `close` as it is; its types have a number for the message. */
type Closing = { close(code: number, message: string): Promise<void> };

/** An FtpSrv that leaves signals alone: its own handlers exit, whatever is still to be written. */
function createFtpSrv(host: string, port: number, thread: number): FtpSrv {
  const before = SIGNALS.map((signal) => process.listeners(signal));
  const ftp = new FtpSrv({
    url: `ftp://${host}:${port}`,
    pasv_url: host,
    ...passivePorts(thread),
    greeting: 'wasm-lru example',
    log: silent,
  });
  for (const [i, signal] of SIGNALS.entries()) {
    const added = process.listeners(signal).filter((listener) => !before[i]?.includes(listener));
    for (const listener of added) process.removeListener(signal, listener);
  }
  return ftp;
}

/** Starts a server. Rejects with a `StartError` if it cannot listen. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { accounts, host, onLogin, onCommand, onError } = options;
  // ftp-srv takes a file for one outside if its real path does not begin with the root.
  const root = await realpath(options.root);
  const ftp = createFtpSrv(host, options.port, options.thread ?? 0);

  const login = async (connection: FtpConnection, user: string, password: string) => {
    const source = await accounts.login(user, password);
    if (source === undefined) throw new Error('Wrong user or password');
    onLogin(user, source);
    return { fs: new GuardedFileSystem({ connection, root, user, accounts, onCommand }) };
  };
  const refuse = async (connection: FtpConnection, error: Error) => {
    if (!(error instanceof AccountsUnavailableError)) return;
    onError(error);
    // 530 would mean a wrong password, which a client need not try again.
    await (connection as unknown as Closing).close(421, error.message);
  };
  ftp.on('login', ({ connection, username, password }, resolve, reject) => {
    login(connection, username, password).then(resolve, async (error: Error) => {
      await refuse(connection, error);
      reject(error);
    });
  });
  ftp.on('client-error', ({ error }) => {
    if (!HANGUPS.has((error as NodeJS.ErrnoException).code ?? '')) onError(error);
  });

  // Its types hide the socket, and it does not tell which port it got.
  const { server } = ftp as unknown as { server: NetServer };
  // A listing has two short answers; the second would wait until the client, 40 ms later,
  // acknowledges the first.
  server.on('connection', (socket) => socket.setNoDelay());
  await ftp.listen().catch((error: unknown) => {
    throw new StartError('CANNOT_LISTEN', `Cannot listen on ${host}:${options.port}`, error);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      await ftp.close();
    },
  };
}
