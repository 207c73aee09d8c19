// `npm run bench:watching`: what it costs to be watched, by statistics, a shadow and a scrape.
//
// Ways to watch are measured in turn, round by round, and divided by the time of a cache that
// nobody watches in the same round; the figures are the medians of these ratios. What exits with 1
// is a target that is missed.

import { runChild } from './child.js';
import { Failure } from './failure.js';
import { medianOf } from './median.js';
import { importOwn } from './packages.js';
import type { Watching, WatchingJob, WatchingResult } from './watching-child.js';

const WATCHINGS: readonly Watching[] = ['none', 'stats', 'shadow', 'rest'];
const ROUNDS = 3;
const CELLS = [
  { keys: 'int', max: 1000 },
  { keys: 'int', max: 10_000 },
  { keys: 'string', max: 1000 },
  { keys: 'string', max: 10_000 },
] as const;
const SCRAPED = 1000;
const SCRAPE_MS_MAX = 10;
const STATS_COST_MAX = 0.05;
const SHADOW_COST_MAX = 0.01;
/** The default of the option `share` of a shadow. */
const SHARE = 0.001;

const percent = (cost: number) => `${(cost * 100).toFixed(1)} %`;

type Cell = (typeof CELLS)[number];

async function timeOf(cell: Cell, watching: Watching): Promise<number> {
  const job: WatchingJob = { ...cell, watching };
  const plan = { node: process.execPath, module: 'watching-child.js', job };
  const result = await runChild<WatchingResult>(plan);
  if ('error' in result) throw new Failure(result.error);
  return result.ns;
}

/** The time of a hit that nobody watches, and what each way to watch adds, as a share of it. */
async function measureCell(cell: Cell) {
  const rounds: Record<Watching, number>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const times: [Watching, number][] = [];
    for (const watching of WATCHINGS) times.push([watching, await timeOf(cell, watching)]);
    rounds.push(Object.fromEntries(times) as Record<Watching, number>);
  }
  const costOf = (watching: Watching) =>
    medianOf(rounds.map((times) => times[watching] / times.none - 1));
  const [stats, shadow, rest] = [costOf('stats'), costOf('shadow'), costOf('rest')];
  // A rest cannot make a hit faster: what is below 0 is noise.
  const overall = SHARE * shadow + (1 - SHARE) * Math.max(0, rest);
  return { ns: medianOf(rounds.map(({ none }) => none)), stats, shadow, rest, overall };
}

/** How long a scrape of many caches takes, by a registry that does no more than to ask. */
async function measureScrapeMs(): Promise<number> {
  const { LRUCache } = await importOwn('index');
  const { prometheus } = await importOwn('metrics');
  const metrics: { get(): Promise<unknown> }[] = [];
  const registry = { registerMetric: (metric: (typeof metrics)[number]) => metrics.push(metric) };
  const caches = Array.from({ length: SCRAPED }, () => {
    const cache = new LRUCache<number, number>({ max: 10, recordStats: true });
    return cache.set(1, 1);
  });
  prometheus(registry as never, Object.fromEntries(caches.map((cache, i) => [`${i}`, cache])));
  const times: number[] = [];
  for (let i = 0; i < 50; i++) {
    const begin = performance.now();
    await Promise.all(metrics.map((metric) => metric.get()));
    times.push(performance.now() - begin);
  }
  return medianOf(times);
}

async function main(): Promise<number> {
  let isMet = true;
  for (const cell of CELLS) {
    const { ns, stats, shadow, rest, overall } = await measureCell(cell);
    isMet &&= stats <= STATS_COST_MAX && overall <= SHADOW_COST_MAX;
    process.stdout.write(
      `${cell.keys}, max ${cell.max}: a hit ${ns.toFixed(1)} ns; recordStats ${percent(stats)}; ` +
        `shadow ${percent(shadow)} while it watches, ${percent(rest)} while it rests, ` +
        `${percent(overall)} in all\n`,
    );
  }
  const scrapeMs = await measureScrapeMs();
  process.stdout.write(`a scrape of ${SCRAPED} caches: ${scrapeMs.toFixed(1)} ms\n`);
  return isMet && scrapeMs <= SCRAPE_MS_MAX ? 0 : 1;
}

process.exitCode = await main();
