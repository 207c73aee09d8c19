// One process of the night: started, limited, its output and its figures kept.
//
// It is the head of a group of processes, which ends with it, when its time is up, or with this
// process: a test that hung may have left its worker. What it prints goes to a log; what it counted
// is in the file that figures.ts writes.

import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import type { FigureLine } from '../../test/support/figures.js';
import { startGroup } from '../group.mjs';
import type { Step } from './parts.js';

/** Lines of a log that are shown of a step that failed. */
const LINES_SHOWN = 25;

/** Sums of what was counted, by name, and what else there was to say, in order. */
export interface Figures {
  readonly counts: Record<string, number>;
  readonly notes: string[];
}

/** Where a part keeps what its steps print and count. */
export interface StepFiles {
  readonly log: string;
  readonly figures: string;
}

/** Runs one step to its end; returns what was wrong, or undefined if nothing was. */
export async function runStep(
  step: Step,
  files: StepFiles,
  limitMs: number,
): Promise<string | undefined> {
  const log = { file: files.log, append: true };
  appendFileSync(files.log, `\n== ${step.label}\n`);
  const { child } = startGroup(process.execPath, step.args, {
    env: { WASM_LRU_FIGURES: files.figures, ...step.env },
    ...{ stdin: 'ignore', stdout: log, stderr: log, buffer: false },
    ...{ timeout: limitMs, killSignal: 'SIGKILL' },
  });
  const { failed, timedOut, signal, exitCode, originalMessage } = await child;
  if (timedOut) return `no end in ${limitMs / 60_000} min`;
  return failed ? (originalMessage ?? `ended with ${signal ?? exitCode}`) : undefined;
}

/** Throws away what an earlier night kept in these files. */
export function clearFiles({ log, figures }: StepFiles): void {
  rmSync(log, { force: true });
  rmSync(figures, { force: true });
}

/** The end of a log. */
export function endOfLog(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LINES_SHOWN).join('\n');
}

/** What the steps that share these files counted. */
export function readFigures(file: string): Figures {
  const figures: Figures = { counts: {}, notes: [] };
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Nothing was counted.
  }
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const parsed = JSON.parse(line) as FigureLine;
    if ('note' in parsed) figures.notes.push(parsed.note);
    else figures.counts[parsed.name] = (figures.counts[parsed.name] ?? 0) + parsed.count;
  }
  return figures;
}
