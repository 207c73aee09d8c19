// Fills a cache with keys of one family and reads them back, in a process of its own.
//
// Arguments: the place of the family, and `hostile` or `random`. Prints ns per set and per get of
// a pass over 2^17 keys, from the empty cache: what a rehash costs is in it. The keys are flat
// and their hashes not known to V8.

import { coreHex } from '../src/core.generated.js';
import { SharedEngine } from '../src/engine/lifetime.js';
import { compileCore, createWasmEngine } from '../src/engine/wasm.js';
import { LRUCache } from '../src/index.js';
import type { EngineKind } from '../src/types.js';
import { Failure } from './failure.js';
import { HOSTILE_COUNT, hostileFamilies, SEED_KNOWN } from './hostile-keys.js';
import { medianOf } from './median.js';

/** Passes that only warm up the code, and passes that count. */
const PASSES = { warmup: 6, counted: 5 };

/** What one process measured. */
export interface HostileSample {
  readonly setNs: number;
  readonly getNs: number;
}

const [place, kind] = process.argv.slice(2);
const family = hostileFamilies[Number(place)];
if (family === undefined) throw new Failure(`no family ${place}`);
const keyAt = kind === 'hostile' ? family.keyAt : family.randomAt;
const core = compileCore(Uint8Array.from(Buffer.from(coreHex, 'hex')));
const shared = new SharedEngine(createWasmEngine(core, { seed: SEED_KNOWN }));
const keys = Array.from({ length: HOSTILE_COUNT }, (_, i) => keyAt(i));

function pass(): HostileSample {
  // An engine object is accepted where its name is, for tests and for this.
  const engine = shared as unknown as EngineKind;
  const cache = new LRUCache<number | string, number>({ max: HOSTILE_COUNT, engine });
  globalThis.gc?.();
  const started = performance.now();
  for (let i = 0; i < keys.length; i++) cache.set(keys[i] as number | string, i);
  const filled = performance.now();
  let found = 0;
  for (let i = 0; i < keys.length; i++) if (cache.get(keys[i] as number | string) === i) found += 1;
  const ended = performance.now();
  // A NaN or two among the floats are one key.
  if (found < cache.size * 0.99) throw new Failure(`found ${found} of ${cache.size} keys`);
  cache[Symbol.dispose]();
  const nsPerKey = 1e6 / HOSTILE_COUNT;
  return { setNs: (filled - started) * nsPerKey, getNs: (ended - filled) * nsPerKey };
}

for (let i = 0; i < PASSES.warmup; i++) pass();
const samples = Array.from({ length: PASSES.counted }, pass);
const result: HostileSample = {
  setNs: medianOf(samples.map(({ setNs }) => setNs)),
  getNs: medianOf(samples.map(({ getNs }) => getNs)),
};
process.stdout.write(JSON.stringify(result));
