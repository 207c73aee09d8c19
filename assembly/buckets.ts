// The index of the JavaScript engine: chains (Knuth 6.4).
//
// JavaScript has no instruction that compares twelve tags at once; a search of the core's buckets
// byte by byte takes four times as long as a short chain.
//
// CH1  Every slot of the index is in the chain of its WORD, once; LINKS lead from slot to slot.
// CH2  `asked` counts the MAPPED slots of each chain. Most tables have none.
// CH3  A chain of CHAIN_MAX slots accepts no more, so the cost of a search is bounded.
//
// Part of the JavaScript engine only; buckets.wasm.ts is the WebAssembly core's.

import { mix } from './hash.js';
import { CHAIN_MAX, ELSEWHERE, NIL } from './layout.js';
import { recordsOf, Table, wordOf } from './slots.js';

/** 1 if a chain takes one more slot, 0 if it does not. */
export type Place = number;

function chainOf(table: Table, word: number): number {
  return mix(word) >>> table.headShift;
}

/** The slot of a word; NIL if there is none, ELSEWHERE if a MAPPED entry may have it. */
export function find(table: Table, word: number): number {
  const records = recordsOf(table);
  const { links } = table;
  const chain = chainOf(table, word);
  let slot = table.heads[chain] as number;
  while (slot !== NIL) {
    if (wordOf(records, slot) === word) return slot;
    slot = links[slot] as number;
  }
  return table.asked?.has(chain) === true ? ELSEWHERE : NIL;
}

/** Reads what a search of a word reads first. The result, mixed with `other`, means nothing. */
export function glance(table: Table, word: number, other: number): number {
  return (table.heads[chainOf(table, word)] as number) ^ other;
}

/** The place for a word that is not in the index; 0 if the word is refused. */
export function vacancyFor(table: Table, word: number): Place {
  const { links } = table;
  let length = 0;
  let slot = table.heads[chainOf(table, word)] as number;
  while (slot !== NIL) {
    slot = links[slot] as number;
    length += 1;
  }
  return length < CHAIN_MAX ? 1 : 0;
}

/** Puts a slot into the chain of its word. */
export function occupy(table: Table, word: number, slot: number, _place: Place): void {
  const chain = chainOf(table, word);
  table.links[slot] = table.heads[chain] as number;
  table.heads[chain] = slot;
}

/** Takes a slot of the index out of it. */
export function vacate(table: Table, word: number, slot: number): void {
  const { heads, links } = table;
  const chain = chainOf(table, word);
  const next = links[slot] as number;
  let at = heads[chain] as number;
  if (at === slot) {
    heads[chain] = next;
    return;
  }
  // Ends before the slot, which is in this chain (CH1).
  while (links[at] !== slot) at = links[at] as number;
  links[at] = next;
}

/** Counts a MAPPED entry with this word in (1) or out (-1); while there is one, searches ask. */
export function countMapped(table: Table, word: number, change: number): void {
  const chain = chainOf(table, word);
  table.asked ??= new Map();
  const count = (table.asked.get(chain) ?? 0) + change;
  if (count === 0) table.asked.delete(chain);
  else table.asked.set(chain, count);
}

/** Empties the index. */
export function clearIndex(table: Table): void {
  table.heads.fill(0);
  table.asked = undefined;
}
