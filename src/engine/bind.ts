// The binding: makes an engine from the functions of the core, of either compiler.
//
// BI1  Functions that allocate arrays, or move blocks of the arena, which many caches share,
//      reserve stack before they begin: a host whose stack is used up refuses a call at the entry
//      of any function. Other functions may be interrupted between two stores; then the cache is
//      emptied (entries.ts), and no other cache is affected.
// BI2  Where the core cannot read strings, they are hashed in JavaScript, by the same source.

import { hashString } from '../../assembly/hash.js';
import { ASK_MAP, ELSEWHERE, KEY_LENGTH_MAX } from '../../assembly/layout.js';
import type { EngineKind } from '../common/types.js';
import type { CoreFunctions, Engine, HashString, Table } from './engine.js';
import { hashFloat } from './hash-float.js';
import { reserveStack } from './stack.js';

/** What differs between the two cores. */
export interface CoreAdapter {
  readonly kind: EngineKind;
  /** Whether the core's functions take JavaScript's strings. */
  readonly readsStrings: boolean;
  create(limit: number): Table | undefined;
  destroy(table: Table): void;
  order(table: Table): Int32Array;
  staleOrder(table: Table, now: number): Int32Array;
  refused(table: Table): Int32Array;
  findMany(table: Table, words: Int32Array): void;
  touch(table: Table, slot: number): void;
  visit(table: Table, slot: number, now: number, mode: number): number;
  /** Called after a function that may have grown the core's memory. */
  noteGrowth(): void;
}

/** The adapter functions for tables of any core. */
export type TableAdapter = Pick<
  CoreAdapter,
  'create' | 'destroy' | 'order' | 'staleOrder' | 'refused'
>;

type StringFunctions = Pick<CoreFunctions, 'findString' | 'getString' | 'putString' | 'seekString'>;

/** The functions that take a string, for a core that cannot read one (BI2). */
function hashedOutside(core: CoreFunctions, hash: HashString): StringFunctions {
  const { find, get, put, seek } = core;
  const isLong = (text: string) => text.length > KEY_LENGTH_MAX;
  return {
    findString: (table, text, offset) =>
      isLong(text) ? ELSEWHERE : find(table, hash(text, text.length, offset)),
    getString: (table, text, offset) =>
      isLong(text) ? ELSEWHERE : get(table, hash(text, text.length, offset)),
    putString: (table, text, offset) =>
      isLong(text) ? ASK_MAP : put(table, hash(text, text.length, offset)),
    seekString: (table, text, offset, now) =>
      isLong(text) ? ELSEWHERE : seek(table, hash(text, text.length, offset), now),
  };
}

/** A function that reserves stack before it begins (BI1), and calls `after` at its end. */
export function withStack<A extends unknown[], R>(
  run: (...args: A) => R,
  after?: () => void,
): (...args: A) => R {
  return (...args) => {
    reserveStack();
    const result = run(...args);
    after?.();
    return result;
  };
}

/** An engine over a core. `hash` replaces the hash of strings, in tests. */
export function bind(core: CoreFunctions, adapter: CoreAdapter, hash?: HashString): Engine {
  const isOutside = hash !== undefined || !adapter.readsStrings;
  const strings = isOutside ? hashedOutside(core, hash ?? hashString) : core;
  const { noteGrowth } = adapter;
  // One literal without a spread: V8 then stores all fields in the object itself, which saves a
  // load per call.
  return {
    kind: adapter.kind,
    hashString: hash ?? hashString,
    hashFloat,
    createTable: withStack(adapter.create, noteGrowth),
    destroyTable: withStack(adapter.destroy, noteGrowth),
    order: adapter.order,
    staleOrder: adapter.staleOrder,
    clear: withStack(core.clear, noteGrowth),
    grow: withStack(core.grow, noteGrowth),
    useAges: withStack(core.useAges, noteGrowth),
    useWeights: withStack(core.useWeights, noteGrowth),
    refused: adapter.refused,
    setLimit: core.setLimit,
    size: core.size,
    bytesHeld: core.bytesHeld,
    newest: core.newest,
    oldest: core.oldest,
    nextSlot: core.nextSlot,
    find: core.find,
    findMany: adapter.findMany,
    findString: strings.findString,
    get: core.get,
    getString: strings.getString,
    put: core.put,
    putString: strings.putString,
    putMissed: core.putMissed,
    insert: core.insert,
    insertMapped: core.insertMapped,
    reword: core.reword,
    touch: adapter.touch,
    untouch: core.untouch,
    remove: core.remove,
    evict: core.evict,
    setBudget: core.setBudget,
    total: core.total,
    startOf: core.startOf,
    ttlOf: core.ttlOf,
    weightOf: core.weightOf,
    visit: adapter.visit,
    seek: core.seek,
    seekString: strings.seekString,
    write: core.write,
    shed: core.shed,
    nextDeadline: core.nextDeadline,
  };
}
