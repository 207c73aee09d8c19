// The public names of `wasm-lru/edge`, which are those of `wasm-lru`. Importing it gives the core
// to the package, as a file that the tools of the host have compiled.
//
// Hosts at the edge compile no bytes in a request. `?module` is how their tools are asked for a
// compiled file: wrangler, Cloudflare's plug-ins for Vite and Vitest, Next.js, and Nitro. What
// others make of it is not used, since an import must not fail.

import core from './core.wasm?module';
import { provideCore } from './index.js';

try {
  provideCore(core);
} catch {
  // The package goes on as it would without this file.
}

export * from './index.js';
