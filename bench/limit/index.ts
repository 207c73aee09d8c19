// The limit: the core driven from inside WebAssembly, without one crossing per operation.
//
// It imports the core's own functions, so it is the same code, and loops over requests that lie in
// linear memory. Values are int32, in an array by slot. What the cache of JavaScript objects takes
// longer than this goes to the crossings, to JavaScript's side of a value, and to its allocation.
//
// A loop is called for some hundred requests at a time: V8 replaces code only at the next call.

import { allocate } from '../../assembly/arena';
import { create, get, grow, open, put, size } from '../../assembly/index';
import { KIND_INT, NIL, NO_ROOM, OUTCOME_BITS, OUTCOME_MASK } from '../../assembly/layout';

let table: usize = 0;
let requests: usize = 0;
let values: usize = 0;
let sum: i32 = 0;
let strangers: i32 = 0;

/** Makes an empty cache, and room for so many requests; false if memory is refused. */
export function prepare(seed: u32, limit: u32, requestCount: u32): bool {
  open(seed);
  table = create(limit);
  requests = allocate(requestCount << 2);
  // Slots are numbered from 1 to the limit.
  values = allocate((limit + 1) << 2);
  return table !== 0 && requests !== 0 && values !== 0;
}

/** Writes a request: the id of a key, which is the key as well. */
export function setRequest(index: u32, id: i32): void {
  store<i32>(requests + (index << 2), id);
}

/** Number of entries. */
export function entries(): u32 {
  return size(table);
}

/** Sum of the values of all hits since the last `reset`. */
export function checksum(): i32 {
  return sum;
}

/** Bits by which values differed from their keys, since the last `reset`. */
export function strangerBits(): i32 {
  return strangers;
}

/** Begins a pass. */
export function reset(): void {
  sum = 0;
  strangers = 0;
}

function requestAt(index: u32): i32 {
  return load<i32>(requests + (index << 2));
}

function hit(slot: u32, id: i32, idMask: i32): void {
  const value = load<i32>(values + (slot << 2));
  sum += value;
  strangers |= (value ^ id) & idMask;
}

function setValue(id: i32, tag: i32): void {
  let result = put(table, id, KIND_INT);
  if ((result & OUTCOME_MASK) === NO_ROOM) {
    grow(table);
    result = put(table, id, KIND_INT);
  }
  store<i32>(values + ((result >> OUTCOME_BITS) << 2), id | tag);
}

/** Gets the keys of the requests from one to another; returns the hits. */
export function gets(from: u32, to: u32, idMask: i32): u32 {
  let hits: u32 = 0;
  for (let i = from; i < to; i++) {
    const id = requestAt(i);
    const slot = get(table, id, KIND_INT);
    if (slot !== NIL) {
      hits++;
      hit(slot, id, idMask);
    }
  }
  return hits;
}

/** Gets, and sets on a miss; returns the hits. */
export function readsThrough(from: u32, to: u32, idMask: i32, tag: i32): u32 {
  let hits: u32 = 0;
  for (let i = from; i < to; i++) {
    const id = requestAt(i);
    const slot = get(table, id, KIND_INT);
    if (slot !== NIL) {
      hits++;
      hit(slot, id, idMask);
    } else {
      setValue(id, tag);
    }
  }
  return hits;
}

/** Sets the keys of the requests. */
export function sets(from: u32, to: u32, tag: i32): void {
  for (let i = from; i < to; i++) setValue(requestAt(i), tag);
}
