// Builds a server with Nitro, under Nuxt's hood: `nitro.mjs PROJECT HANDLER PRESET FOLDER [wasm]`.
//
// `wasm` turns on what Nitro calls `experimental.wasm`, without which it imports no .wasm files.

import { join } from 'node:path';
import { build, copyPublicAssets, createNitro, prepare } from 'nitropack/core';

const [project, handler, preset, folder, wasm] = process.argv.slice(2);
const dir = join(project, folder);
const nitro = await createNitro({
  rootDir: project,
  preset,
  compatibilityDate: '2026-11-17',
  scanDirs: [],
  logLevel: 1,
  minify: false,
  sourceMap: false,
  buildDir: join(project, `${folder}.build`),
  output: { dir, serverDir: join(dir, 'server'), publicDir: join(dir, 'public') },
  handlers: [{ route: '/', handler: join(project, handler) }],
  typescript: { generateTsConfig: false },
  experimental: { wasm: wasm === 'wasm' },
});
await prepare(nitro);
await copyPublicAssets(nitro);
await build(nitro);
await nitro.close();
