// The conformance test as a program: `main.mjs [ENTRY]`, in Node, Deno and Bun, by `import`.
// The report goes to standard output, as JSON.

import { conformance, firstGet } from './conformance.mjs';

const entry = (globalThis.Deno?.args ?? globalThis.process.argv.slice(2))[0] ?? 'wasm-lru';
const began = performance.now();
const { LRUCache } = await import(entry);
firstGet(LRUCache);
const firstGetMs = performance.now() - began;
console.log(JSON.stringify({ ...(await conformance(LRUCache)), firstGetMs }));
