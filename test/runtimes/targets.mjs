// Where the package is tried: each way to load it in each runtime, and what must come of it there.
//
// A target has `runtime` and `by` (how the package gets there), `engine` and `inWasm` (which engine
// and where strings are hashed), `version()` and `run(project)`, whose result is the report of
// project/conformance.mjs.

import { join } from 'node:path';
import { browserVersion, inBrowser } from './browsers.mjs';
import { inBundle, inJest, versionOf } from './bundles.mjs';
import { existing, output, report, TOOLS, tool } from './execute.mjs';
import { inEdgeVm, inWorkerd, workerdDate } from './workers.mjs';

/** Before js-string builtins and FinalizationRegistry, and before it let wasm compile at all. */
const OLD_DATE = '2023-08-01';

const nodeProgram = (major) => existing(join(TOOLS, `node-${major}/bin/node`));

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
    return report(nodeProgram(24), [...flags, join(project, 'main.mjs'), entry]);
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

const newest = { runtime: 'workerd', version: workerdDate, date: workerdDate };
const oldest = { runtime: 'workerd', version: async () => OLD_DATE, date: async () => OLD_DATE };

const workerd = [newest, oldest].flatMap(({ runtime, version, date }) => {
  const target = (by, engine, entry, isFirstAtTop) => ({
    ...{ runtime, by, engine, inWasm: false, version },
    async run(project) {
      const name = `worker ${await date()} ${by}`.replace(/\W+/g, '-');
      return inWorkerd({ project, name, entry, date: await date(), isFirstAtTop });
    },
  });
  return [
    target('first in a request', 'wasm', 'wasm-lru', false),
    target('first at top level', 'wasm', 'wasm-lru', true),
    target('/inline, first in a request', 'pure', 'wasm-lru/inline', false),
  ];
});

const edge = ['wasm-lru', 'wasm-lru/inline'].map((entry) => ({
  runtime: 'Vercel edge VM',
  by: entry === 'wasm-lru' ? '?module' : '/inline',
  engine: entry === 'wasm-lru' ? 'wasm' : 'pure',
  inWasm: false,
  version: async () => versionOf('@edge-runtime/vm'),
  run: (project) => inEdgeVm({ project, entry }),
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

const bundled = ['esbuild', 'Vite', 'webpack', 'Rollup'].map((bundler) => ({
  ...{ runtime: bundler, by: `bundle in Node ${ownMajor}`, engine: 'wasm', inWasm: isNewNode },
  version: async () => versionOf(bundler.toLowerCase()),
  run: (project) => inBundle({ project, bundler }),
}));

const jest = {
  ...{ runtime: 'Jest', by: `require in Node ${ownMajor}`, engine: 'wasm', inWasm: isNewNode },
  version: async () => versionOf('jest'),
  run: (project) => inJest({ project }),
};

/** Every target, in the order of the table. */
export const TARGETS = [
  ...[20, 22, 24, 26].flatMap(nodeTargets),
  ...pureNode,
  deno,
  ...bun,
  ...workerd,
  ...edge,
  ...browsers,
  ...bundled,
  jest,
];
