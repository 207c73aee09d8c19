// What the page shows is what the cache does: typed keys, streams, capacity, by mouse and by keys.

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { replayExactly } from '../../bench/oracle.js';
import { Fifo, Optimal } from '../../docs/playground/src/policies.js';
import {
  createStream,
  nextUses,
  STREAM_LENGTH,
  type StreamName,
} from '../../docs/playground/src/streams.js';
import { figure, openPage, request, shownKeys, slide, useBrowser } from './browser.js';

useBrowser();

const FASTEST = 12;

async function playToEnd(page: Page): Promise<void> {
  await slide(page, 'speed', FASTEST);
  await page.click('#play');
  // This line is drawn with the figures; screen readers are told a frame earlier.
  await page.locator('#last', { hasText: 'The stream is over' }).waitFor();
}

const percent = (hits: number): string => `${((100 * hits) / STREAM_LENGTH).toFixed(1)}%`;

/** The ratios that the legend has to show after a whole stream. */
function expectedRatios(name: StreamName, keyCount: number, max: number) {
  const stream = createStream(name, keyCount);
  const distinct = [...new Set(stream)];
  const next = nextUses(stream);
  const [fifo, optimal] = [new Fifo(max), new Optimal(max)];
  const ids = Int32Array.from(stream, (key) => distinct.indexOf(key));
  return {
    lru: percent(replayExactly(ids, distinct.length, max).hits),
    fifo: percent(stream.filter((key) => fifo.request(key)).length),
    optimal: percent(stream.filter((key, i) => optimal.request(key, next[i] as number)).length),
  };
}

function shownRatios(page: Page) {
  return page.evaluate(() => {
    const textOf = (id: string) => document.getElementById(id)?.textContent;
    return {
      lru: textOf('lru-ratio'),
      fifo: textOf('fifo-ratio'),
      optimal: textOf('optimal-ratio'),
    };
  });
}

describe('typed keys', () => {
  it('appear newest first, and push out the least recently used', async () => {
    const page = await openPage();
    await slide(page, 'capacity', 3);
    await request(page, 'a b c');
    await expect.poll(() => shownKeys(page)).toEqual(['c', 'b', 'a']);
    await request(page, ' a  d ');
    await expect.poll(() => shownKeys(page)).toEqual(['d', 'a', 'c']);
    expect(await page.locator('#gone li').allTextContents()).toEqual(['b']);
    expect(await page.locator('#shelf .oldest').innerText()).toBe('c');
    expect(await page.locator('#announcer').innerText()).toBe(
      'a: hit. d: miss, stored; b fell out',
    );
    expect(await figure(page, 'requests')).toBe(5);
    expect(await figure(page, 'hits')).toBe(1);
    expect(await figure(page, 'misses')).toBe(4);
    expect(await figure(page, 'evictions')).toBe(1);
    expect(await figure(page, 'ratio')).toBe(20);
  });

  it('end the optimal policy, whose future nobody knows', async () => {
    const page = await openPage();
    await page.click('#step');
    await expect.poll(() => page.locator('#optimal-ratio').innerText()).toBe('0.0%');
    await request(page, 'x');
    await expect.poll(() => page.locator('#optimal-ratio').innerText()).toBe('–');
  });

  it('are shown as text, whatever they are', async () => {
    const page = await openPage();
    await request(page, '<img/src=x> __proto__ 1e3');
    await expect.poll(() => shownKeys(page)).toEqual(['1e3', '__proto__', '<img/src=x>']);
  });
});

describe('the capacity', () => {
  it('takes effect at once, on the oldest', async () => {
    const page = await openPage();
    await request(page, 'a b c d e');
    await slide(page, 'capacity', 2);
    await expect.poll(() => shownKeys(page)).toEqual(['e', 'd']);
    expect(await page.locator('#gone li').allTextContents()).toEqual(['c', 'b', 'a']);
    await slide(page, 'capacity', 5);
    await expect.poll(() => page.locator('#shelf .room').count()).toBe(3);
  });

  it('changes the cache that is there: entries, counts and stream go on', async () => {
    const page = await openPage();
    await page.locator('input[value=loop]').check();
    await slide(page, 'keys', 5);
    await slide(page, 'capacity', 5);
    for (let i = 0; i < 6; i++) await page.click('#step');
    await expect.poll(() => shownKeys(page)).toEqual(['1', '5', '4', '3', '2']);
    await slide(page, 'capacity', 3);
    await expect.poll(() => shownKeys(page)).toEqual(['1', '5', '4']);
    await page.click('#step');
    await expect.poll(() => shownKeys(page)).toEqual(['2', '1', '5']);
    expect(await figure(page, 'requests')).toBe(7);
    expect(await figure(page, 'hits')).toBe(1);
  });
});

describe('a stream', () => {
  it.each(['zipf', 'scan', 'loop'] as const)('%s comes to what a simulation says', async (name) => {
    const page = await openPage();
    await page.locator(`input[value=${name}]`).check();
    await slide(page, 'keys', 40);
    await slide(page, 'capacity', 10);
    await playToEnd(page);
    expect(await figure(page, 'requests')).toBe(STREAM_LENGTH);
    expect(await shownRatios(page)).toEqual(expectedRatios(name, 40, 10));
  });

  it('is played again from its beginning once it is over', async () => {
    const page = await openPage();
    await slide(page, 'capacity', 10);
    await playToEnd(page);
    const before = await shownRatios(page);
    await request(page, 'typed');
    await slide(page, 'speed', 0);
    await page.click('#play');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await expect.poll(() => figure(page, 'requests')).toBeLessThan(STREAM_LENGTH);
    expect(await shownKeys(page)).not.toContain('typed');
    await slide(page, 'speed', FASTEST);
    await page.locator('#last', { hasText: 'The stream is over' }).waitFor();
    expect(await figure(page, 'requests')).toBe(STREAM_LENGTH);
    expect(await shownRatios(page)).toEqual(before);
  });

  it('is drawn, and described for those who do not see it', async () => {
    const page = await openPage();
    await playToEnd(page);
    const blue = await page.evaluate(() => {
      const canvas = document.querySelector('canvas') as HTMLCanvasElement;
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        const [red = 0, , blue = 0, opacity] = data.subarray(i, i + 4);
        if (opacity === 255 && blue > red + 100) count += 1;
      }
      return count;
    });
    // The line of LRU is the only one that is blue, and crosses the whole chart.
    expect(blue).toBeGreaterThan(600);
    const label = await page.locator('#chart').getAttribute('aria-label');
    expect(label).toMatch(/^Hit ratio over 10000 requests; of LRU now \d+\.\d%$/);
  });

  it('pauses, and starts anew with other keys', async () => {
    const page = await openPage();
    await page.click('#play');
    await expect.poll(() => figure(page, 'requests')).toBeGreaterThan(1);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await slide(page, 'keys', 7);
    await expect.poll(() => figure(page, 'requests')).toBe(0);
    expect(await shownKeys(page)).toEqual([]);
  });
});

describe('the keyboard', () => {
  it('reaches and works everything, in the order of the page', async () => {
    const page = await openPage();
    const focused = () => page.evaluate(() => document.activeElement?.id);
    const press = (key: string) => page.keyboard.press(key);
    const visited: (string | undefined)[] = [];
    await press('Tab');
    await press('ArrowRight');
    expect(await page.locator('input[value=scan]').isChecked()).toBe(true);
    for (let i = 0; i < 9; i++) {
      await press('Tab');
      visited.push(await focused());
    }
    const rest = ['capacity', 'keys', 'speed', 'play', 'step', 'reset', 'key', '', 'compare'];
    expect(visited).toEqual(rest);

    await page.focus('#capacity');
    await press('Home');
    await page.focus('#step');
    await press('Space');
    await press('Enter');
    await expect.poll(() => figure(page, 'requests')).toBe(2);
    await page.focus('#play');
    await press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await press('Space');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await page.focus('#reset');
    await press('Enter');
    await page.focus('#key');
    await page.keyboard.type('a b');
    await press('Enter');
    await expect.poll(() => shownKeys(page)).toEqual(['b']);
  });
});
