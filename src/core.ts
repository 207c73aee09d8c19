// How a host gets the core: from this file's text, compiled when the first cache is constructed.
//
// Where a host compiles nothing, it may be given one that is compiled already (provide.ts).
// `wasm-lru/pure` has core-none.ts in this file's place (bundle.mjs).
// Importing this file decodes and compiles nothing, and so it never fails.

import { coreHex } from './core.generated.js';
import { compileCore, createWasmEngine, type WasmEngine } from './engine/wasm.js';

let core: WebAssembly.Module | undefined;
/** Whether the host refused the core when it was last to be opened. */
let isRefused = false;

/** The bytes that pairs of hexadecimal digits stand for, by the host's best means. */
function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  const { fromHex } = Uint8Array as unknown as {
    fromHex?: (text: string) => Uint8Array<ArrayBuffer>;
  };
  if (fromHex !== undefined) return fromHex.call(Uint8Array, text);
  // Code that is run but once is slow: without this, Node 24 takes 5 ms longer.
  if (typeof Buffer === 'function') return new Uint8Array(Buffer.from(text, 'hex'));
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitAt(text, i * 2) << 4) | digitAt(text, i * 2 + 1);
  }
  return bytes;
}

/** The value of a digit: of '0' to '9', 48 to 57, the last four bits, of 'a' to 'f' 9 more. */
function digitAt(text: string, i: number): number {
  const unit = text.charCodeAt(i);
  return (unit & 15) + (unit >> 6) * 9;
}

interface Host {
  readonly process?: { readonly versions?: { readonly bun?: string } };
  readonly navigator?: { readonly vendor?: string };
}

/**
 * Whether the host reads strings faster in JavaScript than by the js-string builtins that it has:
 * JavaScriptCore does, for which they are calls. In Bun, a hit of a string takes a quarter of the
 * time that it takes with them; WebKit is the same engine.
 */
function isSlowWithBuiltins(): boolean {
  const { process, navigator } = globalThis as Host;
  return process?.versions?.bun !== undefined || navigator?.vendor === 'Apple Computer, Inc.';
}

/** Takes a compiled core, to be opened from now on; returns whether the last one was refused. */
export function acceptCore(module: WebAssembly.Module): boolean {
  core = module;
  return isRefused;
}

/** A new instance of the core. Throws whatever the host refuses with. */
export function openCore(): WasmEngine {
  isRefused = true;
  core ??= compileCore(decodeHex(coreHex), !isSlowWithBuiltins());
  const engine = createWasmEngine(core);
  isRefused = false;
  return engine;
}
