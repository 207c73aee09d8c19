// The conformance test of SharedLRU as a program: `shared-main.mjs [ENTRY]`, in Node, Deno and Bun.
// The report goes to standard output, as JSON.

import { Worker } from 'node:worker_threads';
import { alone, conformance } from './shared.mjs';

const args = globalThis.Deno?.args ?? globalThis.process.argv.slice(2);
const { SharedLRU } = await import('wasm-lru/shared');

function start() {
  const worker = new Worker(new URL('shared-thread.mjs', import.meta.url));
  return {
    worker,
    post: (message) => worker.postMessage(message),
    listen: (listener) => void worker.on('message', listener),
    fail: (listener) => void worker.on('error', listener),
    terminate: () => worker.terminate(),
  };
}

const host = { SharedLRU, entry: 'wasm-lru/shared', start, mayWait: true, tellsOfDeath: true };
const report = args.includes('alone') ? alone(SharedLRU) : await conformance(host);
console.log(JSON.stringify(report));
