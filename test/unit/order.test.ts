// The order (assembly/order.ts), where it is made: which entry is the oldest, the newest, and what
// it costs to know. That it is right under every mix of uses is in machine.test.ts.
//
// Costs are read off the image, never off a clock: the queue is rebuilt only when it has run dry,
// and a rebuild looks at the slots below FRESH.

import { describe, expect, it } from 'vitest';
import {
  INSERTED,
  MAPPED,
  OUTCOME_BITS,
  OUTCOME_MASK,
  SLOT_FIRST,
  STAMP_MAX,
  STAMP_STEP,
} from '../../assembly/layout.js';
import { randomOf } from '../support/commands.js';
import { plainCases, type TestEngine } from '../support/engines.js';
import { type Image, imageOf, setClock } from '../support/image.js';
import { expectTable, liveSlots } from '../support/validate.js';

/** A table with the words from 0 up, in that order, and what it may be asked. */
function openFull({ engine }: TestEngine, count: number, limit = count) {
  const table = engine.createTable(limit) ?? expect.fail('no memory for a table');
  const lease = { engine, table };
  const put = (word: number) => {
    const code = engine.put(table, word);
    if (code >> OUTCOME_BITS !== 0) return code >> OUTCOME_BITS;
    expect(engine.grow(table)).toBeTruthy();
    return engine.put(table, word) >> OUTCOME_BITS;
  };
  for (let word = 0; word < count; word++) put(word);
  const wordAt = (slot: number) => imageOf(lease).records[slot * 2] as number;
  return { engine, table, lease, put, wordAt, image: () => imageOf(lease) };
}

type Full = ReturnType<typeof openFull>;

/** Whether a rebuild has happened between two images: only that sets QUEUE_CLOCK. */
const isRebuilt = (before: Image, after: Image) => before.queueClock !== after.queueClock;

/** Stamps as they come to be in a long life, the oldest first; even, and no two alike. */
const lives: readonly (readonly [string, (i: number) => number])[] = [
  ['one after the other', (i) => i + 1],
  ['one ancient entry and recent ones', (i) => (i === 0 ? 1 : 500_000_000 + i)],
  ['many ancient entries and a recent one', (i) => (i < 3_999 ? i + 1 : 500_000_000)],
  ['two clusters far apart', (i) => (i & 1 ? i + 1 : 500_000_000 + i)],
  ['many clusters', (i) => (i % 100) * 5_000_000 + i + 1],
  ['further apart each time', (i) => Math.floor(1.005 ** i) + i],
  ['all over the clock', (i) => ((i * 7919) % 10_007) * 50_000 + 1],
];

/** Gives the live slots of a full table these stamps, from outside. */
function restamp({ engine, table, lease }: Full, stampAt: (i: number) => number): number[] {
  const { size } = imageOf(lease);
  const slots = Array.from({ length: size }, (_, i) => i + SLOT_FIRST);
  const uses = slots.map((slot, i) => [stampAt(i), slot] as const).sort(([a], [b]) => a - b);
  for (const [stamp, slot] of uses) {
    setClock(lease, (stamp - 1) * STAMP_STEP);
    engine.touch(table, slot);
  }
  return uses.map(([, slot]) => slot);
}

describe.each(plainCases)('the order on $name', ({ open }) => {
  it.each(lives)('is exact with stamps: %s', (_, stampAt) => {
    const full = openFull(open(), 4000);
    const { engine, table } = full;
    const wanted = restamp(full, stampAt);
    const { live } = expectTable(full.lease);
    expect(live).toEqual(wanted);
    expect([engine.oldest(table), engine.newest(table)]).toEqual([wanted[0], wanted.at(-1)]);
    expectTable(full.lease);
    // Evictions one by one, among them uses, which save an entry.
    const left = [...wanted];
    for (let i = 0; i < 1500; i++) {
      if (i % 3 === 0) left.push(...left.splice((i * 31) % left.length, 1));
      if (i % 3 === 0) engine.touch(table, left.at(-1) as number);
      else expect(engine.evict(table)).toBe(left.shift());
    }
    expectTable(full.lease);
    expect([...engine.order(table)]).toEqual(left);
    for (let i = 0; i < 100; i++) expect(engine.evict(table)).toBe(left.shift());
    expectTable(full.lease);
  });

  it('is renumbered at the end of the clock, and stays', () => {
    const full = openFull(open(), 1000);
    const { engine, table, lease } = full;
    const random = randomOf(1);
    const left = [...engine.order(table)];
    const use = () => {
      left.push(...left.splice(random(left.length), 1));
      engine.touch(table, left.at(-1) as number);
    };
    for (let end = 0; end < 15; end++) {
      for (let i = 0; i < 50; i++) expect(engine.evict(table)).toBe(left.shift());
      const { size, clock } = full.image();
      setClock(lease, Math.max(clock, STAMP_MAX - STAMP_STEP * (end % 5)));
      for (let i = 0; i < 10; i++) use();
      // Another entry has its word, so it is MAPPED.
      const mapped = left.at(-1) as number;
      expect(engine.reword(table, mapped, full.wordAt(left[0] as number))).toBeFalsy();
      const after = full.image();
      expect(after.clock).toBeLessThanOrEqual(STAMP_STEP * (size + 10));
      expect(liveSlots(after)).toEqual(left);
      expect((after.records[mapped * 2 + 1] as number) & MAPPED).toBe(MAPPED);
      expectTable(lease);
    }
    const { records } = full.image();
    const mapped = left.filter((slot) => (records[slot * 2 + 1] as number) & MAPPED);
    expect(mapped.length, 'what is mapped stays so').toBeGreaterThan(10);
  });

  it('is known for the cost of one rebuild while it is not used', () => {
    const full = openFull(open(), 1000);
    const { engine, table } = full;
    const order = [...engine.order(table)];
    const before = full.image();
    for (let i = 0; i < 400; i++) {
      expect(engine.oldest(table)).toBe(order[0]);
      expect(engine.evict(table)).toBe(order.shift());
      expect(engine.newest(table)).toBe(order.at(-1));
      engine.remove(table, order.pop() as number);
      expect(engine.newest(table)).toBe(order.at(-1));
    }
    expect(isRebuilt(before, full.image())).toBe(false);
    expectTable(full.lease);
  });

  it('is rebuilt once in as many evictions as there are entries, in a FIFO', () => {
    const full = openFull(open(), 1000);
    let rebuilds = 0;
    for (let word = 1000, before = full.image(); word < 11_000; word++) {
      full.put(word);
      const after = full.image();
      if (isRebuilt(before, after)) rebuilds += 1;
      before = after;
    }
    expect(rebuilds).toBeLessThanOrEqual(11);
  });

  it('is rebuilt no more often than uses have consumed the queue', () => {
    const full = openFull(open(), 1000);
    const { engine, table } = full;
    const random = randomOf(3);
    let rebuilds = 0;
    let before = full.image();
    for (let i = 0; i < 10_000; i++) {
      if (i % 2 === 0) engine.touch(table, SLOT_FIRST + random(1000));
      else full.put(1000 + i);
      if (i % 10 !== 9) continue;
      const after = full.image();
      if (isRebuilt(before, after)) rebuilds += 1;
      before = after;
    }
    // Each rebuild is followed by 1,000 uses, insertions or evictions that pass its slots over.
    expect(rebuilds).toBeLessThanOrEqual(20);
  });

  it('of a table that has become small is not searched as that of a large one', () => {
    const full = openFull(open(), 20_000, 40_000);
    const { engine, table } = full;
    while (engine.size(table) > 10) engine.evict(table);
    expect(full.image().fresh).toBe(20_002);
    // As sizes do: what is put makes others go. The first of them leave the queue dry.
    let searched = 0;
    for (let word = 50_000, before = full.image(); word < 50_200; word++) {
      engine.evict(table);
      full.put(word);
      const after = full.image();
      if (isRebuilt(before, after)) searched += before.fresh;
      before = after;
    }
    expect(full.image().fresh).toBeLessThan(50);
    expect(searched, 'slots looked at by all rebuilds').toBeLessThan(3 * 20_002);
    expectTable(full.lease);
  });

  it('leaves high slots of a small table to a rebuild, and loses none', () => {
    for (const left of [0, 1, 5]) {
      const full = openFull(open(), 100);
      const { engine, table } = full;
      const order = [...engine.order(table)];
      while (order.length > left) engine.remove(table, order.shift() as number);
      for (let word = 1000; word < 1100 - left; word++) {
        expect(engine.put(table, word) & OUTCOME_MASK).toBe(INSERTED);
      }
      expect([engine.size(table), full.image().capacity]).toEqual([100, 100]);
      expectTable(full.lease);
    }
  });
});
