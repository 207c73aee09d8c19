// Progress of the night: a bar for each part on a terminal, else a line for each step on standard
// error.

import { MultiBar, Presets, type SingleBar } from 'cli-progress';

/** Somebody to tell of every part and its steps. */
export interface Progress {
  begin(part: string, steps: number): void;
  step(part: string, label: string): void;
  end(part: string): void;
  /** Prints a text beside the progress. */
  print(text: string): void;
  stop(): void;
}

function createBars(): Progress {
  const format = '{bar} {value}/{total} {duration_formatted} {part}: {label}';
  const options = { format, barsize: 12, clearOnComplete: true, hideCursor: true };
  const bars = new MultiBar(options, Presets.shades_classic);
  const open = new Map<string, SingleBar>();
  const begun = new Set<string>();
  return {
    begin: (part, steps) => void open.set(part, bars.create(steps, 0, { part, label: '' })),
    step: (part, label) => {
      // The step before this one has ended.
      if (begun.has(part)) open.get(part)?.increment({ label });
      else open.get(part)?.update({ label });
      begun.add(part);
    },
    end: (part) => {
      const bar = open.get(part);
      if (bar !== undefined) bars.remove(bar);
    },
    print: (text) => bars.log(`${text}\n`),
    stop: () => {
      // Writes what is left to print.
      bars.update();
      bars.stop();
    },
  };
}

function createLines(): Progress {
  const began = performance.now();
  return {
    begin: () => {},
    step: (part, label) => {
      const minutes = ((performance.now() - began) / 60_000).toFixed(1);
      process.stderr.write(`${minutes} min  ${part}: ${label}\n`);
    },
    end: () => {},
    print: (text) => void process.stdout.write(`${text}\n`),
    stop: () => {},
  };
}

/** Progress as it can be shown: what is printed must not get lost if output goes to a file. */
export function createProgress(): Progress {
  return process.stderr.isTTY && process.stdout.isTTY ? createBars() : createLines();
}
