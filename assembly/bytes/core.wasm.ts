// The core of bytes in WebAssembly: the interface of both engines, and nothing else.

export * from './index.js';
