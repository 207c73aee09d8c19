// The page of ByteLRU: no figure on it is typed by hand.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type BytesReport, withBytes } from '../../bench/bytes-page.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('has the figures that bench/bytes.json gives', () => {
  const report = JSON.parse(read('bench/bytes.json')) as BytesReport;
  const page = read('docs/bytes.md');
  expect(withBytes(page, report), 'npm run bench:bytes measures and writes them').toBe(page);
  const other = { ...report, node: 'v0.0.0' };
  expect(withBytes(page, other)).not.toBe(page);
});
