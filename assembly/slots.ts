// The seam, over typed arrays: accessors of table headers, records, columns and the queue.
//
// Part of the JavaScript engine only; slots.wasm.ts has the same functions over linear memory.
// A table is an object of its own here, so the garbage collector frees a dropped cache. What the
// fields mean is drawn in layout.ts. Every array is as long as the layout says, and never read
// beyond its end.

import { NIL, RECORD_BYTES_LOG2, SLOT_FIRST, WEIGHT_MAX } from './layout.js';

/** WORD and STAMP of each slot, in turn. */
export type Records = Int32Array;
export type Queue = Int32Array;
export type Bins = Int32Array;
/** START and TTL of each slot, in turn. */
export type Ages = Float64Array;
export type Weights = Float64Array;

const RECORD_WORDS_LOG2 = RECORD_BYTES_LOG2 - 2;

// Made when they are first needed: importing this file needs no typed arrays.
let words: Int32Array | undefined;
let column: Float64Array | undefined;

/** What a table without storage has in place of records, heads, links, queue and bins: zeroes. */
export function noWords(): Int32Array {
  words ??= new Int32Array(SLOT_FIRST << RECORD_WORDS_LOG2);
  return words;
}

/** What a table without ages or weights has in their place. */
export function noColumn(): Float64Array {
  column ??= new Float64Array(0);
  return column;
}

/** The header of one cache, and the arrays of its index (buckets.ts). */
export class Table {
  records: Records = noWords();
  /** The first slot of each chain. */
  heads: Int32Array = noWords();
  /** The next slot of the chain, by slot. */
  links: Int32Array = noWords();
  /** 32 - log2 of the number of chains. */
  headShift = 31;
  /** MAPPED entries by the chain at which their search begins. */
  asked: Map<number, number> | undefined;
  queue: Queue = noWords();
  bins: Bins = noWords();
  binCount = 1;
  ages: Ages = noColumn();
  weights: Weights = noColumn();
  isAged = false;
  isWeighed = false;
  capacity = 0;
  size = 0;
  limit: number;
  fresh = SLOT_FIRST;
  free = NIL;
  clock = 0;
  newestUsed = NIL;
  floor = 0;
  missed = 0;
  isMissed = 0;
  queueAt = 0;
  queueEnd = 0;
  queueHigh = 0;
  queueNext = 0;
  binAt = 1;
  binLow = 0;
  binShift = 1;
  queueClock = 0;
  total = 0;
  budget = WEIGHT_MAX;
  refused = 0;

  constructor(limit: number) {
    this.limit = limit;
  }
}

export function wordOf(records: Records, slot: u32): u32 {
  return records[slot << RECORD_WORDS_LOG2] as number;
}

export function setWord(records: Records, slot: u32, word: u32): void {
  records[slot << RECORD_WORDS_LOG2] = word;
}

export function stampOf(records: Records, slot: u32): u32 {
  return records[(slot << RECORD_WORDS_LOG2) + 1] as number;
}

export function setStamp(records: Records, slot: u32, stamp: u32): void {
  records[(slot << RECORD_WORDS_LOG2) + 1] = stamp;
}

/** The slot at a position of the queue. */
export function queuedAt(queue: Queue, position: u32): u32 {
  return queue[position] as number;
}

export function setQueued(queue: Queue, position: u32, slot: u32): void {
  queue[position] = slot;
}

/** What a bin holds: a count of slots, or a position of the queue. */
export function binOf(bins: Bins, bin: u32): u32 {
  return bins[bin] as number;
}

export function setBin(bins: Bins, bin: u32, value: u32): void {
  bins[bin] = value;
}

/** Sets the first `count` bins to 0. */
export function clearBins(bins: Bins, count: u32): void {
  bins.fill(0, 0, count);
}

export function startOf(ages: Ages, slot: u32): f64 {
  return ages[slot << 1] as number;
}

export function setStart(ages: Ages, slot: u32, start: f64): void {
  ages[slot << 1] = start;
}

export function ttlOf(ages: Ages, slot: u32): f64 {
  return ages[(slot << 1) + 1] as number;
}

export function setTtl(ages: Ages, slot: u32, ttl: f64): void {
  ages[(slot << 1) + 1] = ttl;
}

export function weightOf(weights: Weights, slot: u32): f64 {
  return weights[slot] as number;
}

export function setWeight(weights: Weights, slot: u32, weight: f64): void {
  weights[slot] = weight;
}

/** Whether ages are in use. */
export function hasAges(table: Table): bool {
  return table.isAged;
}

/** Whether weights are in use. */
export function hasWeights(table: Table): bool {
  return table.isWeighed;
}

export function recordsOf(table: Table): Records {
  return table.records;
}

export function setRecords(table: Table, value: Records): void {
  table.records = value;
}

export function queueOf(table: Table): Queue {
  return table.queue;
}

export function setQueue(table: Table, value: Queue): void {
  table.queue = value;
}

export function binsOf(table: Table): Bins {
  return table.bins;
}

export function setBins(table: Table, value: Bins): void {
  table.bins = value;
}

export function binCountOf(table: Table): u32 {
  return table.binCount;
}

export function setBinCount(table: Table, value: u32): void {
  table.binCount = value;
}

export function agesOf(table: Table): Ages {
  return table.ages;
}

export function setAges(table: Table, value: Ages): void {
  table.ages = value;
}

export function weightsOf(table: Table): Weights {
  return table.weights;
}

export function setWeights(table: Table, value: Weights): void {
  table.weights = value;
}

export function capacityOf(table: Table): u32 {
  return table.capacity;
}

export function setCapacity(table: Table, value: u32): void {
  table.capacity = value;
}

export function sizeOf(table: Table): u32 {
  return table.size;
}

export function setSize(table: Table, value: u32): void {
  table.size = value;
}

export function limitOf(table: Table): u32 {
  return table.limit;
}

export function setLimit(table: Table, value: u32): void {
  table.limit = value;
}

export function freshOf(table: Table): u32 {
  return table.fresh;
}

export function setFresh(table: Table, value: u32): void {
  table.fresh = value;
}

export function freeOf(table: Table): u32 {
  return table.free;
}

export function setFree(table: Table, value: u32): void {
  table.free = value;
}

export function clockOf(table: Table): u32 {
  return table.clock;
}

export function setClock(table: Table, value: u32): void {
  table.clock = value;
}

export function newestUsedOf(table: Table): u32 {
  return table.newestUsed;
}

export function setNewestUsed(table: Table, value: u32): void {
  table.newestUsed = value;
}

export function floorOf(table: Table): u32 {
  return table.floor;
}

export function setFloor(table: Table, value: u32): void {
  table.floor = value;
}

export function missedOf(table: Table): u32 {
  return table.missed;
}

export function setMissed(table: Table, value: u32): void {
  table.missed = value;
}

export function isMissedOf(table: Table): u32 {
  return table.isMissed;
}

export function setIsMissed(table: Table, value: u32): void {
  table.isMissed = value;
}

export function queueAtOf(table: Table): u32 {
  return table.queueAt;
}

export function setQueueAt(table: Table, value: u32): void {
  table.queueAt = value;
}

export function queueEndOf(table: Table): u32 {
  return table.queueEnd;
}

export function setQueueEnd(table: Table, value: u32): void {
  table.queueEnd = value;
}

export function queueHighOf(table: Table): u32 {
  return table.queueHigh;
}

export function setQueueHigh(table: Table, value: u32): void {
  table.queueHigh = value;
}

export function queueNextOf(table: Table): u32 {
  return table.queueNext;
}

export function setQueueNext(table: Table, value: u32): void {
  table.queueNext = value;
}

export function binAtOf(table: Table): u32 {
  return table.binAt;
}

export function setBinAt(table: Table, value: u32): void {
  table.binAt = value;
}

export function binLowOf(table: Table): u32 {
  return table.binLow;
}

export function setBinLow(table: Table, value: u32): void {
  table.binLow = value;
}

export function binShiftOf(table: Table): u32 {
  return table.binShift;
}

export function setBinShift(table: Table, value: u32): void {
  table.binShift = value;
}

export function queueClockOf(table: Table): u32 {
  return table.queueClock;
}

export function setQueueClock(table: Table, value: u32): void {
  table.queueClock = value;
}

export function totalOf(table: Table): f64 {
  return table.total;
}

export function setTotal(table: Table, value: f64): void {
  table.total = value;
}

export function budgetOf(table: Table): f64 {
  return table.budget;
}

export function setBudget(table: Table, value: f64): void {
  table.budget = value;
}

export function setRefused(table: Table, value: u32): void {
  table.refused = value;
}
