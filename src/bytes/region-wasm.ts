// A region in WebAssembly: an instance of the core with a linear memory of its own, and the only
// holder of views of it.
//
// The views are kept, as making one takes longer than a `get`. Growth of the memory detaches them,
// which their length shows.

import { FRAME_SIZE } from '../../assembly/bytes/layout.js';
import { STUBS } from '../engine/wasm.js';
import {
  type BytesCore,
  REGION_BYTES_FIRST,
  type Region,
  type RegionOptions,
  regionBytesFor,
  type Store,
} from './region.js';

interface Exports extends BytesCore {
  readonly memory: WebAssembly.Memory;
  arrange(store: Store): number;
}

class WasmRegion implements Region {
  readonly kind = 'wasm';
  readonly core: BytesCore;
  readonly store: Store = FRAME_SIZE as unknown as Store;
  readonly frame = 0;
  readonly readsText: boolean;
  readonly #exports: Exports;
  readonly #memory: WebAssembly.Memory;
  #bytes: Uint8Array;
  #words: Int32Array;

  constructor(exports: Exports, readsText: boolean) {
    this.#exports = exports;
    this.#memory = exports.memory;
    this.core = exports;
    this.readsText = readsText;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#words = new Int32Array(this.#memory.buffer);
  }

  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }

  get words(): Int32Array {
    if (this.#words.length === 0) this.#words = new Int32Array(this.#memory.buffer);
    return this.#words;
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  order(): Int32Array {
    const at = this.#exports.arrange(this.store) >>> 0;
    return new Int32Array(this.#memory.buffer, at, this.core.size(this.store)).slice();
  }
}

/** A region over the exports of an instance; undefined if memory is refused. */
export function bindRegion(
  exports: WebAssembly.Exports,
  readsText: boolean,
  { chunkBytes, maxBytes, seed }: RegionOptions,
): Region | undefined {
  const core = exports as unknown as Exports;
  const region = new WasmRegion(core, readsText);
  const most = regionBytesFor(maxBytes);
  const first = Math.min(REGION_BYTES_FIRST, most);
  const isOpen = core.open(region.store, Math.log2(chunkBytes), first, most, seed);
  return isOpen ? region : undefined;
}

/** A region in a new instance. Throws whatever the host refuses with. */
export function openWasmRegion(
  module: WebAssembly.Module,
  options: RegionOptions,
): Region | undefined {
  const { exports } = new WebAssembly.Instance(module, STUBS);
  return bindRegion(exports, WebAssembly.Module.imports(module).length === 0, options);
}
