// The demo, small: the shape of its table, and the counts in it, which are exact.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withMarked } from '../src/demo/report.js';

const exec = promisify(execFile);
const DEMO = fileURLToPath(new URL('../src/demo/demo.js', import.meta.url));
const README = new URL('../../README.md', import.meta.url);

/** The cells of a table, its head and rule first. */
function cellsOf(markdown: string): string[][] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

async function tableOf(...options: string[]): Promise<string[][]> {
  return cellsOf((await exec(process.execPath, [DEMO, ...options])).stdout);
}

const SMALL = '--users 40 --cache 5 --sessions 30 --files 50 --rules 5'.split(' ');

describe('the demo', () => {
  it('counts to the one: with one command at a time, both LRU caches miss the same', async () => {
    const [, , none, naive, ours, all] = await tableOf(...SMALL, '--concurrency', '1');
    assert(none && naive && ours && all);
    assert.deepEqual(
      [none, naive, ours, all].map(([name]) => name),
      ['none', 'naive, 5 users', 'wasm-lru, 5 users', 'wasm-lru, 40 users'],
    );
    const queries = (row: string[]) => Number(row[1]?.replaceAll(',', ''));
    assert.equal(queries(all), 30, 'as many as logins');
    assert.equal(all[2], '30');
    assert.equal(queries(ours), queries(naive));
    assert.equal(ours[4], naive[4], 'hit ratio');
    assert.deepEqual([none[5], naive[5], ours[5]], ['0', '5', '5'], 'users held');
    assert(queries(none) > queries(ours) && queries(ours) > queries(all));
  });

  it('refuses what is not a number from 1 on', async () => {
    const isUsage = ({ code, stderr }: { code: number; stderr: string }) =>
      code === 1 && /--users <n>' argument '0' is invalid/.test(stderr);
    await assert.rejects(exec(process.execPath, [DEMO, '--users', '0']), isUsage);
  });
});

describe('the README', () => {
  it('has a table of the demo', async () => {
    const cells = cellsOf(await readFile(README, 'utf8')).filter(({ length }) => length === 8);
    assert.deepEqual(cells.map(([name]) => name?.replace(/,? [\d,]+ users$/, '')).slice(2), [
      'none',
      'naive',
      'wasm-lru',
      'wasm-lru',
    ]);
    assert.equal(cells[5]?.[1], cells[5]?.[2], 'queries are logins if all users fit');
  });

  it('gets the table between its marks, and no document without them', () => {
    const document = 'a\n<!-- demo:begin -->\nold\n<!-- demo:end -->\nb\n';
    const expected = 'a\n<!-- demo:begin -->\n\n$& new\n\n<!-- demo:end -->\nb\n';
    assert.equal(withMarked(document, '$& new'), expected);
    assert.throws(() => withMarked('a', 'new'), /no marks/);
  });
});
