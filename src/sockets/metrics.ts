// Metrics of caches for Prometheus and OpenTelemetry, read at each scrape.
//
// ME1  Metrics read `stats()`, and add no work to the operations of a cache.
// ME2  Caches are held weakly. A cache that was collected or disposed of is not in later scrapes.
// ME3  A scrape reads each cache once, so that its figures are consistent; all metrics within one
//      job of the event loop use that reading.
// ME4  A counter of Prometheus never decreases except by `resetStats`. So there are counters for
//      loads that began and loads that failed; whether a load in flight will succeed is not known.

/**
 * Metrics for Prometheus and OpenTelemetry: `import { prometheus } from 'wasm-lru/metrics'`.
 *
 * @module metrics
 */

import type { Stats } from '../common/types.js';
import type { Shadow } from './shadow.js';
import { shadowsByCache } from './shadows.js';

/** What metrics need of a cache: an `LRUCache`, or an object with its counts. */
export interface MeasuredCache {
  /** Number of entries. */
  readonly size: number;
  /** Whether the cache counts for `stats`. If not, it has no counters. */
  readonly recordStats: boolean;
  /** The counts. */
  stats(): Stats;
  /** The largest number of entries, or 0 for no bound. */
  readonly max?: number;
  /** Sum of the sizes of all entries. */
  readonly calculatedSize?: number;
  /** The largest sum of sizes, or 0 for no bound. */
  readonly maxSize?: number;
  /** The engine that the cache runs on. */
  readonly engine?: string;
}

/** Caches by their names in the metrics. */
export type NamedCaches = Readonly<Record<string, MeasuredCache>>;

/** What is used of a registry of prom-client. */
export interface PrometheusRegistry {
  /** Adds a metric, whose values the registry collects at each scrape. */
  registerMetric(metric: { get(): Promise<unknown> }): void;
}

/** What is used of a meter of OpenTelemetry. */
export interface OpenTelemetryMeter {
  /** Makes an instrument for a value that only increases. */
  createObservableCounter(name: string, options?: InstrumentOptions): object;
  /** Makes an instrument for a value that increases and decreases. */
  createObservableGauge(name: string, options?: InstrumentOptions): object;
  /** Adds a function that is called at each collection. */
  addBatchObservableCallback(callback: (result: Observations) => void, instruments: never[]): void;
}

/** The description of an instrument. */
export interface InstrumentOptions {
  /** What it measures. */
  description?: string;
  /** Its unit, in UCUM notation. */
  unit?: string;
}

/** The object to which a callback of OpenTelemetry reports its values. */
export interface Observations {
  /** Reports a value of an instrument. */
  observe(instrument: never, value: number, attributes?: Record<string, string>): void;
}

/** A figure, with its labels in addition to the name of the cache. */
type Figure = readonly [labels: Readonly<Record<string, string>>, value: number];

interface Reading {
  readonly cache: MeasuredCache;
  readonly stats: Stats | undefined;
}

/** A metric: its name in parts, and how it is read. No figures if the cache has none. */
interface Family {
  readonly name: readonly string[];
  readonly type: 'counter' | 'gauge';
  readonly unit: string;
  readonly help: string;
  read(reading: Reading): Figure[];
}

const counted = (
  name: readonly string[],
  unit: string,
  help: string,
  figuresOf: (stats: Stats) => Figure[],
): Family => ({
  name,
  type: 'counter',
  unit,
  help,
  read: ({ stats }) => (stats === undefined ? [] : figuresOf(stats)),
});

const measured = (
  name: readonly string[],
  unit: string,
  help: string,
  figureOf: (cache: MeasuredCache) => number | undefined,
): Family => ({
  name,
  type: 'gauge',
  unit,
  help,
  read: ({ cache }) => {
    const value = figureOf(cache);
    return value === undefined ? [] : [[{}, value]];
  },
});

/** A bound, or nothing if there is none. */
const bound = (value: number | undefined) => (value === 0 ? undefined : value);

/**
 * The estimates of the shadow of a cache (`wasm-lru/shadow`), which may come from another bundle.
 */
function shadowFigures(cache: MeasuredCache): Figure[] {
  const figures = shadowsByCache<Shadow>().get(cache)?.estimates() ?? [];
  return figures.flatMap(({ factor, hitRatio }) =>
    hitRatio === undefined ? [] : [[{ factor: `${factor}` }, hitRatio] as const],
  );
}

const FAMILIES: readonly Family[] = [
  counted(['gets'], '{get}', 'Lookups, by whether there was a fresh value', (stats) => [
    [{ result: 'hit' }, stats.hits],
    [{ result: 'miss' }, stats.misses],
  ]),
  counted(['puts'], '{put}', 'Values stored', ({ sets, updates }) => [[{}, sets + updates]]),
  counted(['removals'], '{value}', 'Values that left the cache, by cause', (stats) => [
    [{ cause: 'size' }, stats.evictions],
    [{ cause: 'expired' }, stats.expirations],
    [{ cause: 'explicit' }, stats.deletes],
    [{ cause: 'replaced' }, stats.updates],
  ]),
  counted(['loads'], '{load}', 'Loads that were begun', ({ loads }) => [[{}, loads]]),
  counted(['load', 'failures'], '{load}', 'Loads that failed', (stats) => [
    [{}, stats.loadFailures],
  ]),
  counted(['load', 'seconds'], 's', 'Time that finished loads took', (stats) => [
    [{}, stats.totalLoadTimeMs / 1000],
  ]),
  measured(['entries'], '{entry}', 'Entries', ({ size }) => size),
  measured(['capacity', 'entries'], '{entry}', 'Bound of entries', ({ max }) => bound(max)),
  measured(['size'], '1', 'Sum of the sizes of entries', ({ maxSize, calculatedSize }) =>
    bound(maxSize) === undefined ? undefined : calculatedSize,
  ),
  measured(['capacity', 'size'], '1', 'Bound of sizes', ({ maxSize }) => bound(maxSize)),
  {
    name: ['shadow', 'hit', 'ratio'],
    type: 'gauge',
    unit: '1',
    help: 'Hits per request with another size, estimated, by multiples of the present one',
    read: ({ cache }) => shadowFigures(cache),
  },
  {
    name: ['engine'],
    type: 'gauge',
    unit: '1',
    help: 'The engine that the cache runs on',
    read: ({ cache: { engine } }) => (engine === undefined ? [] : [[{ kind: engine }, 1]]),
  },
];

/** Caches by name, and their latest figures. */
class Watched {
  readonly #caches = new Map<string, WeakRef<MeasuredCache>>();
  #readings: Map<string, Reading> | undefined;

  /**
   * Adds caches; returns a function that removes them, unless other caches have taken their names.
   */
  add(caches: NamedCaches): () => void {
    const added = Object.entries(caches).map(
      ([name, cache]) => [name, new WeakRef(cache)] as const,
    );
    for (const [name, held] of added) this.#caches.set(name, held);
    return () => {
      for (const [name, held] of added) {
        if (this.#caches.get(name) === held) this.#caches.delete(name);
      }
    };
  }

  /** The figures of all caches in this job of the event loop. */
  read(): Map<string, Reading> {
    if (this.#readings !== undefined) return this.#readings;
    const readings = new Map<string, Reading>();
    for (const [name, held] of this.#caches) {
      const cache = held.deref();
      const reading = cache === undefined ? undefined : readingOf(cache);
      if (reading === undefined) this.#caches.delete(name);
      else readings.set(name, reading);
    }
    this.#readings = readings;
    Promise.resolve().then(() => {
      this.#readings = undefined;
    });
    return readings;
  }
}

/** The figures of a cache, or nothing if it was disposed of. */
function readingOf(cache: MeasuredCache): Reading | undefined {
  try {
    // Its first use throws if the cache was disposed of.
    cache.size;
    return { cache, stats: cache.recordStats ? cache.stats() : undefined };
  } catch (error) {
    if ((error as { code?: unknown }).code === 'DISPOSED') return undefined;
    throw error;
  }
}

/**
 * The caches of each registry and meter: metrics are registered once, even if caches are added
 * later.
 */
const watchedBy = new WeakMap<object, Watched>();

function watchedOf(owner: object, register: (watched: Watched) => void): Watched {
  const known = watchedBy.get(owner);
  if (known !== undefined) return known;
  const watched = new Watched();
  register(watched);
  watchedBy.set(owner, watched);
  return watched;
}

/**
 * Adds caches to a registry of prom-client, under names that become the label `cache`. They are
 * read when the registry is scraped; until then, metrics cost nothing. Caches are held weakly. A
 * name that was given before stands for the new cache.
 *
 * Counters need the option `recordStats` of the cache, which makes a hit slightly slower; sizes and
 * bounds do not. Returns a function that removes these caches. Throws what `registerMetric` throws
 * if the registry has a metric of the same name.
 *
 * @example
 * ```ts
 * // with prom-client
 * import { Registry } from 'prom-client';
 * import { LRUCache } from 'wasm-lru';
 * import { prometheus } from 'wasm-lru/metrics';
 *
 * const registry = new Registry();
 * const permissions = new LRUCache<string, string[]>({ max: 1000, recordStats: true });
 * prometheus(registry, { permissions });
 * permissions.get('ada');
 * const text = await registry.metrics();
 * console.log(text.includes('cache_gets_total{cache="permissions",result="miss"} 1')); // true
 * ```
 */
export function prometheus(registry: PrometheusRegistry, caches: NamedCaches): () => void {
  const watched = watchedOf(registry, (made) => {
    for (const family of FAMILIES) registry.registerMetric(prometheusMetric(family, made));
  });
  return watched.add(caches);
}

function prometheusMetric(family: Family, watched: Watched) {
  const { type, help } = family;
  const suffix = type === 'counter' ? ['total'] : [];
  return {
    // The registry rewrites the name if it writes OpenMetrics.
    name: ['cache', ...family.name, ...suffix].join('_'),
    help,
    type,
    aggregator: 'sum',
    async get() {
      const values = [];
      for (const [cache, reading] of watched.read()) {
        for (const [labels, value] of family.read(reading)) {
          values.push({ value, labels: { cache, ...labels } });
        }
      }
      return { name: this.name, help, type, values, aggregator: 'sum' };
    },
  };
}

/**
 * Adds caches to a meter of OpenTelemetry, under names that become the attribute `cache.name`. They
 * are read when metrics are collected; until then, metrics cost nothing. Caches are held weakly. A
 * name that was given before stands for the new cache.
 *
 * Counters need the option `recordStats` of the cache; sizes and bounds do not. Returns a function
 * that removes these caches.
 *
 * @example
 * ```ts
 * // with OpenTelemetry
 * import { metrics } from '@opentelemetry/api';
 * import { LRUCache } from 'wasm-lru';
 * import { openTelemetry } from 'wasm-lru/metrics';
 *
 * const permissions = new LRUCache<string, string[]>({ max: 1000, recordStats: true });
 * openTelemetry(metrics.getMeter('my-app'), { permissions });
 * console.log(permissions.stats().hits); // 0
 * ```
 */
export function openTelemetry(meter: OpenTelemetryMeter, caches: NamedCaches): () => void {
  const watched = watchedOf(meter, (made) => {
    const instruments = FAMILIES.map((family) => instrumentOf(meter, family));
    meter.addBatchObservableCallback((result) => {
      for (const [name, reading] of made.read()) {
        FAMILIES.forEach((family, i) => {
          for (const [labels, value] of family.read(reading)) {
            result.observe(instruments[i] as never, value, { 'cache.name': name, ...labels });
          }
        });
      }
    }, instruments as never[]);
  });
  return watched.add(caches);
}

function instrumentOf(meter: OpenTelemetryMeter, { name, type, unit, help }: Family): object {
  const path = ['cache', ...name].join('.');
  const options = { description: help, unit };
  return type === 'counter'
    ? meter.createObservableCounter(path, options)
    : meter.createObservableGauge(path, options);
}
