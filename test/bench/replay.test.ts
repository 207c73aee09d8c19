// `npm start`: that its answers for a trace are exact, and that it prints what a terminal can show.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { build } from 'esbuild';
import { execaSync } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { libraryNames } from '../../bench/adapters/index.js';
import { type Advice, adviseOn } from '../../bench/advice.js';
import { hitsBySize } from '../../bench/distances.js';
import { replayExactly } from '../../bench/oracle.js';
import { createTicker } from '../../bench/progress.js';
import { makeReport, type Report } from '../../bench/report.js';
import { type Cells, rowsOf } from '../../bench/rounds.js';
import { multiplesOf, showRatio, showReport } from '../../bench/show-replay.js';
import { traceOfInts, traceOfStrings } from '../../bench/trace.js';
import { readVendored } from '../../bench/vendored.js';
import { compileBench } from './compiled.js';

const root = new URL('../../', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'replay-'));

function fileWith(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function widestLine(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}

describe('hits by size', () => {
  it('are those on record for the vendored traces', async () => {
    for (const { ids, uniques, knownHits } of await readVendored(Number.POSITIVE_INFINITY)) {
      const hits = hitsBySize(ids, uniques);
      const sizes = Object.keys(knownHits);
      expect(sizes.length).toBeGreaterThan(2);
      expect(Object.fromEntries(sizes.map((size) => [size, hits[Number(size)]]))).toEqual(
        knownHits,
      );
      expect(hits[uniques]).toBe(ids.length - uniques);
    }
  });

  it('are those of a replay at every size', () => {
    const keys = fc.array(fc.nat(12), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(keys, (list) => {
        const { ids, uniques } = traceOfInts('any', Int32Array.from(list));
        const hits = hitsBySize(ids, uniques);
        expect(hits[0]).toBe(0);
        for (let size = 1; size <= uniques; size++) {
          expect(hits[size]).toBe(replayExactly(ids, uniques, size).hits);
        }
      }),
    );
  });
});

describe('the advice', () => {
  const adviseOnKeys = (keys: string): Advice => adviseOn(traceOfStrings('keys', keys.split('')));

  it('is that no cache helps where no key comes twice', () => {
    const { verdict, advised, sizes, once } = adviseOnKeys('abcdef');
    expect({ verdict, advised, sizes, once }).toEqual({
      ...{ verdict: 'none', advised: undefined, sizes: [], once: 6 },
    });
  });

  it('is that a cache helps little where few keys do', () => {
    expect(adviseOnKeys('abcdefghijkll').verdict).toBe('little');
  });

  it('is the least size that has nearly all hits', () => {
    // Of a loop, a cache that is smaller than it has no hit.
    const loop = adviseOnKeys('abcde'.repeat(50));
    expect([loop.verdict, loop.advised, loop.sizes]).toEqual([
      ...['yes', { entries: 5, hits: 245, hitRatio: 0.98 }, [5]],
    ]);
    expect(loop.curve.map(({ entries, hits }) => [entries, hits])).toEqual([
      ...[[1, 0] as const, [2, 0] as const, [5, 245] as const],
    ]);
  });
});

describe('what other sizes would do', () => {
  it('is exact, beside what a shadow estimates', () => {
    const keys = Array.from({ length: 3000 }, (_, i) => `${(i * i) % 97}`);
    const advice = adviseOn(traceOfStrings('keys', keys));
    const size = advice.advised?.entries as number;
    expect(advice.multiples.map(({ factor, entries }) => [factor, entries])).toEqual([
      ...[[0.5, Math.round(size / 2)] as const, [2, 2 * size] as const, [4, 4 * size] as const],
    ]);
    // All keys of so few are in the sample, so that the estimate is exact, too.
    for (const { hitRatio, estimate } of advice.multiples)
      expect(estimate).toBeCloseTo(hitRatio, 12);
    const [half, ...more] = advice.multiples.map(({ hitRatio }) => hitRatio);
    expect(more.every((ratio) => ratio > (half as number))).toBe(true);
    const [first, second, third] = advice.multiples.map(
      ({ entries, hitRatio }) => `${showRatio(hitRatio)} with ${entries}`,
    );
    expect(multiplesOf(advice)).toContain(`would answer ${first} entries, ${second} and ${third}.`);
    expect(multiplesOf({ ...advice, multiples: [] })).toBe('');
  });
});

function reportOf(label: string, rounds: number): Report {
  const keys = Array.from({ length: 4000 }, (_, i) => `${(i * i) % 997}`);
  const trace = traceOfStrings(label, keys);
  const advice = adviseOn(trace);
  const rows = rowsOf(trace, advice.sizes);
  const cells = rows.map(({ expected: { hits } }) => {
    const times = (i: number): number[][] =>
      Array.from({ length: rounds }, (_, round) => [123_456 * (i + 1) * (round + 1)]);
    return Object.fromEntries(
      libraryNames.map((name, i) => [name, { hits, processes: times(i) }]),
    ) as unknown as Cells;
  });
  return makeReport(rows, { rounds, cells, node: process.version, with: ['ttl'] }, advice);
}

describe('what is printed', () => {
  it('fits into 80 columns, whatever the name of the trace', () => {
    const text = showReport(reportOf('a-name-that-is-much-too-long-for-a-table'.repeat(3), 2));
    expect(widestLine(text)).toBeLessThanOrEqual(80);
    expect(text).not.toMatch(/^%/m);
    expect(text).toContain('A cache helps: with');
    expect(text).toContain('wasm-lru is the fastest');
    expect(text).toContain('a-name-that-is-m…');
  });

  it('has as the spread how far a process was from the median of all', () => {
    const report = reportOf('keys', 2);
    expect(report.rows[0]?.libraries.wasm).toMatchObject({
      ...{ nsPerRequest: 185_184, spread: 0.3333, processes: 2, samples: 2, timesNaive: 5 },
    });
    expect(showReport(report)).toContain('185 us ±33%');
  });

  it('has no spread where there was one process', () => {
    const report = reportOf('keys', 1);
    expect(report.rows[0]?.libraries.wasm).not.toHaveProperty('spread');
    expect(showReport(report)).not.toContain('±');
  });
});

describe('the bar', () => {
  it('ends at 100 %, and says what time is left', () => {
    let written = '';
    const stream = Object.assign(
      new Writable({
        write: (chunk, _, done) => {
          written += chunk;
          done();
        },
      }),
      { isTTY: true, columns: 80 },
    );
    const ticker = createTicker(3, false, stream);
    for (const label of ['a', 'b'.repeat(200), 'c']) {
      ticker.begin(label);
      ticker.end();
    }
    ticker.stop();
    const lines = stripVTControlCharacters(written).split(/(?=[█░]{24})/);
    expect(lines.at(-1)).toMatch(/^█{24} 100 %, \S+ left: c/);
    expect(lines.some((line) => line.length > 80)).toBe(false);
  });
});

describe('the command line', () => {
  let replay: string;
  beforeAll(() => {
    replay = join(compileBench('replay-test'), 'bench/replay.js');
  });

  function run(args: readonly string[], input = '') {
    const program =
      args.includes('--help') || args.includes('--bogus') ? 'bench/start.mjs' : replay;
    const { exitCode, stdout, stderr } = execaSync(process.execPath, [program, ...args], {
      ...{ cwd: root, input, reject: false },
    });
    return { code: exitCode, out: stdout, err: stderr };
  }

  it('needs nothing that is built to explain itself', async () => {
    const entryPoints = [new URL('bench/options.ts', root).pathname];
    const { metafile } = await build({
      ...{ entryPoints, bundle: true, packages: 'external', metafile: true, write: false },
    });
    const inputs = Object.keys(metafile.inputs).map((file) => file.replace(/^.*\.\.\//, ''));
    expect(inputs.toSorted()).toEqual([
      ...['assembly/layout.ts', 'bench/adapters/columns.ts', 'bench/options.ts'],
    ]);
  });

  it('explains itself in 80 columns; examples that pipe are silent', () => {
    const { code, out, err } = run(['--help']);
    expect([code, err]).toEqual([0, '']);
    expect(widestLine(out)).toBeLessThanOrEqual(80);
    const piped = out.split('\n').filter((line) => /--json.*>|\|/.test(line));
    expect(piped.length).toBeGreaterThan(0);
    for (const line of piped) expect(line).toContain('npm --silent start');
  });

  it.each([
    [['--bogus'], 2, /unknown option/],
    [['--html', 'x.html'], 2, /'--html' needs '--trace'/],
    [['--rounds', '0'], 2, /whole number from 1/],
    [['--trace', '/no/such/file'], 1, /cannot read/],
  ])('refuses %j with %i', (args, code, message) => {
    const result = run(args);
    expect([result.code, result.out]).toEqual([code, '']);
    expect(result.err).toMatch(message);
  });

  it('answers whether, how large and which, in JSON and on a page', () => {
    const keys = Array.from({ length: 3000 }, (_, i) => `<key> "${(i * i) % 97}" & more`);
    const log = fileWith('<keys>.log', keys.join('\n'));
    const html = join(folder, 'answer.html');
    const { code, out, err } = run(['--trace', log, '--seconds', '1', '--json', '--html', html]);
    expect([code, err]).toEqual([0, '']);
    const { rows, advice } = JSON.parse(out) as Report;
    expect(advice?.verdict).toBe('yes');
    expect(rows.map(({ capacity }) => capacity)).toEqual(advice?.sizes);
    for (const row of rows) {
      expect(Object.keys(row.libraries)).toEqual(libraryNames);
      for (const { hits, processes } of Object.values(row.libraries)) {
        expect([hits, processes]).toEqual([row.oracleHits, 2]);
      }
    }
    const page = readFileSync(html, 'utf8');
    expect(page).toContain('A cache helps: with');
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).toContain('&lt;keys>.log');
    expect(page).not.toMatch(/<script|(?:src|href|srcset)="(?!data:)|url\((?!#)/);
  });

  it('says of a log whose lines all differ that no cache helps', () => {
    const html = join(folder, 'none.html');
    const { code, out } = run(['--trace', '-', '--html', html], 'a\nb\nc\n');
    expect(code).toBe(0);
    expect(out).toContain('No line comes twice, so no cache can help.');
    expect(readFileSync(html, 'utf8')).toContain('No line comes twice');
  });

  // Unbounded, the warm-up would replay these two lines 150,000 times.
  it('ends soon with lines of megabytes', () => {
    const line = 'x'.repeat(5_000_000);
    const log = fileWith('long.log', `${line}\n${line}\n`);
    const { code, out } = run(['--trace', log, '--seconds', '1', '--rounds', '1', '--json']);
    expect(code).toBe(0);
    expect((JSON.parse(out) as Report).rows[0]?.libraries.wasm.hits).toBe(1);
  });
});
