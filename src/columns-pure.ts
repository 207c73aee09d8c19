// The columns of the pure engine: ages and weights, for tables that use them.
//
// What a function means, and why it is so, stands at its counterpart in assembly/columns.ts.

import {
  EVICTED,
  KIND_HASHED,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  OUTCOME_MASK,
  OVERWEIGHT,
  UPDATED,
  VISIT_RENEW,
  VISIT_TOUCH,
} from '../assembly/layout.js';
import {
  type AllocateWords,
  allocateColumn,
  EMPTY_AGES,
  EMPTY_WEIGHTS,
  type PureTable,
} from './table-pure.js';

export function useAges(table: PureTable, allocate: AllocateWords): number {
  if (table.ages === undefined) {
    const length = (table.capacity + 1) * 2;
    table.ages = table.capacity === 0 ? EMPTY_AGES : allocateColumn(allocate, length);
  }
  return table.ages === undefined ? 0 : 1;
}

export function useWeights(table: PureTable, allocate: AllocateWords): number {
  if (table.weights === undefined) {
    const length = table.capacity + 1;
    table.weights = table.capacity === 0 ? EMPTY_WEIGHTS : allocateColumn(allocate, length);
  }
  return table.weights === undefined ? 0 : 1;
}

export function startOf(table: PureTable, slot: number): number {
  return (table.ages as Float64Array)[slot * 2] as number;
}

export function ttlOf(table: PureTable, slot: number): number {
  return (table.ages as Float64Array)[slot * 2 + 1] as number;
}

function isStale(table: PureTable, slot: number, now: number): boolean {
  const ttl = ttlOf(table, slot);
  return ttl !== 0 && now - startOf(table, slot) > ttl;
}

function remember(table: PureTable, slot: number): void {
  if (table.ages !== undefined) {
    table.oldStart = startOf(table, slot);
    table.oldTtl = ttlOf(table, slot);
  }
  if (table.weights !== undefined) table.oldWeight = table.weightOf(slot);
}

function weigh(table: PureTable, slot: number, counted: number, weight: number): number {
  if (table.weights === undefined) return 0;
  table.weights[slot] = weight;
  table.total += weight - counted;
  return table.total > table.budget ? OVERWEIGHT : 0;
}

function setAge(table: PureTable, slot: number, start: number, ttl: number): void {
  if (table.ages === undefined) return;
  table.ages[slot * 2] = start;
  table.ages[slot * 2 + 1] = ttl;
}

export function visit(table: PureTable, slot: number, now: number, mode: number): number {
  if (isStale(table, slot, now)) return -slot;
  if ((mode & VISIT_RENEW) !== 0) {
    remember(table, slot);
    if (ttlOf(table, slot) !== 0) setAge(table, slot, now, ttlOf(table, slot));
  }
  if ((mode & VISIT_TOUCH) !== 0) table.touch(slot);
  return slot;
}

export function seek(
  table: PureTable,
  word: number,
  kind: number,
  now: number,
  mode: number,
): number {
  const slot = table.find(word, kind);
  return slot === NIL ? NIL : visit(table, slot, now, mode);
}

export function seekOrMiss(table: PureTable, hash: number, now: number, mode: number): number {
  const slot = seek(table, hash, KIND_HASHED, now, mode);
  if (slot === NIL) table.missed = hash;
  return slot;
}

export function write(
  table: PureTable,
  slot: number,
  weight: number,
  start: number,
  ttl: number,
  isKept: number,
): number {
  table.touch(slot);
  remember(table, slot);
  if (isKept === 0) setAge(table, slot, start, ttl);
  return (slot << OUTCOME_BITS) | UPDATED | weigh(table, slot, table.oldWeight, weight);
}

export function unwrite(table: PureTable, slot: number): void {
  if (table.weights !== undefined) weigh(table, slot, table.weightOf(slot), table.oldWeight);
  setAge(table, slot, table.oldStart, table.oldTtl);
}

export function insertWith(
  table: PureTable,
  word: number,
  kind: number,
  weight: number,
  start: number,
  ttl: number,
): number {
  const { weights } = table;
  const isHeavy = weights !== undefined && table.size > 0 && table.total + weight > table.budget;
  const code = table.insertOrReplace(word, kind, isHeavy || table.size >= table.limit);
  const outcome = code & OUTCOME_MASK;
  if (outcome === NO_ROOM) return NO_ROOM;
  const slot = code >> OUTCOME_BITS;
  const counted = weights !== undefined && outcome === EVICTED ? table.weightOf(slot) : 0;
  setAge(table, slot, start, ttl);
  return code | weigh(table, slot, counted, weight);
}

export function putWith(
  table: PureTable,
  word: number,
  kind: number,
  weight: number,
  start: number,
  ttl: number,
  isKept: number,
): number {
  const found = table.findOrCount(word, kind);
  if (found > 0) return write(table, found, weight, start, ttl, isKept);
  if (table.isCrowded(found)) return NO_ROOM;
  return insertWith(table, word, kind, weight, start, ttl);
}

export function shed(table: PureTable): number {
  return table.total <= table.budget ? NIL : table.evict();
}

export function nextStale(table: PureTable, after: number, now: number): number {
  let slot = table.newerOf(after);
  while (slot !== NIL && !isStale(table, slot, now)) slot = table.newerOf(slot);
  return slot;
}

export function nextDeadline(table: PureTable): number {
  let earliest = Number.POSITIVE_INFINITY;
  let slot = table.oldest;
  while (slot !== NIL) {
    const ttl = ttlOf(table, slot);
    if (ttl !== 0) earliest = Math.min(earliest, startOf(table, slot) + ttl);
    slot = table.newerOf(slot);
  }
  return earliest;
}
