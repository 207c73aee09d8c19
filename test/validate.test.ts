// The checker of tables and caches (validate.ts) sees each kind of damage: one wrong number at a
// time, in a table of the JavaScript engine, whose fields are within reach.

import { expect, it } from 'vitest';
import type { Table } from '../assembly/slots.js';
import { entriesOf } from '../src/lru.js';
import { openCache, openJs } from './support.js';
import { expectValid } from './validate.js';

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
});
