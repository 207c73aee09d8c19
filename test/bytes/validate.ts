// The checker of a region: reads the raw memory, and recounts from scratch what the core maintains.

import * as layout from '../../assembly/bytes/layout.js';
import {
  MAPPED,
  SLOT_FIRST,
  TABLE_CAPACITY,
  TABLE_FRESH,
  TABLE_RECORDS,
  TABLE_SIZE,
  TABLE_TOTAL,
} from '../../assembly/layout.js';
import type { Region } from '../../src/bytes/region.js';

/** What the checker needs of a table, which the engines keep in different places. */
interface TableView {
  readonly size: number;
  readonly total: number;
  readonly capacity: number;
  readonly fresh: number;
  readonly recordsAt: number;
}

/** The table of the JavaScript engine. */
function tableOf(region: Region): TableView {
  const { size, total, capacity, fresh, records } = region.store as unknown as TableView & {
    records: Int32Array;
  };
  return { size, total, capacity, fresh, recordsAt: records.byteOffset };
}

/** The table whose header is at an address. */
function tableAt(memory: DataView, base: number): TableView {
  const field = (offset: number) => memory.getUint32(base + offset, true);
  return {
    size: field(TABLE_SIZE),
    total: memory.getFloat64(base + TABLE_TOTAL, true),
    capacity: field(TABLE_CAPACITY),
    fresh: field(TABLE_FRESH),
    recordsAt: field(TABLE_RECORDS),
  };
}

/** An entry as the memory has it. */
export interface RawEntry {
  readonly slot: number;
  readonly key: Uint8Array;
  readonly isWide: boolean;
  readonly value: Uint8Array;
  readonly chunks: number;
}

/** What the checker found. */
export interface Findings {
  readonly entries: readonly RawEntry[];
  readonly free: number;
  readonly limbo: number;
  readonly chunksMax: number;
}

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`invalid region: ${what}`);
}

/** Checks R1 to R5 of layout.ts. Throws at what does not hold. */
export function validate(region: Region): Findings {
  const table = region.kind === 'pure' ? tableOf(region) : undefined;
  return validateAt(region.bytes, layout.FRAME_SIZE, table);
}

/** As `validate`, for a region at an address of a memory. */
export function validateAt(bytes: Uint8Array, base: number, known?: TableView): Findings {
  const memory = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const field = (offset: number) => memory.getUint32(base + offset, true);
  const table = known ?? tableAt(memory, base);
  const log2 = field(layout.STORE_CHUNK_LOG2);
  const [first, end] = [field(layout.STORE_FIRST_CHUNK), field(layout.STORE_END_CHUNK)];
  const fresh = field(layout.STORE_FRESH_CHUNK);
  const links = field(layout.STORE_LINKS);
  check(first <= fresh && fresh <= end, 'chunks out of order');
  check(links + end * 4 === base + field(layout.STORE_BYTES), 'links do not end the region');
  check(base + end * 2 ** log2 <= links, 'chunks overlap the links');
  check(base + field(layout.STORE_BYTES) <= bytes.byteLength, 'region beyond the memory');
  const groupsEnd = field(layout.STORE_GROUPS) + field(layout.STORE_GROUP_COUNT) * 64;
  check(groupsEnd <= base + first * 2 ** log2, 'index overlaps the chunks');
  const seen = new Set<number>();
  const follow = (start: number): number[] => {
    const chain: number[] = [];
    for (let chunk = start; chunk !== 0; chunk = memory.getUint32(links + chunk * 4, true)) {
      check(chunk >= first && chunk < fresh, `chunk ${chunk} out of range`);
      check(!seen.has(chunk), `chunk ${chunk} in two chains`);
      seen.add(chunk);
      chain.push(chunk);
    }
    return chain;
  };
  const entries: RawEntry[] = [];
  let mapped = 0;
  for (let slot = SLOT_FIRST; slot < table.fresh; slot++) {
    const stamp = memory.getUint32(table.recordsAt + slot * 8 + 4, true);
    if (stamp === 0) continue;
    if ((stamp & MAPPED) !== 0) {
      mapped += 1;
      check(isGrouped(memory, field, slot), `slot ${slot} in no group`);
    }
    const ref = field(layout.STORE_REFS) + slot * 16;
    const valueBytes = memory.getUint32(ref + layout.REF_VALUE, true);
    const keyBytes = memory.getUint16(ref + layout.REF_KEY, true);
    const chain = follow(memory.getUint32(ref, true));
    const needed = Math.max(1, Math.ceil((keyBytes + valueBytes) / 2 ** log2));
    check(chain.length === needed, `slot ${slot} has ${chain.length} chunks, not ${needed}`);
    const content = new Uint8Array(chain.length * 2 ** log2);
    chain.forEach((chunk, i) => {
      const at = base + chunk * 2 ** log2;
      content.set(bytes.subarray(at, at + 2 ** log2), i * 2 ** log2);
    });
    entries.push({
      slot,
      key: content.subarray(0, keyBytes),
      isWide: (memory.getUint8(ref + layout.REF_FLAGS) & layout.WIDE) !== 0,
      value: content.subarray(keyBytes, keyBytes + valueBytes),
      chunks: chain.length,
    });
  }
  check(entries.length === table.size, 'size is wrong');
  check(mapped === countGrouped(memory, field), 'a group holds what it must not');
  const total = entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  check(total === table.total, `total is ${table.total}, not ${total}`);
  const free = follow(field(layout.STORE_FREE_CHUNK)).length + end - fresh;
  check(free === field(layout.STORE_FREE_COUNT), 'free count is wrong');
  const limbo = follow(field(layout.STORE_LIMBO)).length;
  check(field(layout.STORE_HELD) !== 0 || limbo === 0, 'limbo while nothing is held');
  if (field(layout.STORE_HELD) === 0) check(seen.size === fresh - first, 'a chunk is lost');
  return { entries, free, limbo, chunksMax: end - first };
}

type Field = (offset: number) => number;

function* grouped(memory: DataView, field: Field): Generator<number> {
  const at = field(layout.STORE_GROUPS);
  for (let i = 0; i < field(layout.STORE_GROUP_COUNT) * 16; i++) {
    const slot = memory.getUint32(at + i * 4, true);
    if (slot !== 0) yield slot;
  }
}

function isGrouped(memory: DataView, field: Field, slot: number): boolean {
  return [...grouped(memory, field)].includes(slot);
}

function countGrouped(memory: DataView, field: Field): number {
  return [...grouped(memory, field)].length;
}
