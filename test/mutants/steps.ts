// The steps of a run: every function of an engine, with arguments that it may be given.
//
// What a step may undo is what the step just before it did (E4 in src/engine.ts).

import { KIND_HASHED, KIND_INT, NIL, OUTCOME_BITS, WEIGHT_MAX } from '../../assembly/layout.js';
import { below, type Random } from '../../bench/random.js';
import type { Pair } from './pair.js';

/** What a run draws its keys from. */
export interface Keys {
  readonly words: readonly number[];
  readonly texts: readonly string[];
}

type Step = (pair: Pair, keys: Keys) => void;

const STARTS = [0, 1, 5, 9, 12.5, -3];
const TTLS = [0, 0, 1, 5, 7.5, -1, Number.POSITIVE_INFINITY];
const NOWS = [0, 1, 2, 4, 6, 10, 13, 14, 16.5, 17.5, 20];
const WEIGHTS = [0, 1, 2, 3, 4, 5, 20, WEIGHT_MAX - 1, WEIGHT_MAX];
const BUDGETS = [0, 4, 9, 15, 40, WEIGHT_MAX, WEIGHT_MAX];
const SEEDS = [0, 0, 0, 0, 0, 0, 0, 0, -1, -3, 5, 0x3fffffff];
const LIMITS = [1, 2, 3, 5, 8, 14, 15, 16, 31, 40, 100];

function one<Item>(random: Random, items: readonly Item[]): Item {
  return items[below(random, items.length)] as Item;
}

/** A live slot, or NIL if there is none. */
function liveSlot(pair: Pair): number {
  const { order } = pair;
  return order.length === 0 ? NIL : (order[below(pair.random, order.length)] as number);
}

/** A word and a kind: half of the time, those of a live slot. */
function wordAndKind(pair: Pair, { words }: Keys): readonly [word: number, kind: number] {
  const slot = below(pair.random, 2) === 0 ? liveSlot(pair) : NIL;
  if (slot !== NIL) return [pair.wordOf(slot), pair.kindOf(slot)];
  return [one(pair.random, words), below(pair.random, 2) === 0 ? KIND_INT : KIND_HASHED];
}

const cells = ({ random }: Pair) =>
  [one(random, WEIGHTS), one(random, STARTS), one(random, TTLS)] as const;
const isKept = ({ random }: Pair) => below(random, 2);

/** Sheds what a write made too heavy, as the wrapper does at once. */
function shed(pair: Pair): void {
  while (pair.call('shed') !== NIL) pair.compare();
}

/** After an insertion or a write, of which `put` is the result. */
function settle(pair: Pair, code: number, isWritten: boolean): void {
  const isUpdate = (code & 3) === 0;
  const keepsWeight = !pair.isWeighed || (code & 4) === 0;
  if (keepsWeight && isUpdate) {
    pair.touched = code >> OUTCOME_BITS;
    if (isWritten) pair.written = pair.touched;
  } else {
    shed(pair);
  }
}

const put: Step = (pair, keys) => {
  const [[word, kind], kept] = [wordAndKind(pair, keys), isKept(pair)];
  const given = cells(pair);
  const isWritten = pair.hasColumns;
  const code = pair.put(() =>
    isWritten ? pair.call('putWith', word, kind, ...given, kept) : pair.call('put', word, kind),
  );
  settle(pair, code, isWritten);
};

const putText: Step = (pair, { texts }) => {
  const [text, seed, kept] = [one(pair.random, texts), one(pair.random, SEEDS), isKept(pair)];
  const given = cells(pair);
  const isWritten = pair.hasColumns;
  const code = pair.put(() =>
    isWritten
      ? pair.call('putStringWith', text, seed, ...given, kept)
      : pair.call('putString', text, seed),
  );
  settle(pair, code, isWritten);
};

const putMissed: Step = (pair) => {
  if (!pair.hasMissed) return;
  const [given, kept] = [cells(pair), isKept(pair)];
  const isWritten = pair.hasColumns;
  const code = pair.put(() =>
    isWritten ? pair.call('putMissedWith', ...given, kept) : pair.call('putMissed'),
  );
  settle(pair, code, isWritten);
};

const insert: Step = (pair, keys) => {
  const [word, kind] = wordAndKind(pair, keys);
  const given = cells(pair);
  const isWritten = pair.hasColumns;
  const code = pair.put(() =>
    isWritten ? pair.call('insertWith', word, kind, ...given) : pair.call('insert', word, kind),
  );
  settle(pair, code, false);
};

/** After a visit, of which `seek` is the result. */
function visited(pair: Pair, slot: number, mode: number): void {
  if (slot <= NIL) return;
  if ((mode & 1) !== 0) pair.touched = slot;
  if ((mode & 2) !== 0) pair.written = slot;
}

const seek: Step = (pair, keys) => {
  const [[word, kind], mode] = [wordAndKind(pair, keys), below(pair.random, 4)];
  if (!pair.isTimed) pair.touched = pair.call('get', word, kind);
  else visited(pair, pair.call('seek', word, kind, one(pair.random, NOWS), mode), mode);
};

const seekText: Step = (pair, { texts }) => {
  const [text, seed, mode] = [
    one(pair.random, texts),
    one(pair.random, SEEDS),
    below(pair.random, 4),
  ];
  let slot: number;
  if (pair.isTimed) {
    slot = pair.call('seekString', text, seed, one(pair.random, NOWS), mode);
    visited(pair, slot, mode);
  } else {
    slot = pair.call('getString', text, seed);
    pair.touched = slot;
  }
  pair.hasMissed ||= slot === NIL;
};

const find: Step = (pair, keys) => {
  const { random } = pair;
  let slot =
    below(random, 3) > 0
      ? pair.call('find', ...wordAndKind(pair, keys))
      : pair.call('findString', one(random, keys.texts), one(random, SEEDS));
  while (slot !== NIL) slot = pair.call('findNext', slot);
};

const visit: Step = (pair) => {
  const [slot, mode] = [liveSlot(pair), below(pair.random, 4)];
  if (slot === NIL || !pair.isTimed) return;
  visited(pair, pair.call('visit', slot, one(pair.random, NOWS), mode), mode);
};

const touch: Step = (pair) => {
  const slot = liveSlot(pair);
  if (slot === NIL) return;
  pair.call('touch', slot);
  pair.touched = slot;
};

const write: Step = (pair) => {
  const slot = liveSlot(pair);
  if (slot === NIL || !pair.hasColumns) return;
  settle(pair, pair.call('write', slot, ...cells(pair), isKept(pair)), true);
};

const take: Step = (pair, keys) => {
  const [word, kind] = wordAndKind(pair, keys);
  const slot = pair.call('take', word, kind);
  if (kind === KIND_HASHED) pair.taken = slot;
};

const takeText: Step = (pair, { texts }) => {
  pair.taken = pair.call('takeString', one(pair.random, texts), one(pair.random, SEEDS));
};

const remove: Step = (pair) => {
  const slot = liveSlot(pair);
  if (slot === NIL) return;
  const kind = pair.kindOf(slot);
  pair.call('remove', slot);
  if (kind === KIND_HASHED) pair.taken = slot;
};

const purge: Step = (pair) => {
  if (!pair.isTimed) return;
  const now = one(pair.random, NOWS);
  const from = below(pair.random, 2) === 0 ? NIL : liveSlot(pair);
  let slot = pair.call('nextStale', from, now);
  while (slot !== NIL && below(pair.random, 8) > 0) slot = pair.call('nextStale', slot, now);
  if (slot !== NIL) pair.call('remove', slot);
};

const setBudget: Step = (pair) => {
  pair.call('setBudget', one(pair.random, BUDGETS));
  shed(pair);
};

const setLimit: Step = (pair) => {
  const limit = one(pair.random, LIMITS);
  while (below(pair.random, 8) > 0 && pair.order.length > limit) pair.call('evict');
  pair.call('setLimit', limit);
};

const rehash: Step = (pair) => pair.rehash(below(pair.random, 2) === 0);

const SHARES: readonly (readonly [share: number, step: Step])[] = [
  ...([
    [14, put],
    [6, putText],
    [6, putMissed],
    [8, insert],
  ] as const),
  ...([
    [8, seek],
    [8, seekText],
    [6, find],
    [6, visit],
    [6, touch],
    [6, write],
  ] as const),
  ...([
    [6, take],
    [3, takeText],
    [3, remove],
    [4, purge],
  ] as const),
  ...([
    [2, (pair: Pair) => pair.call('evict')],
    [2, setBudget],
    [2, setLimit],
  ] as const),
  ...([
    [1, rehash],
    [1, (pair: Pair) => pair.call('clear')],
  ] as const),
];
const STEPS = SHARES.flatMap(([share, step]) => Array<Step>(share).fill(step));

/** Undoes the latest touch, write or removal of a pair, in the order of the wrapper. */
function undo(pair: Pair): void {
  if (pair.taken !== NIL) pair.call('restore', pair.taken);
  if (pair.written !== NIL && pair.hasColumns) pair.call('unwrite', pair.written);
  if (pair.touched !== NIL) pair.call('untouch', pair.touched);
}

/** One step of a pair at random, and now and then its undoing; everything is compared after it. */
export function step(pair: Pair, keys: Keys): void {
  pair.touched = NIL;
  pair.written = NIL;
  pair.taken = NIL;
  one(pair.random, STEPS)(pair, keys);
  pair.compare();
  if (below(pair.random, 3) > 0) return;
  undo(pair);
  pair.compare();
}

/** Puts columns in use, each with one chance in two. */
export function useColumns(pair: Pair): void {
  if (below(pair.random, 2) === 0) pair.useAges();
  if (below(pair.random, 2) === 0) pair.useWeights();
  pair.compare();
}
