// One process of the night: started, limited, its output and its figures kept.
//
// It is the head of a group of processes, which ends as a whole: when its time is up, or with this
// process. What it prints goes to a log; what it counted is in the file that figures.ts writes.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import type { FigureLine } from '../../test/support/figures.js';
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

const running = new Set<ChildProcess>();

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Ends every step that is running, with all that it started. */
export function endSteps(): void {
  for (const child of running) endGroup(child);
}

/** Runs one step to its end; returns what was wrong, or undefined if nothing was. */
export async function runStep(
  step: Step,
  files: StepFiles,
  limitMs: number,
): Promise<string | undefined> {
  const log = openSync(files.log, 'a');
  writeSync(log, `\n== ${step.label}\n`);
  const env = { ...process.env, WASM_LRU_FIGURES: files.figures, ...step.env };
  const child = spawn(process.execPath, step.args, {
    ...{ env, detached: true },
    stdio: ['ignore', log, log],
  });
  running.add(child);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    endGroup(child);
  }, limitMs);
  try {
    const [status, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (status === 0) return undefined;
    return isLate ? `no end in ${limitMs / 60_000} min` : `ended with ${signal ?? status}`;
  } catch (error) {
    return (error as Error).message;
  } finally {
    clearTimeout(timer);
    running.delete(child);
    // A test that hung may have left its worker.
    endGroup(child);
    closeSync(log);
  }
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
