// The debug build of the core of shared caches: the same functions, with asserts.

export * from './core.js';
