// Holds docs/reliability.md to its word: every row is there once, every file it names exists, and
// every figure it gives, of two digits or more, stands in one of them. README promises no other.

import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Rows of each group of the failure register. */
const GROUPS = { A: 15, B: 9, C: 12, D: 9, E: 9, F: 4, I: 5 };

/** Where the figures of the night are. */
const NIGHT = ['nightly/parts.ts', 'nightly/colliders.ts'];
/** What is no figure of a test: versions and names, targets that are missed, and estimates. */
const OTHER_FIGURES = /`[^`]*`|Chrome before \d+|s390x|not [\d,]+|that was \d+ MiB|some \d+/g;

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');
/** Where a file is that the register names: in tools/ or in test/. */
const pathOf = (file: string) =>
  /^(mutants|nightly)\//.test(file) ? `tools/${file}` : `test/${file}`;
const text = read('docs/reliability.md');
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
      named.filter((file) => !existsSync(new URL(pathOf(file), root))),
      id,
    ).toEqual([]);
    if (named.length === 0) expect(shows, id).toMatch(/does not apply:|no test:/);
  }
});

const figuresIn = (words: string) =>
  words.replace(OTHER_FIGURES, '').match(/\d+\^\d+|\d[\d,]*\d/g) ?? [];

/** The ways to write a figure in code: 2^17 is `2 ** 17` or `1 << 17`; 10,000 is `1e4`, too. */
function spellingsOf(figure: string): readonly string[] {
  const [base = '', exponent] = figure.split('^');
  if (exponent !== undefined) {
    const spellings = [figure, `${base} ** ${exponent}`];
    return base === '2' ? [...spellings, `1 << ${exponent}`] : [...spellings, `1e${exponent}`];
  }
  const number = Number(figure.replaceAll(',', ''));
  const exponential = number.toExponential().replace('e+', 'e');
  return [figure, `${number}`, figure.replaceAll(',', '_'), exponential];
}

function stands(figure: string, source: string): boolean {
  return spellingsOf(figure).some((spelling) => {
    const literal = spelling.replaceAll(/[*^]/g, '\\$&');
    return new RegExp(`(?<![\\d_.])${literal}(?![\\d_])`).test(source);
  });
}

it('has no figure that is not in one of the files of its row', () => {
  for (const [, id, , files = '', shows = ''] of rows) {
    const named = [...files.matchAll(/`([^`]+)`/g)].map(([, file]) => file as string);
    const source = [...named, ...NIGHT].map(pathOf).map(read).join();
    const unfounded = figuresIn(shows).filter((figure) => !stands(figure, source));
    expect(unfounded, id).toEqual([]);
  }
});

it('has every figure of the promises in README', () => {
  const [, promises = ''] = /## What is promised(.*?)<!-- nightly/s.exec(read('README.md')) ?? [];
  const figures = promises.split(/^\d\. /m).flatMap(figuresIn);
  expect(figures.length).toBeGreaterThan(4);
  const known = rows.map(([, , , , shows = '']) => shows).join();
  expect(figures.filter((figure) => !stands(figure, known))).toEqual([]);
});
