// The image of a table: its structure as plain numbers, read from outside of either engine.

import {
  BUCKET_BYTES,
  RECORD_BYTES,
  SLOT_FIRST,
  TABLE_AGES,
  TABLE_BIN_AT,
  TABLE_BIN_COUNT,
  TABLE_BIN_LOW,
  TABLE_BIN_SHIFT,
  TABLE_BUCKET_COUNT,
  TABLE_BUCKETS,
  TABLE_BUDGET,
  TABLE_CAPACITY,
  TABLE_CLOCK,
  TABLE_FLOOR,
  TABLE_FREE,
  TABLE_FRESH,
  TABLE_LIMIT,
  TABLE_NEWEST,
  TABLE_QUEUE,
  TABLE_QUEUE_AT,
  TABLE_QUEUE_CLOCK,
  TABLE_QUEUE_END,
  TABLE_QUEUE_HIGH,
  TABLE_QUEUE_NEXT,
  TABLE_RECORDS,
  TABLE_SIZE,
  TABLE_TOTAL,
  TABLE_WEIGHTS,
} from '../../assembly/layout.js';
import type { Table as JsTable } from '../../assembly/slots.js';
import type { Engine } from '../../src/engine/engine.js';
import type { Lease } from '../../src/engine/lifetime.js';

/** The parts of a table that both engines have. */
export interface Image {
  readonly capacity: number;
  readonly size: number;
  readonly limit: number;
  readonly fresh: number;
  readonly free: number;
  readonly clock: number;
  readonly newestUsed: number;
  readonly floor: number;
  readonly queueAt: number;
  readonly queueEnd: number;
  readonly queueHigh: number;
  readonly queueNext: number;
  readonly binAt: number;
  readonly binCount: number;
  readonly binLow: number;
  readonly binShift: number;
  readonly queueClock: number;
  readonly total: number;
  readonly budget: number;
  /** WORD and STAMP of each slot, in turn. */
  readonly records: Int32Array;
  readonly queue: Int32Array;
  /** Start and ttl of each slot, in turn; undefined if ages are not in use. */
  readonly ages: Float64Array | undefined;
  readonly weights: Float64Array | undefined;
  readonly index: BucketIndex | ChainIndex;
}

/** The index of the WebAssembly engine. */
export interface BucketIndex {
  readonly kind: 'buckets';
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** The index of the JavaScript engine. */
export interface ChainIndex {
  readonly kind: 'chains';
  readonly heads: Int32Array;
  readonly links: Int32Array;
  readonly shift: number;
  readonly asked: ReadonlyMap<number, number>;
}

/** The memory of each engine that has one. */
export const cores = new WeakMap<Engine, WebAssembly.Memory>();

const addressOf = ({ table }: Lease): number => (table as unknown as number) >>> 0;

function memoryOf({ engine }: Lease): WebAssembly.Memory {
  const memory = cores.get(engine);
  if (memory === undefined) throw new Error('no memory is known of this engine');
  return memory;
}

function imageOfWasm(lease: Lease): Image {
  const { buffer } = memoryOf(lease);
  const view = new DataView(buffer, addressOf(lease));
  const field = (offset: number) => view.getUint32(offset, true);
  const capacity = field(TABLE_CAPACITY);
  const slots = capacity === 0 ? 0 : capacity + SLOT_FIRST;
  const count = field(TABLE_BUCKET_COUNT);
  const column = (offset: number, length: number) =>
    field(offset) === 0 ? undefined : new Float64Array(buffer, field(offset), length).slice();
  return {
    capacity,
    size: field(TABLE_SIZE),
    limit: field(TABLE_LIMIT),
    fresh: field(TABLE_FRESH),
    free: field(TABLE_FREE),
    clock: field(TABLE_CLOCK),
    newestUsed: field(TABLE_NEWEST),
    floor: field(TABLE_FLOOR),
    queueAt: field(TABLE_QUEUE_AT),
    queueEnd: field(TABLE_QUEUE_END),
    queueHigh: field(TABLE_QUEUE_HIGH),
    queueNext: field(TABLE_QUEUE_NEXT),
    binAt: field(TABLE_BIN_AT),
    binCount: field(TABLE_BIN_COUNT),
    binLow: field(TABLE_BIN_LOW),
    binShift: field(TABLE_BIN_SHIFT),
    queueClock: field(TABLE_QUEUE_CLOCK),
    total: view.getFloat64(TABLE_TOTAL, true),
    budget: view.getFloat64(TABLE_BUDGET, true),
    records: new Int32Array(buffer, field(TABLE_RECORDS), slots * (RECORD_BYTES / 4)).slice(),
    queue: new Int32Array(buffer, field(TABLE_QUEUE), capacity).slice(),
    ages: column(TABLE_AGES, slots * 2),
    weights: column(TABLE_WEIGHTS, slots),
    index: {
      kind: 'buckets',
      count,
      bytes: new Uint8Array(buffer, field(TABLE_BUCKETS), count * BUCKET_BYTES).slice(),
    },
  };
}

function imageOfJs(lease: Lease): Image {
  const table = lease.table as unknown as JsTable;
  return {
    ...table,
    queue: table.queue.slice(0, table.capacity),
    records: table.capacity === 0 ? new Int32Array(0) : table.records.slice(),
    ages: table.isAged ? table.ages.slice() : undefined,
    weights: table.isWeighed ? table.weights.slice() : undefined,
    index: {
      kind: 'chains',
      heads: table.heads.slice(),
      links: table.links.slice(),
      shift: table.headShift,
      asked: new Map(table.asked),
    },
  };
}

/** A copy of a table's structure. O(capacity). */
export function imageOf(lease: Lease): Image {
  return lease.engine.kind === 'wasm' ? imageOfWasm(lease) : imageOfJs(lease);
}

/** Sets the clock of a table without entries. */
export function setClock(lease: Lease, clock: number): void {
  if (lease.engine.kind === 'pure') (lease.table as unknown as JsTable).clock = clock;
  else new DataView(memoryOf(lease).buffer).setUint32(addressOf(lease) + TABLE_CLOCK, clock, true);
}
