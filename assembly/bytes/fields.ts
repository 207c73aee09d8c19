// The fields of a store: accessors of its header, of refs and of links. What they mean is drawn in
// layout.ts.

import {
  REF_BORN,
  REF_FIRST,
  REF_FLAGS,
  REF_KEY,
  REF_KIND,
  REF_SIZE_LOG2,
  REF_VALUE,
  STORE_BORN,
  STORE_BYTES,
  STORE_BYTES_MAX,
  STORE_CHUNK_LOG2,
  STORE_END_CHUNK,
  STORE_EVICTED,
  STORE_FIRST_CHUNK,
  STORE_FREE_CHUNK,
  STORE_FREE_COUNT,
  STORE_FRESH_CHUNK,
  STORE_GROUP_COUNT,
  STORE_GROUPS,
  STORE_HELD,
  STORE_LIMBO,
  STORE_LINKS,
  STORE_REFS,
  STORE_SEED,
  WIDE,
} from './layout.js';
import { baseOf, get8, get16, get32, Store, set8, set16, set32 } from './memory.js';

/** Address of the refs. */
export function refsOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_REFS);
}

/** Sets it. */
export function setRefs(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_REFS, value);
}

/** Address of the groups. */
export function groupsOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_GROUPS);
}

/** Sets it. */
export function setGroups(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_GROUPS, value);
}

/** Number of groups. */
export function groupCountOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_GROUP_COUNT);
}

/** Sets it. */
export function setGroupCount(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_GROUP_COUNT, value);
}

/** Address of the links. */
export function linksOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_LINKS);
}

/** Sets it. */
export function setLinks(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_LINKS, value);
}

/** log2 of the bytes of a chunk. */
export function chunkLog2Of(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_CHUNK_LOG2);
}

/** Sets it. */
export function setChunkLog2(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_CHUNK_LOG2, value);
}

/** The lowest chunk behind the index. */
export function firstChunkOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_FIRST_CHUNK);
}

/** Sets it. */
export function setFirstChunk(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_FIRST_CHUNK, value);
}

/** The chunk that would lie in the links. */
export function endChunkOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_END_CHUNK);
}

/** Sets it. */
export function setEndChunk(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_END_CHUNK, value);
}

/** The lowest chunk never used. */
export function freshChunkOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_FRESH_CHUNK);
}

/** Sets it. */
export function setFreshChunk(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_FRESH_CHUNK, value);
}

/** The first chunk of the free chain, or 0. */
export function freeChunkOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_FREE_CHUNK);
}

/** Sets it. */
export function setFreeChunk(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_FREE_CHUNK, value);
}

/** Chunks that are free or fresh. */
export function freeCountOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_FREE_COUNT);
}

/** Sets it. */
export function setFreeCount(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_FREE_COUNT, value);
}

/** The first chunk in limbo, or 0. */
export function limboOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_LIMBO);
}

/** Sets it. */
export function setLimbo(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_LIMBO, value);
}

/** Reads and writes in place that are not finished. */
export function heldOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_HELD);
}

/** Sets it. */
export function setHeld(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_HELD, value);
}

/** Bytes of the region. */
export function bytesOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_BYTES);
}

/** Sets it. */
export function setBytes(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_BYTES, value);
}

/** Bytes up to which the region may grow. */
export function bytesMaxOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_BYTES_MAX);
}

/** Sets it. */
export function setBytesMax(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_BYTES_MAX, value);
}

/** Number of the entry that was added last. */
export function bornOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_BORN);
}

/** Sets it. */
export function setBorn(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_BORN, value);
}

/** The secret of the hash. */
export function seedOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_SEED);
}

/** Sets it. */
export function setSeed(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_SEED, value);
}

/** Entries that were evicted. */
export function evictedOf(store: Store): u32 {
  return get32(store, baseOf(store) + STORE_EVICTED);
}

/** Sets it. */
export function setEvicted(store: Store, value: u32): void {
  set32(store, baseOf(store) + STORE_EVICTED, value);
}

/** The address of a slot's ref. */
function refAt(store: Store, slot: u32): u32 {
  return refsOf(store) + (slot << REF_SIZE_LOG2);
}

/** The first chunk of a slot. */
export function firstOf(store: Store, slot: u32): u32 {
  return get32(store, refAt(store, slot) + REF_FIRST);
}

/** Sets it. */
export function setFirst(store: Store, slot: u32, chunk: u32): void {
  set32(store, refAt(store, slot) + REF_FIRST, chunk);
}

/** Bytes of the value of a slot. */
export function valueBytesOf(store: Store, slot: u32): u32 {
  return get32(store, refAt(store, slot) + REF_VALUE);
}

/** Sets it. */
export function setValueBytes(store: Store, slot: u32, bytes: u32): void {
  set32(store, refAt(store, slot) + REF_VALUE, bytes);
}

/** Bytes of the key of a slot. */
export function keyBytesOf(store: Store, slot: u32): u32 {
  return get16(store, refAt(store, slot) + REF_KEY);
}

/** Sets it. */
export function setKeyBytes(store: Store, slot: u32, bytes: u32): void {
  set16(store, refAt(store, slot) + REF_KEY, bytes);
}

/** The kind of the value of a slot. */
export function kindOf(store: Store, slot: u32): u32 {
  return get8(store, refAt(store, slot) + REF_KIND);
}

/** Sets it. */
export function setKind(store: Store, slot: u32, kind: u32): void {
  set8(store, refAt(store, slot) + REF_KIND, kind);
}

/** The flags of a slot. */
export function flagsOf(store: Store, slot: u32): u32 {
  return get8(store, refAt(store, slot) + REF_FLAGS);
}

/** Sets them. */
export function setFlags(store: Store, slot: u32, flags: u32): void {
  set8(store, refAt(store, slot) + REF_FLAGS, flags);
}

/** Whether the key of a slot has two bytes to a unit. */
export function isWideOf(store: Store, slot: u32): bool {
  return (flagsOf(store, slot) & WIDE) != 0;
}

/** The number of the entry in a slot. */
export function bornAt(store: Store, slot: u32): u32 {
  return get32(store, refAt(store, slot) + REF_BORN);
}

/** Sets it. */
export function setBornAt(store: Store, slot: u32, born: u32): void {
  set32(store, refAt(store, slot) + REF_BORN, born);
}

/** The chunk after one in its chain, or 0. */
export function nextOf(store: Store, chunk: u32): u32 {
  return get32(store, linksOf(store) + (chunk << 2));
}

/** Sets it. */
export function setNext(store: Store, chunk: u32, next: u32): void {
  set32(store, linksOf(store) + (chunk << 2), next);
}

/** The address of a chunk. */
export function addressOf(store: Store, chunk: u32): u32 {
  return baseOf(store) + (chunk << chunkLog2Of(store));
}
