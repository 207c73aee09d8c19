// The demo, small: its table, and the counts in it, which are exact.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { withMarked } from '../src/demo/report.js';
import { cellsOf, demoTable } from './demo-table.js';

const README = new URL('../../README.md', import.meta.url);
const SMALL = '--users 40 --cache 5 --sessions 20 --files 50 --rules 5'.split(' ');

describe('the demo', () => {
  it('counts to the one, with one command at a time', async () => {
    const [, , none, map, theirs, ours, all] = await demoTable(...SMALL, '--concurrency', '1');
    assert(none && map && theirs && ours && all);
    const names = [none, map, theirs, ours, all].map(([name]) => name);
    assert.deepEqual(names, ['none', 'Map', 'lru-cache', 'SharedLRU', 'SharedLRU']);
    const queries = (row: string[]) => Number(row[2]?.replaceAll(',', ''));
    assert(queries(none) > queries(theirs));
    assert.equal(queries(all), queries(map), 'as many as logins, though a thread has no Map');
    assert.equal(all[3], '0.00 %', 'misses');
    assert.deepEqual([none[5], map[5], theirs[5]], ['20', '20', '20'], 'queries at once');
    // One, unless a thread of a busy machine comes late.
    assert(Number(ours[5]) < 20);
    assert.deepEqual(
      [map, theirs, ours].map((row) => row[6]),
      ['not on 1', 'not on 1', 'at once'],
    );
  });
});

describe('the README', () => {
  it('has a table of the demo, in eighty columns', async () => {
    const text = await readFile(README, 'utf8');
    const cells = cellsOf(text).filter(({ length }) => length === 7);
    const names = cells.map(([name]) => name).slice(2);
    assert.deepEqual(names, ['none', 'Map', 'lru-cache', 'SharedLRU', 'SharedLRU']);
    const logins = /([\d,]+) logins,$/m.exec(text)?.[1];
    assert.equal(cells.at(-1)?.[2], logins, 'queries are logins if all users fit');
    const shown = text.split('<!-- demo:begin -->')[1]?.split('<!-- demo:end -->')[0] ?? '';
    assert.deepEqual(
      shown.split('\n').filter((line) => line.length > 80),
      [],
    );
  });

  it('gets the table between its marks, and no document without them', () => {
    const document = 'a\n<!-- demo:begin -->\nold\n<!-- demo:end -->\nb\n';
    const expected = 'a\n<!-- demo:begin -->\n\n$& new\n\n<!-- demo:end -->\nb\n';
    assert.equal(withMarked(document, '$& new'), expected);
    assert.throws(() => withMarked('a', 'new'), /no marks/);
  });
});
