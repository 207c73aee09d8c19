// The night itself: that it fails when something is wrong, goes on, and tells what it did.

import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../bench/random.js';
import { plainCases } from '../../test/support/engines.js';
import { blockOf } from '../markdown.mjs';
import { type Course, runNight } from './night.js';
import { type Part, parts, type Step } from './parts.js';
import { BLOCK, documents, doneBy, lineOf, type PartReport, type Reports } from './report.js';
import { shapes } from './soak-shapes.js';
import { type Shape, SoakSubject } from './soak-subject.js';

const at = (file: string) => new URL(`../../${file}`, import.meta.url);
const read = (file: string) => readFileSync(at(file), 'utf8');

/** A part whose processes run these programs. */
function partOf(name: string, ...programs: string[]): Part {
  const steps = programs.map((text): Step => ({ label: text, args: ['-e', text] }));
  return { name, shows: 'something', steps: () => steps };
}

const figureOf = (line: object) =>
  `require('fs').appendFileSync(process.env.WASM_LRU_FIGURES, '${JSON.stringify(line)}\\n')`;

/** Runs parts, in a folder of their own; what became of each. */
async function night(run: Part[], limitMinutes = 60) {
  const reports = new Map<string, PartReport & { log?: string }>();
  const course: Course = {
    ...{ knobs: { seed: 7, minutes: 1 }, lanes: 2, machine: 'a machine', limitMinutes },
    folder: mkdtempSync(join(tmpdir(), 'nightly-')),
    progress: { begin: () => {}, step: () => {}, end: () => {}, print: () => {}, stop: () => {} },
    ended: ({ name }, report, log) => {
      reports.set(name, { ...report, ...(log !== undefined && { log }) });
    },
  };
  await runNight(run, course);
  return reports;
}

describe('a night', () => {
  it('goes on after a failure, and says what failed', async () => {
    const reports = await night([
      partOf('bad', 'console.log("the reason"); process.exit(3)', figureOf({ note: 'went on' })),
      partOf('good', ''),
    ]);
    expect([...reports.keys()].sort()).toEqual(['bad', 'good']);
    expect(reports.get('bad')?.failures.join()).toMatch(/ended with 3$/);
    expect(reports.get('bad')?.log).toContain('the reason');
    expect(reports.get('bad')?.notes).toEqual(['went on']);
    expect(reports.get('good')).toMatchObject({ failures: [], seed: 7, machine: 'a machine' });
  });

  it('ends what does not end by itself', async () => {
    const reports = await night([partOf('late', 'setInterval(() => {}, 1000)')], 1 / 600);
    expect(reports.get('late')?.failures.join()).toMatch(/no end in/);
  });

  it('sums up what its processes count', async () => {
    const runs = figureOf({ name: 'runs', count: 700 });
    const part = partOf('part', runs, figureOf({ note: 'all is well' }), runs);
    const report = (await night([part])).get('part') as PartReport;
    expect(doneBy(report)).toBe('1,400 runs; all is well');
    expect(lineOf('part', report)).toMatch(/^passed {2}part, \d+ s: 1,400 runs; all is well$/);
  });
});

describe('the parts', () => {
  it('have names of their own, and run files that exist', () => {
    expect(new Set(parts.map(({ name }) => name)).size).toBe(parts.length);
    const steps = parts.flatMap((part) => part.steps({ seed: 1, minutes: 1 }));
    const files = steps
      .flatMap(({ args }) => args)
      .map((arg) => arg.replace(/^build\/js\/(.*)\.js$/, '$1.ts'))
      .filter((arg) => /\.(ts|mjs)$/.test(arg));
    expect(files.length).toBeGreaterThan(parts.length);
    expect(files.filter((file) => !existsSync(at(file)))).toEqual([]);
  });
});

describe('the figures', () => {
  const reports = JSON.parse(read('docs/nightly.json')) as Reports;

  it.each(Object.entries(documents))('in %s are those of docs/nightly.json', (file, textOf) => {
    const document = read(file);
    expect(blockOf(document, BLOCK)).toBe(textOf(reports));
  });

  it('are of parts that there are', () => {
    const names = parts.map(({ name }) => name);
    expect(Object.keys(reports).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe.each(plainCases)('the soak: $name', ({ open }) => {
  const soakOf = (name: string) => {
    const shape = shapes.find((each) => each.name === name) as Shape;
    return new SoakSubject(open().host, shape, createRandom(1));
  };
  const use = (subject: SoakSubject) => {
    for (let i = 0; i < 1500; i++) subject.step();
    return subject.expectSame();
  };

  it.each(shapes.map(({ name }) => name))('%s equal their model', (name) => {
    const subject = soakOf(name);
    expect(use(subject)).not.toBe(0);
    expect(use(soakOf(name)), 'the same operations for the same seed').toBe(use(soakOf(name)));
    expect(subject.cache.size).toBeGreaterThan(0);
  });

  it.each<[string, string, (subject: SoakSubject) => unknown, string]>([
    ['a use', 'ints', ({ cache }) => cache.get(cache.rkeys().next().value), 'order'],
    ['an age', 'ages', ({ model }) => model.rows.forEach((row) => void row.start--), 'age'],
    ['a size', 'sizes', ({ model }) => void model.total++, 'calculatedSize'],
    ['a callback', 'callbacks', ({ model }) => model.told.push([{ id: 0 }, 1, 'add']), 'callbacks'],
  ])('finds %s that the model does not know of', (_, name, change, told) => {
    const subject = soakOf(name);
    use(subject);
    change(subject);
    expect(() => {
      subject.expectSame();
      subject.step();
    }).toThrow(told);
  });
});
