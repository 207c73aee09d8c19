// The tables, and every statement that reads or writes them.
//
//   accounts   name, password              who may log in
//   rules      name, position, pattern, rights   what a user may do, in this order; gone with him
//   activity   name, thread, logins, commands, last_seen_ms   what a user did on a thread
//
// Each thread of a server counts in rows of its own: it adds to what it has read before.
//
// One statement reads a user, so that what is cached was true at one moment. The statements are
// those that SQLite, MariaDB and MySQL have in common.

import type { Connection, Statement } from './connection.js';
import type { Rule } from './permissions.js';

/** A user as stored. */
export interface AccountRow {
  readonly name: string;
  readonly password: string;
  readonly rules: readonly Rule[];
}

/** What a user did. */
export interface Activity {
  readonly logins: number;
  readonly commands: number;
  /** When the last command came, in ms since 1970; 0 if none came yet. */
  readonly lastSeenMs: number;
}

/** Names are compared by their bytes: MariaDB would take `Alice` and `alice ` for `alice`. */
const NAME = 'name VARCHAR(64) COLLATE binary NOT NULL';

const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS accounts (
    ${NAME} PRIMARY KEY,
    password VARCHAR(255) NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS rules (
    ${NAME},
    position INT NOT NULL,
    pattern VARCHAR(512) NOT NULL,
    rights VARCHAR(8) NOT NULL,
    PRIMARY KEY (name, position),
    FOREIGN KEY (name) REFERENCES accounts (name) ON DELETE CASCADE)`,
  `CREATE TABLE IF NOT EXISTS activity (
    ${NAME},
    thread INT NOT NULL,
    logins BIGINT NOT NULL,
    commands BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    PRIMARY KEY (name, thread))`,
];

const SELECT_ACCOUNT = `
  SELECT password, pattern, rights
  FROM accounts LEFT JOIN rules ON rules.name = accounts.name
  WHERE accounts.name = ? ORDER BY position`;

function ruleStatements(name: string, rules: readonly Rule[]): Statement[] {
  const insert = 'INSERT INTO rules (name, position, pattern, rights) VALUES (?, ?, ?, ?)';
  return [
    ['DELETE FROM rules WHERE name = ?', [name]],
    ...rules.map(({ pattern, rights }, i): Statement => [insert, [name, i, pattern, rights]]),
  ];
}

/** The database, in the terms of the server. */
export class Database {
  #accountReads = 0;

  /** The database for a thread, by its number; 0 for a server without. */
  constructor(
    readonly connection: Connection,
    readonly thread = 0,
  ) {}

  /** How often `readAccount` has asked the database, whatever came of it. */
  get accountReads(): number {
    return this.#accountReads;
  }

  /** Makes the tables that are missing. */
  async createTables(): Promise<void> {
    for (const statement of SCHEMA) await this.connection.transact([[statement, []]]);
  }

  /** A user with all rules, in one query; `undefined` if there is no such user. */
  async readAccount(name: string): Promise<AccountRow | undefined> {
    this.#accountReads += 1;
    const rows = await this.connection.query(SELECT_ACCOUNT, [name]);
    if (rows[0] === undefined) return undefined;
    const rules = rows
      .filter(({ pattern }) => pattern !== null)
      .map(({ pattern, rights }) => ({ pattern: String(pattern), rights: String(rights) }));
    return { name, password: String(rows[0].password), rules };
  }

  /** Adds users, or replaces them and all their rules. */
  async writeAccounts(accounts: readonly AccountRow[]): Promise<void> {
    const insert = 'REPLACE INTO accounts (name, password) VALUES (?, ?)';
    await this.connection.transact(
      accounts.flatMap(({ name, password, rules }) => [
        [insert, [name, password]],
        ...ruleStatements(name, rules),
      ]),
    );
  }

  /** Replaces the rules of a user. Rejects, with nothing changed, if they are of nobody. */
  async writeRules(name: string, rules: readonly Rule[]): Promise<void> {
    await this.connection.transact(ruleStatements(name, rules));
  }

  /** Removes a user, with all rules. */
  async deleteAccount(name: string): Promise<void> {
    await this.connection.transact([['DELETE FROM accounts WHERE name = ?', [name]]]);
  }

  /** What a user did on this thread, as last written. */
  async readActivity(name: string): Promise<Activity | undefined> {
    const select =
      'SELECT logins, commands, last_seen_ms FROM activity WHERE name = ? AND thread = ?';
    const [row] = await this.connection.query(select, [name, this.thread]);
    if (row === undefined) return undefined;
    const [logins, commands, lastSeenMs] = [row.logins, row.commands, row.last_seen_ms].map(Number);
    return { logins, commands, lastSeenMs } as Activity;
  }

  /** Forgets what a user did, on any thread. */
  async deleteActivity(name: string): Promise<void> {
    await this.connection.transact([['DELETE FROM activity WHERE name = ?', [name]]]);
  }

  /** Writes what users did, all of it or none. */
  async writeActivities(activities: Iterable<readonly [string, Activity]>): Promise<void> {
    const replace =
      'REPLACE INTO activity (name, thread, logins, commands, last_seen_ms) VALUES (?, ?, ?, ?, ?)';
    await this.connection.transact(
      Array.from(activities, ([name, { logins, commands, lastSeenMs }]) => [
        replace,
        [name, this.thread, logins, commands, lastSeenMs],
      ]),
    );
  }
}
