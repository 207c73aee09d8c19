// The score of Stryker on one file of src/, and its survivors, by what stands in their lines.

/** What is read of Stryker's report. */
export interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

/** The figures of one file. */
export interface SourceScore {
  readonly killed: number;
  /** Of the killed ones, those that did not end. */
  readonly endless: number;
  readonly survivors: readonly string[];
}

/** A mutant of a file of which these are the lines, by what stands in its line. */
function keyOf({ location, replacement, mutatorName }: Mutant, lines: readonly string[]): string {
  const line = lines[location.start.line - 1] ?? '';
  const change = (replacement ?? '').replace(/\s+/g, ' ').slice(0, 60);
  return `${line.trim()} | ${mutatorName} at ${location.start.column}: ${change}`;
}

const mutantsIn = ({ files }: Report) => Object.values(files).flatMap((file) => file.mutants);

/** The figures of a report on one file, of which these are the lines. */
export function sourceScoreOf(report: Report, lines: readonly string[]): SourceScore {
  const mutants = mutantsIn(report);
  const having = (...statuses: string[]) =>
    mutants.filter(({ status }) => statuses.includes(status));
  return {
    killed: having('Killed', 'Timeout', 'RuntimeError').length,
    endless: having('Timeout').length,
    survivors: having('Survived', 'NoCoverage')
      .map((mutant) => keyOf(mutant, lines))
      .sort(),
  };
}

/** First and last line, from 1 up, of what has to be mutated for the survivors in some lines. */
export type LineRange = readonly [first: number, last: number];

/** The lines in which mutants survived, each as far as what begins there goes. */
export function rangesWithSurvivors(
  { survivors }: SourceScore,
  lines: readonly string[],
): readonly LineRange[] {
  const texts = new Set(survivors.map((key) => key.slice(0, key.lastIndexOf(' | '))));
  return lines.flatMap((line, i): LineRange[] =>
    texts.has(line.trim()) ? [[i + 1, endOf(lines, i) + 1]] : [],
  );
}

/** Index of the line that ends what begins in one: by its indentation, as Biome formats it. */
function endOf(lines: readonly string[], first: number): number {
  const line = lines[first] as string;
  if (line.endsWith(';')) return first;
  const depth = line.search(/\S/);
  const isEnd = (other: string) => {
    const otherDepth = other.search(/\S/);
    // `) {` and `} else {` end what they close, and begin what belongs to it.
    if (otherDepth === depth) return /^[})\]].*[^{]$|^[})\]]$/.test(other.trim());
    return otherDepth !== -1 && otherDepth < depth;
  };
  const length = lines.slice(first + 1).findIndex(isEnd);
  return length === -1 ? first : first + 1 + length;
}

/** The figures, when those lines have been judged again: what was killed by now is no survivor. */
export function rejudged(
  score: SourceScore,
  report: Report,
  lines: readonly string[],
): SourceScore {
  const judged = new Set(mutantsIn(report).map((mutant) => keyOf(mutant, lines)));
  const alive = new Set(sourceScoreOf(report, lines).survivors);
  const survivors = score.survivors.filter((key) => alive.has(key) || !judged.has(key));
  return { ...score, killed: score.killed + score.survivors.length - survivors.length, survivors };
}
