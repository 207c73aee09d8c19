// The conformance test as a program that is bundled, with the package and all its entries in it.
// lru-cache is the control: what bundles it has to bundle us.

import { LRUCache as Control } from 'lru-cache';
import { LRUCache } from 'wasm-lru';
import { memoize } from 'wasm-lru/memoize';
import { LRUCache as Pure } from 'wasm-lru/pure';
import { memoize as memoizePure } from 'wasm-lru/pure/memoize';
import { WriteThroughCache as PureThrough } from 'wasm-lru/pure/stores';
import { WriteThroughCache } from 'wasm-lru/stores';
import { conformance, failuresOf, firstGet } from './conformance.mjs';

async function run() {
  const report = await conformance(LRUCache, { memoize, WriteThroughCache });
  const others = { memoize: memoizePure, WriteThroughCache: PureThrough };
  for (const failure of await failuresOf(Pure, others)) report.failures.push(`pure: ${failure}`);
  if (firstGet(Control) !== 1) report.failures.push('lru-cache does not work');
  return report;
}

firstGet(LRUCache);
globalThis.firstGetAt = performance.now();
run().then((report) => globalThis.report(report));
