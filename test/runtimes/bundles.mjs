// Bundlers, each as its users have it by default or for the edge, and Jest with CommonJS.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { existing, newer, output, report, TOOLS } from './execute.mjs';

const requireTool = createRequire(import.meta.url);

/** What those who build for the edge have, all at once, as Nitro does. */
const EDGE_CONDITIONS = ['workerd', 'edge-light', 'worker', 'browser'];

const ENTRY = 'bundled.mjs';

async function buildWithVite(project, settings) {
  const { build } = await import('vite');
  await build({ root: project, configFile: false, logLevel: 'error', ...settings });
}

async function buildWithWebpack(project, filename, settings) {
  const webpack = requireTool('webpack');
  const output = { path: project, filename };
  const entry = join(project, ENTRY);
  const stats = await promisify(webpack)({
    ...{ mode: 'production', context: project, entry, output },
    ...settings,
  });
  if (stats.hasErrors()) throw new Error(stats.toString({ colors: false }));
}

async function buildWithMetro(project, file, resolution) {
  await newer('metro.mjs', [project, ENTRY, file, resolution]);
}

/** What makes one file of bundled.mjs, by a name, and returns where it put it in the project. */
const BUNDLERS = {
  async esbuild(project, file) {
    const { build } = await import('esbuild');
    const input = join(project, ENTRY);
    const options = { bundle: true, format: 'esm', logLevel: 'error' };
    await build({ entryPoints: [input], outfile: join(project, file), ...options });
  },

  async rollup(project, file) {
    const { rollup } = await import('rollup');
    const { nodeResolve } = await import('@rollup/plugin-node-resolve');
    const plugins = [nodeResolve({ browser: true })];
    const bundle = await rollup({ input: join(project, ENTRY), plugins });
    await bundle.write({ file: join(project, file), format: 'es' });
  },

  async vite(project, file) {
    const output = { entryFileNames: file };
    const input = join(project, ENTRY);
    const build = { outDir: project, emptyOutDir: false, rollupOptions: { input, output } };
    await buildWithVite(project, { build });
  },

  async 'vite-ssr'(project, file) {
    const rollupOptions = { output: { entryFileNames: file } };
    const build = { ssr: join(project, ENTRY), outDir: project, emptyOutDir: false };
    const resolve = { conditions: EDGE_CONDITIONS };
    const ssr = { target: 'webworker', noExternal: true, resolve };
    await buildWithVite(project, { build: { ...build, rollupOptions }, ssr });
  },

  webpack: (project, file) => buildWithWebpack(project, file, {}),

  'webpack-edge': (project, file) => {
    const conditionNames = [...EDGE_CONDITIONS, 'import', 'require', '...'];
    return buildWithWebpack(project, file, { target: 'webworker', resolve: { conditionNames } });
  },

  async parcel(project) {
    await newer('parcel.mjs', [project, ENTRY, 'parcel']);
    return 'parcel/bundled.js';
  },

  'metro-exports': (project, file) => buildWithMetro(project, file, 'exports'),

  'metro-files': (project, file) => buildWithMetro(project, file, 'files'),
};

/** The version of a package that is installed for this test, here or in newer/. */
export function versionOf(name, tools = TOOLS) {
  return JSON.parse(readFileSync(existing(join(tools, name, 'package.json')), 'utf8')).version;
}

/** Bundles the conformance test, and runs the bundle. */
export async function inBundle({ project, bundler }) {
  const own = `bundle-${bundler}.mjs`;
  const file = (await BUNDLERS[bundler](project, own)) ?? own;
  return report(process.execPath, [join(project, 'bundle-host.mjs'), join(project, file)]);
}

/** Runs the conformance test under Jest, in Node's realm or another environment. */
export async function inJest({ project, environment = 'node' }) {
  const testEnvironment = environment === 'node' ? environment : join(TOOLS, environment);
  // Not every environment has a process, but a relative path leads to where it was started.
  const cwd = join(project, `jest-${environment.replace(/\W+/g, '-')}`);
  mkdirSync(cwd);
  const config = { rootDir: project, testMatch: ['**/jest.test.cjs'], transform: {} };
  const jest = existing(join(TOOLS, 'jest/bin/jest.js'));
  const args = ['--config', JSON.stringify({ ...config, testEnvironment }), '--watchman=false'];
  await output(process.execPath, [jest, ...args], { cwd });
  return JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'));
}

/** Puts lru-cache beside the package: the control of what is bundled. */
export function addControl(project) {
  const installed = fileURLToPath(new URL('../../node_modules/lru-cache', import.meta.url));
  cpSync(installed, join(project, 'node_modules/lru-cache'), { recursive: true });
}

/** Writes the CommonJS twin of the conformance test. */
export async function writeCommonJs(project) {
  const { transform } = await import('esbuild');
  const source = readFileSync(join(project, 'conformance.mjs'), 'utf8');
  const { code } = await transform(source, { format: 'cjs' });
  writeFileSync(join(project, 'conformance.cjs'), code);
}
