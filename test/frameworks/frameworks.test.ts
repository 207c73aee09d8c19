// The recipes for frameworks, run with the frameworks: npm run test:frameworks.

import { expect, it } from 'vitest';
import { blocksOf, expectPrinted, FRAMEWORKS } from '../documents/blocks.js';

const blocks = blocksOf('docs/recipes.md').filter(({ title }) => FRAMEWORKS.test(title));

it('finds a recipe for each', () => {
  expect(blocks.map(({ title }) => title)).toEqual(['Express 5', 'NestJS 11']);
});

it.each(blocks)('$title prints what the recipe says', (block) => {
  expectPrinted([block], 'test/frameworks/build');
});
