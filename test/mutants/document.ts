// The document of the mutants, docs/mutation.md, made from the figures that both commands keep.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { details, table } from '../../bench/markdown.js';
import { type CoreScore, type Equivalents, type Listed, percentOf } from './score.js';
import type { SourceScore } from './source-score.js';
import { TESTS } from './source-tests.js';

const DOCUMENT = 'docs/mutation.md';

/** Files of the figures and of the arguments. */
export const files = {
  core: 'test/mutants/core.json',
  equivalent: 'test/mutants/equivalent.json',
  source: 'test/mutants/source.json',
} as const;

const read = <T>(file: string) => JSON.parse(readFileSync(file, 'utf8')) as T;
const code = (text: string) => `\`\`${text.includes('`') ? ` ${text} ` : text}\`\``;
const list = (lines: readonly string[]) => lines.map((line) => `- ${code(line)}`).join('\n');
const percentText = (percent: number) => `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;

/** Those of these keys that are listed, by reason. */
function argued(keys: readonly string[], groups: readonly Equivalents[]): string {
  const parts = groups.map(({ reason, keys: listed }) => {
    const own = keys.filter((key) => listed.includes(key));
    return own.length === 0 ? '' : details(`${own.length}: ${reason}`, list(own));
  });
  return parts.filter((part) => part !== '').join('\n\n');
}

/** A short digest of the core's text, which tells one version from another. */
export function digestOf(wat: string): string {
  return createHash('sha256').update(wat).digest('hex').slice(0, 12);
}

function judgedText({ core, total, judged, seed }: CoreScore): string {
  const version = `the core whose \`build/core.wat\` has a SHA-256 that begins with \`${core}\``;
  if (seed === undefined) return `There are ${total} of them, of ${version}; all were judged.`;
  return (
    `There are ${total} of them, of ${version}.\n` +
    `A sample of ${judged}, drawn with seed ${seed}, was judged.`
  );
}

function equivalentsText({ equivalents }: CoreScore, groups: readonly Equivalents[]): string {
  if (equivalents.length === 0) {
    return 'No survivor has been argued to be equivalent to the original; many may be.\n';
  }
  const reasons = argued(equivalents, groups);
  const intro = 'Equivalent mutants do what the original does. Each was looked at; the reasons:';
  return `${intro}\n\n${reasons}\n`;
}

function coreSection(core: CoreScore, groups: readonly Equivalents[]): string {
  const { judged, killed, endless, equivalent, survivors, byTrial } = core;
  const trials = Object.entries(byTrial).map(([name, count]) => [name, `${count}`]);
  return `## The core

One instruction of \`build/core.wasm\` is changed at a time. Most changes are of a constant, of the
field that a load or store goes to, of a comparison, of an operator, or of what is left out. Each
mutant runs the trials (\`test/mutants/trials.ts\`) until it fails one. Not changed are the
instructions on vectors (\`v128\`, \`i8x16\`), but a call or a store around them is left out.

${judgedText(core)}

${table(
  ['mutants', 'killed', 'of them endless', 'equivalent', 'survived', 'score'],
  [[judged, killed, endless, equivalent, survivors.length, percentText(core.percent)].map(String)],
  0,
)}

${table(['killed first by the trial', 'mutants'], trials, 1)}

${equivalentsText(core, groups)}
### Survivors of the core

${survivors.length === 0 ? 'None.' : list(survivors)}`;
}

/** Keys of all survivors of the wrapper. */
function survivorsIn(source: Readonly<Record<string, SourceScore>>): readonly string[] {
  return Object.entries(source).flatMap(([name, { survivors }]) =>
    survivors.map((survivor) => `${name}: ${survivor}`),
  );
}

function sourceSection(
  source: Readonly<Record<string, SourceScore>>,
  { source: groups, left }: Listed,
): string {
  if (Object.keys(source).length === 0) {
    return `## The wrapper

Stryker changes \`src/\`, a file at a time, and runs the tests of that file's concept. No file has
been judged since the core, its engines and the entries were written anew.`;
  }
  const scores = Object.values(source);
  const killed = scores.reduce((sum, score) => sum + score.killed, 0);
  const survived = scores.reduce((sum, { survivors }) => sum + survivors.length, 0);
  const rows = Object.entries(source).map(([name, score]) => [
    `\`${name}.ts\``,
    `${score.killed + score.survivors.length}`,
    `${score.killed}`,
    `${score.endless}`,
    `${score.survivors.length}`,
    percentText(percentOf(score.killed, score.survivors.length)),
  ]);
  const all = [killed + survived, killed, '', survived, percentText(percentOf(killed, survived))];
  const keys = survivorsIn(source);
  const known = new Set([...groups, ...left].flatMap((group) => group.keys));
  const survivors = keys.filter((key) => !known.has(key));
  return `## The wrapper

Stryker changes \`src/\`, a file at a time, and runs the tests of that file's concept. Texts of
errors are not changed: no test compares a whole one.

${table(
  ['file', 'mutants', 'killed', 'of them endless', 'survived', 'score'],
  [...rows, ['all', ...all.map(String)]],
  1,
)}

${unrunText(source)}

Of those that survived, these do what the original does, and are counted all the same:

${argued(keys, groups)}

### Survivors of the wrapper

These do something else, which the tests of their file do not see; and why they are left:

${argued(keys, left)}

All others:

${survivors.length === 0 ? 'None.' : list(survivors)}`;
}

/** The files that have no score yet. */
function unrunText(source: Readonly<Record<string, SourceScore>>): string {
  const unrun = Object.keys(TESTS).filter((name) => source[name] === undefined);
  if (unrun.length === 0) return 'These are all files that do something.';
  return `Not run so far: ${unrun.map((name) => `\`${name}.ts\``).join(', ')}.`;
}

/** The document that these figures make. */
export function documentOf(
  core: CoreScore,
  listed: Listed,
  source: Readonly<Record<string, SourceScore>>,
): string {
  return `# Mutation testing

What a defect put in on purpose meets: a test that fails, or none. \`npm run test:mutants\` puts
them into the compiled core and \`npm run test:mutation\` into the wrapper; both write this
document. A mutant that survives is a test that is missing, or changes nothing that can be seen.

${coreSection(core, listed.core)}

${sourceSection(source, listed)}

## Coverage

\`npm run test:coverage\` fails if a line or a branch of \`src/\` is never taken. One function is
excepted, by a comment in its place: what js-string is bound to, in \`engine/wasm.ts\`, where no
call reaches it.
`;
}

/** The document that the figures in the repository make. */
export function document(): string {
  return documentOf(
    read<CoreScore>(files.core),
    read<Listed>(files.equivalent),
    read<Record<string, SourceScore>>(files.source),
  );
}

/** Keys of the wrapper that are argued about, though they are no survivors, or not any more. */
export function staleArguments(): readonly string[] {
  const { source, left } = read<Listed>(files.equivalent);
  const survivors = survivorsIn(read<Record<string, SourceScore>>(files.source));
  const keys = [...source, ...left].flatMap((group) => group.keys);
  return keys.filter((key) => !survivors.includes(key));
}

/** Writes the document anew. */
export function writeDocument(): void {
  writeFileSync(DOCUMENT, document());
}
