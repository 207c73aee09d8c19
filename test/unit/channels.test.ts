// The diagnostics channels: what is published there, and when.
//
// lru-cache publishes under the same names, so both run the same program, one after the other, and
// must publish the same, but for the cache itself.

import { type ChannelListener, channel, tracingChannel } from 'node:diagnostics_channel';
import { execaSync } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reportFor } from '../../src/cache/status.js';
import { openCache, plainCases } from '../support/engines.js';
import { HandClock } from '../support/hand-clock.js';
import {
  type Base,
  type Cache,
  kinds,
  type Open,
  openPeer,
  START,
  type Status,
  TTL,
} from '../support/peer.js';
import { expectValid } from '../support/validate.js';

const metrics = channel('lru-cache:metrics');
const tracing = tracingChannel('lru-cache');
const events = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;
const unsubscribes: (() => void)[] = [];

/** Subscribes until the end of the test. */
function listen(to: { subscribe(f: ChannelListener): void }, listener: (message: Status) => void) {
  const subscriber: ChannelListener = (message) => listener(message as Status);
  to.subscribe(subscriber);
  const { unsubscribe } = to as unknown as { unsubscribe(f: ChannelListener): void };
  unsubscribes.push(() => void unsubscribe.call(to, subscriber));
}

const stopListening = () => {
  for (const unsubscribe of unsubscribes.splice(0)) unsubscribe();
};

/** Uses everything that is published, and everything that is not. */
async function program(cache: Cache, clock: HandClock): Promise<void> {
  for (const key of ['a', 'b', 'c', 'd', 'b']) cache.set(key, key);
  cache.set('e', 0, { ttl: 5 }).set('e', 0).set('f', undefined).set('e', undefined);
  for (const key of ['a', 'd', 'e']) {
    cache.get(key);
    cache.has(key);
    cache.peek(key);
    cache.memo(key);
  }
  cache.delete('d');
  cache.delete('absent');
  clock.pass(TTL + 1);
  cache.has('a');
  cache.peek('a');
  cache.get('a');
  cache.get('b', { allowStale: true });
  cache.set('x', 1, { ttl: 3 }).set('y', 1);
  clock.pass(4);
  cache.purgeStale();
  cache.pop();
  for (const key of ['p', 'q']) cache.set(key, 1);
  cache.forEach(() => {});
  [...cache.entries()].join();
  cache.getRemainingTTL('p');
  cache.info('p');
  cache.load(cache.dump());
  await cache.fetch('p', { context: 3 });
  await cache.fetch('absent');
  await cache.forceFetch('absent').catch(() => {});
  cache.find(() => true);
  cache.clear();
}

/** What a loader gives: the context, or nothing, or an error, if that is what the context is. */
const load = async (key: string, stale: unknown, { context }: { context: unknown }) => {
  if (context instanceof Error) throw context;
  return context === 'same' ? stale : context === 'nothing' ? undefined : `${key} ${context}`;
};

/** Loads that end in every way, of keys that are there, since a failed load removes them. */
async function loading(cache: Cache, clock: HandClock): Promise<void> {
  const fetch = (key: string, options = {}) => cache.fetch(key, options).catch(() => {});
  const failure = new Error('no');
  await fetch('a', { context: 1 });
  await fetch('a');
  await Promise.all([fetch('b'), fetch('b')]);
  await fetch('b', { forceRefresh: true, context: 'same' });
  clock.pass(TTL + 1);
  await fetch('a', { allowStale: true, context: 2 });
  await fetch('b', { context: 'nothing' });
  await fetch('b', { context: failure, allowStaleOnFetchRejection: true });
  await fetch('b', { context: failure });
  await cache.forceFetch('a', { forceRefresh: true, context: failure }).catch(() => {});
  const deleted = fetch('c');
  cache.delete('c');
  await deleted;
  const replaced = fetch('d');
  cache.peek('d');
  cache.set('d', 1);
  await replaced;
}

/** Everything that is published while a program runs, the cache left out. */
async function published(
  open: Open,
  base: Base,
  run: typeof program = program,
): Promise<[string, Status][]> {
  const messages: [string, Status][] = [];
  const clock = new HandClock(START);
  const note = (channel: string) => (message: Status & { error?: Error; result?: unknown }) => {
    const { cache: of, error, fetchError, ...rest } = message;
    expect(of).toBe(cache);
    // The libraries word their errors alike, but ours have a class and a code.
    const errors = { error: error?.message, fetchError: fetchError?.message };
    messages.push([channel, { ...rest, ...errors } as object as Status]);
  };
  const memoMethod = (key: string) => `memo ${key}`;
  const cache = open({ ttlResolution: 0, memoMethod, ...base, perf: clock });
  listen(metrics, note('metrics'));
  for (const event of events) listen(tracing[event], note(event));
  await run(cache, clock);
  stopListening();
  return messages;
}

describe.each(plainCases)('the channels on $name', ({ open }) => {
  // The ages in a dump are by `Date`.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => {
    stopListening();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it.each(Object.keys(kinds))(
    'publish what lru-cache does, for a cache of kind %s',
    async (kind) => {
      const base = kinds[kind] as Base;
      const theirs = await published(openPeer, base);
      const ours = await published((options) => openCache(open(), options), base);
      // Ours weighs the same value anew, and says so.
      for (const [, message] of base.maxSize === undefined ? [] : ours) {
        if (message.set !== 'update') continue;
        expect(message.entrySize).toBe(2);
        delete message.entrySize;
        delete message.totalCalculatedSize;
      }
      expect(ours).toEqual(theirs);
      const ops = new Set(ours.map((message) => message[1].op));
      expect([...ops].sort()).toEqual(['delete', 'fetch', 'get', 'has', 'memo', 'peek', 'set']);
      const channels = new Set(ours.map((message) => message[0]));
      expect([...channels].sort()).toEqual([...events, 'metrics'].sort());
    },
  );

  it('publish what lru-cache does of loads', async () => {
    const base = { max: 9, ttl: TTL, fetchMethod: load };
    const theirs = await published(openPeer, base, loading);
    const ours = await published((options) => openCache(open(), options), base, loading);
    // Theirs reports an old value also if the result is that very value.
    for (const [, message] of theirs) if (message.set === 'update') delete message.oldValue;
    expect(ours).toEqual(theirs);
    const deletes = ours.filter(([, { op }]) => op === 'delete').map(([, status]) => status.delete);
    expect(deletes).toEqual(['fetch', 'fetch', 'delete']);
  });

  it('say nothing, and nothing is made for them, without a subscriber', async () => {
    const publish = vi.spyOn(metrics, 'publish');
    const trace = vi.spyOn(tracing, 'tracePromise');
    for (const base of Object.values(kinds)) {
      const clock = new HandClock(START);
      const memoMethod = () => 1;
      const cache = openCache(open(), { ttlResolution: 0, memoMethod, ...base, perf: clock });
      await program(cache as Cache, clock);
      expect(reportFor(cache, 'get', 'a', undefined)).toBe(undefined);
      cache.get('a', { status: {} });
    }
    expect([publish.mock.calls, trace.mock.calls]).toEqual([[], []]);
    listen(metrics, () => {});
    openCache<string, number>(open(), { max: 1 }).get('a');
    expect(publish).toHaveBeenCalledOnce();
  });

  it('publish the status that the caller gave', () => {
    const heard: Status[] = [];
    listen(metrics, (message) => heard.push(message));
    const cache = openCache<string, unknown>(open(), { max: 2 });
    const [set, get, has] = [{}, {}, {}];
    cache.set('a', 1, { status: set }).get('a', { status: get });
    cache.has('a', { status: has });
    expect(heard).toHaveLength(3);
    [set, get, has].forEach((status, i) => {
      expect(heard[i]).toBe(status);
    });
  });

  it('publish when the operation is complete', () => {
    const seen: unknown[] = [];
    const told: string[] = [];
    const cache = openCache<string, unknown>(open(), {
      max: 2,
      dispose: (_, key) => void told.push(key),
    });
    cache.set('a', 1).set('b', 2);
    listen(metrics, ({ op, key }) => {
      seen.push([op, key, [...cache.keys()].join(), told.join()]);
    });
    cache.set('c', 3);
    cache.delete('b');
    cache.set('c', undefined);
    expect(seen).toEqual([
      ['set', 'c', 'c,b', 'a'],
      ['delete', 'b', 'c', 'a,b'],
      ['delete', 'c', '', 'a,b,c'],
      ['set', 'c', '', 'a,b,c'],
    ]);
  });

  it('publish a set that is done although a callback throws, and none that is refused', () => {
    const engine = open();
    const heard: string[] = [];
    listen(metrics, ({ op, key, set, delete: reason }) => {
      heard.push([op, key, set ?? reason].join(' '));
    });
    const refuse = (): never => {
      throw new Error('callback');
    };
    const fetchMethod = () => new Promise<never>(() => {});
    const bounds = { max: 2, maxSize: 9, sizeCalculation: (value: unknown) => Number(value) };
    const cache = openCache<string, number>(engine, { ...bounds, fetchMethod, dispose: refuse });
    cache.set('a', 1).set('b', 2);
    cache.fetch('c').catch(() => {});
    heard.length = 0;
    const act = (run: () => unknown) => expect(run).toThrow('callback');
    act(() => cache.set('c', 3));
    act(() => cache.set('b', 4));
    act(() => cache.set('b', undefined));
    act(() => cache.set('c', 10));
    cache.set('d', 1).set('e', 2);
    act(() => cache.setWithEvicted('f', 3));
    expect(() => cache.set('f', -1)).toThrow(expect.objectContaining({ code: 'INVALID_SIZE' }));
    expect(heard).toEqual([
      ...['set c add', 'set b replace', 'delete b delete', 'set b deleted'],
      ...['delete c set', 'set c miss', 'set d add', 'set e add', 'set f add'],
    ]);
  });

  it('publish no get that gives nothing but an error, and the deletion that it made', () => {
    const heard: unknown[] = [];
    listen(metrics, ({ op, key }) => heard.push(op, key));
    const perf = new HandClock(START);
    const cache = openCache<string, number>(open(), {
      ...{ max: 2, ttl: TTL, ttlResolution: 0, perf },
      dispose: () => {
        throw new Error('callback');
      },
    });
    cache.set('a', 1);
    perf.pass(TTL + 1);
    expect(() => cache.get('a')).toThrow('callback');
    expect(heard).toEqual(['set', 'a', 'delete', 'a']);
  });

  it('publish no set of what a load stores, but trace the load', async () => {
    const heard: unknown[] = [];
    listen(metrics, ({ op }) => heard.push(op));
    const cache = openCache<string, number>(open(), { max: 2, fetchMethod: () => 1 });
    expect(await cache.fetch('a', { status: {} })).toBe(1);
    expect(heard).toEqual([]);
  });

  it('may have a subscriber that uses the cache', () => {
    for (const base of Object.values(kinds)) {
      const engine = open();
      const cache = openCache<string, unknown>(engine, { ...base, perf: new HandClock(START) });
      let isInside = false;
      listen(metrics, ({ key, op }) => {
        if (isInside) return;
        isInside = true;
        cache.set(`${op} ${key}`, 0);
        cache.delete('b');
        cache.get('a');
        isInside = false;
      });
      cache.set('a', 1);
      expect([...cache.keys()]).toEqual(['a', 'set a']);
      expect([cache.get('a'), cache.has('get a')]).toEqual([1, true]);
      for (const key of ['x', 'y', 'z']) cache.set(key, 2).get(key);
      cache.clear();
      expect(cache.set('b', 1).has('b')).toBe(false);
      stopListening();
      expectValid(cache);
    }
  });
});

const built = new URL('../../dist/src/index.js', import.meta.url).href;

/** Runs a module in a child process, with `LRUCache` imported; returns the JSON it prints. */
function inChild(prelude: string, source: string): unknown {
  const module = `${prelude}
    const { LRUCache } = await import(${JSON.stringify(built)});
    ${source}`;
  const args = ['--input-type=module', '-e', module];
  return JSON.parse(execaSync(process.execPath, args).stdout);
}

const SPY = `
  const asked = [];
  const { getBuiltinModule } = process;
  process.getBuiltinModule = (name) => (asked.push(name), getBuiltinModule(name));`;

const STRANGE = `
  const { stdout } = process;
  process.getBuiltinModule = () => {
    throw new Error('not this one');
  };`;

describe('the module of the channels', () => {
  it('is asked for once in a process, and nothing else is', () => {
    const source = `
      new LRUCache({ max: 1 });
      new LRUCache({ max: 1 }).set(1, 1);
      console.log(JSON.stringify(asked));`;
    expect(inChild(SPY, source)).toEqual(['node:diagnostics_channel']);
  });

  it.each([
    ['process', 'const { stdout } = process; delete globalThis.process'],
    ['getBuiltinModule', 'const { stdout } = process; process.getBuiltinModule = undefined'],
    ['a process that works', STRANGE],
    ['the module', 'const { stdout } = process; process.getBuiltinModule = () => undefined'],
    [
      'tracing',
      `const { stdout } = process;
      const { channel } = process.getBuiltinModule('node:diagnostics_channel');
      process.getBuiltinModule = () => ({ channel })`,
    ],
  ])('may be missing: a host without %s', (_, prelude) => {
    const source = `
      const cache = new LRUCache({ max: 2, fetchMethod: async () => 3 });
      cache.set('a', 1);
      const got = [cache.get('a'), await cache.fetch('b'), cache.delete('a'), cache.size];
      stdout.write(JSON.stringify(got));`;
    expect(inChild(prelude, source)).toEqual([1, 3, true, 1]);
  });

  it('keeps what a subscriber throws from the operation', () => {
    const source = `
      const thrown = [];
      process.on('uncaughtException', ({ message }) => thrown.push(message));
      const { subscribe } = process.getBuiltinModule('node:diagnostics_channel');
      subscribe('lru-cache:metrics', ({ op }) => { throw new Error(op); });
      const cache = new LRUCache({ max: 1, ttl: 3_600_000 });
      cache.set('a', 1).set('b', 2);
      const got = [cache.get('b'), cache.has('a'), cache.delete('b'), cache.size];
      setTimeout(() => console.log(JSON.stringify({ got, thrown })));`;
    expect(inChild('', source)).toEqual({
      ...{ got: [2, false, true, 0], thrown: ['set', 'set', 'get', 'has', 'delete'] },
    });
  });
});
