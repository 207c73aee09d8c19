// The regions under test: the release build, the debug build and the JavaScript engine, plain and
// made hostile.

import { readFileSync } from 'node:fs';
import { STORE_SEED } from '../../assembly/bytes/layout.js';
import { setGrant } from '../../assembly/bytes/memory.js';
import type { Region, RegionOptions, Store } from '../../src/bytes/region.js';
import { openJsRegion } from '../../src/bytes/region-js.js';
import { bindRegion, openWasmRegion } from '../../src/bytes/region-wasm.js';
import { compileCore } from '../../src/engine/wasm.js';

const read = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../build/${name}`, import.meta.url)));
const release = compileCore(read('bytes.wasm'));
const withoutBuiltins = compileCore(read('bytes.wasm'), false);
const debug = compileCore(read('bytes.debug.wasm'), false);

/** The field that layout.ts calls SEED, for tests that look at what may differ. */
export const seedAt = STORE_SEED;

const imports = {
  'wasm:js-string': {
    length: (text: string) => text.length,
    charCodeAt: (text: string, index: number) => text.charCodeAt(index),
  },
};

interface Debug {
  startClock(store: Store, clock: number): void;
  refuseGrowthAfter(count: number): void;
}

/** A way to make regions. */
export interface RegionCase {
  readonly name: string;
  open(options: RegionOptions): Region;
  /** Lets so many growths pass, of the latest region, and refuses the others; -1 refuses none. */
  refuseAfter?(count: number): void;
}

function defined(region: Region | undefined): Region {
  if (region === undefined) throw new Error('memory was refused');
  return region;
}

let latest: Debug | undefined;

const debugCase: RegionCase = {
  name: 'wasm debug',
  open(options) {
    const { exports } = new WebAssembly.Instance(debug, imports);
    latest = exports as unknown as Debug;
    return defined(bindRegion(exports, true, options));
  },
  refuseAfter: (count) => latest?.refuseGrowthAfter(count),
};

const jsCase: RegionCase = {
  name: 'js',
  open(options) {
    setGrant(() => {});
    return defined(openJsRegion(options));
  },
  refuseAfter(count) {
    let left = count;
    setGrant(() => {
      if (left === 0) throw new RangeError('Array buffer allocation failed');
      if (left > 0) left -= 1;
    });
  },
};

/** Every engine and build. */
export const regionCases: readonly RegionCase[] = [
  { name: 'wasm release', open: (options) => defined(openWasmRegion(release, options)) },
  {
    name: 'wasm release, no builtins',
    open: (options) => defined(openWasmRegion(withoutBuiltins, options)),
  },
  debugCase,
  jsCase,
];

/** Those that refuse memory on request. */
export const scarceCases: readonly RegionCase[] = [debugCase, jsCase];

/** Lets the clock of the latest region of the debug build start later. */
export function startClock(region: Region, clock: number): void {
  latest?.startClock(region.store, clock);
}
