// The programs in the documents do what the documents say.
//
// Each prints what stands beside it. In docs/migration/, one for another library is followed by
// one for wasm-lru that says whether it prints the same.

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blocksOf, expectPrinted, FRAMEWORKS } from './blocks.js';

const guides = readdirSync(new URL('../../docs/migration', import.meta.url))
  .filter((name) => name !== 'README.md')
  .map((name) => `docs/migration/${name}`);

const programs = [
  'recipes',
  'faq',
  'loading',
  'memoize',
  'stores',
  'layers',
  'sockets',
  'bytes',
  'numbers',
  'shared',
].map((name) => `docs/${name}.md`);

describe.each([...guides])('%s', (document) => {
  const blocks = blocksOf(document);

  it('has programs that print what it says', () => {
    expectPrinted(blocks);
  });

  it('pairs each program for another library with one for wasm-lru', () => {
    expect(blocks.length).toBeGreaterThan(2);
    expect(blocks.length % 2).toBe(0);
    for (let i = 0; i < blocks.length; i += 2) {
      const [theirs, ours] = blocks.slice(i, i + 2) as [(typeof blocks)[0], (typeof blocks)[0]];
      expect(theirs.code, theirs.place).not.toContain('wasm-lru');
      expect(ours.code, ours.place).toMatch(/'wasm-lru/);
      expect(ours.title, ours.place).toMatch(/^wasm-lru: (the same|differs)$/);
      const isSame = ours.promised.join('\n') === theirs.promised.join('\n');
      expect(isSame, ours.place).toBe(ours.title.endsWith('the same'));
    }
  });
});

describe.each(programs)('%s', (document) => {
  it('has programs that print what it says', () => {
    // Those for packages of others are run by npm run test:frameworks and npm run test:sockets.
    expectPrinted(blocksOf(document).filter(({ title }) => !FRAMEWORKS.test(title)));
  });
});
