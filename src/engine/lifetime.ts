// Which engine a cache gets, and whose memory its table lies in.
//
// WebAssembly is tried first. If the host refuses it for any reason (no WebAssembly object, a
// content security policy, no address space, no SIMD), the JavaScript engine takes over, and
// nothing is thrown. Importing this file compiles nothing and reads no clock and no randomness.
//
// Hosts allow few linear memories (Chromium 124 in a process), linear memory never shrinks, and no
// host reports a dropped cache within one synchronous job. Hence three rules:
//
// H1  Small tables share one instance of the core, and one memory. A table is freed when its cache
//     is disposed of or collected, and its memory is used again.
// H2  While TABLES_MAX of them, or BYTES_MAX in all, are not freed, a new cache gets the JavaScript
//     engine, whose arrays the collector frees at any time.
// H3  A table that outgrows SHARED_TABLE_BYTES_MAX moves into an instance of its own, of which
//     there are ALONE_MAX at most. It grows in place there, and its memory returns to the system
//     with the cache, or when the cache is cleared. If no other table is in the shared instance,
//     the table keeps that instance, and small tables get a new one: nothing is copied, and nothing
//     is left behind.

import { show } from '../common/check.js';
import { LRUCacheRangeError, LRUCacheTypeError } from '../common/errors.js';
import type { EngineKind } from '../common/types.js';
import { openCore } from './core.js';
import { hasTrapped, killIfTrap } from './dead.js';
import type { Engine, Table, TableEngine } from './engine.js';
import { createJsEngine } from './js.js';
import type { WasmEngine } from './wasm.js';

const TABLES_MAX = 4096;
const BYTES_MAX = 1 << 25;
const SHARED_TABLE_BYTES_MAX = 1 << 22;
const ALONE_MAX = 64;

/** The engine of a cache, and its table there. */
export interface Lease<E = Engine> {
  readonly engine: E;
  readonly table: Table;
}

let dropped: FinalizationRegistry<() => void> | undefined;

/**
 * The registry of dropped caches: one, and for good. In the V8 of Node 20 to 24, collecting a
 * registry that has something to report disables all other registries of the process. Old edge
 * runtimes have no registries; there, caches must be disposed of by hand.
 */
function droppedCaches(): typeof dropped {
  if (typeof FinalizationRegistry === 'function') {
    dropped ??= new FinalizationRegistry((free) => free());
  }
  return dropped;
}

let js: Engine | undefined;

/** A new table on the JavaScript engine. */
function openJs(limit: number): Lease {
  js ??= createJsEngine();
  return { engine: js, table: js.createTable(limit) as Table };
}

/** Calls an instance where no cache would see its trap. */
function guarded<E extends TableEngine, R>(
  wasm: WasmEngine<E>,
  call: (wasm: WasmEngine<E>) => R,
): R {
  try {
    return call(wasm);
  } catch (error) {
    throw killIfTrap(wasm.engine, error);
  }
}

/** Gives caches their tables and takes them back, on engines of one kind. */
export class TableHost<E extends TableEngine = Engine> {
  readonly #openWasm: (() => WasmEngine<E>) | undefined;
  readonly #openJs: (limit: number) => Lease<E>;
  #shared: WasmEngine<E> | undefined;
  /** The number of tables in the shared instance that are not freed. */
  #tables = 0;
  /** Instances that hold one table each. */
  readonly #alone = new WeakMap<E, WasmEngine<E>>();
  #aloneCount = 0;

  /** `open` makes an instance of the core; without it, every table is on the JavaScript engine. */
  constructor(
    open: (() => WasmEngine<E>) | undefined,
    js: (limit: number) => Lease<E> = openJs as unknown as (limit: number) => Lease<E>,
  ) {
    this.#openWasm = open;
    this.#openJs = js;
  }

  /** Makes sure that there is a working instance. Throws the error with which the host refuses. */
  prepare(): void {
    if (this.#shared !== undefined && !hasTrapped(this.#shared.engine)) return;
    this.#shared = this.#openWasm?.();
    this.#tables = 0;
  }

  /** Tables that small caches have in the shared instance. */
  get tables(): number {
    return this.#tables;
  }

  /** The engine that a cache of a few entries would get now. */
  get kind(): EngineKind {
    return this.#shared === undefined ? 'pure' : 'wasm';
  }

  /** A new table for `owner`, freed when the owner is collected. */
  open(owner: object, limit: number): Lease<E> {
    const shared = this.#shared;
    // Trapped: a cache that leaves an instance of its own may come before the next `prepare`.
    const isRoomy =
      shared !== undefined &&
      !hasTrapped(shared.engine) &&
      this.#tables < TABLES_MAX &&
      shared.bytesInUse() < BYTES_MAX;
    const table = isRoomy ? guarded(shared, ({ engine }) => engine.createTable(limit)) : undefined;
    if (shared === undefined || table === undefined) return this.#openJs(limit);
    this.#tables += 1;
    droppedCaches()?.register(owner, () => this.#free(shared, table), owner);
    return { engine: shared.engine, table };
  }

  /** Frees the table of an owner now. */
  close(owner: object, { engine, table }: Lease<E>): void {
    if (engine.kind !== 'wasm') return;
    dropped?.unregister(owner);
    if (this.#alone.has(engine)) this.#aloneCount -= 1;
    else if (engine === this.#shared?.engine) this.#free(this.#shared, table);
  }

  /**
   * The instance that a table moves to before it grows (H3). Undefined if it stays where it is:
   * because it is small, because memory is refused, or because its instance is its own now.
   */
  moveOut(owner: object, { engine, table }: Lease<E>): Lease<E> | undefined {
    const shared = this.#shared;
    if (shared === undefined || engine !== shared.engine || this.#openWasm === undefined) return;
    const isSmall = engine.bytesHeld(table) * 2 <= SHARED_TABLE_BYTES_MAX;
    if (isSmall || this.#aloneCount >= ALONE_MAX) return undefined;
    let opened: WasmEngine<E>;
    try {
      opened = this.#openWasm();
    } catch {
      return undefined;
    }
    if (this.#tables === 1) {
      this.#shared = opened;
      this.#tables = 0;
      this.#keepAlone(owner, shared);
      return undefined;
    }
    const copy = opened.copyOf(shared, table);
    if (copy === undefined) return undefined;
    this.close(owner, { engine, table });
    this.#keepAlone(owner, opened);
    return { engine: opened.engine, table: copy };
  }

  /** Notes that an instance holds the table of this owner, and no other. */
  #keepAlone(owner: object, wasm: WasmEngine<E>): void {
    dropped?.unregister(owner);
    this.#alone.set(wasm.engine, wasm);
    this.#aloneCount += 1;
    droppedCaches()?.register(owner, () => this.#leaveAlone(), owner);
  }

  /** An empty table for an owner in place of its own, which is freed or cleared. */
  renew(owner: object, lease: Lease<E>, limit: number): Lease<E> {
    if (!this.#alone.has(lease.engine)) {
      lease.engine.clear(lease.table);
      return lease;
    }
    this.close(owner, lease);
    return this.open(owner, limit);
  }

  #leaveAlone(): void {
    this.#aloneCount -= 1;
  }

  #free(from: WasmEngine<E>, table: Table): void {
    if (from === this.#shared) this.#tables -= 1;
    guarded(from, ({ engine }) => engine.destroyTable(table));
  }
}

/**
 * A function that returns the host of the next cache of one core: the best that this runtime can
 * run, or the named one. The function throws `ENGINE_UNAVAILABLE` if the named one cannot run here.
 */
export function hostsOf<E extends TableEngine>(
  openWasm: () => WasmEngine<E>,
  js: (limit: number) => Lease<E>,
): (kind?: EngineKind) => TableHost<E> {
  const jsHost = new TableHost(undefined, js);
  const wasmHost = new TableHost(openWasm, js);
  // Whether the host has refused WebAssembly, and no cache has got it by name since.
  let isRefused = false;
  return (kind) => {
    if (kind === 'pure' || (kind === undefined && isRefused)) return jsHost;
    try {
      wasmHost.prepare();
      isRefused = false;
      return wasmHost;
    } catch (cause) {
      if (kind === undefined) {
        isRefused = true;
        return jsHost;
      }
      throw new LRUCacheRangeError(
        'ENGINE_UNAVAILABLE',
        'The wasm engine was asked for by name, but this host refuses WebAssembly',
        { cause },
      );
    }
  };
}

/** The host of a cache with this `engine`, of those of one core. Throws `INVALID_OPTIONS`. */
export function checkEngine<H extends object>(
  engine: unknown,
  hostOf: (kind?: EngineKind) => H,
): H {
  // Tests pass a host itself.
  if (engine instanceof TableHost) return engine as unknown as H;
  if (engine === undefined || engine === 'wasm' || engine === 'pure') return hostOf(engine);
  throw new LRUCacheTypeError(
    'INVALID_OPTIONS',
    `engine must be 'wasm' or 'pure', not ${show(engine)}`,
  );
}

/** The host of the next `LRUCache`, as `hostsOf`. */
export const hostFor = /* @__PURE__ */ hostsOf(openCore, openJs);
