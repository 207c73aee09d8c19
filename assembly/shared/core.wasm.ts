// The core of shared caches in WebAssembly: the interface, and nothing else.

export * from './index.js';
