// Browsers, headless, without a driver: a page runs the test and posts the report back.
//
// The package is served unbundled, under the headers that the page is asked for by its path.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { output, systemProgram, whileRunning } from './execute.mjs';

const TYPES = { '.mjs': 'text/javascript', '.js': 'text/javascript', '.html': 'text/html' };

const pageWith = (script) =>
  `<!doctype html><title>wasm-lru</title><script type="module" src="${script}"></script>`;

/** What lets a page share memory with its workers, which need the second one, too. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

const withPolicy = (policy) => ({ 'content-security-policy': policy });

/** The scripts and headers of the pages, by their paths. */
const PAGES = {
  '/plain': ['/page.mjs', {}],
  '/granted': ['/page.mjs', withPolicy("script-src 'self' 'wasm-unsafe-eval'")],
  '/refused': ['/page.mjs', withPolicy("script-src 'self'")],
  '/isolated': ['/shared-page.mjs', ISOLATED],
  '/isolated-refused': ['/shared-page.mjs', { ...ISOLATED, ...withPolicy("script-src 'self'") }],
  '/alone': ['/shared-page.mjs', {}],
};

const CHROMIUM_FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  '--disable-dev-shm-usage',
];

/** The browsers: where they are, and what starts them with a profile of their own. */
const BROWSERS = {
  Chromium: {
    places: ['/usr/bin/chromium'],
    argsFor: (profile, url) => [...CHROMIUM_FLAGS, `--user-data-dir=${profile}`, url],
  },
  Firefox: {
    places: ['/usr/bin/firefox-esr'],
    argsFor: (profile, url) => ['--headless', '--no-remote', '--profile', profile, url],
  },
};

const programOf = (name) => systemProgram(...BROWSERS[name].places);

/** The version of a browser. */
export async function browserVersion(name) {
  return (await output(programOf(name), ['--version'])).match(/[\d.]+(esr)?/)[0];
}

function answer(project, request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname in PAGES) {
    const [script, headers] = PAGES[pathname];
    response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(pageWith(script));
    return;
  }
  try {
    const file = readFileSync(join(project, pathname));
    const type = TYPES[extname(pathname)] ?? 'text/plain';
    response.writeHead(200, { 'content-type': type, ...ISOLATED }).end(file);
  } catch {
    response.writeHead(404).end();
  }
}

/** Serves the project; `reported` is what a page posts. */
async function serve(project) {
  const { promise, resolve } = (() => {
    const parts = {};
    parts.promise = new Promise((settle) => {
      parts.resolve = settle;
    });
    return parts;
  })();
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST') return answer(project, request, response);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end();
    resolve(JSON.parse(Buffer.concat(chunks).toString()));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${server.address().port}`, server, reported: promise };
}

/** Runs a conformance test in a page of a browser, that of this path. */
export async function inBrowser({ project, browser, path }) {
  const program = programOf(browser);
  const profile = mkdtempSync(join(tmpdir(), 'profile-'));
  const { url, server, reported } = await serve(project);
  try {
    const args = BROWSERS[browser].argsFor(profile, `${url}${path}`);
    const settings = { env: { HOME: profile }, stdio: 'ignore' };
    return await whileRunning(program, args, () => reported, settings);
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}
