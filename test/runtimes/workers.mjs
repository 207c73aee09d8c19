// The edge: workerd, old and new, and the VM of Vercel's edge runtime.
//
// Both compile no bytes in a request, so the package has entries for them that import the compiled
// core. esbuild bundles for workerd as wrangler does, under the same conditions.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, output, tool, whileRunning } from './execute.mjs';

const POLL_MS = 50;

async function bundleWorker({ project, folder, entry, isFirstAtTop }) {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: project,
    entryPoints: ['worker.mjs'],
    outdir: folder,
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    alias: { 'wasm-lru': entry },
    loader: { '.wasm': 'copy' },
    define: { 'globalThis.isFirstAtTop': `${isFirstAtTop}` },
    logLevel: 'error',
  });
}

/** workerd's configuration: the bundle, and the .wasm file beside it if there is one. */
function configOf(files, date, port) {
  const modules = files.map((file) => {
    const kind = file.endsWith('.wasm') ? 'wasm' : 'esModule';
    return `(name = "${file}", ${kind} = embed "${file}")`;
  });
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  compatibilityDate = "${date}",
);
`;
}

async function firstAnswer(url) {
  for (;;) {
    try {
      return await fetch(url);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/** The version of workerd: the day it was built on, which is its newest compatibility date. */
export async function workerdDate() {
  return (await output(tool('workerd'), ['--version'])).replace('workerd ', '');
}

/** Runs the conformance test in workerd. */
export async function inWorkerd({ project, name, entry, date, isFirstAtTop }) {
  const folder = join(project, name);
  await bundleWorker({ project, folder, entry, isFirstAtTop });
  const port = await freePort();
  const files = readdirSync(folder).sort((a) => (a === 'worker.js' ? -1 : 1));
  writeFileSync(join(folder, 'config.capnp'), configOf(files, date, port));
  const args = ['serve', join(folder, 'config.capnp')];
  return whileRunning(tool('workerd'), args, async () => {
    const answer = await firstAnswer(`http://127.0.0.1:${port}/`);
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return JSON.parse(text);
  });
}

/** Runs the conformance test in Vercel's VM, which is told to compile nothing, as at Vercel. */
export async function inEdgeVm({ project, entry }) {
  const { build } = await import('esbuild');
  const { EdgeVM } = await import('@edge-runtime/vm');
  // What Vercel's builder does with `?module`: the module is compiled outside.
  const compiled = {
    name: 'compiled',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'compiled' }));
      onLoad({ filter: /.*/, namespace: 'compiled' }, () => ({
        contents: 'export default globalThis.compiledCore',
      }));
    },
  };
  const { outputFiles } = await build({
    absWorkingDir: project,
    entryPoints: ['bundled.mjs'],
    bundle: true,
    write: false,
    format: 'iife',
    conditions: ['edge-light', 'browser'],
    alias: { 'wasm-lru': entry },
    plugins: [compiled],
  });
  const core = readFileSync(join(project, 'node_modules/wasm-lru/dist/core.wasm'));
  const vm = new EdgeVM({ codeGeneration: { strings: false, wasm: false } });
  vm.context.compiledCore = new WebAssembly.Module(core);
  return new Promise((resolve, reject) => {
    const began = performance.now();
    vm.context.report = (report) => {
      resolve({ ...report, firstGetMs: vm.context.firstGetAt - began });
    };
    try {
      vm.evaluate(outputFiles[0].text);
    } catch (error) {
      reject(error);
    }
  });
}
