// The benchmark: that it measures what it says, of caches that are what they say.

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ColumnLRU } from '../../bench/adapters/column.js';
import { contenders } from '../../bench/adapters/contenders.js';
import { LinkedLRU } from '../../bench/adapters/linked.js';
import { NaiveLRU } from '../../bench/adapters/naive.js';
import type { AnyKey, Store } from '../../bench/adapters/store.js';
import { runBenchmark } from '../../bench/benchmark.js';
import { outsideOf } from '../../bench/collector.js';
import { filterPlan } from '../../bench/filter.js';
import { makeKeys } from '../../bench/keys.js';
import { ABSENT, ExactLru, replayExactly } from '../../bench/oracle.js';
import { runPass } from '../../bench/passes.js';
import { timeSets } from '../../bench/pauses.js';
import { planCells, profiles } from '../../bench/profiles.js';
import { createRandom, createZipf, mix32, shuffle } from '../../bench/random.js';
import { createRequests } from '../../bench/requests.js';
import { type Cell, type KeyKind, keyKinds, type Results } from '../../bench/results.js';
import { createStoreSubject } from '../../bench/subject.js';
import { compileBench } from './compiled.js';

let outDir: string;

/** Runs the command line here, for all that starts no process. */
async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const catchIn = (stream: 'out' | 'err') => (chunk: unknown) => {
    written[stream] += `${chunk}`;
    return true;
  };
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(catchIn('out'));
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(catchIn('err'));
  try {
    return { code: await runBenchmark(args), ...written };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

function start(...args: string[]) {
  return execa(process.execPath, [join(outDir, 'bench/bench.js'), ...args], { reject: false });
}

function resultsFile(): string {
  return join(mkdtempSync(join(tmpdir(), 'bench-')), 'results.json');
}

function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}

describe('the command line', () => {
  beforeAll(() => {
    outDir = compileBench('bench-test');
  });

  it('explains itself', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    for (const word of ['--quick', '--filter', 'Examples:', '--json']) expect(out).toContain(word);
  });

  it.each([
    [['--rounds', 'many'], 2, /--rounds.*whole number from 1/],
    [['--quick', '--full'], 2, /cannot be used with/],
    [['--speed'], 2, /unknown option/],
    [['--filter', 'hit bogus'], 1, /nothing in this profile is called 'bogus'; there is: hit/],
    [['--filter', 'churn 300'], 1, /matches nothing/],
    [['--node', '/no/such/node'], 1, /cannot run \/no\/such\/node/],
    [['--quick', '--json', '/no/such/folder/file'], 1, /cannot write/],
  ])('refuses %j with %i', async (args, code, message) => {
    const result = await run(...args);
    expect(result.err).toMatch(message);
    expect([result.code, result.out]).toEqual([code, '']);
  });

  it('lists without measuring', async () => {
    const { code, out } = await run('--list', '--filter', 'hit int 1k lru-cache');
    expect([code, out.split('\n')[0]]).toEqual([0, 'hit int 1000: lru-cache']);
  });

  it('writes results that were checked', async () => {
    const file = resultsFile();
    const filter = 'mix string 10k tiny-lru flru';
    const child = start('--quick', '--filter', filter, '--minutes', '0.01', '--json', file);
    const { exitCode, stdout: out } = await child;
    expect(exitCode).toBe(0);
    expect(out).toMatch(/tiny-lru .*\d \*/);
    expect(out).toContain('fails: flru, mix string 10000: flru has no delete');

    const results = readResults(file);
    expect(results).toMatchObject({ profile: 'quick', rounds: 1, node: process.version });
    expect(results.libraries.map(({ library }) => library)).toEqual(['tiny-lru', 'flru']);
    expect(results.cells).toHaveLength(1);
    expect(results.failures).toHaveLength(1);
    const [cell] = results.cells;
    expect(cell).toMatchObject({ workload: 'mix', keys: 'string', size: 10_000, caches: 1 });
    const [sample] = cell?.samples ?? [];
    expect(sample).toMatchObject({ round: 1, buildNsPerOp: 0 });
    expect(sample?.hitRatio).toBeCloseTo(0.5, 1);
    expect(sample?.passes).toBeGreaterThanOrEqual(3);
    expect(sample?.nsPerOp).toBeGreaterThan(1);
    expect(results.starts.map(({ library }) => library)).toEqual(['tiny-lru']);
  });

  it('writes what there is when it is interrupted', async () => {
    const file = resultsFile();
    const filter = 'hit zipf int 10k lru.min';
    const child = start('--quick', '--filter', filter, '--minutes', '0.01', '--json', file);
    let told = '';
    child.stderr.on('data', (chunk) => {
      told += chunk;
      if (told.includes('round 1 of 1, zipf')) child.kill('SIGINT');
    });
    const { exitCode, stdout: out } = await child;
    expect([exitCode, told]).toEqual([130, expect.stringContaining('1/')]);
    expect(out).toContain('hit, int keys');
    const { cells, failures, starts } = readResults(file);
    expect([cells.map(({ workload }) => workload), failures, starts]).toEqual([
      ...[['hit'], undefined, []],
    ]);
  });
});

describe('the filter', () => {
  const plan = planCells(profiles.standard, contenders);

  it('takes cells of a kind of their own only if they are named', () => {
    const kinds = (text: string) => {
      const cells = filterPlan(plan, text).map(({ cell }) => cell);
      return [cells.some(({ ttl }) => ttl), cells.some(({ pauses }) => pauses)];
    };
    expect(kinds('zipf int')).toEqual([false, false]);
    expect(kinds('zipf int ttl')).toEqual([true, false]);
    expect(kinds('pauses')).toEqual([false, true]);
    const [ttl] = filterPlan(plan, 'ttl replay 500');
    expect(ttl?.contenders.map(({ library }) => library)).toEqual([
      ...['wasm-lru', 'wasm-lru pure', 'lru-cache'],
    ]);
  });

  it('takes words for one thing as alternatives and for several together', () => {
    const selected = filterPlan(plan, 'zipf int,string 1k 10k caches1 ours lru-cache');
    expect(selected.map(({ cell }) => [cell.keys, cell.size])).toEqual([
      ...[
        ['int', 1000],
        ['int', 10_000],
      ],
      ...[
        ['string', 1000],
        ['string', 10_000],
      ],
    ]);
    for (const { contenders } of selected) {
      expect(contenders.map(({ library }) => library)).toEqual([
        ...['wasm-lru', 'wasm-lru pure', 'lru-cache'],
      ]);
    }
  });
});

describe('keys', () => {
  const COUNT = 2000;
  const builtTwice = (kind: KeyKind) => {
    const keys = makeKeys(kind, COUNT, 4);
    keys.load(Int32Array.of(7, 7, 1, 2));
    return { keys, pass: [0, 1, 2, 3].map((i) => keys.at(i)) };
  };

  it.each(keyKinds)('%s are of their own for each id, and the same for the same', (kind) => {
    const { keys, pass } = builtTwice(kind);
    expect(pass[0]).toBe(pass[1]);
    expect(pass[0]).toBe(keys.keyOf(7));
    expect(new Set(Array.from({ length: COUNT }, (_, id) => keys.keyOf(id))).size).toBe(COUNT);
  });

  it.each([
    ['string', /^user[0-9a-f]{8}$/, 12],
    ['fresh16', /^user:[0-9a-f]{8}:v1$/, 16],
    ['fresh40', /^session:[0-9a-f]{8}:[0-9a-f]{8}:permissions-v1$/, 40],
    ['cons', /^user:\d{6}:permissions$/, 23],
    ['prefix-id', /^user:\d{6}$/, 11],
    ['id-suffix', /^\d{6}:user-permissions$/, 23],
    ['padded', /^0{10}\d{6}$/, 16],
    ['url', /^https:\/\/example\.com\/api\/v1\/users\/\d{6}\/permissions\?page=1$/, 58],
    ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/, 36],
    ['json', /^\{"user":\d{6},"scope":"read"\}$/, 30],
  ] as const)('%s look as they are called', (kind, pattern, length) => {
    const { keys, pass } = builtTwice(kind);
    for (const key of pass) expect(key).toMatch(pattern);
    expect(pass[0]).toHaveLength(length);
    expect(keys.isBuilt).toBe(kind !== 'string');
  });

  it('are numbers of their kind', () => {
    const values = (kind: KeyKind) => {
      const keys = makeKeys(kind, COUNT, 1);
      return Array.from({ length: COUNT }, (_, id) => keys.keyOf(id) as number);
    };
    expect(values('int')).toEqual(Array.from({ length: COUNT }, (_, id) => id));
    expect(values('int32').every((key) => key === (key | 0))).toBe(true);
    expect(values('int32').filter((key) => Math.abs(key) > 2 ** 30).length).toBeGreaterThan(900);
    expect(values('float').some(Number.isInteger)).toBe(false);
  });

  it('are numbers and strings of one call site', () => {
    expect(new Set(builtTwice('int+string').pass.map((key) => typeof key)).size).toBe(2);
  });
});

describe('random numbers', () => {
  it('follow the zipf distribution', () => {
    const count = 1000;
    const draws = 200_000;
    const draw = createZipf(count, 0.99, createRandom(5));
    const seen = new Float64Array(count);
    for (let i = 0; i < draws; i++) {
      const rank = draw();
      seen[rank] = (seen[rank] as number) + 1;
    }
    const share = (rank: number) => (rank + 1) ** -0.99;
    const total = seen.reduce((sum, _, rank) => sum + share(rank), 0);
    const head = (ranks: number, of: (rank: number) => number) =>
      Array.from({ length: ranks }, (_, rank) => of(rank)).reduce((sum, x) => sum + x, 0);
    for (const ranks of [1, 10, 100, 500]) {
      const expected = head(ranks, share) / total;
      expect(head(ranks, (rank) => seen[rank] as number) / draws).toBeCloseTo(expected, 2);
    }
  });

  it('are permuted without loss', () => {
    const items = shuffle(
      Int32Array.from({ length: 1000 }, (_, i) => i),
      createRandom(1),
    );
    expect(new Set(items).size).toBe(1000);
    expect(new Set(items.map(mix32)).size).toBe(1000);
  });
});

describe('caches of ours that others are compared with', () => {
  const command = fc.tuple(fc.constantFrom('get', 'set', 'set', 'delete'), fc.nat(9));

  it.each([
    ['naive Map', (max: number): Store => new NaiveLRU<AnyKey>(max)],
    ['Map + linked objects', (max: number): Store => new LinkedLRU(max)],
    ['Map + typed arrays', (max: number): Store => new ColumnLRU(max)],
  ])('%s is an exact LRU cache', (_, create) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(command), (max, commands) => {
        const cache = create(max);
        const oracle = new ExactLru(10, max);
        for (const [i, [name, key]] of commands.entries()) {
          if (name === 'set') {
            cache.set(key, { id: i });
            oracle.set(key, i);
          } else if (name === 'get') {
            expect(cache.get(key)?.id ?? ABSENT).toBe(oracle.get(key));
          } else {
            cache.delete(key);
            oracle.delete(key);
          }
          expect(cache.size).toBe(oracle.size);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('every library that is exact', () => {
  const exact = contenders.filter(({ group }) => group !== 'approximate' && group !== 'bound');
  const cells: readonly Cell[] = [
    { workload: 'zipf', keys: 'string', size: 64, caches: 8 },
    { workload: 'mix', keys: 'string', size: 64, caches: 1 },
    { workload: 'churn', keys: 'string', size: 64, caches: 1 },
  ];

  it.each(exact)('$library does what the oracle says', async ({ load }) => {
    const create = await load();
    for (const cell of cells) {
      const requests = createRequests(cell, 3, true);
      const keys = makeKeys(cell.keys, requests.keyCount, requests.batch.ids.length);
      const subject = createStoreSubject(cell, create, keys, requests, false);
      subject.renew();
      subject.fill();
      const expected = requests.next();
      subject.load();
      expect(subject.run()).toMatchObject({ ...expected, strangerBits: 0 });
      expect(subject.entries()).toBe(requests.entries());
    }
  });
});

describe('single sets', () => {
  const plan = { size: 100, seed: 1, passes: 3, requests: 500 };

  /** A cache that takes a while, on its own clock, when it sets a key for the n-th time. */
  function createSlow(max: number, slowAt: number, ms: number) {
    const cache = new LinkedLRU(max);
    let [now, sets] = [0, 0];
    const store: Store = {
      get: (key) => cache.get(key),
      set: (key, value) => {
        sets += 1;
        now += sets === slowAt ? ms : 0.001;
        cache.set(key, value);
      },
      delete: (key) => cache.delete(key),
      get size() {
        return cache.size;
      },
    };
    return { store, clock: () => now, sets: () => sets };
  }

  it('are timed, each by itself, when the cache is full', () => {
    // The fill and a pass that warms up come first: this is within the second pass that counts.
    const { store, clock } = createSlow(100, 100 + 500 + 700, 7);
    const sample = timeSets(store, { ...plan, workload: 'churn' }, clock);
    expect(sample).toMatchObject({ operations: 1500, clockLongestMs: 0 });
    expect(sample.longestMs.map((ms) => ms.toFixed(3))).toEqual(['0.001', '7.000', '0.001']);
    expect(sample.quantilesUs.half).toBeCloseTo(1, 1);
    expect(sample.quantilesUs.in1000).toBeLessThan(2);
    expect(sample.quantilesUs.in10000).toBeGreaterThan(6900);
  });

  it('are told with the time in which they ran, if they took long', () => {
    const { store, clock } = createSlow(100, 100 + 500 + 700, 7);
    const { slow } = timeSets(store, { ...plan, workload: 'churn' }, clock);
    expect(slow.map(({ start, end }) => end - start)).toEqual([expect.closeTo(7, 6)]);
  });

  it('are told without the pauses of the collector', () => {
    const pauses = [
      { start: 0, end: 11 },
      { start: 12, end: 13 },
      { start: 18, end: 40 },
      { start: 50, end: 60 },
    ];
    expect(outsideOf({ start: 10, end: 20 }, pauses)).toBe(6);
    expect(outsideOf({ start: 10, end: 20 }, [])).toBe(10);
  });

  it('are those of a fill only before', () => {
    const { store, clock } = createSlow(100, 50, 7);
    const sample = timeSets(store, { ...plan, workload: 'churn' }, clock);
    expect(Math.max(...sample.longestMs)).toBeLessThan(0.002);
  });

  it('of a read-through follow the misses', () => {
    const { store, clock, sets } = createSlow(100, -1, 0);
    const { operations } = timeSets(store, { ...plan, workload: 'zipf' }, clock);
    expect(operations).toBeGreaterThan(100);
    expect(operations).toBeLessThan(1000);
    expect(operations).toBeLessThan(sets());
  });

  it('are checked', () => {
    const { store, clock } = createSlow(99, -1, 0);
    const timed = () => timeSets(store, { ...plan, workload: 'churn' }, clock);
    expect(timed).toThrow('99 entries, not 100');
    const deaf = { ...store, get: () => undefined };
    expect(() => timeSets(deaf, { ...plan, workload: 'churn' }, clock)).toThrow('is not there');
  });
});

describe('checks', () => {
  it('notice a value that is another key’s, and one that is out of date', () => {
    const cell: Cell = { workload: 'mix', keys: 'int', size: 64, caches: 1 };
    const requests = createRequests(cell, 3, true);
    const keys = makeKeys('int', requests.keyCount, requests.batch.ids.length);
    const expected = requests.next();
    keys.load(requests.batch.ids);
    const store = (id: (key: number) => number): Store => ({
      get: (key) => ({ id: id(key as number) }),
      set: () => {},
      delete: () => {},
    });
    const strange = runPass('mix', [store((key) => key ^ 1)], keys, requests.batch);
    expect(strange.strangerBits).not.toBe(0);
    const stale = runPass('mix', [store((key) => key)], keys, requests.batch);
    expect(stale.strangerBits).toBe(0);
    expect(stale.checksum).not.toBe(expected?.checksum);
  });

  it('have an oracle that knows the order', () => {
    expect(replayExactly(Int32Array.of(0, 1, 0, 2, 0, 1), 3, 2)).toEqual({ hits: 2, checksum: 0 });
  });
});
