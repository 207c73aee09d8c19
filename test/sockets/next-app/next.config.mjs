// An app for Next, which keeps all that it caches in our handlers.

import { fileURLToPath } from 'node:url';

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

export default {
  distDir: 'build',
  cacheComponents: true,
  partialPrefetching: true,
  cacheHandler: path('incremental-handler.mjs'),
  cacheHandlers: { default: path('use-cache-handler.mjs') },
  cacheMaxMemorySize: 0,
  // The nearest tsconfig.json is that of the tests, and what it extends has to be below.
  turbopack: { root: path('../../..') },
};
