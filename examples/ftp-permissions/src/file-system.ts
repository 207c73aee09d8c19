// The files that a user sees: those of the server, where the user's rules allow it.
//
// Every method asks before it acts, and `list` once more for every entry. What each needs:
//
//   LIST SIZE MDTM CWD   list      RETR   read         DELE RMD   delete
//   RNFR RNTO            delete    STOR APPE MKD       write
//                        and write of the new name
//
// No error that reaches the client names a path of the server.

import { stat } from 'node:fs/promises';
import { dirname, posix } from 'node:path';
import { FileSystem, type FtpConnection } from 'ftp-srv';
import type { Accounts } from './accounts.js';
import type { Right } from './permissions.js';

/** What a session is about. */
export interface Session {
  readonly connection: FtpConnection;
  /** The folder of the server that is `/` to the client. */
  readonly root: string;
  readonly user: string;
  readonly accounts: Accounts;
  /** Told of every command that lists, enters, reads or changes, before it is allowed or not. */
  readonly onCommand: (user: string) => void;
}

/** What FileSystem has and its types do not show. */
interface Resolver {
  _resolvePath(path?: string): { clientPath: string; fsPath: string };
}

/** `ENOENT: no such file or directory`, without the path that Node adds. */
function withoutPath(error: Error): Error {
  return new Error(error.message.replace(/^([A-Z]+: [^,]+),.*$/s, '$1'), { cause: error });
}

/** ftp-srv's FileSystem, guarded by the rules of one user. */
export class GuardedFileSystem extends FileSystem {
  readonly #session: Session;

  constructor(session: Session) {
    super(session.connection, { root: session.root, cwd: '/' });
    this.#session = session;
  }

  /** Not counted: it is the first half of a LIST, and all of a SIZE. */
  override get(path: string): Promise<unknown> {
    return this.#guard('l', path, () => super.get(path));
  }

  override list(path = '.'): Promise<unknown> {
    return this.#command('l', path, async () => {
      const { user, accounts } = this.#session;
      const folder = this.#resolve(path).clientPath;
      const entries: { name: string }[] = await super.list(path);
      const allowed = await Promise.all(
        entries.map(({ name }) => accounts.allows(user, 'l', posix.join(folder, name))),
      );
      return entries.filter((_, i) => allowed[i]);
    });
  }

  override chdir(path = '.'): Promise<string> {
    return this.#command('l', path, () => super.chdir(path));
  }

  override read(path: string, options?: { start?: number }): Promise<unknown> {
    return this.#command('r', path, () => super.read(path, options));
  }

  override write(path: string, options?: { append?: boolean; start?: number }): Promise<unknown> {
    return this.#command('w', path, async () => {
      // A stream that cannot be opened tells the client why, with the path of the server.
      await stat(dirname(this.#resolve(path).fsPath));
      return super.write(path, options);
    });
  }

  override delete(path: string): Promise<unknown> {
    return this.#command('d', path, () => super.delete(path));
  }

  override mkdir(path: string): Promise<unknown> {
    return this.#command('w', path, () => super.mkdir(path));
  }

  override rename(from: string, to: string): Promise<unknown> {
    return this.#command('d', from, async () => {
      await this.#require('w', to);
      // A folder would take along what the user may not touch.
      const { fsPath } = this.#resolve(from);
      if ((await stat(fsPath)).isDirectory()) throw new Error('Folders cannot be renamed');
      return super.rename(from, to);
    });
  }

  override async chmod(): Promise<never> {
    throw new Error('Permission denied');
  }

  /** Counts a command, and does it if the user may. */
  #command<T>(right: Right, path: string, action: () => Promise<T>): Promise<T> {
    this.#session.onCommand(this.#session.user);
    return this.#guard(right, path, action);
  }

  async #guard<T>(right: Right, path: string, action: () => Promise<T>): Promise<T> {
    try {
      await this.#require(right, path);
      return await action();
    } catch (error) {
      throw withoutPath(error as Error);
    }
  }

  async #require(right: Right, path: string): Promise<void> {
    const { user, accounts } = this.#session;
    const allowed = await accounts.allows(user, right, this.#resolve(path).clientPath);
    if (!allowed) throw new Error('Permission denied');
  }

  /** A path as the client means it, without a slash at its end, and where it is on this disk. */
  #resolve(path?: string): { clientPath: string; fsPath: string } {
    const { clientPath, fsPath } = (this as unknown as Resolver)._resolvePath(path);
    return { clientPath: clientPath.replace(/(?<=.)\/$/, ''), fsPath };
  }
}
