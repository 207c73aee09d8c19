// One measurement of caches of bytes, in a process of its own.
//
// The job is the first argument, the result goes to standard output as JSON. A cache that keeps
// references gets a Buffer of its own for each set, as a server has one; of what a get gives, its
// length is used. Keys that are fresh are new strings for each pass, made outside of what is timed.

import { LRUCache as LruCache } from 'lru-cache';
import type { Subject, Times } from './bytes-subjects.js';
import { Failure } from './failure.js';
import { medianOf } from './median.js';
import { importOwn } from './packages.js';
import { createRandom, mix32, shuffle } from './random.js';
import { readIntTrace } from './vendored.js';

const { ByteLRU } = await importOwn('bytes');
const { LRUCache } = await importOwn('index');

/** A cache bounded by so many bytes, of entries of about so many bytes. */
interface Bounds {
  readonly maxBytes: number;
  readonly entries?: number;
}

/** A cache as it is used here. */
interface Store {
  /** Bytes of the value that a key has. */
  get(key: string): number | undefined;
  set(key: string, value: Buffer, text: string): void;
}

export type BytesJob =
  | {
      readonly what: 'times';
      readonly subject: Subject;
      readonly bytes: number;
      readonly isFresh: boolean;
      readonly ms: number;
    }
  | {
      readonly what: 'memory';
      readonly subject: Subject;
      readonly bytes: number;
      readonly entries: number;
    }
  | { readonly what: 'hits'; readonly subject: Subject; readonly maxBytes: number };

export type BytesResult =
  | { readonly getNs: Times; readonly setNs: Times }
  | { readonly residentBytes: number; readonly collectionMs: number }
  | { readonly residentBytes: number; readonly hitRatio: number }
  | { readonly error: string };

function byteLru(codec: 'bytes' | 'buffer', { maxBytes }: Bounds): Store {
  const cache = new ByteLRU({ maxBytes, codec });
  return { get: (key) => cache.get(key)?.length, set: (key, value) => cache.set(key, value) };
}

const lengthOf = ({ length }: Uint8Array): number => length;

/** The ways to look at a value that allocate nothing for it. */
function byteLruReading(way: 'read' | 'getInto', { maxBytes }: Bounds): Store {
  const cache = new ByteLRU({ maxBytes });
  const target = new Uint8Array(2 ** 16);
  const into = (key: string): number | undefined => {
    const length = cache.getInto(key, target);
    return length < 0 ? undefined : length;
  };
  return {
    get: way === 'getInto' ? into : (key) => cache.read(key, lengthOf),
    set: (key, value) => cache.set(key, value),
  };
}

function byteLruOfStrings({ maxBytes }: Bounds): Store {
  const cache = new ByteLRU<string>({ maxBytes, codec: 'string' });
  return { get: (key) => cache.get(key)?.length, set: (key, _, text) => cache.set(key, text) };
}

type References = Pick<LruCache<string, { length: number }>, 'get' | 'set'>;

/** A cache that keeps references: by number of entries, or by the sum of their lengths. */
function referring(
  Cache: new (options: { max: number } | { maxSize: number }) => References,
  isText: boolean,
  { maxBytes, entries }: Bounds,
): Store {
  const cache = new Cache(entries === undefined ? { maxSize: maxBytes } : { max: entries });
  const sized = entries === undefined;
  return {
    get: (key) => cache.get(key)?.length,
    set(key, value, text) {
      const kept = isText ? text : Buffer.from(value);
      cache.set(key, kept, sized ? { size: kept.length + key.length } : {});
    },
  };
}

function open(subject: Subject, bounds: Bounds): Store {
  switch (subject) {
    case 'ByteLRU':
      return byteLru('bytes', bounds);
    case "ByteLRU, codec 'buffer'":
      return byteLru('buffer', bounds);
    case "ByteLRU, codec 'string'":
      return byteLruOfStrings(bounds);
    case 'ByteLRU, read':
      return byteLruReading('read', bounds);
    case 'ByteLRU, getInto':
      return byteLruReading('getInto', bounds);
    case 'lru-cache, Buffers':
      return referring(LruCache as unknown as never, false, bounds);
    case 'lru-cache, strings':
      return referring(LruCache as unknown as never, true, bounds);
    case 'LRUCache, Buffers':
      return referring(LRUCache as unknown as never, false, bounds);
    case 'Map, Buffers': {
      const map = new Map<string, Buffer>();
      return {
        get: (key) => map.get(key)?.length,
        set: (key, value) => void map.set(key, Buffer.from(value)),
      };
    }
  }
}

const keyOf = (i: number): string => `user:${`${i}`.padStart(7, '0')}`;

/** New strings, each of one piece. */
function freshKeys(numbers: Int32Array): string[] {
  return Array.from(numbers, (i) => {
    const key = keyOf(i);
    // Asking for a number makes V8 join the parts.
    Number(key);
    return key;
  });
}

function timesOf(samples: readonly number[]): Times {
  return { least: Math.min(...samples), median: medianOf(samples) };
}

/** Runs passes for so many ms, at least five; ns of one operation in each. */
function timed(ms: number, keys: () => string[], act: (key: string) => void): Times {
  const samples: number[] = [];
  const end = performance.now() + ms;
  while (performance.now() < end || samples.length < 5) {
    const list = keys();
    const from = performance.now();
    for (const key of list) act(key);
    samples.push(((performance.now() - from) * 1e6) / list.length);
  }
  return timesOf(samples);
}

function times({ subject, bytes, isFresh, ms }: BytesJob & { what: 'times' }): BytesResult {
  const entries = Math.min(20_000, Math.floor(2 ** 25 / bytes));
  const store = open(subject, { maxBytes: 2 ** 22 + entries * (bytes + 400), entries });
  const value = Buffer.alloc(bytes, 120);
  const text = value.toString('latin1');
  const numbers = shuffle(
    Int32Array.from({ length: entries }, (_, i) => i),
    createRandom(1),
  );
  const reused = freshKeys(numbers);
  const keys = () => (isFresh ? freshKeys(numbers) : reused);
  for (const key of reused) store.set(key, value, text);
  let found = 0;
  let gets = 0;
  const getNs = timed(ms, keys, (key) => {
    found += store.get(key) ?? 0;
    gets += 1;
  });
  const setNs = timed(ms, keys, (key) => store.set(key, value, text));
  if (found !== gets * bytes) throw new Failure(`${found} bytes came back of ${gets * bytes}`);
  return { getNs, setNs };
}

function collect(): void {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
}

function memory({ subject, bytes, entries }: BytesJob & { what: 'memory' }): BytesResult {
  const value = Buffer.alloc(bytes, 120);
  collect();
  const before = process.memoryUsage.rss();
  const store = open(subject, { maxBytes: 2 ** 22 + entries * (bytes + 400), entries });
  for (let i = 0; i < entries; i++) {
    // A string that nobody else holds.
    store.set(keyOf(i), value, value.toString('latin1'));
  }
  collect();
  const residentBytes = process.memoryUsage.rss() - before;
  const samples: number[] = [];
  for (let i = 0; i < 5; i++) {
    const from = performance.now();
    globalThis.gc?.();
    samples.push(performance.now() - from);
  }
  if (store.get(keyOf(entries - 1)) !== bytes) throw new Failure('the last is gone');
  return { residentBytes, collectionMs: medianOf(samples) };
}

/** Bytes of the value of an object of a trace: 64 to 4,159, by its number. */
const bytesOf = (object: number): number => 64 + (mix32(object) >>> 20);

async function hits({ subject, maxBytes }: BytesJob & { what: 'hits' }): Promise<BytesResult> {
  const { ids } = await readIntTrace('orm-busy');
  const source = Buffer.alloc(8192, 120);
  collect();
  const before = process.memoryUsage.rss();
  let peak = before;
  let found = 0;
  const store = open(subject, { maxBytes });
  for (let i = 0; i < ids.length; i++) {
    const object = ids[i] as number;
    const bytes = bytesOf(object);
    const key = keyOf(object);
    const length = store.get(key);
    if (length === undefined) store.set(key, source.subarray(0, bytes), '');
    else if (length === bytes) found += 1;
    else throw new Failure('a value is another');
    if (i % 4096 === 0) peak = Math.max(peak, process.memoryUsage.rss());
  }
  return { residentBytes: peak - before, hitRatio: found / ids.length };
}

async function main(): Promise<BytesResult> {
  try {
    const job = JSON.parse(process.argv[2] ?? '') as BytesJob;
    if (job.what === 'times') return times(job);
    return job.what === 'memory' ? memory(job) : await hits(job);
  } catch (error) {
    return { error: (error as Error).message };
  }
}

process.stdout.write(JSON.stringify(await main()));
