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
  core: 'tools/mutants/core.json',
  equivalent: 'tools/mutants/equivalent.json',
  source: 'tools/mutants/source.json',
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
  if (seed === undefined) return `There are ${total} mutants of ${version}; all were judged.`;
  return (
    `There are ${total} mutants of ${version}.\n` +
    `A sample of ${judged}, drawn with seed ${seed}, was judged.`
  );
}

function equivalentsText({ equivalents }: CoreScore, groups: readonly Equivalents[]): string {
  if (equivalents.length === 0) {
    return 'No survivor has been examined for equivalence yet; many may be equivalent.\n';
  }
  const reasons = argued(equivalents, groups);
  const intro = 'Equivalent mutants behave as the original does. Each was examined; the reasons:';
  return `${intro}\n\n${reasons}\n`;
}

function coreSection(core: CoreScore, groups: readonly Equivalents[]): string {
  const { judged, killed, endless, equivalent, survivors, byTrial } = core;
  const trials = Object.entries(byTrial).map(([name, count]) => [name, `${count}`]);
  return `## The core

Each mutant changes one instruction of \`build/core.wasm\`: mostly a constant, the field that a load
or store accesses, a comparison or an operator; or it leaves an instruction out. It runs the trials
(\`tools/mutants/trials.ts\`) until one fails. Vector instructions (\`v128\`, \`i8x16\`) are not
changed, but calls and stores around them are left out.

${judgedText(core)}

${table(
  ['mutants', 'killed', 'by a loop without end', 'equivalent', 'survived', 'score'],
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

Stryker mutates \`src/\`, one file at a time, and runs the tests that judge that file. No file has
been judged since the core, the engines and the entries were rewritten.`;
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

Stryker mutates \`src/\`, one file at a time, and runs the tests that judge that file. Error
messages are not mutated: no test compares a whole message.

${table(
  ['file', 'mutants', 'killed', 'by a loop without end', 'survived', 'score'],
  [...rows, ['all', ...all.map(String)]],
  1,
)}

${unrunText(source)}

These survivors behave as the original does, and are counted all the same:

${argued(keys, groups)}

### Survivors of the wrapper

These behave differently, and the tests of their file do not notice. The reason why they are left:

${argued(keys, left)}

All others:

${survivors.length === 0 ? 'None.' : list(survivors)}`;
}

/** The files that have no score yet. */
function unrunText(source: Readonly<Record<string, SourceScore>>): string {
  const unrun = Object.keys(TESTS).filter((name) => source[name] === undefined);
  if (unrun.length === 0) return 'These are all files that contain code.';
  return `Not run so far: ${unrun.map((name) => `\`${name}.ts\``).join(', ')}.`;
}

/** The document that these figures make. */
export function documentOf(
  core: CoreScore,
  listed: Listed,
  source: Readonly<Record<string, SourceScore>>,
): string {
  return `# Mutation testing

A mutant is the code with one defect added on purpose; a test that fails kills it. \`npm run
test:mutants\` mutates the compiled core and \`npm run test:mutation\` the wrapper; both write this
document. A mutant that survives shows that a test is missing, or behaves as the original does.

${coreSection(core, listed.core)}

${sourceSection(source, listed)}

## Coverage

\`npm run test:coverage\` fails if a line or a branch of \`src/\` is never executed. Comments exempt
three functions, which are never called: the stubs that \`engine/wasm.ts\`, \`bytes/region-wasm.ts\`
and \`shared/memory.ts\` bind imports to.
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
