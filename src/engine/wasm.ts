// The WebAssembly engine: compiles the core, binds its exports, and is the only holder of views of
// its memory.
//
// WA1  A view is made where it is used, since growth of the memory detaches it, and a detached view
//      reads undefined without an error. Two views are kept, for `touch` and `visit`: they are made
//      again after each call that may grow the memory, and if one is detached, the core does the
//      operation.
// WA2  The core's u32 results arrive as int32; addresses are made unsigned here and nowhere else.
// WA3  The core imports the js-string builtins and nothing else. On hosts without them, the imports
//      are stubs that are never called, and strings are hashed in JavaScript.
// WA4  The core's memory is little-endian, and a view has the byte order of the host. On a
//      big-endian host (Node on s390x), no engine is made, and the JavaScript engine takes over.

import {
  AGE_BYTES_LOG2,
  AGE_START,
  AGE_TTL,
  BATCH_LENGTH,
  BATCH_WORDS,
  MAPPED,
  RECORD_BYTES,
  RECORD_BYTES_LOG2,
  RECORD_STAMP,
  STAMP_MAX,
  STAMP_STEP,
  TABLE_AGES,
  TABLE_CAPACITY,
  TABLE_CLOCK,
  TABLE_FRESH,
  TABLE_LIMIT,
  TABLE_MARK,
  TABLE_NEWEST,
  TABLE_QUEUE,
  TABLE_RECORDS,
  TABLE_REFUSED,
  TABLE_SIZE,
  TABLE_WEIGHTS,
  VISIT_RENEW,
  VISIT_TOUCH,
  WEIGHT_BYTES_LOG2,
} from '../../assembly/layout.js';
import { bind, type CoreAdapter, type TableAdapter } from './bind.js';
import type { CoreFunctions, Engine, HashString, Table } from './engine.js';

/** The exports of the core. */
interface CoreExports extends CoreFunctions, TableExports {
  findMany(table: Table, count: number): number;
  readonly size: CoreFunctions['size'];
}

/** The exports that every core of tables has: to make tables, and to move them. */
export interface TableExports {
  readonly memory: WebAssembly.Memory;
  open(): void;
  create(limit: number): number;
  destroy(table: Table): void;
  readonly size: (table: Table) => number;
  arrange(table: Table): void;
  arrangeStale(table: Table, now: number): number;
  bytesInUse(): number;
  reserve(table: Table, capacity: number, isAged: boolean, isWeighed: boolean): number;
  reindex(table: Table): void;
}

/** An engine on a linear memory of its own. */
export interface WasmEngine<E = Engine> {
  readonly engine: E;
  /** Bytes of linear memory that tables hold. */
  bytesInUse(): number;
  /**
   * A copy of another instance's table, at the same capacity; undefined if memory is refused. Slots
   * that the new index refuses are MAPPED from now on (`refused`).
   */
  copyOf(from: WasmEngine<E>, table: Table): Table | undefined;
  /** The exports, for `copyOf` of another instance. */
  readonly core: TableExports;
}

const BUILTINS = { builtins: ['js-string'] };

const unbound = (): never => {
  throw new Error('js-string is not bound');
};

/** What a core gets in place of the builtins on a host without them; no core calls it (WA3). */
export const STUBS = { 'wasm:js-string': { length: unbound, charCodeAt: unbound } };

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

function addressOf(table: Table): number {
  return (table as unknown as number) >>> 0;
}

function field(core: TableExports, table: Table, offset: number): number {
  return new DataView(core.memory.buffer).getUint32(addressOf(table) + offset, true);
}

function bytesAt(core: TableExports, address: number, length: number): Uint8Array {
  return new Uint8Array(core.memory.buffer, address, length);
}

/**
 * Copies the fields that do not depend on the place of a table, and the parts of its storage that
 * are kept.
 */
function copyTable(from: TableExports, table: Table, to: TableExports): Table | undefined {
  const capacity = field(from, table, TABLE_CAPACITY);
  const isAged = field(from, table, TABLE_AGES) !== 0;
  const isWeighed = field(from, table, TABLE_WEIGHTS) !== 0;
  const copy = (to.create(field(from, table, TABLE_LIMIT)) || undefined) as Table | undefined;
  if (copy === undefined || !to.reserve(copy, capacity, isAged, isWeighed)) return undefined;
  const length = TABLE_MARK - TABLE_SIZE;
  const header = bytesAt(from, addressOf(table) + TABLE_SIZE, length);
  bytesAt(to, addressOf(copy) + TABLE_SIZE, length).set(header);
  const slots = field(from, table, TABLE_FRESH);
  const copyPart = (offset: number, bytesLog2: number) => {
    const source = bytesAt(from, field(from, table, offset), slots << bytesLog2);
    bytesAt(to, field(to, copy, offset), slots << bytesLog2).set(source);
  };
  copyPart(TABLE_RECORDS, RECORD_BYTES_LOG2);
  if (isAged) copyPart(TABLE_AGES, AGE_BYTES_LOG2);
  if (isWeighed) copyPart(TABLE_WEIGHTS, WEIGHT_BYTES_LOG2);
  to.reindex(copy);
  return copy;
}

/**
 * The core's `touch` (assembly/order.ts) and `visit` (columns.ts) on views of its memory, since
 * calls are most of the cost of a hit. If the clock has reached its maximum, or a view is detached,
 * the core does the operation.
 */
function byView(core: CoreExports): Pick<CoreAdapter, 'touch' | 'visit' | 'noteGrowth'> {
  let words = new Int32Array(core.memory.buffer);
  let times = new Float64Array(core.memory.buffer);
  const noteGrowth = () => {
    if (words.length > 0) return;
    words = new Int32Array(core.memory.buffer);
    times = new Float64Array(core.memory.buffer);
  };
  const touch = (table: Table, slot: number) => {
    const header = (table as unknown as number) >>> 2;
    const clock = words[header + TABLE_CLOCK / 4] as number;
    if (clock < STAMP_MAX) {
      const records = (words[header + TABLE_RECORDS / 4] as number) >>> 2;
      const at = records + slot * (RECORD_BYTES / 4) + RECORD_STAMP / 4;
      words[at] = (clock + STAMP_STEP) | ((words[at] as number) & MAPPED);
      words[header + TABLE_CLOCK / 4] = clock + STAMP_STEP;
      words[header + TABLE_NEWEST / 4] = slot;
    } else {
      noteGrowth();
      core.touch(table, slot);
    }
  };
  const visit = (table: Table, slot: number, now: number, mode: number) => {
    const ages = (words[((table as unknown as number) + TABLE_AGES) >>> 2] as number) >>> 3;
    const at = ages + (slot << (AGE_BYTES_LOG2 - 3));
    const ttl = times[at + AGE_TTL / 8];
    if (ttl === undefined || (mode & VISIT_RENEW) !== 0) return core.visit(table, slot, now, mode);
    if (ttl !== 0 && now - (times[at + AGE_START / 8] as number) > ttl) return -slot;
    if ((mode & VISIT_TOUCH) !== 0) touch(table, slot);
    return slot;
  };
  return { touch, visit, noteGrowth };
}

/** How the tables of an instance are made, used and read. Opens the instance. */
export function tablesOf(core: TableExports): TableAdapter {
  core.open();
  const queued = (table: Table, count: number) =>
    new Int32Array(core.memory.buffer, field(core, table, TABLE_QUEUE), count).slice();
  return {
    create: (limit) => (core.create(limit) || undefined) as Table | undefined,
    destroy: core.destroy,
    order(table) {
      core.arrange(table);
      return queued(table, core.size(table));
    },
    staleOrder(table, now) {
      const count = core.arrangeStale(table, now);
      return queued(table, count);
    },
    refused: (table) => queued(table, field(core, table, TABLE_REFUSED)),
  };
}

/** `findMany`: the words cross in the batch, as many at a time as it holds. */
function byBatch(core: CoreExports): CoreAdapter['findMany'] {
  return (table, words) => {
    for (let from = 0; from < words.length; from += BATCH_LENGTH) {
      const part = words.subarray(from, from + BATCH_LENGTH);
      const batch = new Int32Array(core.memory.buffer, BATCH_WORDS, part.length);
      batch.set(part);
      core.findMany(table, part.length);
      part.set(batch);
    }
  };
}

/** An engine together with the instance that it is on. */
export function instanceOf<E>(
  engine: E,
  core: TableExports,
  noteGrowth?: () => void,
): WasmEngine<E> {
  return {
    engine,
    core,
    bytesInUse: () => core.bytesInUse() >>> 0,
    copyOf(from, table) {
      const copy = copyTable(from.core, table, core);
      noteGrowth?.();
      return copy;
    },
  };
}

/** Binds an instance of the core, fresh or from another loader. */
export function bindWasm(
  exports: WebAssembly.Exports,
  readsStrings: boolean,
  hash?: HashString,
): WasmEngine {
  const core = exports as unknown as CoreExports;
  const views = byView(core);
  const adapter = { ...tablesOf(core), ...views, findMany: byBatch(core) };
  const engine = bind(core, { kind: 'wasm', readsStrings, ...adapter }, hash);
  return instanceOf(engine, core, views.noteGrowth);
}

/** Whether the host is little-endian. */
function isLittleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
}

/**
 * The exports of a new instance of a core with a memory of its own. Throws whatever the host
 * refuses with, and on a big-endian host (WA4).
 */
export function instantiate(module: WebAssembly.Module): WebAssembly.Exports {
  if (!isLittleEndian()) throw new Error('the core needs a little-endian host');
  return new WebAssembly.Instance(module, STUBS).exports;
}

/** A new engine on an instance of the core of its own. Throws as `instantiate`. */
export function createWasmEngine(module: WebAssembly.Module, hash?: HashString): WasmEngine {
  const exports = instantiate(module);
  const readsStrings = WebAssembly.Module.imports(module).length === 0;
  return bindWasm(exports, readsStrings, hash);
}
