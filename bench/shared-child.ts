// One cell of the benchmark of shared caches: threads that replay a trace on caches of one kind.
//
// Its argument is a `SharedJob` in JSON, and it writes a `SharedResult`. The same file is the
// program of its threads. A request goes to a thread at random; a miss stores a value.

import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  parentPort,
  Worker,
  workerData,
} from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import type { SharedLRU } from '../src/shared.js';
import { importOwn } from './packages.js';
import type { SharedJob, SharedResult } from './shared-job.js';
import { readVendored } from './vendored.js';

const { ByteLRU } = await importOwn('bytes');
const shares = await importOwn('shared');

const VALUE_BYTES = 300;
const value = Buffer.alloc(VALUE_BYTES, 'v');

type Work = SharedJob & { thread: number; own: unknown; gate: SharedArrayBuffer };
type Answer<T> = T | Promise<T>;

interface Cache {
  get(key: string): Answer<unknown>;
  set(key: string, value: Buffer): Answer<unknown>;
}

function lruCache(bytes: number): LRUCache<string, Buffer> {
  const sizeCalculation = (own: Buffer, key: string) => own.length + key.length;
  return new LRUCache({ maxSize: bytes, sizeCalculation });
}

/** A cache behind a port: each request waits for its answer. */
function askedBy(port: MessagePort): Cache {
  const ask = (message: unknown) =>
    new Promise((resolve) => {
      port.once('message', resolve);
      port.postMessage(message);
    });
  return {
    get: async (key) => (await ask({ key })) ?? undefined,
    set: (key, own) => ask({ key, own }),
  };
}

function serve(cache: LRUCache<string, Buffer>, port: MessagePort): void {
  port.on('message', ({ key, own }: { key: string; own?: Uint8Array }) => {
    if (own === undefined) port.postMessage(cache.get(key) ?? null);
    else {
      cache.set(key, Buffer.from(own));
      port.postMessage(true);
    }
  });
}

/** Redis, by its protocol, a request at a time. */
async function redisAt(port: number): Promise<Cache & { close(): void }> {
  const socket = createConnection({ port, host: '127.0.0.1' }).setNoDelay();
  await new Promise((resolve) => socket.once('connect', resolve));
  const ask = (...parts: (string | Buffer)[]): Promise<Buffer> => {
    const head = [`*${parts.length}\r\n`];
    for (const part of parts) head.push(`$${Buffer.byteLength(part)}\r\n`, `${part}\r\n`);
    socket.write(head.join(''));
    return new Promise((resolve) => {
      let all = Buffer.alloc(0);
      const more = (chunk: Buffer) => {
        all = Buffer.concat([all, chunk]);
        const line = all.indexOf('\r\n');
        const length = all[0] === 36 ? Number(all.subarray(1, line)) : -1;
        if (line < 0 || (length >= 0 && all.length < line + 4 + length)) return;
        socket.off('data', more);
        resolve(all);
      };
      socket.on('data', more);
    });
  };
  return {
    get: async (key) => {
      const reply = await ask('GET', key);
      return reply.subarray(0, 3).toString() === '$-1' ? undefined : reply;
    },
    set: (key, own) => ask('SET', key, own),
    close: () => socket.destroy(),
  };
}

async function cacheOf({ kind, bytes, threads, redis, own }: Work): Promise<Cache> {
  switch (kind) {
    case 'SharedLRU':
      return shares.SharedLRU.attach(own as SharedLRU['handle']);
    case 'ByteLRU, one each':
      return new ByteLRU({ maxBytes: bytes / threads });
    case 'lru-cache, one each':
      return lruCache(bytes / threads);
    case 'lru-cache behind a MessageChannel':
      return askedBy(own as MessagePort);
    case 'Redis on loopback':
      return redisAt(redis?.port ?? 0);
  }
}

async function replay(work: Work): Promise<void> {
  const { thread, threads, requests, gate } = work;
  const trace = (await readVendored(requests)).find(({ label }) => label === work.trace);
  if (trace === undefined) throw new Error(`no trace ${work.trace}`);
  let random = 1;
  const ids = [...trace.ids].filter(() => {
    random = Math.imul(random, 1664525) + 1013904223;
    return (random >>> 8) % threads === thread;
  });
  const cache = await cacheOf(work);
  parentPort?.postMessage('ready');
  const words = new Int32Array(gate);
  Atomics.wait(words, 0, 0);
  let hits = 0;
  for (const id of ids) {
    const key = `item:${id}`;
    const got = cache.get(key);
    const found = got instanceof Promise ? await got : got;
    if (found !== undefined) hits += 1;
    else {
      // A value of its own, as a database gives one.
      const set = cache.set(key, Buffer.from(value));
      if (set instanceof Promise) await set;
    }
  }
  parentPort?.postMessage({ hits, requests: ids.length });
  // Kept until the memory is measured.
  setInterval(() => cache, 1000);
}

async function measure(job: SharedJob): Promise<SharedResult> {
  const { kind, threads, bytes } = job;
  const shared = kind === 'SharedLRU' ? new shares.SharedLRU({ maxBytes: bytes }) : undefined;
  const served = lruCache(bytes);
  const gate = new SharedArrayBuffer(4);
  const workers = Array.from({ length: threads }, (_, thread) => {
    const { port1, port2 } = new MessageChannel();
    if (kind.includes('MessageChannel')) serve(served, port1);
    else port1.close();
    const own = kind.includes('MessageChannel') ? port2 : shared?.handle;
    const transferList = own === port2 ? [port2] : [];
    return new Worker(new URL(import.meta.url), {
      workerData: { ...job, thread, own, gate },
      transferList,
    });
  });
  const said = <T>(worker: Worker) =>
    new Promise<T>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  await Promise.all(workers.map((worker) => said(worker)));
  const before = residentOf(job);
  const reports = workers.map((worker) => said<{ hits: number; requests: number }>(worker));
  const begin = performance.now();
  Atomics.store(new Int32Array(gate), 0, 1);
  Atomics.notify(new Int32Array(gate), 0);
  const all = await Promise.all(reports);
  const ms = performance.now() - begin;
  const residentBytes = residentOf(job) - before;
  return {
    hits: all.reduce((sum, { hits }) => sum + hits, 0),
    requests: all.reduce((sum, { requests }) => sum + requests, 0),
    ms,
    residentBytes,
  };
}

function residentOfProcess(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

function residentOf({ redis }: SharedJob): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage.rss() + (redis === undefined ? 0 : residentOfProcess(redis.pid));
}

if (isMainThread) {
  const result = await measure(JSON.parse(process.argv[2] ?? '') as SharedJob);
  process.stdout.write(JSON.stringify(result), () => process.exit());
} else {
  await replay(workerData as Work);
}
