// The examples of lru-cache's README and doc comments, as modules that compile against it.
//
// Changed only where the original is no TypeScript or violates lru-cache's own types: parameters
// have types, `ttl` alone got a `ttlAutopurge`, `LRUCache<string>` its value type, a comma is
// added. Left out is what does not use the library: the Map with timers, the object keyed by
// strings, the minified copy on a CDN. `require` is in commonjs.cts.

import * as assert from 'node:assert';
import { subscribe, tracingChannel } from 'node:diagnostics_channel';
import { LRUCache } from 'lru-cache';

declare function freeFromMemoryOrWhatever(value: unknown): void;
declare function logInsertionOrWhatever(key: unknown, value: unknown): void;

// README, "Usage".
export function usage(): void {
  const options: LRUCache.Options<string | object, string, unknown> = {
    max: 500,
    maxSize: 5000,
    sizeCalculation: (_value, _key) => {
      return 1;
    },
    dispose: (value, _key, _reason) => {
      freeFromMemoryOrWhatever(value);
    },
    onInsert: (value, key, _reason) => {
      logInsertionOrWhatever(key, value);
    },
    ttl: 1000 * 60 * 5,
    allowStale: false,
    updateAgeOnGet: false,
    updateAgeOnHas: false,
    fetchMethod: async (_key, _staleValue, { options: _o, signal: _s, context: _c }) => {},
  };
  const cache = new LRUCache(options);
  cache.set('key', 'value');
  cache.get('key');
  const someObject = { a: 1 };
  cache.set(someObject, 'a value');
  cache.set('[object Object]', 'a different value');
  assert.equal(cache.get(someObject), 'a value');
  assert.equal(cache.get({ a: 1 }), undefined);
  cache.clear();
}

// README, "Usage", with the types left to inference.
export function inferred(): LRUCache<object, string> {
  const options = {
    max: 500,
    maxSize: 5000,
    sizeCalculation: (_value: string, _key: object) => 1,
    dispose: (value: string, _key: object, _reason: LRUCache.DisposeReason) => {
      freeFromMemoryOrWhatever(value);
    },
    onInsert: (value: string, key: object, _reason: LRUCache.InsertReason) => {
      logInsertionOrWhatever(key, value);
    },
    ttl: 1000 * 60 * 5,
    allowStale: false,
    updateAgeOnGet: false,
    updateAgeOnHas: false,
    fetchMethod: async (_key: object, _staleValue: string | undefined) => {},
  };
  const cache = new LRUCache(options);
  cache.set({ a: 1 }, 'a value');
  return cache;
}

// README, "Storing Undefined Values": an alias of delete.
export function setUndefined(cache: LRUCache<string, number>, myKey: string): boolean {
  cache.set(myKey, undefined);
  return cache.has(myKey);
}

// README, "Storing Undefined Values": a sigil.
export const undefinedValue = Symbol('undefined');
const sigils = new LRUCache<string, string | typeof undefinedValue>({ max: 10 });
export const mySet = (key: string, value: string | undefined) =>
  sigils.set(key, value === undefined ? undefinedValue : value);
export const myGet = (key: string): string | undefined => {
  const v = sigils.get(key);
  return v === undefinedValue ? undefined : v;
};

// README, "Tracing and Observability".
export function trace(): void {
  subscribe('lru-cache:metrics', (message, name) => {
    const status = message as LRUCache.Status<unknown, unknown>;
    console.error('LRUCache Metrics', name, status.op, status.key);
  });
  tracingChannel<LRUCache.Status<string, number>, LRUCache.Status<string, number>>(
    'lru-cache',
  ).subscribe({
    start: (status) => {
      logInsertionOrWhatever(status.key, status.fetch);
    },
    asyncStart: (status) => {
      logInsertionOrWhatever(status.key, status.fetchDispatched);
    },
    asyncEnd: (status) => {
      logInsertionOrWhatever(status.key, status.fetchResolved);
    },
    error: (status) => {
      logInsertionOrWhatever(status.key, status.fetchError?.message);
    },
    end: (status) => {
      logInsertionOrWhatever(status.key, status.value);
    },
  });
}

// README, "Testing": imported late.
export async function importedLate(): Promise<void> {
  const { LRUCache: Late } = await import('lru-cache');
  const cache = new Late<string, number>({ max: 10, ttl: 1000 });
  cache.set('a', 1);
}

// README, "Testing": a clock of one's own.
let myClockTime = 0;
export const clocked = new LRUCache<string, string>({
  max: 10,
  ttl: 1000,
  perf: {
    now: () => myClockTime,
  },
});
export function advance(): void {
  myClockTime += 1000;
}

// Doc comment of `fetchMethod`: its parameters; and the DNS cache it speaks of.
export const dns = new LRUCache<string, string>({
  max: 100,
  fetchMethod(key, staleValue, { signal, options, context }) {
    if (signal.aborted) return undefined;
    options.ttl = key.length * 1000;
    signal.onabort = () => freeFromMemoryOrWhatever(context);
    signal.addEventListener('abort', () => freeFromMemoryOrWhatever(staleValue));
    return `${key}, resolved`;
  },
});

// Doc comment of `allowStaleOnFetchAbort`.
export async function staleOnAbort(): Promise<void> {
  // biome-ignore lint/suspicious/noExplicitAny: as in the original.
  const cache = new LRUCache<string, any>({
    ttl: 100,
    ttlAutopurge: true,
    fetchMethod: async (url, _oldValue, { signal }) => {
      const res = await fetch(url, { signal });
      return await res.json();
    },
  });
  cache.set('https://example.com/', { some: 'data' });
  const result = cache.fetch('https://example.com/');
  cache.set('https://example.com/', { other: 'thing' });
  console.log(await result);
  console.log(cache.get('https://example.com/'));
}

// Doc comment of `ignoreFetchAbort`.
export async function ignoreAbort(): Promise<unknown> {
  const c = new LRUCache({
    ttl: 100,
    ttlAutopurge: true,
    ignoreFetchAbort: true,
    allowStaleOnFetchAbort: true,
    fetchMethod: async (key, _oldValue, { signal: _signal }) => {
      const res = await fetch(`https://slow-backend-server/${key}`);
      return await res.json();
    },
  });
  const val = await c.fetch('key', { signal: AbortSignal.timeout(100) });
  return val;
}
