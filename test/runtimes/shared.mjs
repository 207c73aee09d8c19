// Where SharedLRU is tried: with which threads, and what must come of it there.
//
// A target has `runtime` and `by` (whose threads, or how the package gets there), `outcome`
// ('shared', 'alone' where there are no other threads, or the code of the error that the
// constructor throws), `version()` and `run(project)`, whose result is the report of
// project/shared.mjs.

import { join } from 'node:path';
import { browserVersion, inBrowser } from './browsers.mjs';
import { versionOf } from './bundles.mjs';
import { nodeProgram, output, report, tool } from './execute.mjs';
import { inEdgeVm, inWorkerd, workerdDate } from './workers.mjs';

const UNAVAILABLE = 'SHARED_UNAVAILABLE';

const nodeVersion = async (major) => (await output(nodeProgram(major), ['--version'])).slice(1);

const node = [20, 22, 24, 26].map((major) => ({
  ...{ runtime: `Node ${major}`, by: 'node:worker_threads', outcome: 'shared' },
  version: () => nodeVersion(major),
  run: (project) => report(nodeProgram(major), [join(project, 'shared-main.mjs')]),
}));

const jitless = {
  ...{ runtime: 'Node 24', by: '--jitless', outcome: UNAVAILABLE },
  version: () => nodeVersion(24),
  run: (project) =>
    report(nodeProgram(24), ['--jitless', join(project, 'shared-main.mjs'), 'alone']),
};

/** Threads as Node has them, and as pages have them. */
const KINDS = {
  'node:worker_threads': 'shared-main.mjs',
  'workers of the web': 'shared-web-main.mjs',
};

const deno = Object.entries(KINDS).map(([by, file]) => ({
  ...{ runtime: 'Deno', by, outcome: 'shared' },
  version: async () => (await output(tool('deno'), ['--version'])).match(/deno (\S+)/)[1],
  run: (project) => {
    const args = ['run', `--allow-read=${project}`, join(project, file)];
    return report(tool('deno'), args, { cwd: project });
  },
}));

const bun = Object.entries(KINDS).map(([by, file]) => ({
  ...{ runtime: 'Bun', by, outcome: 'shared' },
  version: () => output(tool('bun'), ['--version']),
  run: (project) => report(tool('bun'), [join(project, file)]),
}));

const browsers = ['Chromium', 'Firefox'].flatMap((browser) => {
  const target = (by, path, outcome) => ({
    ...{ runtime: browser, by, outcome },
    version: () => browserVersion(browser),
    run: (project) => inBrowser({ project, browser, path }),
  });
  return [
    target('cross-origin isolated', '/isolated', 'shared'),
    target('not isolated', '/alone', UNAVAILABLE),
    target("isolated, CSP without 'wasm-unsafe-eval'", '/isolated-refused', UNAVAILABLE),
  ];
});

const workerd = [false, true].map((isFirstAtTop) => ({
  ...{ runtime: 'workerd', by: isFirstAtTop ? 'at top level' : 'in a request' },
  // While the top level runs, the newest one compiles bytes.
  ...{ outcome: isFirstAtTop ? 'alone' : UNAVAILABLE, version: workerdDate },
  async run(project) {
    const name = `shared-${isFirstAtTop ? 'top' : 'request'}`;
    const main = 'shared-worker.mjs';
    const date = await workerdDate();
    return inWorkerd({ project, name, main, builder: 'esbuild', date, isFirstAtTop });
  },
}));

const edge = {
  ...{ runtime: 'Vercel edge VM', by: 'bundle', outcome: UNAVAILABLE },
  version: async () => versionOf('@edge-runtime/vm'),
  run: (project) => inEdgeVm({ project, main: 'shared-bundled.mjs' }),
};

/** Every target, in the order of the table. */
export const SHARED_TARGETS = [...node, ...deno, ...bun, ...browsers, jitless, ...workerd, edge];
