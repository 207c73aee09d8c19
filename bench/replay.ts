// The main job: replays real request traces through caches, ours and others, and prints a table; of
// a trace of the user's it says whether a cache would help, how large, and which library.
//
// This file owns the exit code: 0 is done, 1 is a failure told in one line (a file that cannot be
// read, a cache with wrong hits, a target missed), 2 is wrong use.
//
// How a run goes: start.mjs builds what is out of date, options.ts reads the command line, trace.ts
// and vendored.ts the traces; advice.ts says what a cache would do; oracle.ts says how many hits
// each row must have, rounds.ts starts replay-child.ts once per cell and round, report.ts has the
// figures, and show-replay.ts and page.ts show them.

import { writeFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { type Advice, adviseOn } from './advice.js';
import { Failure } from './failure.js';
import { measureMemory, memoryCapacities, showMemory } from './memory.js';
import { type Options, readOptions } from './options.js';
import { createTicker } from './progress.js';
import { makeReport, type Report, settingNow } from './report.js';
import { measureRows, processesFor, type Row, rowsOf } from './rounds.js';
import { showAdvice, showReport } from './show-replay.js';
import { readTrace } from './trace.js';
import { readVendored } from './vendored.js';

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function writePage(file: string, advice: Advice, report?: Report): Promise<void> {
  const { makePage } = await import('./page.js');
  const page = await makePage(advice, report);
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new Failure(`cannot write ${file}: ${(error as Error).message}`);
  }
}

async function measure(rows: readonly Row[], options: Options, advice?: Advice): Promise<Report> {
  const ticker = createTicker(processesFor(rows.length, options), options.json === true);
  try {
    return makeReport(rows, await measureRows(rows, options, ticker), advice);
  } finally {
    ticker.stop();
  }
}

async function replayVendored(options: Options): Promise<string> {
  const traces = await readVendored(options.requests);
  const report = await measure(
    traces.flatMap((trace) => rowsOf(trace, options.capacity)),
    options,
  );
  return options.json ? toJson(report) : showReport(report);
}

async function answerFor(file: string, options: Options): Promise<string> {
  const trace = await readTrace(file, options.keys, options.requests);
  const advice = adviseOn(trace);
  const capacities = options.capacity ?? advice.sizes;
  // Without a hit there is nothing to choose; times of misses alone would tell a wrong story.
  const report =
    advice.verdict === 'none'
      ? undefined
      : await measure(rowsOf(trace, capacities), options, advice);
  if (options.html !== undefined) await writePage(options.html, advice, report);
  if (options.json) return toJson(report ?? { ...settingNow(process.version), advice });
  return report === undefined ? showAdvice(advice) : showReport(report);
}

/** Measures memory, prints it and returns the exit code. */
async function runMemory(options: Options): Promise<number> {
  const report = await measureMemory(options.capacity ?? memoryCapacities, options.node);
  process.stdout.write(options.json ? toJson(report) : showMemory(report));
  return report.met ? 0 : 1;
}

/** Runs the command line and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.memory) return await runMemory(options);
    const { trace } = options;
    process.stdout.write(
      trace === undefined ? await replayVendored(options) : await answerFor(trace, options),
    );
    return 0;
  } catch (error) {
    // Commander has told the user already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
