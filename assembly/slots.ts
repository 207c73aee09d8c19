// Slot records, columns and table headers: the accessors, and nothing else.
//
// Only this file and arena.ts read or write linear memory. The records are drawn in layout.ts.

import {
  AGE_BYTES_LOG2,
  AGE_START,
  AGE_TTL,
  CHAIN_SLOT,
  SLOT_BYTES_LOG2,
  SLOT_CHAIN,
  SLOT_NEWER,
  SLOT_OLDER,
  SLOT_WORD,
  TABLE_AGES,
  TABLE_BUDGET,
  TABLE_CAPACITY,
  TABLE_FREE,
  TABLE_FRESH,
  TABLE_HEADS,
  TABLE_LIMIT,
  TABLE_MARK,
  TABLE_MISSED,
  TABLE_MULTIPLIER,
  TABLE_PATIENCE,
  TABLE_SHIFT,
  TABLE_SIZE,
  TABLE_SLOTS,
  TABLE_TOTAL,
  TABLE_WEIGHTS,
  WEIGHT_BYTES_LOG2,
} from './layout';

function recordOf(slots: usize, slot: u32): usize {
  return slots + ((slot as usize) << SLOT_BYTES_LOG2);
}

export function wordOf(slots: usize, slot: u32): u32 {
  return load<u32>(recordOf(slots, slot), SLOT_WORD);
}

export function setWord(slots: usize, slot: u32, word: u32): void {
  store<u32>(recordOf(slots, slot), word, SLOT_WORD);
}

export function olderOf(slots: usize, slot: u32): u32 {
  return load<u32>(recordOf(slots, slot), SLOT_OLDER);
}

export function setOlder(slots: usize, slot: u32, older: u32): void {
  store<u32>(recordOf(slots, slot), older, SLOT_OLDER);
}

export function newerOf(slots: usize, slot: u32): u32 {
  return load<u32>(recordOf(slots, slot), SLOT_NEWER);
}

export function setNewer(slots: usize, slot: u32, newer: u32): void {
  store<u32>(recordOf(slots, slot), newer, SLOT_NEWER);
}

/** The CHAIN field: the next slot in the bucket, joined with the kind of this one. */
export function linkOf(slots: usize, slot: u32): u32 {
  return load<u32>(recordOf(slots, slot), SLOT_CHAIN);
}

export function setLink(slots: usize, slot: u32, next: u32, kind: u32): void {
  store<u32>(recordOf(slots, slot), next | kind, SLOT_CHAIN);
}

/** The slot in a CHAIN field. */
export function slotIn(link: u32): u32 {
  return link & CHAIN_SLOT;
}

/** The kind in a CHAIN field. */
export function kindIn(link: u32): u32 {
  return link & ~CHAIN_SLOT;
}

export function headsOf(table: usize): usize {
  return load<u32>(table, TABLE_HEADS);
}

export function setHeads(table: usize, heads: usize): void {
  store<u32>(table, heads, TABLE_HEADS);
}

export function headOf(heads: usize, bucket: u32): u32 {
  return load<u32>(heads + ((bucket as usize) << 2));
}

export function setHead(heads: usize, bucket: u32, slot: u32): void {
  store<u32>(heads + ((bucket as usize) << 2), slot);
}

export function slotsOf(table: usize): usize {
  return load<u32>(table, TABLE_SLOTS);
}

export function setSlots(table: usize, slots: usize): void {
  store<u32>(table, slots, TABLE_SLOTS);
}

export function shiftOf(table: usize): u32 {
  return load<u32>(table, TABLE_SHIFT);
}

export function setShift(table: usize, shift: u32): void {
  store<u32>(table, shift, TABLE_SHIFT);
}

export function multiplierOf(table: usize): u32 {
  return load<u32>(table, TABLE_MULTIPLIER);
}

export function setMultiplier(table: usize, multiplier: u32): void {
  store<u32>(table, multiplier, TABLE_MULTIPLIER);
}

export function sizeOf(table: usize): u32 {
  return load<u32>(table, TABLE_SIZE);
}

export function setSize(table: usize, size: u32): void {
  store<u32>(table, size, TABLE_SIZE);
}

export function limitOf(table: usize): u32 {
  return load<u32>(table, TABLE_LIMIT);
}

export function setLimit(table: usize, limit: u32): void {
  store<u32>(table, limit, TABLE_LIMIT);
}

export function capacityOf(table: usize): u32 {
  return load<u32>(table, TABLE_CAPACITY);
}

export function setCapacity(table: usize, capacity: u32): void {
  store<u32>(table, capacity, TABLE_CAPACITY);
}

export function freshOf(table: usize): u32 {
  return load<u32>(table, TABLE_FRESH);
}

export function setFresh(table: usize, fresh: u32): void {
  store<u32>(table, fresh, TABLE_FRESH);
}

export function freeOf(table: usize): u32 {
  return load<u32>(table, TABLE_FREE);
}

export function setFree(table: usize, free: u32): void {
  store<u32>(table, free, TABLE_FREE);
}

export function missedOf(table: usize): u32 {
  return load<u32>(table, TABLE_MISSED);
}

export function setMissed(table: usize, hash: u32): void {
  store<u32>(table, hash, TABLE_MISSED);
}

export function agesOf(table: usize): usize {
  return load<u32>(table, TABLE_AGES);
}

export function setAges(table: usize, ages: usize): void {
  store<u32>(table, ages, TABLE_AGES);
}

export function weightsOf(table: usize): usize {
  return load<u32>(table, TABLE_WEIGHTS);
}

export function setWeights(table: usize, weights: usize): void {
  store<u32>(table, weights, TABLE_WEIGHTS);
}

export function totalOf(table: usize): f64 {
  return load<f64>(table, TABLE_TOTAL);
}

export function setTotal(table: usize, total: f64): void {
  store<f64>(table, total, TABLE_TOTAL);
}

export function budgetOf(table: usize): f64 {
  return load<f64>(table, TABLE_BUDGET);
}

export function setBudget(table: usize, budget: f64): void {
  store<f64>(table, budget, TABLE_BUDGET);
}

export function startOf(ages: usize, slot: u32): f64 {
  return load<f64>(ages + ((slot as usize) << AGE_BYTES_LOG2), AGE_START);
}

export function setStart(ages: usize, slot: u32, start: f64): void {
  store<f64>(ages + ((slot as usize) << AGE_BYTES_LOG2), start, AGE_START);
}

export function ttlOf(ages: usize, slot: u32): f64 {
  return load<f64>(ages + ((slot as usize) << AGE_BYTES_LOG2), AGE_TTL);
}

export function setTtl(ages: usize, slot: u32, ttl: f64): void {
  store<f64>(ages + ((slot as usize) << AGE_BYTES_LOG2), ttl, AGE_TTL);
}

export function weightOf(weights: usize, slot: u32): f64 {
  return load<f64>(weights + ((slot as usize) << WEIGHT_BYTES_LOG2));
}

export function setWeight(weights: usize, slot: u32, weight: f64): void {
  store<f64>(weights + ((slot as usize) << WEIGHT_BYTES_LOG2), weight);
}

export function patienceOf(table: usize): u32 {
  return load<u32>(table, TABLE_PATIENCE);
}

export function setPatience(table: usize, length: u32): void {
  store<u32>(table, length, TABLE_PATIENCE);
}

export function markOf(table: usize): u32 {
  return load<u32>(table, TABLE_MARK);
}

export function setMark(table: usize, mark: u32): void {
  store<u32>(table, mark, TABLE_MARK);
}

/** A slot's word in an array of words. */
export function wordIn(words: usize, slot: u32): u32 {
  return load<u32>(words + ((slot as usize) << 2));
}
