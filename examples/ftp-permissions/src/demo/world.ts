// The world of the demo: users, what each may do, and a tree of files.
//
//   /archive   many files, each of a team; a user sees those of some teams, and no secret ones
//   /drop      where users leave files, and see their own

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../connection.js';
import { Database } from '../database.js';
import { hashPassword } from '../password.js';
import type { Rule } from '../permissions.js';

/** The password of every user of the demo. */
export const PASSWORD = 'demo';

const TEAMS = 50;
/** With fewer files or rules, there are users who see no file: some teams have secret ones only. */
export const FILES_LEAST = TEAMS;
export const RULES_LEAST = 5;
const FILE_BYTES = 1_024;
/** Users to a transaction. */
const BATCH = 200;

const padded = (value: number, digits: number) => String(value).padStart(digits, '0');

/** The name of a user, counted from 0. */
export function userName(user: number): string {
  return `user${padded(user, 5)}`;
}

/** The name of a file in the archive, counted from 0. Every tenth is secret. */
export function fileName(file: number): string {
  if (file % 10 === 9) return `secret-${padded(file, 4)}.dat`;
  return `team${padded(file % TEAMS, 2)}-${padded(file, 4)}.dat`;
}

/** The rules of a user: as many as given, and for at least two teams. */
export function rulesOf(user: number, count: number): Rule[] {
  const fixed = [
    { pattern: '/archive/secret-*', rights: '' },
    { pattern: '/{,archive,drop}', rights: 'l' },
    { pattern: `/drop/${userName(user)}-*`, rights: 'lrwd' },
  ];
  const teams = Math.max(2, count - fixed.length);
  const rules = Array.from({ length: teams }, (_, i) => {
    const team = padded((user * 7 + i) % TEAMS, 2);
    return { pattern: `/archive/team${team}-*`, rights: 'lr' };
  });
  return [...fixed, ...rules];
}

/** Makes the tree, with as many files in the archive as given. */
export async function createTree(root: string, files: number): Promise<void> {
  await mkdir(join(root, 'archive'), { recursive: true });
  await mkdir(join(root, 'drop'), { recursive: true });
  for (let file = 0; file < files; file++) {
    await writeFile(join(root, 'archive', fileName(file)), Buffer.alloc(FILE_BYTES, file));
  }
}

/** Writes users with as many rules each as given. They share a password, hashed once. */
export async function createUsers(url: string, users: number, rules: number): Promise<void> {
  // A low cost: hundreds of logins at once are the point of the demo, and no real password is.
  const password = await hashPassword(PASSWORD, 2 ** 10);
  const account = (user: number) => ({
    name: userName(user),
    password,
    rules: rulesOf(user, rules),
  });
  const database = new Database(await connect(url));
  try {
    await database.createTables();
    for (let first = 0; first < users; first += BATCH) {
      const length = Math.min(BATCH, users - first);
      await database.writeAccounts(Array.from({ length }, (_, i) => account(first + i)));
    }
  } finally {
    await database.connection.close();
  }
}
