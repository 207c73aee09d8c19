// The browser under test, and the server that it loads the page from.
//
// It owns both, one for each test file, and stops them at the end. Each test has a page of its own.
// Whatever a page writes to its console as an error or a warning, or leaves unhandled, fails the
// test that opened it.

import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import sirv from 'sirv';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

/** The folder that `npm run build:playground` makes, and the only one that is served. */
export const FOLDER = fileURLToPath(new URL('../../docs/playground/dist/', import.meta.url));
/** Where on its host the page is: not at the top, as on many hosts. */
const PATH = '/some/path/';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const OFFLINE = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

let browser: Browser;
let server: Server;
let opened: Page[] = [];
let complaints: string[] = [];

/** What a test wants of its page, beside what Playwright calls context options. */
export interface PageOptions extends BrowserContextOptions {
  /** The content security policy that the server sends. */
  readonly policy?: string;
  /** Where the page is, if not on the server. */
  readonly address?: string;
  /** What the console may complain of. */
  readonly expected?: RegExp;
}

/** Starts a browser for the tests of this file. */
export function useBrowser(): void {
  beforeAll(async () => {
    if (!existsSync(CHROMIUM)) {
      throw new Error(`There is no ${CHROMIUM}; install Debian's chromium, or set CHROMIUM.`);
    }
    const serve = sirv(FOLDER, { dev: true });
    server = createServer((request, response) => {
      const policy = new URL(request.url ?? '/', 'http://localhost').searchParams.get('policy');
      const referrer = new URL(request.headers.referer ?? 'http://localhost');
      const sent = policy ?? referrer.searchParams.get('policy');
      if (sent !== null) response.setHeader('Content-Security-Policy', sent);
      if (request.url?.startsWith(PATH)) {
        request.url = request.url.slice(PATH.length - 1);
        serve(request, response);
      } else {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: OFFLINE });
  });

  afterEach(async () => {
    await Promise.all(opened.map((page) => page.context().close()));
    const heard = complaints;
    [opened, complaints] = [[], []];
    expect(heard).toEqual([]);
  });

  afterAll(async () => {
    await browser.close();
    server.close();
  });
}

/** Where the server is. */
function addressOf(policy: string | undefined): string {
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`);
  if (policy !== undefined) url.searchParams.set('policy', policy);
  return url.href;
}

/** Opens the page, and waits until it works. */
export async function openPage(options: PageOptions = {}): Promise<Page> {
  const { policy, address = addressOf(policy), expected, ...context } = options;
  const page = await (await browser.newContext(context)).newPage();
  opened.push(page);
  const complain = (text: string): void => {
    if (expected?.test(text) !== true) complaints.push(text);
  };
  page.on('pageerror', (error) => complain(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complain(message.text());
  });
  page.on('requestfailed', (request) => complain(`${request.url()} failed`));
  await page.goto(address);
  if (context.javaScriptEnabled !== false) await page.locator('html.ready').waitFor();
  return page;
}

/** The keys of the entries, in the order shown. */
export function shownKeys(page: Page): Promise<string[]> {
  return page.locator('#shelf li:not(.room):not(.falling)').allTextContents();
}

/** Types keys into the field, and submits them. */
export async function request(page: Page, keys: string): Promise<void> {
  await page.fill('#key', keys);
  await page.press('#key', 'Enter');
}

/** Moves a slider. */
export async function slide(page: Page, id: string, value: number): Promise<void> {
  await page.locator(`#${id}`).fill(`${value}`);
}

/** The number that a figure shows. */
export async function figure(page: Page, id: string): Promise<number> {
  return Number((await page.locator(`#${id}`).innerText()).replaceAll(/[,%]/g, ''));
}
