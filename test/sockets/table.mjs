// The table of docs/sockets.md, from the report of a run and the versions in the lockfile: written
// with --write; with --check, it has to be the one that is there.

import { readFileSync, writeFileSync } from 'node:fs';
import { table, withBlock } from '../../tools/markdown.mjs';

const ROOT = new URL('../../', import.meta.url);
const DOCUMENT = new URL('docs/sockets.md', ROOT);
const REPORT = new URL('build/sockets.json', ROOT);
const COLUMNS = [
  ...['entry', 'packages', 'suite beside our own tests'],
  ...['what the stock store does, and ours does not', 'tests passed'],
];

/** Each entry: its packages, the suite beside our own tests, and what the stock store does. */
const SOCKETS = [
  {
    entry: 'keyv',
    packages: { keyv: 'Keyv', 'keyv-6': 'Keyv', '@keyv/test-suite': '@keyv/test-suite' },
    suite: '`@keyv/test-suite`, with both',
    stock: [
      'A `Map` is unbounded. A bare cache in Keyv 5 clears all namespaces, has no iterator, and',
      'says that a refused value is stored',
    ].join(' '),
  },
  {
    entry: 'unstorage',
    packages: { unstorage: 'unstorage' },
    suite: 'the same commands for its `memory` driver',
    stock: 'its `lru-cache` driver ignores `ttl`, and shares bytes with their owner',
  },
  {
    entry: 'apollo',
    packages: { '@apollo/utils.keyvaluecache': '@apollo/utils.keyvaluecache' },
    suite: 'the same commands for its `InMemoryLRUCache`',
    stock: 'throws for an empty string',
  },
  {
    entry: 'ocache',
    packages: { ocache: 'ocache' },
    suite: 'the same commands for its memory storage',
    stock: 'nothing that a test shows',
  },
  {
    entry: 'cache-api',
    packages: { undici: 'undici', hono: 'Hono' },
    suite: 'the same commands for the `caches` of undici; Hono’s middleware on Node',
    stock: 'Node and Bun have none, and Hono then caches nothing; that of undici never forgets',
  },
  {
    entry: 'undici',
    packages: { undici: 'undici' },
    suite: 'the same commands for its `MemoryCacheStore`; its interceptor and a server',
    stock: 'counts no headers, throws half away when it is full, shares the bytes of a body',
  },
  {
    entry: 'next',
    packages: { next: 'Next' },
    suite: 'the same commands for its own handler; an app, built and started',
    stock: [
      'never forgets a tag; waits for ever for an entry that failed; a mark as stale takes back an',
      'expiry; an older entry replaces a newer one; a page in text of two bytes counts half',
    ].join(' '),
  },
  {
    entry: 'redis',
    packages: { redis: 'node-redis', ioredis: 'ioredis' },
    suite: 'a Redis; all orders of six steps',
    stock: [
      'that of node-redis: its index of keys only grows; after a lost connection an older value',
      'can stay; takes two keys in bytes for one. ioredis has none',
    ].join(' '),
  },
  {
    entry: 'metrics',
    packages: { 'prom-client': 'prom-client', '@opentelemetry/sdk-metrics': 'OpenTelemetry' },
    suite: 'a registry, a meter',
    stock: '–',
  },
];

const lock = JSON.parse(readFileSync(new URL('package-lock.json', import.meta.url), 'utf8'));

/** The versions of the packages of an entry, as they are locked. */
export function versionsOf({ packages }) {
  const named = Object.entries(packages).map(([name, shown]) => {
    const { version } = lock.packages[`node_modules/${name}`];
    return `${shown} ${version}`;
  });
  return named.join(', ');
}

/** How many tests of an entry passed. */
function passedOf({ testResults }, entry) {
  const own = new RegExp(`/${entry}(\\.[\\w-]+)?\\.test\\.ts$`);
  const tests = testResults
    .filter(({ name }) => own.test(name))
    .flatMap((file) => file.assertionResults);
  const failed = tests.filter(({ status }) => status !== 'passed');
  if (failed.length > 0) throw new Error(`${entry}: ${failed.length} tests failed`);
  return tests.length;
}

function rowOf(socket, passed) {
  const { entry, suite, stock } = socket;
  return [`\`wasm-lru/${entry}\``, versionsOf(socket), suite, stock, `${passed}`];
}

/** The rows of the table. */
export const sockets = SOCKETS;

/** The document with the table of the last run. */
function rewritten(text) {
  const report = JSON.parse(readFileSync(REPORT, 'utf8'));
  const rows = SOCKETS.map((socket) => rowOf(socket, passedOf(report, socket.entry)));
  return withBlock(text, 'sockets', table(COLUMNS, rows, 4));
}

const [, , mode] = process.argv;
if (mode === '--write' || mode === '--check') {
  const text = readFileSync(DOCUMENT, 'utf8');
  const wanted = rewritten(text);
  if (mode === '--write') writeFileSync(DOCUMENT, wanted);
  else if (wanted !== text) {
    process.stderr.write('The table of docs/sockets.md is out of date: npm run docs:sockets\n');
    process.exitCode = 1;
  }
}
