// The edge: workerd, old and new, what builds for it, and the VM of Vercel's edge runtime.
//
// Both compile no bytes in a request: the package is on the pure engine there, and where it has
// its core from `wasm-lru/edge`, on the wasm engine.

import {
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { extname, join } from 'node:path';
import {
  existing,
  freePort,
  NEWER,
  newer,
  output,
  report,
  tool,
  whileRunning,
} from './execute.mjs';

const POLL_MS = 50;
/** When a load of requests.mjs is overdue, and how long one may be waited for. */
const OVERDUE_MS = 500;
const JOIN_MS = 20_000;

/** Copies a program of the project that has the class from another entry; returns its name. */
function withEntry(project, file, entry) {
  if (entry === 'wasm-lru') return file;
  const name = file.replace('.', `-${entry.replace(/\W+/g, '-')}.`);
  const text = readFileSync(join(project, file), 'utf8');
  const own = text.replace(/(import \{ LRUCache \} from) 'wasm-lru'/, `$1 '${entry}'`);
  writeFileSync(join(project, name), own);
  return name;
}

/** Writes the configuration that Cloudflare's tools read for a worker; returns the path. */
function writeWrangler(project, main) {
  const settings = { name: 'conformance', main, compatibility_date: '2026-10-01' };
  const file = join(project, `${main}.json`);
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

/** What makes a worker of a program: files of a folder of the project. */
const BUILDERS = {
  async esbuild({ project, folder, main, entry, isFirstAtTop }) {
    const { build } = await import('esbuild');
    await build({
      absWorkingDir: project,
      entryPoints: [withEntry(project, main, entry)],
      outfile: join(project, folder, 'worker.js'),
      bundle: true,
      format: 'esm',
      conditions: ['workerd', 'worker', 'browser'],
      define: { 'globalThis.isFirstAtTop': `${isFirstAtTop}` },
      logLevel: 'error',
    });
  },

  async wrangler({ project, folder, main, entry, isFirstAtTop }) {
    const config = writeWrangler(project, withEntry(project, main, entry));
    const define = `globalThis.isFirstAtTop:${isFirstAtTop}`;
    const args = [
      'deploy',
      '--dry-run',
      '--config',
      config,
      '--outdir',
      folder,
      '--define',
      define,
    ];
    await newer('node_modules/wrangler/bin/wrangler.js', args, { cwd: project });
  },

  async nitro({ project, folder, entry }) {
    const handler = withEntry(project, 'handler.mjs', entry);
    const wasm = entry === 'wasm-lru/edge' ? ['wasm'] : [];
    await newer('nitro.mjs', [project, handler, 'cloudflare-module', folder, ...wasm]);
  },
};

/** The builds that were begun, by their folders: the runs at each date share one. */
const builds = new Map();

function buildOnce({ builder, ...rest }) {
  if (!builds.has(rest.folder)) builds.set(rest.folder, BUILDERS[builder](rest));
  return builds.get(rest.folder);
}

const KINDS = { '.wasm': 'wasm', '.js': 'esModule', '.mjs': 'esModule' };

/** The modules in a folder, the one to start first. */
function modulesIn(folder) {
  const isMain = (file) => /^(worker(-.*)?\.js|index\.mjs)$/.test(file);
  return readdirSync(folder, { recursive: true })
    .filter((file) => extname(file) in KINDS)
    .sort((a, b) => isMain(b) - isMain(a));
}

/** workerd's configuration: the worker's modules, by their names. */
function configOf(files, date, port) {
  const modules = files.map(
    (file) => `(name = "${file}", ${KINDS[extname(file)]} = embed "${file}")`,
  );
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

/** Has a load die with its request, and another request ask for it; returns what went wrong. */
async function overRequests(port) {
  const ask = async (path) => {
    const signal = AbortSignal.timeout(JOIN_MS);
    return (await fetch(`http://127.0.0.1:${port}${path}`, { signal })).text();
  };
  const said = [await ask('/begin')];
  // Longer than the `loadTimeout` of requests.mjs.
  await new Promise((resolve) => setTimeout(resolve, OVERDUE_MS));
  try {
    said.push(await ask('/join'));
  } catch (error) {
    said.push(`${error}`);
  }
  return said.join() === 'begun,load 2' ? [] : [`over requests, it said ${said}`];
}

/** The version of workerd: the day it was built on, which is its newest compatibility date. */
export async function workerdDate() {
  return (await output(tool('workerd'), ['--version'])).replace('workerd ', '');
}

/** Runs a conformance test in workerd, as a builder made it: that of LRUCache, or of `main`. */
export async function inWorkerd(target) {
  const { project, name, builder, date, main = 'worker.mjs', entry = 'wasm-lru' } = target;
  const { isFirstAtTop } = target;
  await buildOnce({ project, folder: name, builder, main, entry, isFirstAtTop });
  const folder = join(project, name, builder === 'nitro' ? 'server' : '');
  const port = await freePort();
  const config = join(folder, `config-${date}.capnp`);
  writeFileSync(config, configOf(modulesIn(folder), date, port));
  const log = join(folder, `log-${date}.txt`);
  const stdio = ['ignore', openSync(log, 'w'), openSync(log, 'a')];
  const ask = async () => {
    const answer = await firstAnswer(`http://127.0.0.1:${port}/`);
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    const report = JSON.parse(text);
    const said = readFileSync(log, 'utf8');
    if (said !== '') report.failures.push(`was not silent: ${said}`);
    // From here on workerd warns, of the dead request. Other workers have the report only.
    if (builder !== 'nitro' && main === 'worker.mjs')
      report.failures.push(...(await overRequests(port)));
    return report;
  };
  return whileRunning(tool('workerd'), ['serve', config], ask, { stdio });
}

/** Runs the conformance test in Node, as Nitro builds it for Vercel's edge. */
export async function inNitroForVercel({ project }) {
  await newer('nitro.mjs', [project, 'handler.mjs', 'vercel-edge', 'vercel']);
  return report(process.execPath, [join(project, 'handler-host.mjs')]);
}

/** Runs the conformance test in workerd, under Vitest with Cloudflare's plug-in. */
export async function inVitest({ project, entry }) {
  const file = withEntry(project, 'vitest.test.mjs', entry);
  // The plug-in looks for Vitest where the project is.
  const vitest = join(project, 'node_modules/vitest');
  if (!existsSync(vitest)) symlinkSync(existing(join(NEWER, 'node_modules/vitest')), vitest);
  const args = ['run', '--config', 'vitest.config.mjs', '--reporter', 'verbose', file];
  const env = { PROJECT: project, WRANGLER: writeWrangler(project, file) };
  const printed = await newer('node_modules/vitest/vitest.mjs', args, { env });
  return JSON.parse(printed.match(/\{"engine.*\}/)[0]);
}

/** Runs the conformance test in Vercel's VM, which is told to compile nothing, as at Vercel. */
export async function inEdgeVm({ project, main = 'bundled.mjs', entry = 'wasm-lru' }) {
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
    entryPoints: [withEntry(project, main, entry)],
    bundle: true,
    write: false,
    format: 'iife',
    conditions: ['edge-light', 'browser'],
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
