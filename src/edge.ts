// The public names of `wasm-lru/edge`, which are those of `wasm-lru`. Importing it passes the core
// to the package, as a file that the tools of the host have compiled.
//
// Hosts at the edge do not compile WebAssembly in a request. With `?module`, their tools import a
// compiled file: wrangler, Cloudflare's plug-ins for Vite and Vitest, Next.js, and Nitro. If
// another tool makes something else of it, the result is ignored, since an import must not fail.

import core from './core.wasm?module';
import { provideCore } from './index.js';

try {
  provideCore(core);
} catch {
  // The package works as it would without this file.
}

export * from './index.js';
