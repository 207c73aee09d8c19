// Browsers, headless, driven by Playwright: a page runs the test and posts the report back.
//
// The package is served unbundled, under the headers that the page is asked for by its path.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium, firefox } from 'playwright-core';
import { MS_MAX, output, systemProgram } from './execute.mjs';

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

/** The browsers of the system: where they are, and how Playwright starts them. */
const BROWSERS = {
  Chromium: {
    places: ['/usr/bin/chromium'],
    type: chromium,
    options: { args: ['--disable-gpu', '--disable-quic', '--disable-sync'] },
  },
  // As it is, by WebDriver BiDi: without the channel, Playwright wants a Firefox of its own.
  Firefox: {
    places: ['/usr/bin/firefox-esr'],
    type: firefox,
    options: { channel: 'moz-firefox' },
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
  let resolve;
  const reported = new Promise((settle) => {
    resolve = settle;
  });
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST') return answer(project, request, response);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end();
    resolve(JSON.parse(Buffer.concat(chunks).toString()));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${server.address().port}`, server, reported };
}

/** Runs a conformance test in a page of a browser, that of this path. */
export async function inBrowser({ project, browser, path }) {
  const { type, options } = BROWSERS[browser];
  const { url, server, reported } = await serve(project);
  const driven = await type.launch({ executablePath: programOf(browser), ...options });
  try {
    const page = await driven.newPage();
    await Promise.all([
      page.waitForRequest(/\/report/, { timeout: MS_MAX }),
      page.goto(`${url}${path}`),
    ]);
    return await reported;
  } finally {
    await driven.close();
    server.closeAllConnections();
    server.close();
  }
}
