// Random steps of a pair: every function of an engine, in any order that the wrapper may call them.

import {
  ASK_MAP,
  CROWDED,
  ELSEWHERE,
  NIL,
  NO_ROOM,
  OUTCOME_BITS,
  OUTCOME_MASK,
  UPDATED,
} from '../../assembly/layout.js';
import { below } from '../../bench/random.js';
import type { Pair } from './pair.js';

/** Beyond these many letters a string is not hashed. */
const LONG = 'x'.repeat(513);

/** The words, strings and offsets that a trial draws from. */
export interface Domain {
  readonly words: number;
  readonly offset: number;
}

function wordIn(pair: Pair, { words }: Domain): number {
  return (below(pair.random, words) - (words >> 2)) | 0;
}

/** Strings of 0 to some 30 units, two-byte units among them. */
function textIn(pair: Pair, { words }: Domain): string {
  const number = below(pair.random, words);
  if (number === 0) return below(pair.random, 2) === 0 ? LONG : LONG.slice(1);
  const shape = number % 5;
  if (shape === 0) return `${number}`.slice(1);
  if (shape === 1) return `${number}:a long and common end`;
  return shape === 2 ? `Ω${number}𝄞` : `key of ${number}`;
}

/** Repeats a put until there is room, and maps what is refused. */
export function put(pair: Pair, run: () => number, isSame = (): boolean => true): void {
  for (let code = run(); ; code = run()) {
    const outcome = code & OUTCOME_MASK;
    if (outcome === NO_ROOM) {
      pair.grow();
      // An index laid out anew may have another entry that is MAPPED where this word belongs.
      if (!isSame()) return;
    } else if (outcome === CROWDED || outcome === ASK_MAP) put(pair, () => insertMapped(pair));
    else {
      const isUpdate = outcome === UPDATED;
      if (isUpdate && below(pair.random, 4) === 0) pair.call('untouch', code >> OUTCOME_BITS);
      pair.write(code, isUpdate && below(pair.random, 2) === 0);
    }
    if (outcome !== NO_ROOM) return;
  }
}

function insertMapped(pair: Pair): number {
  pair.call('nextSlot');
  return pair.call('insertMapped', 1e6 + below(pair.random, 20));
}

/** After a miss, a put of the missed word; in between, entries may go, but none comes. */
function putMissed(pair: Pair): void {
  if (below(pair.random, 4) === 0) pair.call('evict');
  put(pair, () => pair.call('putMissed'));
}

function putNew(pair: Pair, word: number): void {
  const found = pair.call('find', word);
  const run = () => (found === NIL ? pair.call('insert', word) : pair.call('put', word));
  put(pair, run, () => pair.isSame(word));
}

function look(pair: Pair, slot: number): void {
  if (slot === NIL) putMissed(pair);
  else if (slot > ELSEWHERE && below(pair.random, 3) === 0) pair.call('untouch', slot);
}

function readInt(pair: Pair, word: number): void {
  const now = below(pair.random, 150);
  if (!pair.isAged) look(pair, pair.call('get', word));
  else if (pair.call('seek', word, now) === NIL) putMissed(pair);
}

function readText(pair: Pair, text: string, offset: number): void {
  const now = below(pair.random, 150);
  if (!pair.isAged) look(pair, pair.call('getString', text, offset));
  else if (pair.call('seekString', text, offset, now) === NIL) putMissed(pair);
}

/** What is asked of a slot. */
function stepSlot(pair: Pair, domain: Domain, dice: number): void {
  const slot = pair.anySlot();
  if (slot === NIL) return;
  if (dice < 4) pair.call('remove', slot);
  else if (dice < 6) pair.call('touch', slot);
  else if (dice < 7) {
    const word = wordIn(pair, domain);
    if (pair.isSame(word)) pair.call('reword', slot, word);
  } else if (pair.isAged && dice < 9) {
    pair.call('visit', slot, below(pair.random, 150), below(pair.random, 4));
  } else {
    if (pair.isAged) for (const name of ['startOf', 'ttlOf'] as const) pair.call(name, slot);
    if (pair.isWeighed) pair.call('weightOf', slot);
  }
}

/** What is asked of the whole table. */
function stepTable(pair: Pair, dice: number): void {
  if (dice < 3) pair.call('oldest');
  else if (dice < 6) pair.call('newest');
  else if (dice < 8) pair.call('evict');
  else if (dice < 9) pair.order();
  else if (dice < 10) put(pair, () => insertMapped(pair));
  else if (dice < 11) pair.call('nextSlot');
  else if (dice < 12) {
    const limit = 1 + below(pair.random, 60);
    while (pair.call('size') > limit) pair.call('evict');
    pair.call('setLimit', limit);
  } else if (dice < 13 && pair.isAged) pair.order(below(pair.random, 150));
  else if (dice < 14 && pair.isAged) pair.call('nextDeadline');
  else if (dice < 15 && pair.isWeighed) {
    pair.call('setBudget', 20 + below(pair.random, 300));
    while (pair.call('shed') !== NIL);
    pair.call('total');
  } else if (below(pair.random, 12) === 0) {
    pair.call('clear');
  }
}

function stepInt(pair: Pair, word: number): void {
  const dice = below(pair.random, 35);
  if (!pair.isSame(word)) return;
  if (dice < 10) pair.call('find', word);
  else if (dice < 20)
    put(
      pair,
      () => pair.call('put', word),
      () => pair.isSame(word),
    );
  else if (dice < 24) putNew(pair, word);
  else readInt(pair, word);
}

function stepText(pair: Pair, text: string, offset: number): void {
  const dice = below(pair.random, 35);
  const isSame = () => pair.isSame(pair.js.hashString(text, text.length, offset));
  if (!isSame()) return;
  if (dice < 7) pair.call('findString', text, offset);
  else if (dice < 17) put(pair, () => pair.call('putString', text, offset), isSame);
  else readText(pair, text, offset);
}

/** One step. */
export function step(pair: Pair, domain: Domain): void {
  const dice = below(pair.random, 100);
  if (dice < 12) stepSlot(pair, domain, dice);
  else if (dice < 30) stepTable(pair, dice - 12);
  else if (dice < 65) stepInt(pair, wordIn(pair, domain));
  else stepText(pair, textIn(pair, domain), domain.offset);
}
