// One session of one user, through a real FTP client. Everything the server answers is checked.

import { PassThrough, Readable } from 'node:stream';
import { Client, FTPError } from 'basic-ftp';
import { PermissionSet } from '../permissions.js';
import type { Action } from './schedule.js';
import { fileName, PASSWORD, rulesOf, userName } from './world.js';

/** What all sessions of a run share. */
export interface SessionOptions {
  /** Of each thread. */
  readonly ports: readonly number[];
  readonly rules: number;
  /** Files in the archive. */
  readonly files: number;
  /** Told how long each listing took, in nanoseconds. */
  readonly onListing: (ns: bigint) => void;
}

/** A user who is logged in on a thread. */
export class Session {
  readonly #client = new Client();
  readonly #name: string;
  readonly #visible: string[];

  constructor(
    user: number,
    readonly thread: number,
    readonly options: SessionOptions,
  ) {
    this.#name = userName(user);
    const permissions = new PermissionSet(rulesOf(user, options.rules));
    this.#visible = Array.from({ length: options.files }, (_, file) => fileName(file)).filter(
      (name) => permissions.allows('l', `/archive/${name}`),
    );
  }

  async login(): Promise<void> {
    const port = this.options.ports[this.thread] as number;
    await this.#client.access({ host: '127.0.0.1', port, user: this.#name, password: PASSWORD });
  }

  act(action: Action): Promise<void> {
    switch (action) {
      case 'list':
        return this.#list();
      case 'retrieve':
        return this.#retrieve();
      case 'store':
        return this.#store();
      case 'denied':
        return this.#tryWhatIsDenied();
    }
  }

  close(): void {
    this.#client.close();
  }

  async #list(): Promise<void> {
    const begin = process.hrtime.bigint();
    const entries = await this.#client.list('/archive');
    this.options.onListing(process.hrtime.bigint() - begin);
    const names = entries.map(({ name }) => name).sort();
    if (names.join() !== [...this.#visible].sort().join()) {
      throw new Error(`${this.#name} was shown ${names.length} files of ${this.#visible.length}`);
    }
  }

  async #retrieve(): Promise<void> {
    const sink = new PassThrough().resume();
    await this.#client.downloadTo(sink, `/archive/${this.#visible[0]}`);
  }

  async #store(): Promise<void> {
    await this.#client.uploadFrom(Readable.from(['left here']), `/drop/${this.#name}-note.txt`);
  }

  async #tryWhatIsDenied(): Promise<void> {
    await this.#isDenied(this.#client.downloadTo(new PassThrough(), `/archive/${fileName(9)}`));
    await this.#isDenied(this.#client.remove(`/archive/${this.#visible[0]}`));
    const other = '/drop/somebody-else.txt';
    await this.#isDenied(this.#client.uploadFrom(Readable.from(['mine']), other));
  }

  async #isDenied(command: Promise<unknown>): Promise<void> {
    const error = await command.then(
      () => new Error(`${this.#name} was allowed too much`),
      (refusal: unknown) => refusal,
    );
    if (!(error instanceof FTPError) || !/Permission denied/.test(error.message)) throw error;
  }
}
