// The public names of `wasm-lru/bytes`, and nothing else: values as bytes, and snapshots.

/**
 * Values as bytes in linear memory, and snapshots: `import { ByteLRU } from 'wasm-lru/bytes'`.
 *
 * @module bytes
 */

export { ByteLRU, type ByteStats, type Restored } from './bytes/byte-lru.js';
export type { Codec, CodecName } from './bytes/codec.js';
export { dumpBytes, loadBytes } from './bytes/dump.js';
export type { ByteLRUOptions } from './bytes/options.js';
