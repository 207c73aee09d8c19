// A page in Chromium takes every WebAssembly memory that it is granted, and then makes caches.
//
// The page is browser-page.mjs. Needs Debian's chromium, as `npm run test:runtimes` does.

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { figure, note } from '../../build/js/test/support/figures.js';
import { browserVersion, inBrowser } from '../../test/runtimes/browsers.mjs';

/** As many as are taken at least, so that something is shown. */
const MEMORIES_LEAST = 125;

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const project = at('../../build/nightly/browser');
rmSync(project, { recursive: true, force: true });
mkdirSync(project, { recursive: true });
cpSync(at('browser-page.mjs'), `${project}/page.mjs`);
cpSync(at('../../dist/index.js'), `${project}/index.js`);

const version = await browserVersion('Chromium');
const report = await inBrowser({ project, browser: 'Chromium', path: '/plain' });
console.log(report);
const { memories, refusal, late, faults } = report;
if (faults.length > 0) throw new Error(faults.join('; '));
if (memories < MEMORIES_LEAST && refusal === null) throw new Error(`${memories} memories only`);
figure('memories taken', memories);
note(`Chromium ${version}: ${refusal ?? 'none refused'}; a cache made then is on ${late}`);
