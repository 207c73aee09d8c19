// The programs in the documents that need packages of others, or a Redis.

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, expectPrinted } from '../documents/blocks.js';
import { RedisServer } from './server.js';
import { sockets, versionsOf } from './table.mjs';

const ROOT = new URL('../../', import.meta.url);
const pages = readdirSync(new URL('docs/api', ROOT)).filter((name) => name.endsWith('.md'));
const documents = ['docs/layers.md', 'docs/sockets.md', ...pages.map((name) => `docs/api/${name}`)];
const programs = documents
  .map((name) => ({ name, blocks: blocksOf(name).filter(({ title }) => /^with /.test(title)) }))
  .filter(({ blocks }) => blocks.length > 0);

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.create();
  Object.assign(process.env, { REDIS_URL: `redis://127.0.0.1:${server.port}` });
});
afterAll(() => server.stop());

describe.each(programs)('$name', ({ blocks }) => {
  it('has programs that print what it says', () => {
    expectPrinted(blocks, 'test/sockets/build');
  });
});

it('finds programs', () => {
  expect(programs.length).toBeGreaterThan(5);
});

it('has a table of the versions that are installed', () => {
  const text = readFileSync(new URL('docs/sockets.md', ROOT), 'utf8');
  for (const socket of sockets) expect(text).toContain(`| ${versionsOf(socket)} |`);
});
