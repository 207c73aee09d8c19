// The test of shared-web.mjs as a program, in Deno and Bun. The report goes to standard output, as
// JSON.

import { report } from './shared-web.mjs';

console.log(JSON.stringify(await report('wasm-lru/shared', true, false)));
globalThis.process.exit();
