// The seam, over linear memory: accessors of table headers, records, columns and the queue.
//
// Part of the WebAssembly core only; slots.ts has the same functions over typed arrays. Only this
// file, buckets.wasm.ts, storage.wasm.ts and arena.wasm.ts read or write linear memory. What the
// fields mean is drawn in layout.ts.

import {
  AGE_BYTES_LOG2,
  AGE_START,
  AGE_TTL,
  BATCH_VALUES,
  BATCH_WORDS,
  RECORD_BYTES_LOG2,
  RECORD_STAMP,
  RECORD_WORD,
  TABLE_AGES,
  TABLE_BIN_AT,
  TABLE_BIN_COUNT,
  TABLE_BIN_LOW,
  TABLE_BIN_SHIFT,
  TABLE_BINS,
  TABLE_BUCKET_COUNT,
  TABLE_BUCKETS,
  TABLE_BUDGET,
  TABLE_CAPACITY,
  TABLE_CLOCK,
  TABLE_FLOOR,
  TABLE_FREE,
  TABLE_FRESH,
  TABLE_IS_MISSED,
  TABLE_LIMIT,
  TABLE_MARK,
  TABLE_MISSED,
  TABLE_NEWEST,
  TABLE_QUEUE,
  TABLE_QUEUE_AT,
  TABLE_QUEUE_CLOCK,
  TABLE_QUEUE_END,
  TABLE_QUEUE_HIGH,
  TABLE_QUEUE_NEXT,
  TABLE_RECORDS,
  TABLE_REFUSED,
  TABLE_SIZE,
  TABLE_TOTAL,
  TABLE_WEIGHTS,
  WEIGHT_BYTES_LOG2,
} from './layout.js';

/** The address of a table's header. */
export type Table = usize;
/** The address of the records of a table; of the record of slot 0. */
export type Records = usize;
/** The address of the buckets of a table. */
export type Buckets = usize;
/** The address of the queue of a table. */
export type Queue = usize;
/** The address of the bins of a table. */
export type Bins = usize;
/** The address of the ages of a table, or 0. */
export type Ages = usize;
/** The address of the weights of a table, or 0. */
export type Weights = usize;

function recordOf(records: Records, slot: u32): usize {
  return records + ((slot as usize) << RECORD_BYTES_LOG2);
}

export function wordOf(records: Records, slot: u32): u32 {
  return load<u32>(recordOf(records, slot), RECORD_WORD);
}

export function setWord(records: Records, slot: u32, word: u32): void {
  store<u32>(recordOf(records, slot), word, RECORD_WORD);
}

export function stampOf(records: Records, slot: u32): u32 {
  return load<u32>(recordOf(records, slot), RECORD_STAMP);
}

export function setStamp(records: Records, slot: u32, stamp: u32): void {
  store<u32>(recordOf(records, slot), stamp, RECORD_STAMP);
}

/** The slot at a position of the queue. */
export function queuedAt(queue: Queue, position: u32): u32 {
  return load<u32>(queue + ((position as usize) << 2));
}

export function setQueued(queue: Queue, position: u32, slot: u32): void {
  store<u32>(queue + ((position as usize) << 2), slot);
}

/** What a bin holds: a count of slots, or a position of the queue. */
export function binOf(bins: Bins, bin: u32): u32 {
  return load<u32>(bins + ((bin as usize) << 2));
}

export function setBin(bins: Bins, bin: u32, value: u32): void {
  store<u32>(bins + ((bin as usize) << 2), value);
}

/** Sets the first `count` bins to 0. */
export function clearBins(bins: Bins, count: u32): void {
  memory.fill(bins, 0, (count as usize) << 2);
}

export function startOf(ages: Ages, slot: u32): f64 {
  return load<f64>(ages + ((slot as usize) << AGE_BYTES_LOG2), AGE_START);
}

export function setStart(ages: Ages, slot: u32, start: f64): void {
  store<f64>(ages + ((slot as usize) << AGE_BYTES_LOG2), start, AGE_START);
}

export function ttlOf(ages: Ages, slot: u32): f64 {
  return load<f64>(ages + ((slot as usize) << AGE_BYTES_LOG2), AGE_TTL);
}

export function setTtl(ages: Ages, slot: u32, ttl: f64): void {
  store<f64>(ages + ((slot as usize) << AGE_BYTES_LOG2), ttl, AGE_TTL);
}

export function weightOf(weights: Weights, slot: u32): f64 {
  return load<f64>(weights + ((slot as usize) << WEIGHT_BYTES_LOG2));
}

export function setWeight(weights: Weights, slot: u32, weight: f64): void {
  store<f64>(weights + ((slot as usize) << WEIGHT_BYTES_LOG2), weight);
}

/** The word, or the slot, of a key of the batch. */
export function batchWordAt(i: u32): u32 {
  return load<u32>((i as usize) << 2, BATCH_WORDS);
}

export function setBatchWordAt(i: u32, word: u32): void {
  store<u32>((i as usize) << 2, word, BATCH_WORDS);
}

/** The value of a key of the batch. */
export function batchValueAt(i: u32): f64 {
  return load<f64>((i as usize) << 3, BATCH_VALUES);
}

export function setBatchValueAt(i: u32, value: f64): void {
  store<f64>((i as usize) << 3, value, BATCH_VALUES);
}

/** Whether ages are in use. */
export function hasAges(table: Table): bool {
  return agesOf(table) != 0;
}

/** Whether weights are in use. */
export function hasWeights(table: Table): bool {
  return weightsOf(table) != 0;
}

/** The debug build's mark of a table (debug/contract.ts). */
export function markOf(table: Table): u32 {
  return load<u32>(table, TABLE_MARK);
}

export function setMark(table: Table, mark: u32): void {
  store<u32>(table, mark, TABLE_MARK);
}

export function recordsOf(table: Table): Records {
  return load<u32>(table, TABLE_RECORDS);
}

export function setRecords(table: Table, value: Records): void {
  store<u32>(table, value, TABLE_RECORDS);
}

export function bucketsOf(table: Table): Buckets {
  return load<u32>(table, TABLE_BUCKETS);
}

export function setBuckets(table: Table, value: Buckets): void {
  store<u32>(table, value, TABLE_BUCKETS);
}

export function bucketCountOf(table: Table): u32 {
  return load<u32>(table, TABLE_BUCKET_COUNT);
}

export function setBucketCount(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_BUCKET_COUNT);
}

export function queueOf(table: Table): Queue {
  return load<u32>(table, TABLE_QUEUE);
}

export function setQueue(table: Table, value: Queue): void {
  store<u32>(table, value, TABLE_QUEUE);
}

export function binsOf(table: Table): Bins {
  return load<u32>(table, TABLE_BINS);
}

export function setBins(table: Table, value: Bins): void {
  store<u32>(table, value, TABLE_BINS);
}

export function binCountOf(table: Table): u32 {
  return load<u32>(table, TABLE_BIN_COUNT);
}

export function setBinCount(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_BIN_COUNT);
}

export function agesOf(table: Table): Ages {
  return load<u32>(table, TABLE_AGES);
}

export function setAges(table: Table, value: Ages): void {
  store<u32>(table, value, TABLE_AGES);
}

export function weightsOf(table: Table): Weights {
  return load<u32>(table, TABLE_WEIGHTS);
}

export function setWeights(table: Table, value: Weights): void {
  store<u32>(table, value, TABLE_WEIGHTS);
}

export function capacityOf(table: Table): u32 {
  return load<u32>(table, TABLE_CAPACITY);
}

export function setCapacity(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_CAPACITY);
}

export function sizeOf(table: Table): u32 {
  return load<u32>(table, TABLE_SIZE);
}

export function setSize(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_SIZE);
}

export function limitOf(table: Table): u32 {
  return load<u32>(table, TABLE_LIMIT);
}

export function setLimit(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_LIMIT);
}

export function freshOf(table: Table): u32 {
  return load<u32>(table, TABLE_FRESH);
}

export function setFresh(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_FRESH);
}

export function freeOf(table: Table): u32 {
  return load<u32>(table, TABLE_FREE);
}

export function setFree(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_FREE);
}

export function clockOf(table: Table): u32 {
  return load<u32>(table, TABLE_CLOCK);
}

export function setClock(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_CLOCK);
}

export function newestUsedOf(table: Table): u32 {
  return load<u32>(table, TABLE_NEWEST);
}

export function setNewestUsed(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_NEWEST);
}

export function floorOf(table: Table): u32 {
  return load<u32>(table, TABLE_FLOOR);
}

export function setFloor(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_FLOOR);
}

export function missedOf(table: Table): u32 {
  return load<u32>(table, TABLE_MISSED);
}

export function setMissed(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_MISSED);
}

export function isMissedOf(table: Table): u32 {
  return load<u32>(table, TABLE_IS_MISSED);
}

export function setIsMissed(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_IS_MISSED);
}

export function queueAtOf(table: Table): u32 {
  return load<u32>(table, TABLE_QUEUE_AT);
}

export function setQueueAt(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_QUEUE_AT);
}

export function queueEndOf(table: Table): u32 {
  return load<u32>(table, TABLE_QUEUE_END);
}

export function setQueueEnd(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_QUEUE_END);
}

export function queueHighOf(table: Table): u32 {
  return load<u32>(table, TABLE_QUEUE_HIGH);
}

export function setQueueHigh(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_QUEUE_HIGH);
}

export function queueNextOf(table: Table): u32 {
  return load<u32>(table, TABLE_QUEUE_NEXT);
}

export function setQueueNext(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_QUEUE_NEXT);
}

export function binAtOf(table: Table): u32 {
  return load<u32>(table, TABLE_BIN_AT);
}

export function setBinAt(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_BIN_AT);
}

export function binLowOf(table: Table): u32 {
  return load<u32>(table, TABLE_BIN_LOW);
}

export function setBinLow(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_BIN_LOW);
}

export function binShiftOf(table: Table): u32 {
  return load<u32>(table, TABLE_BIN_SHIFT);
}

export function setBinShift(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_BIN_SHIFT);
}

export function queueClockOf(table: Table): u32 {
  return load<u32>(table, TABLE_QUEUE_CLOCK);
}

export function setQueueClock(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_QUEUE_CLOCK);
}

export function totalOf(table: Table): f64 {
  return load<f64>(table, TABLE_TOTAL);
}

export function setTotal(table: Table, value: f64): void {
  store<f64>(table, value, TABLE_TOTAL);
}

export function budgetOf(table: Table): f64 {
  return load<f64>(table, TABLE_BUDGET);
}

export function setBudget(table: Table, value: f64): void {
  store<f64>(table, value, TABLE_BUDGET);
}

export function setRefused(table: Table, value: u32): void {
  store<u32>(table, value, TABLE_REFUSED);
}
