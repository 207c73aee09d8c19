// A night: parts run side by side, each to its end, whatever becomes of the others.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Knobs, Part } from './parts.js';
import type { Progress } from './progress.js';
import type { PartReport } from './report.js';
import { clearFiles, endOfLog, readFigures, runStep } from './step.js';

/** How a night goes. */
export interface Course {
  readonly knobs: Knobs;
  /** Minutes after which a process counts as hung. */
  readonly limitMinutes: number;
  /** Parts that run at once. */
  readonly lanes: number;
  /** What it runs on, in words. */
  readonly machine: string;
  /** Where logs and figures go, one of each for every part. */
  readonly folder: string;
  readonly progress: Progress;
  /** Told of every part that has ended; `log` is the end of its log, if it failed. */
  ended(part: Part, report: PartReport, log: string | undefined): void;
}

async function runPart(part: Part, course: Course): Promise<void> {
  const { knobs, machine, folder, progress, ended } = course;
  const limitMs = course.limitMinutes * 60_000;
  const files = {
    log: join(folder, `${part.name}.log`),
    figures: join(folder, `${part.name}.jsonl`),
  };
  clearFiles(files);
  const date = new Date().toISOString();
  const began = performance.now();
  const failures: string[] = [];
  const steps = part.steps(knobs);
  progress.begin(part.name, steps.length);
  for (const step of steps) {
    progress.step(part.name, step.label);
    const failure = await runStep(step, files, limitMs);
    if (failure !== undefined) failures.push(`${step.label}: ${failure}`);
  }
  progress.end(part.name);
  const seconds = Math.round((performance.now() - began) / 1000);
  const { counts, notes } = readFigures(files.figures);
  const report = { date, machine, seed: knobs.seed, seconds, failures, counts, notes };
  ended(part, report, failures.length === 0 ? undefined : endOfLog(files.log));
}

/** Runs these parts, so many at once, in their order. */
export async function runNight(parts: readonly Part[], course: Course): Promise<void> {
  mkdirSync(course.folder, { recursive: true });
  const left = [...parts].reverse();
  const lane = async () => {
    for (let part = left.pop(); part !== undefined; part = left.pop()) await runPart(part, course);
  };
  await Promise.all(Array.from({ length: course.lanes }, lane));
}
