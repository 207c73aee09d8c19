// Progress, on standard error: a bar on a terminal, else a line for each label that is new.

import { Presets, SingleBar } from 'cli-progress';

/** Somebody to tell of every process that begins and ends, and what it measures. */
export interface Ticker {
  begin(label: string): void;
  end(): void;
  /** So many processes come in addition. */
  expect(processes: number): void;
  stop(): void;
}

/** What shows progress: standard error, or a test's. */
export type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Where a bar fits into 80 columns, the label's end is cut off. */
const FORMAT = '{bar} {percentage} %, {eta_formatted} left: {label}';
const BAR_COLUMNS = 24;

function createBar(processes: number, stream: Screen): Ticker {
  const bar = new SingleBar(
    { format: FORMAT, barsize: BAR_COLUMNS, clearOnComplete: true, stream, etaBuffer: processes },
    Presets.shades_classic,
  );
  bar.start(processes, 0, { label: '' });
  return {
    begin: (label) => bar.update({ label }),
    end: () => bar.increment(),
    expect: (more) => bar.setTotal(bar.getTotal() + more),
    stop: () => bar.stop(),
  };
}

function createLines(first: number, stream: Screen): Ticker {
  let processes = first;
  const started = performance.now();
  let ended = 0;
  let latest = '';
  return {
    begin: (label) => {
      if (label === latest) return;
      latest = label;
      const minutes = (((performance.now() - started) / 60_000) * (processes - ended)) / ended;
      const left = ended === 0 ? '' : `, ${minutes.toFixed(1)} min left`;
      stream.write(`${ended}/${processes} processes${left}: ${label}\n`);
    },
    end: () => {
      ended += 1;
    },
    expect: (more) => {
      processes += more;
    },
    stop: () => {},
  };
}

const silent: Ticker = { begin: () => {}, end: () => {}, expect: () => {}, stop: () => {} };

/** Progress for so many processes; with `isQuiet`, on a terminal only. */
export function createTicker(
  processes: number,
  isQuiet = false,
  stream: Screen = process.stderr,
): Ticker {
  if (stream.isTTY) return createBar(processes, stream);
  return isQuiet ? silent : createLines(processes, stream);
}
