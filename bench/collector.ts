// What the garbage collector did in some span of time, from what Node reports of it.

import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';

/** Time in the collector, in ms. */
export interface Collections {
  readonly totalMs: number;
  readonly pauseMaxMs: number;
  /** Every pause since the watch began, counted or not. */
  readonly pauses: readonly Span[];
}

/** Watches the collector. */
export interface CollectorWatch {
  /** Counts collections that begin from one time to another, in ms. */
  count(from: number, to: number): void;
  /** What was counted; ends the watch. */
  stop(): Promise<Collections>;
}

/** From one time to another, in ms of `performance.now`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The part of a span in which the collector did not pause the program, in ms. */
export function outsideOf({ start, end }: Span, pauses: readonly Span[]): number {
  let ms = end - start;
  for (const pause of pauses) {
    ms -= Math.max(0, Math.min(end, pause.end) - Math.max(start, pause.start));
  }
  return ms;
}

/** Begins to watch. Where the runtime reports nothing, nothing is counted. */
export function watchCollector(): CollectorWatch {
  const pauses: Span[] = [];
  const counted: Span[] = [];
  const add = (entries: readonly { startTime: number; duration: number }[]): void => {
    for (const { startTime, duration } of entries) {
      pauses.push({ start: startTime, end: startTime + duration });
    }
  };
  const observer = new PerformanceObserver((list) => add(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  return {
    count: (start, end) => void counted.push({ start, end }),
    stop: async () => {
      // Entries come by a later turn of the event loop.
      await turn();
      await turn();
      add(observer.takeRecords());
      observer.disconnect();
      const isCounted = ({ start }: Span): boolean =>
        counted.some((span) => span.start <= start && start < span.end);
      const lengths = pauses.filter(isCounted).map(({ start, end }) => end - start);
      return {
        totalMs: lengths.reduce((sum, ms) => sum + ms, 0),
        pauseMaxMs: Math.max(0, ...lengths),
        pauses,
      };
    },
  };
}
