// What the package weighs, as test/pack/sizes.mjs measures it for README.md.

import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ownPackage } from './packages.js';
import type { SizeResult } from './results.js';

interface Sizes {
  measureSizes(folder: string): Promise<{ readonly ours: number }>;
}

/** Weighs what `npm run build` made. */
export async function measureSizes(): Promise<SizeResult> {
  const at = (file: string): URL => new URL(file, ownPackage.root);
  const { measureSizes: weigh } = (await import(at('test/pack/sizes.mjs').href)) as Sizes;
  const { ours } = await weigh(fileURLToPath(ownPackage.root));
  return { core: statSync(at('dist/core.wasm')).size, bundle: ours };
}
