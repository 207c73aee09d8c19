// Where the package is tried: each way to load it in each runtime, and what must come of it there.
//
// A target has `runtime` and `by` (how the package gets there), `engine` and `inWasm` (which engine
// and where strings are hashed), `version()` and `run(project)`, whose result is the report of
// project/conformance.mjs.

import { join } from 'node:path';
import { browserVersion, inBrowser } from './browsers.mjs';
import { inBundle, inJest, versionOf } from './bundles.mjs';
import { NEWER, nodeProgram, output, report, tool } from './execute.mjs';
import { inEdgeVm, inNitroForVercel, inVitest, inWorkerd, workerdDate } from './workers.mjs';

/** Before js-string builtins and FinalizationRegistry, and before it let wasm compile at all. */
const OLD_DATE = '2023-08-01';

function nodeTargets(major) {
  const runtime = `Node ${major}`;
  const inWasm = major >= 22;
  const version = async () => (await output(nodeProgram(major), ['--version'])).slice(1);
  const program = (by, file, ...args) => ({
    ...{ runtime, by, engine: 'wasm', inWasm, version },
    run: (project) => report(nodeProgram(major), [join(project, file), ...args]),
  });
  return [program('import', 'main.mjs'), program('require', 'main.cjs')];
}

/** Where nothing is compiled: by a flag, and by an entry without a core. */
const pureNode = ['wasm-lru', 'wasm-lru/pure'].map((entry) => ({
  runtime: 'Node 24',
  by: entry === 'wasm-lru' ? '--jitless' : '/pure',
  engine: 'pure',
  inWasm: false,
  version: async () => (await output(nodeProgram(24), ['--version'])).slice(1),
  run: (project) => {
    const flags = entry === 'wasm-lru' ? ['--jitless'] : [];
    return report(nodeProgram(24), [...flags, join(project, 'main.mjs'), entry, entry]);
  },
}));

const deno = {
  ...{ runtime: 'Deno', by: 'import', engine: 'wasm', inWasm: true },
  version: async () => (await output(tool('deno'), ['--version'])).match(/deno (\S+)/)[1],
  run: (project) => report(tool('deno'), ['run', join(project, 'main.mjs')], { cwd: project }),
};

const bun = ['import', 'require'].map((by) => ({
  // JavaScriptCore has the builtins, but reads strings faster without them.
  ...{ runtime: 'Bun', by, engine: 'wasm', inWasm: false },
  version: () => output(tool('bun'), ['--version']),
  run: (project) => report(tool('bun'), [join(project, by === 'import' ? 'main.mjs' : 'main.cjs')]),
}));

const newest = { version: workerdDate, date: workerdDate };
const oldest = { version: async () => OLD_DATE, date: async () => OLD_DATE };

/** The package as it is, built as wrangler does, and with its core as wrangler has compiled it. */
const workerd = [newest, oldest].flatMap(({ version, date }) => {
  const compilesAtTop = date === workerdDate;
  const target = (by, engine, entry, isFirstAtTop) => ({
    ...{ runtime: 'workerd', by, engine, version },
    // What it compiles itself has the builtins, what is compiled before has not.
    inWasm: engine === 'wasm' && entry === 'wasm-lru',
    async run(project) {
      const name = `worker ${by}`.replace(/\W+/g, '-');
      const builder = entry === 'wasm-lru' ? 'esbuild' : 'wrangler';
      return inWorkerd({ project, name, builder, entry, date: await date(), isFirstAtTop });
    },
  });
  return [
    target('first in a request', 'pure', 'wasm-lru', false),
    target('first at top level', compilesAtTop ? 'wasm' : 'pure', 'wasm-lru', true),
    target('/edge, first in a request', 'wasm', 'wasm-lru/edge', false),
    target('/edge, first at top level', 'wasm', 'wasm-lru/edge', true),
  ];
});

const edge = ['wasm-lru', 'wasm-lru/edge'].map((entry) => ({
  runtime: 'Vercel edge VM',
  by: entry === 'wasm-lru' ? 'bundle' : '/edge',
  engine: entry === 'wasm-lru' ? 'pure' : 'wasm',
  inWasm: false,
  version: async () => versionOf('@edge-runtime/vm'),
  run: (project) => inEdgeVm({ project, entry }),
}));

const nitroVersion = async () => versionOf('nitropack', join(NEWER, 'node_modules'));

const nitro = ['wasm-lru', 'wasm-lru/edge'].map((entry) => ({
  runtime: 'Nitro',
  by: entry === 'wasm-lru' ? 'cloudflare-module' : 'cloudflare-module, /edge',
  engine: entry === 'wasm-lru' ? 'pure' : 'wasm',
  inWasm: false,
  version: nitroVersion,
  async run(project) {
    const name = entry.replace('wasm-lru', 'nitro').replace('/', '-');
    const date = await workerdDate();
    return inWorkerd({ project, name, builder: 'nitro', entry, date, isFirstAtTop: false });
  },
}));

const vitest = ['wasm-lru', 'wasm-lru/edge'].map((entry) => ({
  runtime: "Cloudflare's Vitest",
  by: entry === 'wasm-lru' ? 'import' : '/edge',
  engine: entry === 'wasm-lru' ? 'pure' : 'wasm',
  inWasm: false,
  version: async () => versionOf('@cloudflare/vitest-plugin', join(NEWER, 'node_modules')),
  run: (project) => inVitest({ project, entry }),
}));

const browsers = ['Chromium', 'Firefox'].flatMap((browser) => {
  const target = (by, path, engine) => ({
    ...{ runtime: browser, by, engine, inWasm: engine === 'wasm' },
    version: () => browserVersion(browser),
    run: (project) => inBrowser({ project, browser, path }),
  });
  return [
    target('unbundled', '/plain', 'wasm'),
    target("CSP 'wasm-unsafe-eval'", '/granted', 'wasm'),
    target('CSP without it', '/refused', 'pure'),
  ];
});

// The bundles and Jest run on the Node of this process, whichever it is.
const ownMajor = Number.parseInt(process.versions.node, 10);
const isNewNode = ownMajor >= 22;

const bundled = [
  ['esbuild', 'bundle', 'esbuild'],
  ['Vite', 'bundle', 'vite'],
  ['Vite', 'SSR for web workers', 'vite-ssr'],
  ['webpack', 'bundle', 'webpack'],
  ['webpack', 'conditions of the edge', 'webpack-edge'],
  ['Rollup', 'bundle', 'rollup'],
  ['Parcel', 'bundle', 'parcel'],
  ['metro', 'bundle', 'metro-exports'],
  ['metro', 'bundle, exports not read', 'metro-files'],
].map(([runtime, by, bundler]) => {
  const isNewer = ['Parcel', 'metro'].includes(runtime);
  const name = { Parcel: '@parcel/core' }[runtime] ?? runtime.toLowerCase();
  return {
    ...{ runtime, by: `${by}, in Node ${ownMajor}`, engine: 'wasm', inWasm: isNewNode },
    version: async () => versionOf(name, isNewer ? join(NEWER, 'node_modules') : undefined),
    run: (project) => inBundle({ project, bundler }),
  };
});

const nitroForVercel = {
  ...{ runtime: 'Nitro', by: `vercel-edge, in Node ${ownMajor}` },
  ...{ engine: 'wasm', inWasm: isNewNode, version: nitroVersion },
  run: (project) => inNitroForVercel({ project }),
};

const jest = ['node', '@edge-runtime/jest-environment'].map((environment) => ({
  runtime: 'Jest',
  by: environment === 'node' ? `require, in Node ${ownMajor}` : environment,
  engine: 'wasm',
  inWasm: isNewNode,
  version: async () => versionOf('jest'),
  run: (project) => inJest({ project, environment }),
}));

/** Every target, in the order of the table. */
export const TARGETS = [
  ...[20, 22, 24, 26].flatMap(nodeTargets),
  ...pureNode,
  deno,
  ...bun,
  ...workerd,
  ...edge,
  ...nitro,
  ...vitest,
  ...browsers,
  ...bundled,
  nitroForVercel,
  ...jest,
];
