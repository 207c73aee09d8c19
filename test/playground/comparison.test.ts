// The comparison: it ends, its figures add up, it can be stopped, and the page stays usable.

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openPage, request, shownKeys, useBrowser } from './browser.js';

useBrowser();

/** The rows of a table: label, nanoseconds a request, speed as a multiple of lru-cache's. */
async function rowsOf(page: Page, table: number) {
  const rows = await page.locator('#compare-results tbody').nth(table).locator('tr').all();
  return Promise.all(
    rows.map(async (row) => ({
      label: await row.locator('th').innerText(),
      ns: Number.parseInt((await row.locator('td').first().innerText()).replaceAll(',', ''), 10),
      ratio: Number.parseFloat(await row.locator('td').last().innerText()),
    })),
  );
}

describe('the comparison', () => {
  it('gives figures of all four, for both kinds of keys, while the page stays usable', async () => {
    const page = await openPage();
    await page.click('#compare');
    await page.getByRole('progressbar').waitFor();
    await request(page, 'still alive');
    await expect.poll(() => shownKeys(page)).toEqual(['alive', 'still']);

    await page.getByText('Done.').waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);
    for (const table of [0, 1]) {
      const rows = await rowsOf(page, table);
      expect(rows.map(({ label }) => label)).toEqual([
        ...['wasm-lru, WebAssembly', 'wasm-lru, pure JavaScript', 'lru-cache'],
        'a plain Map, naively',
      ]);
      const [, , { ns: baseline } = { ns: 0 }] = rows;
      for (const { ns, ratio } of rows) {
        // Both are rounded: times to whole nanoseconds, ratios to a hundredth.
        expect(ratio).toBeGreaterThan((baseline - 0.5) / (ns + 0.5) - 0.005);
        expect(ratio).toBeLessThan((baseline + 0.5) / (ns - 0.5) + 0.005);
      }
    }
    expect(await page.locator('#compare-caption').innerText()).toContain('all had the same hits');
  });

  it('stops when told to', async () => {
    const page = await openPage();
    await page.click('#compare');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor();
    await page.getByRole('button', { name: 'Compare' }).waitFor();
    await expect.poll(() => page.workers().length).toBe(0);
    expect(await page.locator('#compare-results table').count()).toBe(0);
  });

  it('shows nothing if the caches disagree', async () => {
    const page = await openPage();
    await page.route('**/comparison-worker.js', async (route) => {
      const response = await route.fetch();
      const script = await response.text();
      const wrong = script.replace('new NaiveLRU(CAPACITY)', 'new NaiveLRU(CAPACITY - 1)');
      expect(wrong).not.toBe(script);
      await route.fulfill({ response, body: wrong });
    });
    await page.click('#compare');
    await page.getByText('The comparison failed: the caches disagree').waitFor();
    expect(await page.locator('#compare-results table').count()).toBe(0);
  });
});
