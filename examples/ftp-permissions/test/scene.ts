// A server with a tree of files, three users and a faulty database, and clients to ask it.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { Client } from 'basic-ftp';
import { LruAccountCache } from '../src/account-cache.js';
import { connect } from '../src/connection.js';
import { Database } from '../src/database.js';
import { hashPassword } from '../src/password.js';
import type { Rule } from '../src/permissions.js';
import { type Service, startService } from '../src/service.js';
import { FaultyConnection } from './faulty-connection.js';

/** The password of every user of a scene. */
export const PASSWORD = 'secret';

/** The users of every scene. */
export const USERS = ['alice', 'bob', 'carol'];

/** Of how many users what they did is in memory. */
export const ACTIVITIES = 10;

/** What each of them may do at first. */
export const RULES: readonly Rule[] = [
  { pattern: '/docs/secret*', rights: '' },
  { pattern: '/', rights: 'l' },
  { pattern: '/docs/**', rights: 'lr' },
  { pattern: '/inbox/**', rights: 'lrwd' },
];

/** The folders and files of every scene. */
async function createFiles(root: string): Promise<void> {
  for (const name of ['docs/deep', 'inbox', 'closed']) {
    await mkdir(join(root, name), { recursive: true });
  }
  for (const name of ['docs/a.txt', 'docs/b.txt', 'docs/secret.txt', 'closed/c.txt']) {
    await writeFile(join(root, name), `content of ${name}`);
  }
}

async function createUsers(database: Database): Promise<void> {
  await database.createTables();
  for (const table of ['accounts', 'rules', 'activity']) {
    await database.connection.transact([[`DELETE FROM ${table}`, []]]);
  }
  const password = await hashPassword(PASSWORD, 2);
  await database.writeAccounts(USERS.map((name) => ({ name, password, rules: RULES })));
}

/** One server of one test. */
export class Scene {
  readonly root: string;
  readonly #clients: Client[] = [];

  private constructor(
    readonly folder: string,
    readonly connection: FaultyConnection,
    readonly service: Service,
    /** What the operator was told. */
    readonly errors: readonly Error[],
  ) {
    this.root = join(folder, 'files');
  }

  /**
   * Starts a server that holds `max` users, over SQLite or the database given, emptied. It ends
   * with the test.
   */
  static async start(
    t: TestContext,
    max: number,
    url?: string,
    databaseMs?: number,
  ): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), 'wasm-lru-scene-'));
    await createFiles(join(folder, 'files'));
    const connection = new FaultyConnection(await connect(url ?? join(folder, 'ftp.db')));
    await createUsers(new Database(connection));
    const errors: Error[] = [];
    const service = await startService({
      connection,
      root: join(folder, 'files'),
      host: '127.0.0.1',
      port: 0,
      createCache: (store) => new LruAccountCache(max, store),
      activities: ACTIVITIES,
      onError: (error) => errors.push(error),
      ...(databaseMs === undefined ? {} : { databaseMs }),
    });
    const scene = new Scene(folder, connection, service, errors);
    t.after(() => scene.#end());
    return scene;
  }

  /** A client that has logged in. Rejects with what the server says if it may not. */
  async login(user: string, password = PASSWORD): Promise<Client> {
    const client = new Client();
    this.#clients.push(client);
    await client.access({ host: '127.0.0.1', port: this.service.port, user, password });
    return client;
  }

  /** How many queries have read a user. */
  get queries(): number {
    return this.service.database.accountReads;
  }

  async #end(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.service.close();
    await rm(this.folder, { recursive: true });
  }
}

/** The names that a client is shown. */
export async function namesIn(client: Client, path: string): Promise<string[]> {
  return (await client.list(path)).map(({ name }) => name).sort();
}

/** The content of a file. */
export async function contentOf(client: Client, path: string): Promise<string> {
  const stream = new PassThrough();
  const [content] = await Promise.all([text(stream), client.downloadTo(stream, path)]);
  return content;
}

/** Uploads a file. */
export async function store(client: Client, path: string, content: string): Promise<void> {
  await client.uploadFrom(Readable.from([content]), path);
}
