// The conformance test as a program that is bundled, with the package in it.

import { LRUCache } from 'wasm-lru';
import { conformance, firstGet } from './conformance.mjs';

firstGet(LRUCache);
globalThis.firstGetAt = performance.now();
conformance(LRUCache).then((report) => globalThis.report(report));
