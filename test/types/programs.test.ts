// Our types need TypeScript 5.2, and nothing else: no language version, DOM or types of Node.
//
// They are those that the build made, in dist/, as a program of a user finds them. Here, a few
// kinds of programs are tried under our own TypeScript; `npm run test:pack` tries all of them,
// under more versions.

import { dirname, join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { complaintsInAll, type ProgramKind } from '../pack/matrix.mjs';

const root = new URL('../..', import.meta.url).pathname;

const PROGRAMS: readonly ProgramKind[] = [
  { lib: 'es2015', host: 'no host' },
  { lib: 'es2015', host: 'Node' },
  { lib: 'es2021', host: 'DOM' },
  { lib: 'es2022', host: 'no host' },
  { lib: 'esnext', host: 'DOM and Node' },
];

it('our types compile in programs of every kind', () => {
  const places = {
    libFolder: dirname(ts.getDefaultLibFilePath({})),
    typeRoot: join(root, 'node_modules/@types'),
  };
  const file = join(root, 'test/pack/everywhere.mts');
  expect(complaintsInAll(ts, places, file, PROGRAMS)).toEqual([]);
});
