// How a host gets the core of bytes: from this file's text, compiled when it is first needed.
//
// Importing this file compiles nothing, and so it never fails.

import { LRUCacheRangeError, outOfMemory } from '../common/errors.js';
import type { EngineKind } from '../common/types.js';
import { decodeHex, isSlowWithBuiltins } from '../engine/hex.js';
import { compileCore } from '../engine/wasm.js';
import { bytesHex } from './core.generated.js';
import type { Region, RegionOptions } from './region.js';
import { openJsRegion } from './region-js.js';
import { openWasmRegion } from './region-wasm.js';

let core: WebAssembly.Module | undefined;

function openWasm(options: RegionOptions): Region | undefined {
  // The core's memory is little-endian, a view has the host's order of bytes.
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) throw new Error('big-endian host');
  core ??= compileCore(decodeHex(bytesHex), !isSlowWithBuiltins());
  return openWasmRegion(core, options);
}

/**
 * A region on the best engine that the host allows, or on the one named. Throws
 * `ENGINE_UNAVAILABLE` if that one cannot run, and `OUT_OF_MEMORY` if memory is refused.
 */
export function openRegion(options: RegionOptions, kind: EngineKind | undefined): Region {
  let region: Region | undefined;
  try {
    if (kind !== 'pure') region = openWasm(options);
  } catch (cause) {
    if (kind === 'wasm') {
      const message = 'The wasm engine was asked for by name, but this host refuses it';
      throw new LRUCacheRangeError('ENGINE_UNAVAILABLE', message, { cause });
    }
  }
  if (kind !== 'wasm') region ??= openJsRegion(options);
  if (region === undefined) throw outOfMemory();
  return region;
}
