// The demo, small: the shape of its table, and the counts in it, which are exact.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { withMarked } from '../src/demo/report.js';
import { cellsOf, demoTable } from './demo-table.js';

const README = new URL('../../README.md', import.meta.url);
const SMALL = '--users 40 --cache 5 --sessions 20 --files 50 --rules 5'.split(' ');

describe('the demo', () => {
  it('counts to the one: with one command at a time, both LRU caches miss the same', async () => {
    const [, , none, naive, ours, all] = await demoTable(...SMALL, '--concurrency', '1');
    assert(none && naive && ours && all);
    assert.deepEqual(
      [none, naive, ours, all].map(([name]) => name),
      ['none', 'naive, 5 users', 'wasm-lru, 5 users', 'wasm-lru, 40 users'],
    );
    const queries = (row: string[]) => Number(row[1]?.replaceAll(',', ''));
    assert.equal(queries(all), 20, 'as many as logins');
    assert.equal(all[2], '20');
    assert.equal(queries(ours), queries(naive));
    assert.equal(ours[4], naive[4], 'hit ratio');
    assert.deepEqual([none[5], naive[5], ours[5]], ['0', '5', '5'], 'users held');
    assert(queries(none) > queries(ours) && queries(ours) > queries(all));
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
