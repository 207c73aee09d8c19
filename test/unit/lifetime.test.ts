// Which engine a cache gets, and whose memory its table lies in: the rules of lifetime.ts, H1 to
// H3.
//
// What that comes to in megabytes is measured in processes of their own (memory-of-many.test.ts),
// and what a host without a registry does is in hosts.test.ts. Here limits are met by engines that
// say they hold more than they do.

import { readFileSync } from 'node:fs';
import { instantiateSync } from '@assemblyscript/loader';
import { describe, expect, it } from 'vitest';
import { unmix } from '../../bench/hostile-keys.js';
import { entriesOf, LRUCache } from '../../src/api/lru.js';
import type { Engine } from '../../src/engine/engine.js';
import { TableHost } from '../../src/engine/lifetime.js';
import { bindWasm, compileCore, createWasmEngine, type WasmEngine } from '../../src/engine/wasm.js';
import { openRelease } from '../support/engines.js';
import { HandClock } from '../support/hand-clock.js';
import { cores } from '../support/image.js';
import { expectArena, expectValid } from '../support/validate.js';
import { sameTag } from '../support/words.js';

const TABLES_MAX = 4096;
const BYTES_MAX = 1 << 25;
const SHARED_TABLE_BYTES_MAX = 1 << 22;
const ALONE_MAX = 64;

const read = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../build/${name}`, import.meta.url)));
const release = compileCore(read('core.wasm'));
const debug = compileCore(read('core.debug.wasm'));

/** What an instance is made to say of itself, or to refuse. */
interface Lies {
  /** Bytes that each table holds, as the instance says. */
  tableBytes?: number;
  /** Bytes of all tables. */
  allBytes?: number;
  /** How many tables it makes before it refuses one. */
  tables?: number;
}

function openLying(lies: Lies): WasmEngine {
  const wasm = createWasmEngine(release);
  const { createTable, bytesHeld } = wasm.engine;
  const engine: Engine = {
    ...wasm.engine,
    bytesHeld: (table) => lies.tableBytes ?? bytesHeld(table),
    createTable: (limit) => {
      if (lies.tables === 0) return undefined;
      if (lies.tables !== undefined) lies.tables -= 1;
      return createTable(limit);
    },
  };
  cores.set(engine, wasm.core.memory);
  return { ...wasm, engine, bytesInUse: () => lies.allBytes ?? wasm.bytesInUse() };
}

/** A host whose first instance lies, and whose others are as they are, or refused. */
function openHost(lies: Lies, openAlone: () => WasmEngine = () => openLying({})) {
  const engines: Engine[] = [];
  const host = new TableHost(() => {
    const wasm = engines.length === 0 ? openLying(lies) : openAlone();
    engines.push(wasm.engine);
    return wasm;
  });
  host.prepare();
  return { host, engines, shared: engines[0] as Engine };
}

type Cache = LRUCache<unknown, number>;

function openOn(host: TableHost, options: object = {}): Cache {
  return new LRUCache<unknown, number>({ max: 1000, ...options, engine: host as never });
}

const engineOf = (cache: Cache) => entriesOf(cache).lease.engine;

/** Every entry with what is left of its age, the oldest first. */
const rowsOf = (cache: Cache) =>
  cache.dump().map(([key, { value, size, ttl }]) => [key, value, size, ttl]);

/** Sets as many keys as make the table grow twice. */
function fill(cache: Cache, from = 0): Cache {
  for (let key = from; key < from + 30; key++) cache.set(key, key);
  return cache;
}

describe('small tables', () => {
  it(`share an instance while ${TABLES_MAX} are not freed, then get JavaScript`, () => {
    const { host, shared } = openHost({});
    const caches = Array.from({ length: TABLES_MAX }, () => openOn(host));
    expect([host.tables, new Set(caches.map(engineOf)).size]).toEqual([TABLES_MAX, 1]);
    const late = fill(openOn(host));
    expect([late.engine, late.get(29), host.tables]).toEqual(['pure', 29, TABLES_MAX]);
    caches[7]?.[Symbol.dispose]();
    expect(host.tables).toBe(TABLES_MAX - 1);
    expect(engineOf(openOn(host))).toBe(shared);
    expect([openOn(host).engine, late.engine]).toEqual(['pure', 'pure']);
    late[Symbol.dispose]();
    expect(host.tables, 'no table of the instance was freed').toBe(TABLES_MAX);
  });

  it('share it while they hold less than 32 MB', () => {
    const lies: Lies = { allBytes: BYTES_MAX - 1 };
    const { host } = openHost(lies);
    const engines = [openOn(host).engine];
    lies.allBytes = BYTES_MAX;
    engines.push(openOn(host).engine);
    lies.allBytes = 0;
    engines.push(openOn(host).engine);
    expect(engines).toEqual(['wasm', 'pure', 'wasm']);
  });

  it('get JavaScript if the instance has no memory for them, and count for nothing', () => {
    const lies: Lies = { tables: 1 };
    const { host } = openHost(lies);
    const caches = [openOn(host), openOn(host)];
    expect([caches.map((cache) => cache.engine), host.tables]).toEqual([['wasm', 'pure'], 1]);
    for (const cache of caches) fill(cache);
    for (const cache of caches) expectValid(cache);
  });

  it('leave nothing in the instance, and are freed once, however often disposed of', () => {
    const { host } = openHost({});
    const kept = fill(openOn(host));
    const bytes = cores.get(engineOf(kept))?.buffer.byteLength;
    for (let i = 0; i < 500; i++) {
      const cache = fill(openOn(host, { dispose: () => {} }));
      const memory = cores.get(engineOf(cache)) as WebAssembly.Memory;
      cache[Symbol.dispose]();
      cache[Symbol.dispose]();
      expect([host.tables, memory.buffer.byteLength]).toEqual([1, bytes]);
    }
    expectArena(cores.get(engineOf(kept)) as WebAssembly.Memory);
  });
});

describe('a large table', () => {
  it('moves into an instance of its own before it grows beyond half of 4 MB', () => {
    const lies: Lies = { tableBytes: SHARED_TABLE_BYTES_MAX / 2 };
    const { host, engines, shared } = openHost(lies);
    const neighbour = openOn(host);
    const cache = fill(openOn(host));
    expect([engineOf(cache) === shared, host.tables]).toEqual([true, 2]);
    lies.tableBytes = SHARED_TABLE_BYTES_MAX / 2 + 1;
    fill(cache, 30);
    expect([engineOf(cache) === engines[1], host.tables, engines.length]).toEqual([true, 1, 2]);
    expect(engineOf(neighbour) === shared).toBe(true);
    expect([...cache.keys()]).toEqual(Array.from({ length: 60 }, (_, i) => 59 - i));
    expectValid(cache);
    expectArena(cores.get(shared) as WebAssembly.Memory);
    expectArena(cores.get(engineOf(cache)) as WebAssembly.Memory);
  });

  it('keeps the instance if it is alone in it, and others get a new one', () => {
    const lies: Lies = {};
    const { host, engines, shared } = openHost(lies);
    openOn(host)[Symbol.dispose]();
    const cache = fill(openOn(host));
    lies.tableBytes = SHARED_TABLE_BYTES_MAX;
    fill(cache, 30);
    expect([engineOf(cache) === shared, host.tables, engines.length]).toEqual([true, 0, 2]);
    const next = fill(openOn(host));
    expect([engineOf(next) === engines[1], host.tables]).toEqual([true, 1]);
    fill(cache, 60);
    expect([engineOf(cache) === shared, cache.size, engines.length]).toEqual([true, 90, 2]);
    for (const each of [cache, next]) expectValid(each);
    cache.clear();
    expect([engineOf(cache) === engines[1], cache.size, host.tables]).toEqual([true, 0, 2]);
    cache[Symbol.dispose]();
    next[Symbol.dispose]();
    expect(host.tables).toBe(0);
  });

  it('keeps entries, order, ages, sizes, bounds, and keys of every kind', () => {
    const lies: Lies = {};
    const { host, shared } = openHost(lies);
    openOn(host);
    const perf = new HandClock(0);
    const options = { maxSize: 5000, perf, ttlResolution: 0, ttl: 1000 };
    const cache = openOn(host, { ...options, max: 900 });
    const rare = [{}, Symbol('a'), 5n, 1.5, Number.NaN, null, undefined, 'x'.repeat(600), 'short'];
    const crowded = Array.from({ length: 40 }, (_, i) => unmix(sameTag(i)));
    const keys = [...rare, ...crowded, ...Array.from({ length: 150 }, (_, i) => `key ${i}`)];
    keys.forEach(
      (key, i) => void cache.set(key, i, { size: 1 + (i % 7), ttl: i % 3 ? 1000 + i : 0 }),
    );
    for (let i = 0; i < keys.length; i += 5) cache.get(keys[i]);
    for (let i = 3; i < keys.length; i += 11) cache.delete(keys[i]);
    cache.get('missed');
    const before = rowsOf(cache);
    lies.tableBytes = SHARED_TABLE_BYTES_MAX;
    let count = 0;
    // 'missed' is put by the word that the shared instance has remembered.
    for (; engineOf(cache) === shared; count++)
      cache.set(count === 0 ? 'missed' : count + 1e6, 1, { size: 1 });
    expect(rowsOf(cache).slice(0, before.length)).toEqual(before);
    expect(cache.get('missed')).toBe(1);
    perf.pass(1100);
    cache.purgeStale();
    expectValid(cache);
    for (let i = 0; i < 2000; i++) cache.set(`more ${i}`, i, { size: 3 });
    expect([cache.size, cache.calculatedSize]).toEqual([900, 2700]);
  });

  it('really moves, of real size, and grows where it is', () => {
    const test = openRelease();
    new LRUCache<unknown, number>({ max: 1, engine: test.host as never });
    const cache: Cache = new LRUCache<unknown, number>({
      max: 2 ** 18,
      engine: test.host as never,
    });
    const moves: number[] = [];
    for (let key = 0; key < 2 ** 18; key++) {
      const before = engineOf(cache);
      cache.set(key, key);
      if (engineOf(cache) !== before) moves.push(key);
    }
    // 22 bytes an entry, at a capacity of 114,688.
    expect(moves).toEqual([14 * 2 ** 13]);
    expect(test.memoryBytes()).toBeLessThan(2 * SHARED_TABLE_BYTES_MAX);
    const { buffer } = cores.get(engineOf(cache)) as WebAssembly.Memory;
    expect(buffer.byteLength).toBeLessThan(24 * 2 ** 18 + 65_536);
    expectValid(cache);
  });

  it(`moves while there are fewer than ${ALONE_MAX} of them, and back when it is cleared`, () => {
    const { host, engines, shared } = openHost({ tableBytes: SHARED_TABLE_BYTES_MAX });
    openOn(host);
    const caches = Array.from({ length: ALONE_MAX + 2 }, () => fill(openOn(host)));
    const isAlone = (cache: Cache | undefined) => engineOf(cache as Cache) !== shared;
    expect([caches.filter(isAlone).length, engines.length, host.tables]).toEqual([
      ...[ALONE_MAX, ALONE_MAX + 1, 3],
    ]);
    const [first, second, third] = caches;
    const [late, later] = caches.slice(-2);
    first?.clear();
    expect([isAlone(first), first?.size, host.tables]).toEqual([false, 0, 4]);
    fill(late as Cache, 30);
    expect([isAlone(late), late?.size, host.tables]).toEqual([true, 60, 3]);
    second?.[Symbol.dispose]();
    second?.[Symbol.dispose]();
    fill(later as Cache, 30);
    fill(first as Cache);
    expect([isAlone(later), isAlone(first)]).toEqual([true, false]);
    third?.[Symbol.dispose]();
    fill(first as Cache, 30);
    expect(isAlone(first)).toBe(true);
    for (const cache of caches) if (cache !== second && cache !== third) expectValid(cache);
  });

  it('gets JavaScript when it is cleared, if there are too many small ones by then', () => {
    const lies: Lies = { tableBytes: SHARED_TABLE_BYTES_MAX };
    const { host } = openHost(lies);
    const perf = new HandClock(0);
    openOn(host);
    const cache = fill(
      openOn(host, { max: 50, maxSize: 40, ttl: 1000, perf, sizeCalculation: () => 1 }),
    );
    expect(engineOf(cache).kind).toBe('wasm');
    lies.allBytes = BYTES_MAX;
    cache.clear();
    expect([cache.engine, cache.size]).toEqual(['pure', 0]);
    fill(cache, 100);
    fill(cache, 130);
    expect([cache.size, cache.calculatedSize]).toEqual([40, 40]);
    expectValid(cache);
    expect(cache.getRemainingTTL(159)).toBe(1000);
  });
});

describe('a large table stays, and is valid, if memory is refused', () => {
  const noTable = () => {
    const wasm = openLying({});
    return {
      ...wasm,
      copyOf: (...from: Parameters<WasmEngine['copyOf']>) => {
        const core = { ...wasm.core, create: () => 0 };
        return bindWasm(core as never, false).copyOf(...from);
      },
    };
  };
  const noStorage = () => {
    const imports = { 'wasm:js-string': { length: () => 0, charCodeAt: () => 0 } };
    const { exports } = instantiateSync(debug, imports) as never as {
      exports: { refuseGrowthAfter(n: number): void };
    };
    exports.refuseGrowthAfter(0);
    return bindWasm(exports as never, false);
  };

  it.each([
    [
      'an instance',
      () => {
        throw new RangeError('no address space');
      },
    ],
    ['a table', noTable],
    ['storage', noStorage],
  ])('for %s', (_, openAlone) => {
    const lies: Lies = {};
    let refusals = 0;
    const { host, shared } = openHost(lies, () => {
      refusals += 1;
      return openAlone();
    });
    openOn(host);
    const cache = openOn(host, { max: 20_000 });
    for (let i = 0; i < 6000; i++) cache.set(i, i);
    cache.set({}, 7);
    lies.tableBytes = SHARED_TABLE_BYTES_MAX;
    for (let i = 6000; i < 20_000; i++) cache.set(i, i);
    expect([engineOf(cache) === shared, cache.size, host.tables]).toEqual([true, 20_000, 2]);
    expect(refusals).toBeGreaterThan(0);
    expectValid(cache);
    cache[Symbol.dispose]();
    expect(host.tables).toBe(1);
  });
});

describe('a trap', () => {
  const trapOf = (cache: Cache) => {
    const error = new WebAssembly.RuntimeError('unreachable');
    Object.assign(engineOf(cache), {
      get: () => {
        throw error;
      },
    });
    expect(() => cache.get(1)).toThrow(error);
  };
  const poisoned = expect.objectContaining({ code: 'ENGINE_POISONED' });

  it('of the shared instance is that of the caches there, and of no other', () => {
    const lies: Lies = {};
    const { host, engines, shared } = openHost(lies);
    const small = [fill(openOn(host)), openOn(host)];
    lies.tableBytes = SHARED_TABLE_BYTES_MAX;
    const large = fill(openOn(host));
    trapOf(small[0] as Cache);
    for (const cache of small) {
      for (const act of [
        () => cache.get(1),
        () => cache.set(1, 1),
        () => cache.size,
        () => cache.clear(),
      ]) {
        expect(act).toThrow(poisoned);
      }
    }
    expect(large.get(29)).toBe(29);
    expectValid(large);
    // Nothing can be had of the dead instance, so it gets what is to be had.
    large.clear();
    expect([large.size, fill(large).get(29)]).toEqual([0, 29]);
    expectValid(large);
    host.prepare();
    expect([engines.at(-1) !== shared, host.tables]).toEqual([true, 0]);
    const next = fill(openOn(host));
    expect([engineOf(next) === engines.at(-1), host.tables]).toEqual([true, 1]);
    for (const cache of small) cache[Symbol.dispose]();
    expect(host.tables).toBe(1);
  });

  it('of an instance of its own kills one cache', () => {
    const lies: Lies = {};
    const { host } = openHost(lies);
    const small = fill(openOn(host));
    lies.tableBytes = SHARED_TABLE_BYTES_MAX;
    const [first, second] = [fill(openOn(host)), fill(openOn(host))];
    trapOf(first as Cache);
    expect(() => first?.size).toThrow(poisoned);
    expect([small.get(29), second?.get(29), openOn(host).engine]).toEqual([29, 29, 'wasm']);
    expectValid(small);
    expectValid(second as Cache);
  });
});
