// The pure engine: the core's algorithm over typed arrays, for hosts that refuse WebAssembly.
//
// Each table (table-pure.ts) has arrays of its own, so the garbage collector frees a dropped cache,
// and the engine itself has no state but the seed of its hashes.

import { KIND_HASHED } from '../assembly/layout.js';
import * as columns from './columns-pure.js';
import type { Engine, Table } from './engine.js';
import { drawFirstSeed, type HashString, hashFloat, hashUnder } from './hash.js';
import { reserveStack } from './stack.js';
import { type AllocateWords, PureTable } from './table-pure.js';

/** What tests may replace. */
export interface PureEngineOptions {
  /** Seed of the hashes; drawn at random if absent. */
  readonly seed?: number;
  /** Hash of strings. */
  readonly hashString?: HashString;
  readonly allocate?: AllocateWords;
}

const own = (table: Table): PureTable => table as unknown as PureTable;

const allocateWords: AllocateWords = (words) => new Int32Array(words);

/** What allocates: it begins with stack in reserve, whose want would seem one of memory. */
function whole<R>(run: (table: PureTable) => R): (table: Table) => R {
  return (table) => {
    reserveStack();
    return run(own(table));
  };
}

/** A new pure engine. It has no state of its own but the seed. */
export function createPureEngine(options: PureEngineOptions = {}): Engine {
  const { seed = drawFirstSeed(), allocate = allocateWords } = options;
  const hash = options.hashString ?? hashUnder(seed);
  return {
    kind: 'pure',
    jsString: false,
    hashFloat: (value, tableSeed) => hashFloat(value, tableSeed > 0 ? tableSeed : seed),
    hashString: hash,
    createTable: (limit) => new PureTable(limit) as unknown as Table,
    destroyTable: (table) => own(table).clear(),
    bytesHeld: (table) => own(table).bytes,
    memoryBytes: () => 0,
    order: (table) => own(table).order(),
    image: (table) => own(table).image(),
    clear: (table) => own(table).clear(),
    grow: whole((table) => table.grow(allocate)),
    nextSlot: (table) => own(table).nextSlot,
    rehash: (table, words, multiplier) => own(table).rehash(words, multiplier),
    setLimit: (table, limit) => {
      own(table).limit = limit;
    },
    size: (table) => own(table).size,
    newest: (table) => own(table).newest,
    oldest: (table) => own(table).oldest,
    wordOf: (table, slot) => own(table).wordOf(slot),
    find: (table, word, kind) => own(table).find(word, kind),
    findString: (table, text, tableSeed) => own(table).find(hash(text, tableSeed), KIND_HASHED),
    findNext: (table, slot) => own(table).findNext(slot),
    get: (table, word, kind) => own(table).get(word, kind),
    getString: (table, text, tableSeed) => own(table).getOrMiss(hash(text, tableSeed)),
    put: (table, word, kind) => own(table).put(word, kind),
    putString: (table, text, tableSeed) => own(table).put(hash(text, tableSeed), KIND_HASHED),
    putMissed: (table) => own(table).put(own(table).missed, KIND_HASHED),
    insert: (table, word, kind) => own(table).insert(word, kind),
    take: (table, word, kind) => own(table).take(word, kind),
    takeString: (table, text, tableSeed) => own(table).take(hash(text, tableSeed), KIND_HASHED),
    remove: (table, slot) => own(table).remove(slot),
    evict: (table) => own(table).evict(),
    touch: (table, slot) => own(table).touch(slot),
    untouch: (table, slot) => own(table).untouch(slot),
    restore: (table, slot) => own(table).restore(slot),
    useAges: whole((table) => columns.useAges(table, allocate)),
    useWeights: whole((table) => columns.useWeights(table, allocate)),
    setBudget: (table, budget) => {
      own(table).budget = budget;
    },
    total: (table) => own(table).total,
    startOf: (table, slot) => columns.startOf(own(table), slot),
    ttlOf: (table, slot) => columns.ttlOf(own(table), slot),
    weightOf: (table, slot) => own(table).weightOf(slot),
    visit: (table, slot, now, mode) => columns.visit(own(table), slot, now, mode),
    seek: (table, word, kind, now, mode) => columns.seek(own(table), word, kind, now, mode),
    seekString: (table, text, tableSeed, now, mode) =>
      columns.seekOrMiss(own(table), hash(text, tableSeed), now, mode),
    write: (table, slot, weight, start, ttl, isKept) =>
      columns.write(own(table), slot, weight, start, ttl, isKept),
    unwrite: (table, slot) => columns.unwrite(own(table), slot),
    putWith: (table, word, kind, weight, start, ttl, isKept) =>
      columns.putWith(own(table), word, kind, weight, start, ttl, isKept),
    putStringWith: (table, text, tableSeed, weight, start, ttl, isKept) =>
      columns.putWith(own(table), hash(text, tableSeed), KIND_HASHED, weight, start, ttl, isKept),
    putMissedWith: (table, weight, start, ttl, isKept) =>
      columns.putWith(own(table), own(table).missed, KIND_HASHED, weight, start, ttl, isKept),
    insertWith: (table, word, kind, weight, start, ttl) =>
      columns.insertWith(own(table), word, kind, weight, start, ttl),
    shed: (table) => columns.shed(own(table)),
    nextStale: (table, after, now) => columns.nextStale(own(table), after, now),
    nextDeadline: (table) => columns.nextDeadline(own(table)),
  };
}
