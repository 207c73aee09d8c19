// Vitest with Cloudflare's plug-in, by which tests run in workerd, on the project in PROJECT and
// the worker that WRANGLER describes.

import { join } from 'node:path';
import { cloudflareTest } from '@cloudflare/vitest-plugin';

const { PROJECT: root, WRANGLER: configPath } = process.env;

export default {
  root,
  cacheDir: join(root, `vitest-${process.pid}`),
  plugins: [cloudflareTest({ wrangler: { configPath } })],
  test: { include: ['vitest*.test.mjs'], testTimeout: 300_000 },
};
