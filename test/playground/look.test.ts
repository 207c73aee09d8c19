// How the page looks: nothing sticks out, all can be read, and who wants no motion has none.
//
// The pictures that it takes are in build/playground/, for those who change the page.

import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openPage, request, slide, useBrowser } from './browser.js';

useBrowser();

const PICTURES = new URL('../../build/playground/', import.meta.url).pathname;

const looks = {
  light: { colorScheme: 'light', width: 1280, height: 900 },
  dark: { colorScheme: 'dark', width: 1280, height: 900 },
  tablet: { colorScheme: 'light', width: 800, height: 1100 },
  phone: { colorScheme: 'light', width: 390, height: 844 },
  'phone-dark': { colorScheme: 'dark', width: 390, height: 844 },
  'narrow-dark': { colorScheme: 'dark', width: 320, height: 640 },
} as const;

/** A page with everything on it: entries, a long key, evictions, and both tables. */
async function fill(page: Page): Promise<void> {
  await slide(page, 'speed', 12);
  await page.locator('input[value=scan]').check();
  await page.click('#play');
  await page.getByText('The stream is over').first().waitFor();
  await request(page, `1 2 ${'long-'.repeat(12)}key`);
  await page.click('#compare');
  await page.getByText('Done.').waitFor();
}

/** Elements that reach beyond the window, or whose content reaches beyond them. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isClipped = (element: Element) =>
      element instanceof HTMLInputElement || getComputedStyle(element).overflowX === 'hidden';
    return [...document.querySelectorAll('body *')]
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        const isWide = !isClipped(element) && element.scrollWidth > element.clientWidth + 1;
        const isBlock = element.clientWidth > 0;
        return left < -1 || right > innerWidth + 1 || (isBlock && isWide);
      })
      .map((element) => `${element.tagName}#${element.id}.${element.className}`);
  });
}

/** What the rules of WCAG 2.2 AA, as far as they can be computed, find wrong. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

describe('the page, with everything on it', () => {
  it('fits, can be read, and has a name for everything, at any width, dark and light', async () => {
    const page = await openPage();
    await fill(page);
    for (const [name, { colorScheme, width, height }] of Object.entries(looks)) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      // The chart takes its new width when the browser has drawn.
      await expect.poll(() => overflowing(page), { message: name }).toEqual([]);
      expect(await violations(page), name).toEqual([]);
      await page.screenshot({ path: `${PICTURES}${name}.png`, fullPage: true });
    }
  });
});

describe('long keys', () => {
  const widths = { wide: 1280, phone: 390 } as const;

  it.each(Object.entries(widths))('do not widen a %s page', async (name, width) => {
    const page = await openPage({ viewport: { width, height: 800 } });
    await slide(page, 'capacity', 2);
    // Nothing in them says where a line may end.
    for (const letter of 'abc') await request(page, letter.repeat(200));
    await page.locator('#last', { hasText: 'fell out' }).waitFor();
    expect(await page.locator('#gone li').count()).toBe(1);
    expect(await overflowing(page)).toEqual([]);
    const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(scrollWidth).toBeLessThanOrEqual(width);
    await page.screenshot({ path: `${PICTURES}long-${name}.png`, fullPage: true });
  });
});

describe('dark and light', () => {
  it('follow the system, the chart too', async () => {
    const page = await openPage({ colorScheme: 'light' });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const canvas = await page.locator('canvas').elementHandle();
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(ground).not.toBe(light);
    await expect.poll(() => canvas?.evaluate((element) => element.isConnected)).toBe(false);
    expect(await page.locator('canvas').count()).toBe(1);
  });
});

describe('motion', () => {
  const moving = (page: Page) =>
    page.evaluate(async () => {
      document.getElementById('step')?.click();
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return document.querySelector('#shelf')?.getAnimations({ subtree: true }).length;
    });

  it('shows where entries go', async () => {
    const page = await openPage({ reducedMotion: 'no-preference' });
    expect(await moving(page)).toBeGreaterThan(0);
  });

  it('is left out for those who want none', async () => {
    const page = await openPage({ reducedMotion: 'reduce' });
    expect(await moving(page)).toBe(0);
  });
});
