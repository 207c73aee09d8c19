// The checker of tables and caches (validate.ts) sees each kind of damage: one wrong number at a
// time, in a table of the JavaScript engine, whose fields are within reach.

import { expect, it } from 'vitest';
import {
  ARENA_BINS,
  ARENA_FIRST,
  ARENA_MAP,
  CROWDED,
  ELSEWHERE,
  EMPTY,
} from '../../assembly/layout.js';
import type { Table } from '../../assembly/slots.js';
import { unmix } from '../../bench/hostile-keys.js';
import { entriesOf, LRUCache } from '../../src/api/lru.js';
import { openCache, openDebug, openJs } from '../support/engines.js';
import { imageOf } from '../support/image.js';
import { checkOpened } from '../support/opened.js';
import { expectArena, expectValid, prospectOf } from '../support/validate.js';
import { sameTag } from '../support/words.js';

function openFull() {
  const cache = openCache<unknown, number>(openJs(), { max: 20, maxSize: 99, ttl: 1000 });
  for (let i = 0; i < 10; i++) cache.set(i % 2 === 0 ? i : { i }, i, { size: 1 });
  cache.delete(4);
  const entries = entriesOf(cache);
  // The queue is built, and its first bin open.
  entries.oldest();
  return { cache, entries, table: entries.lease.table as unknown as Table };
}

type Opened = ReturnType<typeof openFull>;

const damages: readonly (readonly [string, (opened: Opened) => void])[] = [
  [
    'a size that is too large',
    ({ table }) => {
      table.size += 1;
    },
  ],
  [
    'a limit above max',
    ({ table }) => {
      table.limit += 1;
    },
  ],
  [
    'a clock that went back',
    ({ table }) => {
      table.clock = 2;
    },
  ],
  [
    'an odd clock',
    ({ table }) => {
      table.clock += 1;
    },
  ],
  [
    'a floor above a stamp',
    ({ table }) => {
      table.floor = table.clock;
    },
  ],
  [
    'a free list that is cut',
    ({ table }) => {
      table.free = 0;
    },
  ],
  [
    'a fresh slot that was used',
    ({ table }) => {
      table.fresh -= 1;
    },
  ],
  [
    'two equal stamps',
    ({ table }) => {
      table.records[5] = table.records[7] as number;
    },
  ],
  [
    'a word that no key has',
    ({ table }) => {
      table.records[4] = 12_345;
    },
  ],
  ['a chain that is cut', ({ table }) => void table.heads.fill(0)],
  [
    'a mapped entry that nobody asks for',
    ({ table }) => {
      table.asked = undefined;
    },
  ],
  ['a queue out of order', ({ table }) => void table.queue.subarray(0, 9).reverse()],
  [
    'a front behind the end',
    ({ table }) => {
      table.queueAt = table.queueEnd + 1;
    },
  ],
  [
    'a total that is wrong',
    ({ table }) => {
      table.total += 1;
    },
  ],
  [
    'a budget that is not maxSize',
    ({ table }) => {
      table.budget += 1;
    },
  ],
  ['a weight of 0', ({ table }) => void table.weights.fill(0)],
  ['a start that is no time', ({ table }) => void table.ages.fill(Number.NaN)],
  [
    'a value in a free slot',
    ({ entries }) => {
      entries.items[2 * 6 + 1] = 1;
    },
  ],
  [
    'a value that is gone',
    ({ entries }) => {
      entries.items[2 * 2 + 1] = undefined;
    },
  ],
  [
    'a fast path past ages',
    ({ entries }) => {
      entries.path = 0;
    },
  ],
];

it('is content with a cache as it is', () => {
  expect(() => expectValid(openFull().cache)).not.toThrow();
});

it.each(damages)('sees %s', (_, damage) => {
  const opened = openFull();
  damage(opened);
  expect(() => expectValid(opened.cache)).toThrow();
  // So does the hook that runs after each test; afterwards, it has let the cache go.
  expect(checkOpened).toThrow();
});

it.fails('fails a test that leaves a damaged cache behind, by the hook after it', () => {
  openFull().table.size += 1;
});

it.fails('fails one whose cache the library opened by itself, in the same way', () => {
  const cache = new LRUCache<number, number>({ max: 3 }).set(1, 1);
  entriesOf(cache).items[2 * entriesOf(cache).newest() + 1] = undefined;
});

/** Writes a word of the memory of an engine that has one. */
const poke = (memory: WebAssembly.Memory, at: number, word: number) =>
  new DataView(memory.buffer).setUint32(at, word, true);

const arenaDamages: readonly (readonly [string, (memory: WebAssembly.Memory) => void])[] = [
  ['a wrong size of the left block', (memory) => poke(memory, ARENA_FIRST, 16)],
  ['a block of another size', (memory) => poke(memory, ARENA_FIRST + 4, 64)],
  ['a free block that no bin has', (memory) => poke(memory, ARENA_FIRST + 4, 144 | 1)],
  ['a bin that is marked and empty', (memory) => poke(memory, ARENA_MAP, 1)],
  [
    'a bin that is not marked',
    (memory) => new Uint8Array(memory.buffer).fill(0, ARENA_MAP, ARENA_BINS),
  ],
  ['a write into the zeroes of empty tables', (memory) => poke(memory, EMPTY + 16, 1)],
];

it.each(arenaDamages)('sees %s', (_, damage) => {
  const { engine, debug } = openDebug();
  engine.createTable(5);
  expectArena(debug.memory);
  damage(debug.memory);
  expect(() => expectArena(debug.memory)).toThrow();
});

it('sees what the index makes of a word as the engines do', () => {
  for (const { engine } of [openDebug(), openJs()]) {
    const table = engine.createTable(50) ?? expect.fail('no memory for a table');
    while (imageOf({ engine, table }).capacity < 50) engine.grow(table);
    for (let i = 0; i < 40; i++) {
      const word = unmix(sameTag(i));
      const { asks, refuses } = prospectOf(imageOf({ engine, table }), word);
      expect(engine.find(table, word) === ELSEWHERE).toBe(asks);
      expect(engine.insert(table, word) === CROWDED).toBe(refuses);
      if (refuses) engine.insertMapped(table, word);
    }
  }
});
