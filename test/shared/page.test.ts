// The figures of docs/shared.md are those of bench/shared.json, and nothing else is changed.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type SharedReport, withShared } from '../../bench/shared-page.js';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const report = JSON.parse(read('bench/shared.json')) as SharedReport;

it('are in the document as they were taken', () => {
  const page = read('docs/shared.md');
  expect(withShared(page, report)).toBe(page);
  expect(() => withShared('', report)).toThrow('the document needs');
});

it('say what was measured, and whether the machine was busy', () => {
  const cell = { kind: 'Redis', trace: 'web12', threads: 2, bytes: 2 ** 22, hits: 3 };
  const measured = [{ ...cell, requests: 4, ms: 0.02, residentBytes: 3 * 2 ** 19 }];
  const machine = { taken: '2026-11-30T12:00:00Z', node: 'v20.1.0', cpu: 'CPU', cores: 2 };
  const shown = (load: number) =>
    withShared(read('docs/shared.md'), {
      ...report,
      measurements: { ...machine, load, measured },
    });
  expect(shown(0)).toContain('| web12 | 2 | Redis | 75.0 % | 5.00 | 1.5 |');
  expect(shown(0)).not.toContain('was busy');
  expect(shown(2)).toContain('The machine was busy. 4 MiB in all');
});
