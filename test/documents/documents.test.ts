// The generated documents are those of bench/results.json: no figure in them is written by hand.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documents } from '../../bench/documents.js';
import type { Results } from '../../bench/results.js';

const at = (file: string): URL => new URL(`../../${file}`, import.meta.url);
const read = (file: string): string => readFileSync(at(file), 'utf8');
const data = 'bench/results.json';
const command = `npm run bench -- --json ${data} && npm run bench:documents`;
const PLOT_BYTES_MAX = 100_000;

async function expected(): Promise<Map<string, string>> {
  if (!existsSync(at(data))) throw new Error(`${data} is missing; this makes it: ${command}`);
  return documents(JSON.parse(read(data)) as Results, read('README.md'));
}

describe('the documents of the benchmark', () => {
  it(`are what ${data} gives`, async () => {
    const files = await expected();
    const stale = [...files].filter(([file, text]) => !existsSync(at(file)) || read(file) !== text);
    expect(
      stale.map(([file]) => file),
      'npm run bench:documents writes them again',
    ).toEqual([]);
  });

  it('are the same each time', async () => {
    expect(await expected()).toEqual(await expected());
  });

  it('have no plot that is large, or that nothing writes', async () => {
    const plots = [...(await expected())].filter(([file]) => file.endsWith('.svg'));
    expect(plots.filter(([, text]) => text.length > PLOT_BYTES_MAX)).toEqual([]);
    const names = readdirSync(at('docs/benchmarks')).map((name) => `docs/benchmarks/${name}`);
    expect(names.sort()).toEqual(plots.map(([file]) => file).sort());
  });
});
