// One cache for all threads, or one in each thread, a server of messages, or Redis.
//
// What is counted does not depend on when a thread runs, so all threads are played in one: these
// figures are exact, and the same on every machine. What is measured runs in threads, a fresh
// process for each cell: it needs a quiet machine, and redis-server.
//
//   npm run bench:shared                counts and measures, in two minutes: bench/shared.json, and
//                                       the blocks of docs/shared.md
//   npm run bench:shared -- --counts    counts only, and leaves the measurements as they are

import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, loadavg } from 'node:os';
import { Command } from 'commander';
import { execa } from 'execa';
import { runChild } from './child.js';
import { Failure } from './failure.js';
import { importOwn, ownPackage } from './packages.js';
import { type Kind, kinds, type SharedJob, type SharedResult } from './shared-job.js';
import { type Measured, type Outcome, type SharedReport, withShared } from './shared-page.js';
import type { Trace } from './trace.js';
import { readVendored } from './vendored.js';

const { ByteLRU } = await importOwn('bytes');
const { SharedLRU } = await importOwn('shared');

const VALUE_BYTES = 300;
const REQUESTS_MAX = 200_000;
const MIB = 1 << 20;
const MEASURED_BYTES = 4 * MIB;

/** Total bytes of the caches, and the threads among which they are divided. */
const CASES = [
  { threads: 2, bytes: MIB },
  { threads: 4, bytes: MIB },
  { threads: 8, bytes: MIB },
  { threads: 4, bytes: 4 * MIB },
];

interface Cache {
  get(key: string): Uint8Array | undefined;
  set(key: string, value: Uint8Array): boolean;
}

/** Replays a trace: a miss is loaded and stored. */
function replay(
  { ids }: Trace,
  caches: readonly (Cache & { keys(): Iterable<string> })[],
): Outcome {
  const value = new Uint8Array(VALUE_BYTES);
  let hits = 0;
  let random = 1;
  for (const id of ids) {
    random = Math.imul(random, 1664525) + 1013904223;
    const cache = caches[(random >>> 8) % caches.length] as Cache;
    const key = `item:${id}`;
    if (cache.get(key) !== undefined) hits += 1;
    else cache.set(key, value);
  }
  return { hits, distinct: new Set(caches.flatMap((cache) => [...cache.keys()])).size };
}

function countsOf(trace: Trace, threads: number, bytes: number): SharedReport['counts'][number] {
  const own = Array.from({ length: threads }, () => new ByteLRU({ maxBytes: bytes / threads }));
  const shared = (shards: number) => [new SharedLRU({ maxBytes: bytes, shards, threads: 1 })];
  return {
    ...{ trace: trace.label, threads, bytes, requests: trace.requests },
    each: replay(trace, own),
    oneShard: replay(trace, shared(1)),
    fourShards: replay(trace, shared(4)),
  };
}

/** Starts a Redis that evicts at so many bytes more than it takes when it is empty. */
async function startRedis(bytes: number): Promise<{ port: number; pid: number; end(): void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  const empty = 1_000_000;
  const bounds = ['--maxmemory', `${bytes + empty}`, '--maxmemory-policy', 'allkeys-lru'];
  const where = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', 'build'];
  const child = execa('redis-server', [...where, ...bounds], { reject: false });
  if (child.pid === undefined) throw new Failure('redis-server is not installed (apt-get)');
  let said = '';
  const isReady = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (/Ready to accept/.test(said)) resolve();
    });
  });
  const ended = child.then(() => Promise.reject(new Failure(`redis-server has ended: ${said}`)));
  await Promise.race([isReady, ended]);
  return { port, pid: child.pid, end: () => child.kill() };
}

async function measure(kind: Kind, trace: Trace, threads: number): Promise<Measured> {
  const bytes = MEASURED_BYTES;
  const redis = kind === 'Redis on loopback' ? await startRedis(bytes) : undefined;
  const job: SharedJob = {
    ...{ kind, trace: trace.label, requests: REQUESTS_MAX, threads, bytes },
    ...(redis === undefined ? {} : { redis: { port: redis.port, pid: redis.pid } }),
  };
  try {
    const plan = { node: process.execPath, module: 'shared-child.js', job };
    const result = await runChild<SharedResult>(plan);
    if ('error' in result) throw new Failure(`${kind}: ${result.error}`);
    console.error(`${kind}, ${trace.label}, threads: ${threads}`);
    return { kind, trace: trace.label, threads, bytes, ...result };
  } finally {
    redis?.end();
  }
}

async function main(): Promise<void> {
  const command = new Command('bench:shared').option('--counts', 'count, and measure nothing');
  const { counts: countsOnly } = command.parse().opts<{ counts?: true }>();
  const file = new URL('bench/shared.json', ownPackage.root);
  const before = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as SharedReport)
    : undefined;
  const traces = (await readVendored(REQUESTS_MAX)).filter(({ keys }) => keys === 'int');
  const counts = traces.flatMap((trace) =>
    CASES.map(({ threads, bytes }) => countsOf(trace, threads, bytes)),
  );
  const [load = 0] = loadavg();
  const measured: Measured[] = [];
  for (const trace of countsOnly ? [] : traces) {
    for (const threads of [1, 2]) {
      for (const kind of kinds) measured.push(await measure(kind, trace, threads));
    }
  }
  const report: SharedReport = {
    counts,
    measurements: countsOnly
      ? (before?.measurements ?? null)
      : {
          taken: new Date().toISOString(),
          node: process.version,
          cpu: cpus()[0]?.model.trim() ?? 'unknown',
          cores: cpus().length,
          load,
          measured,
        },
  };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  const page = new URL('docs/shared.md', ownPackage.root);
  writeFileSync(page, withShared(readFileSync(page, 'utf8'), report));
}

await main();
