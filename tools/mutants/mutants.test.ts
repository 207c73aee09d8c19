// The mutants of the core are what they claim to be, and some of them, drawn anew for every
// version of the core, are killed. `npm run test:mutants` judges all of them.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandom, shuffle } from '../../bench/random.js';
import { document, staleArguments } from './document.js';
import { assemble, assembled, type Mutant, mutantsOf } from './mutant.js';
import { equivalentsIn, scoreOf } from './score.js';
import { fileOf, NOTHING_TO_CHANGE, TESTS } from './source-tests.js';
import { judge, type Verdict } from './verdict.js';

/** As many as take some ten seconds. */
const SAMPLE = 40;
/** How many of them one test judges. */
const PART = 5;
/** Low, as equivalent mutants are drawn, too, and none is listed yet: 9 of 10 are killed in all. */
const LEAST_PERCENT = 75;

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url));
const wat = read('build/core.wat').toString();
const mutants = mutantsOf(wat);
const equivalents = equivalentsIn(read('tools/mutants/equivalent.json').toString());

const bytesOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe('mutants', () => {
  it('are of the very core that ships', () => {
    expect(bytesOf(assembled(wat))).toBe(bytesOf(read('build/core.wasm')));
  });

  it('are many, each with a key of its own', () => {
    expect(mutants.length).toBeGreaterThan(2000);
    expect(new Set(mutants.map(({ key }) => key)).size).toBe(mutants.length);
  });

  it('are modules, each another one than the original', () => {
    const original = bytesOf(assemble(wat));
    const drawn = shuffle([...mutants], createRandom(1)).slice(0, SAMPLE);
    for (const mutant of drawn) {
      const bytes = assemble(wat, mutant);
      expect(WebAssembly.validate(bytes), mutant.key).toBe(true);
      expect(bytesOf(bytes) === original, mutant.key).toBe(false);
    }
  });
});

describe('the document', () => {
  it('is what the figures give', () => {
    expect(read('docs/mutation.md').toString()).toBe(document());
  });

  it('gives reasons for survivors, and for nothing else', () => {
    expect(staleArguments()).toEqual([]);
  });
});

describe('the tests of each file of src/', () => {
  it('are named for every file that does something', () => {
    const names = readdirSync(new URL('../../src', import.meta.url), { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
      .map((file) => file.slice(0, -3));
    expect([...Object.keys(TESTS), ...NOTHING_TO_CHANGE].sort()).toEqual(names.sort());
  });

  it('exist', () => {
    const named = new Set(Object.values(TESTS).flat());
    const isMissing = (name: string) =>
      !existsSync(new URL(`../../${fileOf(name)}`, import.meta.url));
    expect([...named].filter(isMissing)).toEqual([]);
  });
});

describe('a verdict', () => {
  const mutantOf = (key: RegExp) =>
    mutants.find((mutant) => key.test(mutant.key)) ?? expect.fail(`no mutant ${key}`);

  it('lets the core pass', () => {
    expect(judge(wat)).toEqual({ outcome: 'survived' });
  });

  it('tells what is wrong from what does not end', () => {
    const wrong = mutantOf(/^index\/size: i32\.load/);
    expect(judge(wat, wrong)).toMatchObject({ outcome: 'killed' });
    const endless: Mutant = { key: '', line: lineOf('i32.load', 'arena.js/findFree'), lines: [] };
    const lines = ['drop', ...['loop $endless', 'br $endless', 'end'], 'unreachable'];
    expect(judge(wat, { ...endless, lines })).toMatchObject({
      ...{ outcome: 'endless', reason: 'RuntimeError: unreachable' },
    });
  });

  const seed = createHash('sha256').update(wat).digest().readUInt32LE(0);
  const drawn = shuffle([...mutants], createRandom(seed)).slice(0, SAMPLE);
  const verdicts = new Map<string, Verdict>();

  // One after another, it would take a quarter of the time that a test has.
  const parts = Array.from({ length: Math.ceil(SAMPLE / PART) }, (_, i) => i);
  it.each(parts)('is given on each mutant that is drawn, part %i', (part) => {
    for (const mutant of drawn.slice(part * PART, (part + 1) * PART)) {
      verdicts.set(mutant.key, judge(wat, mutant));
    }
  });

  it('is most often that a mutant is killed', () => {
    expect(verdicts.size).toBe(drawn.length);
    const { percent, survivors } = scoreOf(verdicts, equivalents);
    expect(percent, survivors.join('\n')).toBeGreaterThanOrEqual(LEAST_PERCENT);
  });
});

/** Index of the first line of a function that has this instruction. */
function lineOf(instruction: string, name: string): number {
  const lines = wat.split('\n');
  const begin = lines.findIndex((line) => line.includes(`(func $assembly/${name} `));
  const length = lines.slice(begin).findIndex((line) => line.trim().startsWith(instruction));
  return begin + length;
}
