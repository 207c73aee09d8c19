// The tests that judge the mutants of each file of src/.
//
// Not all that run it, for speed: those of its concept, those that find most in least time first.
// Every mutant that is not killed runs all of them.

/** Names of tests under test/, by names of files in src/. */
export const TESTS: Readonly<Record<string, readonly string[]>> = {
  autopurge: ['autopurge', 'differential/autopurge'],
  batch: ['fetch-many', 'loads.report', 'loads', 'loads.abort', 'stores', 'loads.scheduler'],
  bulk: ['crossings', 'snapshot', 'resize', 'stale', 'lifecycle', 'extras', 'channels'],
  bytes: ['bytes/byte-lru', 'bytes/snapshot'],
  'bytes/access': ['bytes/byte-lru', 'bytes/snapshot'],
  'bytes/byte-lru': ['bytes/byte-lru', 'bytes/snapshot'],
  'bytes/checksum': ['bytes/snapshot'],
  'bytes/codec': ['bytes/byte-lru'],
  'bytes/core': ['bytes/byte-lru'],
  'bytes/dump': ['bytes/snapshot'],
  'bytes/frame': ['bytes/byte-lru', 'shared/shared-lru'],
  'bytes/options': ['bytes/byte-lru'],
  'bytes/region': ['bytes/byte-lru', 'bytes/core.model'],
  'bytes/region-js': ['bytes/byte-lru', 'bytes/core.model'],
  'bytes/region-wasm': ['bytes/byte-lru', 'bytes/core.model'],
  'bytes/snapshot': ['bytes/snapshot'],
  'call-key': ['call-key'],
  cached: ['cached'],
  callbacks: ['callbacks', 'reentrancy', 'throwing'],
  channels: ['hosts', 'channels'],
  clock: ['clock', 'clock-host', 'ttl'],
  core: ['hosts', 'core'],
  'core-none': ['core'],
  'batch-read': ['stores', 'stores.hostile'],
  dict: ['stores', 'stores.dict', 'stores.hostile', 'stores.write-back', 'stores.write-through'],
  edge: ['core'],
  'engine/bind': ['mutants/trials', 'engine', 'hash', 'stack'],
  'engine/dead': ['lifecycle', 'options', 'engine'],
  'engine/hex': ['hosts', 'core'],
  'engine/hash-float': ['keys', 'hash'],
  'engine/js': ['mutants/trials', 'engine', 'many-caches'],
  'engine/lifetime': ['hosts', 'engine', 'lifecycle', 'many-caches', 'memory-of-many'],
  'engine/stack': ['stack'],
  'engine/wasm': ['mutants/trials', 'engine', 'hosts', 'growth.columns', 'growth'],
  'entries/entries': [
    ...['crossings', 'throwing', 'crowding', 'callbacks', 'hosts', 'growth', 'columns.model'],
    ...['sizes', 'growth.columns', 'ttl', 'prototypes'],
  ],
  'entries/outcome': ['growth', 'callbacks'],
  'entries/sample': ['sample'],
  errors: ['errors'],
  'host-time': ['clock-host', 'fake-timers', 'lost-timers'],
  headroom: ['stores.stack'],
  inspect: ['dist'],
  iterable: ['iteration', 'callbacks', 'extras', 'loads', 'fetch-many'],
  load: ['loads', 'loads.abort', 'loads.failure', 'fetch-many', 'loads.report'],
  loading: [
    ...['loads.memo', 'loads.report', 'loads', 'extras', 'loads.failure', 'fetch-many', 'status'],
  ],
  loads: ['loads', 'loads.abort', 'loads.failure', 'loads.report', 'fetch-many', 'clock-host'],
  lookups: ['crossings', 'status', 'stale', 'ttl'],
  lru: [
    ...['crossings', 'extras', 'resize', 'hosts', 'options', 'callbacks', 'channels'],
    ...['subclass', 'status', 'ttl', 'sizes', 'stale', 'model', 'keys', 'autopurge'],
  ],
  measure: ['sizes', 'errors', 'ttl'],
  memoized: ['memoize', 'cached'],
  options: ['errors', 'lifecycle', 'clock-host', 'sizes', 'options', 'ttl', 'resize', 'autopurge'],
  provide: ['core'],
  'read-through': [
    'stores',
    'stores.dict',
    'stores.hostile',
    'stores.refresh',
    'stores.write-back',
    'stores.scheduler',
  ],
  settings: ['lifecycle', 'options'],
  shared: ['shared/shared-lru'],
  'shared/access': ['shared/shared-lru'],
  'shared/core': ['shared/shared-lru'],
  'shared/host': ['shared/shared-lru', 'shared/threads'],
  'shared/loads': ['shared/loads'],
  'shared/memory': ['shared/shared-lru', 'shared/threads'],
  'shared/options': ['shared/shared-lru'],
  'shared/shared-lru': ['shared/shared-lru', 'shared/loads'],
  snapshot: ['snapshot', 'crossings', 'ttl', 'clock-host'],
  stats: ['extras', 'loads.report'],
  status: ['status', 'channels', 'loads.report'],
  store: [
    ...['crossings', 'clock-host', 'extras', 'status', 'stale', 'sizes', 'callbacks'],
    ...['reentrancy.columns', 'loads', 'loads.report', 'autopurge'],
  ],
  turns: ['turns', 'stores', 'stores.write-back', 'stores.scheduler', 'stores.stack'],
  walk: ['iteration', 'stale', 'lifecycle'],
  warning: ['hosts'],
  'write-back': [
    'stores.write-back',
    'stores',
    'stores.refresh',
    'stores.scheduler',
    'stores.fuzz',
  ],
  'write-through': ['stores.write-through', 'stores', 'stores.refresh', 'stores.fuzz'],
  writer: ['stores.write-back', 'stores.hostile', 'stores.scheduler', 'stores.fuzz'],
};

/** Files of the engines. All others do the same on each, and are judged on the JavaScript one. */
export const ENGINES = /^(engine\/|core)/;

/** Files whose mutants leave promises unsettled: a test that waits for one has found it. */
export const PROMISES = /^(batch|cached|dict|load|memoized|read-through|turns|writ)/;

/** Files that name things and do nothing: there is nothing in them to change. */
export const NOTHING_TO_CHANGE = ['engine/engine', 'index', 'memoize', 'stores', 'types', 'wasm.d'];
