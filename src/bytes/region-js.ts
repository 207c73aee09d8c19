// A region on the JavaScript engine: the core's own source over one ArrayBuffer, for hosts that
// refuse WebAssembly. Addresses are int32 there, so it has less than 2 GiB.

import * as core from '../../assembly/bytes/index.js';
import { FRAME_SIZE } from '../../assembly/bytes/layout.js';
import { Store as JsStore } from '../../assembly/bytes/memory.js';
import {
  type BytesCore,
  PAGE,
  REGION_BYTES_FIRST,
  type Region,
  type RegionOptions,
  regionBytesFor,
  type Store,
} from './region.js';

const REGION_BYTES_MAX = 2 ** 31 - PAGE - FRAME_SIZE;

class JsRegion implements Region {
  readonly kind = 'pure';
  readonly core = core as unknown as BytesCore;
  readonly frame = 0;
  readonly readsText = true;
  readonly #store: JsStore;

  constructor(store: JsStore) {
    this.#store = store;
  }

  get store(): Store {
    return this.#store as unknown as Store;
  }

  get bytes(): Uint8Array {
    return this.#store.bytes;
  }

  get words(): Int32Array {
    return this.#store.words;
  }

  get memoryBytes(): number {
    return this.#store.buffer.byteLength;
  }

  order(): Int32Array {
    return core.arrange(this.#store).slice(0, this.#store.size);
  }
}

/** A region in a new buffer; undefined if memory is refused. */
export function openJsRegion({ chunkBytes, maxBytes, seed }: RegionOptions): Region | undefined {
  const most = Math.min(regionBytesFor(maxBytes), REGION_BYTES_MAX);
  const first = Math.min(REGION_BYTES_FIRST, most);
  const store = new JsStore(new ArrayBuffer(0));
  return core.open(store, Math.log2(chunkBytes), first, most, seed)
    ? new JsRegion(store)
    : undefined;
}
