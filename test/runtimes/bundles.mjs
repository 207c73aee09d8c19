// Bundlers, each as its users have it by default, and Jest with CommonJS.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { existing, output, report, TOOLS } from './execute.mjs';

const requireTool = createRequire(import.meta.url);

/** What each bundler makes of bundled.mjs: one file, for browsers. */
const BUNDLERS = {
  async esbuild(input, file) {
    const { build } = await import('esbuild');
    await build({ entryPoints: [input], outfile: file, bundle: true, format: 'esm' });
  },

  async Rollup(input, file) {
    const { rollup } = await import('rollup');
    const { nodeResolve } = await import('@rollup/plugin-node-resolve');
    const bundle = await rollup({ input, plugins: [nodeResolve({ browser: true })] });
    await bundle.write({ file, format: 'es' });
  },

  async Vite(input, file, project) {
    const { build } = await import('vite');
    const output = { entryFileNames: file.slice(project.length + 1) };
    await build({
      root: project,
      configFile: false,
      logLevel: 'error',
      build: { outDir: project, emptyOutDir: false, rollupOptions: { input, output } },
    });
  },

  async webpack(input, file, project) {
    const webpack = requireTool('webpack');
    const output = { path: project, filename: file.slice(project.length + 1) };
    const settings = { mode: 'production', context: project, entry: input, output };
    const stats = await promisify(webpack)(settings);
    if (stats.hasErrors()) throw new Error(stats.toString({ colors: false }));
  },
};

/** The version of a package that is installed for this test. */
export function versionOf(name) {
  return JSON.parse(readFileSync(existing(join(TOOLS, name, 'package.json')), 'utf8')).version;
}

/** Bundles the conformance test, and runs the bundle. */
export async function inBundle({ project, bundler }) {
  const file = join(project, `bundle-${bundler}.mjs`);
  await BUNDLERS[bundler](join(project, 'bundled.mjs'), file, project);
  return report(process.execPath, [join(project, 'bundle-host.mjs'), file]);
}

/** Runs the conformance test under Jest. */
export async function inJest({ project }) {
  const config = { rootDir: project, testMatch: ['**/jest.test.cjs'], transform: {} };
  const jest = existing(join(TOOLS, 'jest/bin/jest.js'));
  const args = ['--config', JSON.stringify(config), '--watchman=false'];
  await output(process.execPath, [jest, ...args], { cwd: project });
  return JSON.parse(readFileSync(join(project, 'jest-report.json'), 'utf8'));
}

/** Writes the CommonJS twin of the conformance test. */
export async function writeCommonJs(project) {
  const { transform } = await import('esbuild');
  const source = readFileSync(join(project, 'conformance.mjs'), 'utf8');
  const { code } = await transform(source, { format: 'cjs' });
  writeFileSync(join(project, 'conformance.cjs'), code);
}
