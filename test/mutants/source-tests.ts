// The tests that judge the mutants of each file of src/.
//
// Not all that run it, for speed: those of its concept, those that find most in least time first.
// Every mutant that is not killed runs all of them.

/** Names of tests under test/, by names of files in src/. */
export const TESTS: Readonly<Record<string, readonly string[]>> = {
  autopurge: ['autopurge', 'differential/autopurge'],
  batch: ['fetch-many', 'loads.report', 'loads', 'loads.abort', 'stores', 'loads.scheduler'],
  bulk: ['crossings', 'snapshot', 'resize', 'stale', 'lifecycle', 'mend', 'extras', 'channels'],
  'call-key': ['call-key'],
  cached: ['cached', 'cached.decorators'],
  callbacks: ['callbacks', 'mend', 'reentrancy', 'throwing'],
  channels: ['hosts', 'channels'],
  clock: ['clock', 'clock-host', 'ttl'],
  'columns-pure': ['mutants/trials', 'columns'],
  core: ['hosts', 'core'],
  'core-none': ['core'],
  'batch-read': ['stores', 'stores.hostile'],
  dict: ['stores', 'stores.dict', 'stores.hostile', 'stores.write-back', 'stores.write-through'],
  edge: ['core'],
  'engine-disposed': ['engine', 'lifecycle', 'options'],
  'engine-pure': ['mutants/trials', 'engine', 'rehash', 'many-caches'],
  'engine-wasm': [
    'mutants/trials',
    'engine',
    'rehash',
    'hosts',
    'columns',
    'growth.columns',
    'growth',
  ],
  engines: ['hosts', 'engine', 'lifecycle', 'many-caches', 'poison'],
  entries: ['crossings', 'mend', 'rehash', 'throwing', 'structure', 'callbacks', 'hosts', 'growth'],
  'entries-columns': ['crossings', 'mend', 'columns.model', 'sizes', 'growth.columns', 'ttl'],
  errors: ['errors', 'mend'],
  headroom: ['stores.stack'],
  hash: ['mutants/trials', 'hash'],
  items: ['prototypes'],
  iterable: ['iteration', 'callbacks', 'extras', 'loads', 'fetch-many'],
  load: ['loads', 'loads.abort', 'loads.failure', 'fetch-many', 'loads.report'],
  loading: [
    ...['loads.memo', 'loads.report', 'loads', 'extras', 'loads.failure', 'fetch-many', 'status'],
  ],
  loads: ['loads', 'loads.abort', 'loads.failure', 'loads.report', 'fetch-many', 'clock-host'],
  lookups: ['crossings', 'status', 'stale', 'ttl'],
  lru: [
    ...['crossings', 'mend', 'extras', 'resize', 'hosts', 'options', 'callbacks', 'channels'],
    ...['structure', 'status', 'ttl', 'sizes', 'stale', 'model', 'keys', 'autopurge'],
  ],
  measure: ['sizes', 'errors', 'ttl'],
  memoized: ['memoize', 'memoize.own-key', 'memoize.options', 'cached'],
  mend: ['mend'],
  options: ['errors', 'lifecycle', 'clock-host', 'sizes', 'options', 'ttl', 'resize', 'autopurge'],
  poison: ['mend', 'poison'],
  provide: ['core'],
  'read-through': [
    'stores',
    'stores.dict',
    'stores.hostile',
    'stores.refresh',
    'stores.write-back',
    'stores.scheduler',
  ],
  sample: ['sample'],
  settings: ['lifecycle', 'options'],
  snapshot: ['snapshot', 'crossings', 'ttl', 'clock-host'],
  stack: ['stack'],
  stats: ['extras', 'loads.report'],
  status: ['status', 'channels', 'loads.report'],
  store: [
    ...['crossings', 'mend', 'clock-host', 'extras', 'status', 'stale', 'sizes', 'callbacks'],
    ...['reentrancy.columns', 'loads', 'loads.report', 'autopurge'],
  ],
  'table-pure': ['mutants/trials', 'columns', 'engine', 'growth.columns'],
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

/** Files of the engines. All others do the same on each, and are judged on the pure one alone. */
export const ENGINES = /^(engine|core|table-pure|columns-pure|hash|stack|poison)/;

/** Files whose mutants leave promises unsettled: a test that waits for one has found it. */
export const PROMISES = /^(batch|cached|dict|load|memoized|read-through|turns|writ)/;

/** Files that name things and do nothing: there is nothing in them to change. */
export const NOTHING_TO_CHANGE = ['engine', 'index', 'memoize', 'stores', 'types', 'wasm.d'];
