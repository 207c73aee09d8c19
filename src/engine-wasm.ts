// The WebAssembly engine: binds the core's exports, and is the only holder of views of its memory.
//
// W1  A view is made where it is used and never kept: growth of the memory detaches it, and a
//     detached view reads undefined without an error.
// W2  The core's u32 results arrive as int32; addresses are made unsigned here and nowhere else.
// W3  The core imports the js-string builtins and nothing else. Where the host has them not, they
//     are bound to functions that no call reaches, and strings are hashed in JavaScript.
// W4  The stack may end at the entry of any function of the core. Those that are called for every
//     operation call nothing after their first store; the others begin with stack in reserve.
// W5  The core's memory is little-endian, a view has the host's order of bytes. Where that is the
//     other one (Node on s390x), no engine is made, and the pure one takes over.

import {
  KIND_HASHED,
  NIL,
  SLOT_BYTES_LOG2,
  SLOT_OLDER,
  TABLE_AGES,
  TABLE_BUDGET,
  TABLE_CAPACITY,
  TABLE_FREE,
  TABLE_FRESH,
  TABLE_HEADS,
  TABLE_LIMIT,
  TABLE_MULTIPLIER,
  TABLE_SHIFT,
  TABLE_SIZE,
  TABLE_SLOTS,
  TABLE_TOTAL,
  TABLE_WEIGHTS,
} from '../assembly/layout.js';
import type { Engine, Table, TableImage } from './engine.js';
import { drawFirstSeed, type HashString, hashFloat, hashUnder } from './hash.js';
import { reserveStack } from './stack.js';

/** What the core exports, beside the functions of `Engine` it exports under the same name. */
interface CoreExports
  extends Omit<
    Engine,
    | 'kind'
    | 'jsString'
    | 'hashFloat'
    | 'hashString'
    | 'rehash'
    | 'createTable'
    | 'destroyTable'
    | 'memoryBytes'
    | 'order'
    | 'image'
  > {
  readonly memory: WebAssembly.Memory;
  getHash(table: Table, hash: number): number;
  seekHash(table: Table, hash: number, now: number, mode: number): number;
  open(seed: number): void;
  create(limit: number): number;
  reserve(count: number): number;
  rehash(table: Table, words: number, multiplier: number): void;
  destroy(table: Table): void;
}

/** What tests may replace. */
export interface WasmEngineOptions {
  /** Seed of the hashes; drawn at random if absent. */
  readonly seed?: number;
  /** Hash of strings, in place of the core's. */
  readonly hashString?: HashString;
}

const BUILTINS = { builtins: ['js-string'] };

/* v8 ignore next 3 -- @preserve: no call reaches it (W3). */
const unreachable = (): never => {
  throw new Error('js-string is not bound');
};
const IMPORTS = { 'wasm:js-string': { length: unreachable, charCodeAt: unreachable } };

/** Compiles the core, with the js-string builtins if the host has them and they are wanted. */
export function compileCore(
  bytes: Uint8Array<ArrayBuffer>,
  wantsBuiltins = true,
): WebAssembly.Module {
  // A host without the builtins ignores the second argument.
  const Module = WebAssembly.Module as new (
    bytes: Uint8Array<ArrayBuffer>,
    options: object,
  ) => WebAssembly.Module;
  return new Module(bytes, wantsBuiltins ? BUILTINS : {});
}

/** The functions of an engine that take a string. */
type StringFunctions = Pick<
  Engine,
  'findString' | 'getString' | 'putString' | 'takeString' | 'seekString' | 'putStringWith'
>;

/** These functions for a core that cannot read strings: they are hashed here. */
function stringsHashed(core: CoreExports, hash: HashString): StringFunctions {
  const { find, getHash, put, take, seekHash, putWith } = core;
  return {
    findString: (table, text, seed) => find(table, hash(text, seed), KIND_HASHED),
    getString: (table, text, seed) => getHash(table, hash(text, seed)),
    putString: (table, text, seed) => put(table, hash(text, seed), KIND_HASHED),
    takeString: (table, text, seed) => take(table, hash(text, seed), KIND_HASHED),
    seekString: (table, text, seed, now, mode) => seekHash(table, hash(text, seed), now, mode),
    putStringWith: (table, text, seed, weight, start, ttl, isKept) =>
      putWith(table, hash(text, seed), KIND_HASHED, weight, start, ttl, isKept),
  };
}

/** A function of the core that moves blocks of the arena: it begins only if it can end (W4). */
function whole<R>(run: (table: Table) => R): (table: Table) => R {
  return (table) => {
    reserveStack();
    return run(table);
  };
}

function createTable(core: CoreExports, limit: number): Table | undefined {
  reserveStack();
  return (core.create(limit) || undefined) as Table | undefined;
}

/** Hands the new words over in a block of the arena, so that one call changes the table. */
function rehash(
  core: CoreExports,
  table: Table,
  words: Int32Array | undefined,
  multiplier: number,
): number {
  reserveStack();
  let block = 0;
  if (words !== undefined) {
    block = core.reserve(words.length);
    if (block === 0) return 0;
    new Int32Array(core.memory.buffer, block >>> 0, words.length).set(words);
  }
  core.rehash(table, block, multiplier);
  return 1;
}

/** Binds an instance of the core, fresh or from another loader, as an engine. */
export function bindCore(
  exports: WebAssembly.Exports,
  jsString: boolean,
  options: WasmEngineOptions = {},
): Engine {
  const core = exports as unknown as CoreExports;
  const seed = options.seed ?? drawFirstSeed();
  core.open(seed);
  const inCore = jsString && options.hashString === undefined;
  const hash = options.hashString ?? hashUnder(seed);
  const strings = inCore ? core : stringsHashed(core, hash);

  // One literal, without a spread: V8 then keeps all of it in the object, a load less a call.
  return {
    kind: 'wasm',
    jsString: inCore,
    hashFloat: (value, tableSeed) => hashFloat(value, tableSeed > 0 ? tableSeed : seed),
    hashString: hash,
    createTable: (limit) => createTable(core, limit),
    destroyTable: whole(core.destroy),
    memoryBytes: () => core.memory.buffer.byteLength,
    order: (table) => readOrder(core.memory, table, core.size(table)),
    image: (table) => readImage(core.memory, table),
    bytesHeld: core.bytesHeld,
    clear: whole(core.clear),
    grow: whole(core.grow),
    nextSlot: core.nextSlot,
    rehash: (table, words, multiplier) => rehash(core, table, words, multiplier),
    setLimit: core.setLimit,
    size: core.size,
    newest: core.newest,
    oldest: core.oldest,
    wordOf: core.wordOf,
    find: core.find,
    findNext: core.findNext,
    get: core.get,
    put: core.put,
    putMissed: core.putMissed,
    insert: core.insert,
    take: core.take,
    remove: core.remove,
    evict: core.evict,
    touch: core.touch,
    untouch: core.untouch,
    restore: core.restore,
    findString: strings.findString,
    getString: strings.getString,
    putString: strings.putString,
    takeString: strings.takeString,
    useAges: whole(core.useAges),
    useWeights: whole(core.useWeights),
    setBudget: core.setBudget,
    total: core.total,
    startOf: core.startOf,
    ttlOf: core.ttlOf,
    weightOf: core.weightOf,
    visit: core.visit,
    seek: core.seek,
    write: core.write,
    unwrite: core.unwrite,
    putWith: core.putWith,
    putMissedWith: core.putMissedWith,
    insertWith: core.insertWith,
    shed: core.shed,
    nextStale: core.nextStale,
    nextDeadline: core.nextDeadline,
    seekString: strings.seekString,
    putStringWith: strings.putStringWith,
  };
}

/** Whether the host has the byte of least value first. */
function isLittleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
}

/**
 * A new instance of the core with a memory of its own. Throws whatever the host refuses with, and
 * on a big-endian host (W5).
 */
export function createWasmEngine(module: WebAssembly.Module, options?: WasmEngineOptions): Engine {
  if (!isLittleEndian()) throw new Error('the core needs a little-endian host');
  const instance = new WebAssembly.Instance(module, IMPORTS);
  const jsString = WebAssembly.Module.imports(module).length === 0;
  return bindCore(instance.exports, jsString, options);
}

function field(view: DataView, table: Table, offset: number): number {
  return view.getUint32(((table as unknown as number) >>> 0) + offset, true);
}

function readOrder(memory: WebAssembly.Memory, table: Table, size: number): Int32Array {
  const header = new DataView(memory.buffer);
  const slots = new Int32Array(memory.buffer, field(header, table, TABLE_SLOTS));
  const order = new Int32Array(size);
  let slot = NIL;
  for (let i = 0; i < size; i++) {
    slot = slots[((slot << SLOT_BYTES_LOG2) + SLOT_OLDER) >>> 2] as number;
    order[i] = slot;
  }
  return order;
}

function readImage(memory: WebAssembly.Memory, table: Table): TableImage {
  const header = new DataView(memory.buffer);
  const capacity = field(header, table, TABLE_CAPACITY);
  const shift = field(header, table, TABLE_SHIFT);
  const heads = field(header, table, TABLE_HEADS);
  const slots = field(header, table, TABLE_SLOTS);
  return {
    size: field(header, table, TABLE_SIZE),
    limit: field(header, table, TABLE_LIMIT),
    capacity,
    fresh: field(header, table, TABLE_FRESH),
    free: field(header, table, TABLE_FREE),
    shift,
    multiplier: field(header, table, TABLE_MULTIPLIER) | 0,
    heads: new Int32Array(memory.buffer, heads, 1 << (32 - shift)).slice(),
    slots: new Int32Array(memory.buffer, slots, (capacity + 1) * 4).slice(),
    ages: readColumn(memory, field(header, table, TABLE_AGES), (capacity + 1) * 2),
    weights: readColumn(memory, field(header, table, TABLE_WEIGHTS), capacity + 1),
    total: header.getFloat64(((table as unknown as number) >>> 0) + TABLE_TOTAL, true),
    budget: header.getFloat64(((table as unknown as number) >>> 0) + TABLE_BUDGET, true),
  };
}

function readColumn(
  memory: WebAssembly.Memory,
  column: number,
  length: number,
): Float64Array | undefined {
  return column === 0 ? undefined : new Float64Array(memory.buffer, column, length).slice();
}
