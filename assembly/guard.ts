// The guard: the core's interface with every condition on its arguments asserted (contract.ts).
//
// Part of the debug build only, in place of index.ts, and the same list of functions; what each of
// them does is said there. A mistake of the wrapper, or of a test, traps at once instead of writing
// where it should not, and a call that traps here has changed nothing.

import {
  expectAges,
  expectBudget,
  expectCells,
  expectClosed,
  expectCount,
  expectFull,
  expectKind,
  expectLimit,
  expectLive,
  expectMultiplier,
  expectPlain,
  expectSeed,
  expectTable,
  expectUsed,
  expectUsedOrNil,
  expectVisit,
  expectWeights,
  expectWords,
  mark,
  unmark,
} from './contract';
import * as core from './index';
import { KIND_HASHED } from './layout';
import { kindIn, linkOf, slotsOf } from './slots';
import {
  change,
  expectRemoved,
  expectTouched,
  expectWritten,
  notePut,
  noteRemoval,
  noteTouch,
  noteVisit,
  noteWrite,
} from './undo';

export function open(seed: u32): void {
  expectClosed();
  core.open(seed);
}

export function create(limit: u32): usize {
  expectLimit(limit);
  const table = core.create(limit);
  if (table) mark(table);
  return table;
}

export function destroy(table: usize): void {
  expectTable(table);
  change(table);
  unmark(table);
  core.destroy(table);
}

export function clear(table: usize): void {
  expectTable(table);
  change(table);
  core.clear(table);
}

export function grow(table: usize): bool {
  expectFull(table);
  change(table);
  return core.grow(table);
}

export function nextSlot(table: usize): u32 {
  expectTable(table);
  return core.nextSlot(table);
}

export function reserve(count: u32): usize {
  expectCount(count);
  return core.reserve(count);
}

export function rehash(table: usize, words: usize, multiplier: u32): void {
  expectWords(table, words);
  expectMultiplier(multiplier);
  change(table);
  core.rehash(table, words, multiplier);
}

export function setLimit(table: usize, limit: u32): void {
  expectTable(table);
  expectLimit(limit);
  change(table);
  core.setLimit(table, limit);
}

export function size(table: usize): u32 {
  expectTable(table);
  return core.size(table);
}

export function bytesHeld(table: usize): u32 {
  expectTable(table);
  return core.bytesHeld(table);
}

export function newest(table: usize): u32 {
  expectTable(table);
  return core.newest(table);
}

export function oldest(table: usize): u32 {
  expectTable(table);
  return core.oldest(table);
}

export function wordOf(table: usize, slot: u32): u32 {
  expectUsed(table, slot);
  return core.wordOf(table, slot);
}

export function find(table: usize, word: u32, kind: u32): u32 {
  expectKind(table, kind);
  return core.find(table, word, kind);
}

export function findString(table: usize, text: externref, seed: i32): u32 {
  expectSeed(table, seed);
  return core.findString(table, text, seed);
}

export function findNext(table: usize, slot: u32): u32 {
  expectLive(table, slot);
  return core.findNext(table, slot);
}

export function get(table: usize, word: u32, kind: u32): u32 {
  expectKind(table, kind);
  change(table);
  return noteTouch(core.get(table, word, kind));
}

export function getString(table: usize, text: externref, seed: i32): u32 {
  expectSeed(table, seed);
  change(table);
  return noteTouch(core.getString(table, text, seed));
}

export function getHash(table: usize, hash: u32): u32 {
  expectTable(table);
  change(table);
  return noteTouch(core.getHash(table, hash));
}

export function put(table: usize, word: u32, kind: u32): u32 {
  expectPlain(table);
  expectKind(table, kind);
  change(table);
  return notePut(core.put(table, word, kind));
}

export function putString(table: usize, text: externref, seed: i32): u32 {
  expectPlain(table);
  expectSeed(table, seed);
  change(table);
  return notePut(core.putString(table, text, seed));
}

export function putMissed(table: usize): u32 {
  expectPlain(table);
  change(table);
  return notePut(core.putMissed(table));
}

export function insert(table: usize, word: u32, kind: u32): u32 {
  expectPlain(table);
  expectKind(table, kind);
  change(table);
  return core.insert(table, word, kind);
}

export function take(table: usize, word: u32, kind: u32): u32 {
  expectKind(table, kind);
  change(table);
  const slot = core.take(table, word, kind);
  return kind == KIND_HASHED ? noteRemoval(slot) : slot;
}

export function takeString(table: usize, text: externref, seed: i32): u32 {
  expectSeed(table, seed);
  change(table);
  return noteRemoval(core.takeString(table, text, seed));
}

export function touch(table: usize, slot: u32): void {
  expectLive(table, slot);
  change(table);
  core.touch(table, slot);
  noteTouch(slot);
}

export function untouch(table: usize, slot: u32): void {
  expectTouched(table, slot);
  core.untouch(table, slot);
}

export function remove(table: usize, slot: u32): void {
  expectLive(table, slot);
  change(table);
  if (kindIn(linkOf(slotsOf(table), slot)) == KIND_HASHED) noteRemoval(slot);
  core.remove(table, slot);
}

export function restore(table: usize, slot: u32): void {
  expectRemoved(table, slot);
  core.restore(table, slot);
}

export function evict(table: usize): u32 {
  expectTable(table);
  change(table);
  return core.evict(table);
}

export function useAges(table: usize): bool {
  expectTable(table);
  change(table);
  return core.useAges(table);
}

export function useWeights(table: usize): bool {
  expectTable(table);
  change(table);
  return core.useWeights(table);
}

export function setBudget(table: usize, budget: f64): void {
  expectBudget(table, budget);
  change(table);
  core.setBudget(table, budget);
}

export function total(table: usize): f64 {
  expectTable(table);
  return core.total(table);
}

export function startOf(table: usize, slot: u32): f64 {
  expectAges(table);
  expectUsed(table, slot);
  return core.startOf(table, slot);
}

export function ttlOf(table: usize, slot: u32): f64 {
  expectAges(table);
  expectUsed(table, slot);
  return core.ttlOf(table, slot);
}

export function weightOf(table: usize, slot: u32): f64 {
  expectWeights(table);
  expectUsed(table, slot);
  return core.weightOf(table, slot);
}

export function visit(table: usize, slot: u32, now: f64, mode: u32): i32 {
  expectVisit(table, now, mode);
  expectLive(table, slot);
  change(table);
  return noteVisit(core.visit(table, slot, now, mode), mode);
}

export function seek(table: usize, word: u32, kind: u32, now: f64, mode: u32): i32 {
  expectVisit(table, now, mode);
  expectKind(table, kind);
  change(table);
  return noteVisit(core.seek(table, word, kind, now, mode), mode);
}

export function seekString(table: usize, text: externref, seed: i32, now: f64, mode: u32): i32 {
  expectVisit(table, now, mode);
  expectSeed(table, seed);
  change(table);
  return noteVisit(core.seekString(table, text, seed, now, mode), mode);
}

export function seekHash(table: usize, hash: u32, now: f64, mode: u32): i32 {
  expectVisit(table, now, mode);
  change(table);
  return noteVisit(core.seekHash(table, hash, now, mode), mode);
}

export function write(
  table: usize,
  slot: u32,
  weight: f64,
  start: f64,
  ttl: f64,
  isKept: bool,
): u32 {
  expectCells(table, weight, start, ttl);
  expectLive(table, slot);
  change(table);
  return noteWrite(core.write(table, slot, weight, start, ttl, isKept));
}

export function unwrite(table: usize, slot: u32): void {
  expectWritten(table, slot);
  core.unwrite(table, slot);
}

export function putWith(
  table: usize,
  word: u32,
  kind: u32,
  weight: f64,
  start: f64,
  ttl: f64,
  isKept: bool,
): u32 {
  expectCells(table, weight, start, ttl);
  expectKind(table, kind);
  change(table);
  return noteWrite(core.putWith(table, word, kind, weight, start, ttl, isKept));
}

export function putStringWith(
  table: usize,
  text: externref,
  seed: i32,
  weight: f64,
  start: f64,
  ttl: f64,
  isKept: bool,
): u32 {
  expectCells(table, weight, start, ttl);
  expectSeed(table, seed);
  change(table);
  return noteWrite(core.putStringWith(table, text, seed, weight, start, ttl, isKept));
}

export function putMissedWith(table: usize, weight: f64, start: f64, ttl: f64, isKept: bool): u32 {
  expectCells(table, weight, start, ttl);
  change(table);
  return noteWrite(core.putMissedWith(table, weight, start, ttl, isKept));
}

export function insertWith(
  table: usize,
  word: u32,
  kind: u32,
  weight: f64,
  start: f64,
  ttl: f64,
): u32 {
  expectCells(table, weight, start, ttl);
  expectKind(table, kind);
  change(table);
  return core.insertWith(table, word, kind, weight, start, ttl);
}

export function shed(table: usize): u32 {
  expectTable(table);
  change(table);
  return core.shed(table);
}

export function nextStale(table: usize, after: u32, now: f64): u32 {
  expectVisit(table, now, 0);
  expectUsedOrNil(table, after);
  return core.nextStale(table, after, now);
}

export function nextDeadline(table: usize): f64 {
  expectAges(table);
  return core.nextDeadline(table);
}
