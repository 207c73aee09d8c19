// Holds docs/reliability.md to its word: every row is there once, and every file it names exists.

import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Rows of each group of the failure register. */
const GROUPS = { A: 15, B: 9, C: 12, D: 9, E: 7, F: 4, I: 5 };

const text = readFileSync(new URL('../docs/reliability.md', import.meta.url), 'utf8');
const rows = [...text.matchAll(/^\| ([A-Z]\d+) \|(.*)\|(.*)\|(.*)\|$/gm)];

it('has every row of the register, in order', () => {
  const wanted = Object.entries(GROUPS).flatMap(([group, count]) =>
    Array.from({ length: count }, (_, i) => `${group}${i + 1}`),
  );
  expect(rows.map(([, id]) => id)).toEqual(wanted);
});

it('names files that exist, or says why there is none', () => {
  for (const [, id, , files = '', shows = ''] of rows) {
    const named = [...files.matchAll(/`([^`]+)`/g)].map(([, file]) => file as string);
    expect(
      named.filter((file) => !existsSync(new URL(file, import.meta.url))),
      id,
    ).toEqual([]);
    if (named.length === 0) expect(shows, id).toMatch(/does not apply:|no test:/);
  }
});
