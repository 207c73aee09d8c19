// How a thread gets the core of shared caches: from this file's text, compiled when it is first
// needed.
//
// Importing this file compiles nothing, and so it never fails. Every thread compiles its own: that
// takes a millisecond, and works where a compiled module does not pass between threads.

import { Checksum } from '../bytes/checksum.js';
import { decodeHex, isSlowWithBuiltins } from '../engine/hex.js';
import { compileCore } from '../engine/wasm.js';
import { sharedHex } from './core.generated.js';

/** What the wrapper and the core agree on besides the core: it changes when that does. */
const FORMAT = 1;

let core: WebAssembly.Module | undefined;
let layout: string | undefined;

/** The compiled core. Throws whatever the host refuses with. */
export function sharedCore(): WebAssembly.Module {
  // The core's memory is little-endian, a view has the host's order of bytes.
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) throw new Error('big-endian host');
  core ??= compileCore(decodeHex(sharedHex), !isSlowWithBuiltins());
  return core;
}

/** What threads must have in common to share a memory: a fingerprint of the core. */
export function sharedLayout(): string {
  if (layout !== undefined) return layout;
  const checksum = new Checksum();
  checksum.add(decodeHex(sharedHex));
  layout = `${FORMAT}-${checksum.value.toString(16).padStart(8, '0')}`;
  return layout;
}
