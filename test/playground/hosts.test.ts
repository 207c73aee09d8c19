// Where the page runs: under content security policies, opened from disk, and without scripts.

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { FOLDER, openPage, request, shownKeys, useBrowser } from './browser.js';

useBrowser();

const STRICT =
  "default-src 'none'; style-src 'self'; img-src 'self'; worker-src 'self'; script-src";

const engineLine = (page: Page) => page.locator('#engine').innerText();

async function works(page: Page): Promise<void> {
  await request(page, 'a b a');
  await expect.poll(() => shownKeys(page)).toEqual(['a', 'b']);
}

async function compare(page: Page): Promise<void> {
  await page.click('#compare');
  await page.getByText(/^(Done|The comparison failed|A page that)/).waitFor();
}

describe('the engine', () => {
  it('is WebAssembly where nothing forbids it', async () => {
    const page = await openPage();
    expect(await engineLine(page)).toBe('Running on WebAssembly.');
    await works(page);
  });

  it("is WebAssembly under a strict policy with 'wasm-unsafe-eval'", async () => {
    const page = await openPage({ policy: `${STRICT} 'self' 'wasm-unsafe-eval'` });
    expect(await engineLine(page)).toBe('Running on WebAssembly.');
    await works(page);
  });

  it('is the pure one under a policy that refuses WebAssembly, and the page says so', async () => {
    const page = await openPage({ policy: `${STRICT} 'self'`, expected: /WebAssembly/ });
    expect(await engineLine(page)).toMatch(/^Running on the pure JavaScript engine: .* refuses/);
    await works(page);
    await compare(page);
    const table = page.locator('#compare-results table').first();
    expect(await table.getByRole('row', { name: 'WebAssembly' }).innerText()).toContain('refused');
    const pure = table.getByRole('row', { name: 'pure JavaScript' });
    expect(await pure.innerText()).toMatch(/\d×$/);
  });
});

describe('opened from disk', () => {
  it('plays, and says what the comparison needs', async () => {
    const address = pathToFileURL(`${FOLDER}index.html`).href;
    const page = await openPage({ address, expected: /cannot be accessed from origin 'null'/ });
    expect(await engineLine(page)).toBe('Running on WebAssembly.');
    await works(page);
    await compare(page);
    expect(await page.locator('#compare-text').innerText()).toContain('npm run playground');
  });
});

describe('the folder', () => {
  it('has all that the page asks for, and asks no other host', async () => {
    const page = await openPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.reload();
    await works(page);
    const workers = page.waitForRequest('**/comparison-worker.js');
    await page.click('#compare');
    await workers;
    await page.getByRole('button', { name: 'Stop' }).click();
    const names = asked.filter((url) => !url.startsWith('blob:')).map((url) => url.split('/'));
    expect(new Set(names.map(([, , host]) => host)).size).toBe(1);
    const files = names.map((parts) => parts.at(-1)?.replace(/\?.*/, ''));
    const needed = ['playground.js', 'comparison-worker.js', 'page.css', 'uPlot.min.css'];
    expect(files).toEqual(expect.arrayContaining(needed));
    expect(files.filter((name) => name && !existsSync(FOLDER + name))).toEqual([]);
  });
});

describe('without scripts', () => {
  it('says how they are built', async () => {
    const page = await openPage({ javaScriptEnabled: false });
    await page.getByText('npm run build:playground').waitFor();
    expect(await page.locator('main').isVisible()).toBe(false);
  });
});
