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

/** The figures of a report on one file, of which these are the lines. */
export function sourceScoreOf({ files }: Report, lines: readonly string[]): SourceScore {
  const mutants = Object.values(files).flatMap((file) => file.mutants);
  const having = (...statuses: string[]) =>
    mutants.filter(({ status }) => statuses.includes(status));
  const survivors = having('Survived', 'NoCoverage').map(
    ({ location, replacement, mutatorName }) => {
      const line = lines[location.start.line - 1] ?? '';
      const change = (replacement ?? '').replace(/\s+/g, ' ').slice(0, 60);
      return `${line.trim()} | ${mutatorName} at ${location.start.column}: ${change}`;
    },
  );
  return {
    killed: having('Killed', 'Timeout', 'RuntimeError').length,
    endless: having('Timeout').length,
    survivors: survivors.sort(),
  };
}
