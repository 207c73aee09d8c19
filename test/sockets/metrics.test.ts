// The metrics, in a registry of prom-client and a reader of OpenTelemetry.

import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { LRUCache } from 'wasm-lru';
import { openTelemetry, prometheus } from 'wasm-lru/metrics';
import { shadow } from 'wasm-lru/shadow';

declare const gc: () => Promise<void>;

/** A cache that did each thing that is counted, a different number of times. */
async function used(): Promise<LRUCache<string, number>> {
  const time = { now: 1 };
  const cache = new LRUCache<string, number>({
    max: 3,
    maxSize: 100,
    sizeCalculation: () => 7,
    recordStats: true,
    perf: { now: () => time.now },
    fetchMethod: (key) => {
      time.now += 250;
      if (key === 'bad') throw new Error('bad');
      return 1;
    },
  });
  for (const key of ['a', 'b', 'c', 'd', 'e']) cache.set(key, 1);
  cache.set('e', 2);
  for (const key of ['e', 'e', 'd', 'nobody']) cache.get(key);
  cache.set('e', 3, { ttl: 5 });
  time.now += 6;
  cache.purgeStale();
  cache.delete('d');
  await cache.fetch('new');
  await cache.fetch('bad').catch(() => undefined);
  return cache;
}

const COUNTERS = {
  'gets{hit}': 3,
  'gets{miss}': 3,
  puts: 8,
  'removals{size}': 2,
  'removals{expired}': 1,
  'removals{explicit}': 1,
  'removals{replaced}': 2,
  loads: 2,
  'load failures': 1,
  'load seconds': 0.5,
};
const GAUGES = {
  entries: 2,
  'capacity entries': 3,
  size: 14,
  'capacity size': 100,
  'engine{wasm}': 1,
};

interface Value {
  name: string;
  type: string;
  labels: Record<string, unknown>;
  value: number;
}

/** What stands in a registry, by short names. */
async function scrape(registry: Registry, name: string): Promise<Record<string, number>> {
  const metrics = await registry.getMetricsAsJSON();
  const values = metrics.flatMap((metric) => {
    const { values: given } = metric as unknown as { values: Value[] };
    return given.map((value) => ({ ...value, name: metric.name }));
  });
  return shortened(
    values.map((value) => ({ ...value, name: value.name.replace(/^cache_|_total$/g, '') })),
    'cache',
    name,
  );
}

function shortened(values: Omit<Value, 'type'>[], label: string, cache: string) {
  const own = values.filter(({ labels }) => labels[label] === cache);
  return Object.fromEntries(
    own.map(({ name, labels: { [label]: _, ...others }, value }) => {
      const [other] = Object.values(others);
      return [`${name.replace(/[_.]/g, ' ')}${other === undefined ? '' : `{${other}}`}`, value];
    }),
  );
}

class Reader extends MetricReader {
  protected override async onForceFlush() {}
  protected override async onShutdown() {}
}

/**
 * A meter, and what it collects, by short names. A reader of `CUMULATIVE` metrics repeats the last
 * value of what is no longer observed.
 */
function metered(temporality: AggregationTemporality) {
  const reader = new Reader({ aggregationTemporalitySelector: () => temporality });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  const collect = async (cache: string) => {
    const { resourceMetrics } = await reader.collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const values = metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({
        name: descriptor.name.replace(/^cache\./, ''),
        labels: attributes,
        value: value as number,
      })),
    );
    return shortened(values, 'cache.name', cache);
  };
  return { meter, collect };
}

describe('prom-client', () => {
  it('has all that a cache counts', async () => {
    const registry = new Registry();
    prometheus(registry, { users: await used() });
    expect(await scrape(registry, 'users')).toEqual({ ...COUNTERS, ...GAUGES });
  });

  it('writes the names that dashboards know', async () => {
    const registry = new Registry();
    prometheus(registry, { users: await used() });
    const lines = (await registry.metrics()).split('\n');
    expect(lines.filter((line) => /^# TYPE|gets/.test(line))).toEqual([
      '# HELP cache_gets_total Lookups, by whether there was a fresh value',
      '# TYPE cache_gets_total counter',
      'cache_gets_total{cache="users",result="hit"} 3',
      'cache_gets_total{cache="users",result="miss"} 3',
      '# TYPE cache_puts_total counter',
      '# TYPE cache_removals_total counter',
      '# TYPE cache_loads_total counter',
      '# TYPE cache_load_failures_total counter',
      '# TYPE cache_load_seconds_total counter',
      '# TYPE cache_entries gauge',
      '# TYPE cache_capacity_entries gauge',
      '# TYPE cache_size gauge',
      '# TYPE cache_capacity_size gauge',
      '# TYPE cache_shadow_hit_ratio gauge',
      '# TYPE cache_engine gauge',
    ]);
  });

  it('writes OpenMetrics, and does so again', async () => {
    const registry = new Registry();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    prometheus(registry as never, { users: await used() });
    const first = await registry.metrics();
    expect(first).toContain('\ncache_gets_total{cache="users",result="hit"} 3\n');
    expect(await registry.metrics()).toBe(first);
  });
});

describe('OpenTelemetry', () => {
  it('has all that a cache counts', async () => {
    const { meter, collect } = metered(AggregationTemporality.CUMULATIVE);
    openTelemetry(meter, { users: await used() });
    expect(await collect('users')).toEqual({ ...COUNTERS, ...GAUGES });
  });
});

const subjects = {
  'prom-client': () => {
    const registry = new Registry();
    return {
      add: (caches: Record<string, LRUCache>) => prometheus(registry, caches),
      read: (name: string) => scrape(registry, name),
    };
  },
  OpenTelemetry: () => {
    const { meter, collect } = metered(AggregationTemporality.DELTA);
    return {
      add: (caches: Record<string, LRUCache>) => openTelemetry(meter, caches),
      read: collect,
    };
  },
};

describe.each(Object.entries(subjects))('%s', (_, make) => {
  it('takes more caches later, and lets go of them', async () => {
    const { add, read } = make();
    const [one, two] = [new LRUCache({ max: 1 }), new LRUCache({ max: 2 })];
    const remove = add({ one });
    add({ two });
    expect([(await read('one')).entries, (await read('two')).entries]).toEqual([0, 0]);
    remove();
    expect([await read('one'), (await read('two'))['capacity entries']]).toEqual([{}, 2]);
  });

  it('has the cache that was named last', async () => {
    const { add, read } = make();
    const removeFirst = add({ a: new LRUCache({ max: 1 }) });
    const second = new LRUCache({ max: 2 });
    add({ a: second });
    removeFirst();
    expect((await read('a'))['capacity entries']).toBe(second.max);
  });

  it('has sizes of a cache that does not count, and the bounds that there are', async () => {
    const { add, read } = make();
    const cache = new LRUCache({ ttl: 1000, ttlAutopurge: true });
    add({ a: cache });
    expect(await read('a')).toEqual({ entries: 0, 'engine{wasm}': 1 });
    expect(cache.size).toBe(0);
  });

  it('leaves out a cache that was disposed of', async () => {
    const { add, read } = make();
    const cache = new LRUCache({ max: 1, recordStats: true });
    add({ a: cache });
    cache[Symbol.dispose]();
    expect(await read('a')).toEqual({});
  });

  it('keeps no cache alive', async () => {
    const { add, read } = make();
    const make10 = () => Array.from({ length: 10 }, () => new LRUCache({ max: 1 }));
    let caches: LRUCache[] | undefined = make10();
    const held = caches.map((cache) => new WeakRef(cache));
    add(Object.fromEntries(caches.map((cache, i) => [`${i}`, cache])));
    await read('0');
    caches = undefined;
    for (let i = 0; i < 50 && held.some((each) => each.deref() !== undefined); i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      gc();
    }
    expect(held.filter((each) => each.deref() !== undefined)).toEqual([]);
    expect(await read('0')).toEqual({});
  });

  it('reads each of a thousand caches once a scrape, and none between', async () => {
    const { add, read } = make();
    let reads = 0;
    class Counted extends LRUCache {
      override stats() {
        reads += 1;
        return super.stats();
      }
    }
    const caches = Array.from({ length: 1000 }, () => new Counted({ max: 1, recordStats: true }));
    add(Object.fromEntries(caches.map((cache, i) => [`cache ${i}`, cache])));
    for (const cache of caches) cache.set('a', 1).get('a');
    expect(reads).toBe(0);
    expect((await read('cache 999'))['gets{hit}']).toBe(1);
    expect(reads).toBe(1000);
    caches[999]?.delete('a');
    expect((await read('cache 999')).entries).toBe(0);
    expect(reads).toBe(2000);
  });
});

it('passes on an error that is not of a cache that was disposed of', async () => {
  const registry = new Registry();
  const broken = {
    size: 1,
    recordStats: true,
    stats: () => {
      throw new Error('broken');
    },
  };
  prometheus(registry, { broken });
  await expect(registry.metrics()).rejects.toThrow('broken');
});

it('reads no cache by name of another registry', async () => {
  const [one, two] = [new Registry(), new Registry()];
  prometheus(one, { a: new LRUCache({ max: 1 }) });
  expect(await two.metrics()).toBe('\n');
});

describe('a cache with a shadow', () => {
  it('shows what other sizes would do, as long as it has one', async () => {
    const registry = new Registry();
    const cache = new LRUCache<number, number>({ max: 100 });
    prometheus(registry, { cache });
    const ratios = async () =>
      [...(await registry.metrics()).matchAll(/^cache_shadow_hit_ratio\{(.*)\} (.*)$/gm)].map(
        ([, labels, value]) => `${labels} ${value}`,
      );
    const watched = shadow(cache);
    expect(await ratios()).toEqual([]);
    for (let i = 0; i < 1500; i++) {
      if (cache.get(i % 150) === undefined) cache.set(i % 150, i);
    }
    expect(await ratios()).toEqual([
      'cache="cache",factor="0.5" 0',
      'cache="cache",factor="1" 0',
      'cache="cache",factor="2" 0.9',
      'cache="cache",factor="4" 0.9',
    ]);
    watched.stop();
    expect(await ratios()).toEqual([]);
  });
});
