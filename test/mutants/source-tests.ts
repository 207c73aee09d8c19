// The tests that judge the mutants of each file of src/.
//
// Not all that run it, for speed: those of its concept, those that find most in least time first.
// Every mutant that is not killed runs all of them.

/** Names of tests under test/, by names of files in src/. */
export const TESTS: Readonly<Record<string, readonly string[]>> = {
  'expiry/autopurge': ['autopurge', 'differential/autopurge'],
  'loads/batch': [
    'fetch-many',
    'loads.report',
    'loads',
    'loads.abort',
    'stores',
    'loads.scheduler',
  ],
  'cache/bulk': ['crossings', 'snapshot', 'resize', 'stale', 'lifecycle', 'extras', 'channels'],
  'memoize/call-key': ['call-key'],
  'memoize/cached': ['cached'],
  'cache/callbacks': ['callbacks', 'reentrancy', 'throwing'],
  'cache/channels': ['hosts', 'channels'],
  'expiry/clock': ['clock', 'clock-host', 'ttl'],
  'engine/core': ['hosts', 'core'],
  'engine/core-none': ['core'],
  'stores/batch-read': ['stores', 'stores.hostile'],
  'stores/dict': [
    'stores',
    'stores.dict',
    'stores.hostile',
    'stores.write-back',
    'stores.write-through',
  ],
  edge: ['core'],
  'engine/bind': ['mutants/trials', 'engine', 'hash', 'stack'],
  'engine/dead': ['lifecycle', 'options', 'engine'],
  'engine/hash-float': ['keys', 'hash'],
  'engine/js': ['mutants/trials', 'engine', 'many-caches'],
  'engine/lifetime': ['hosts', 'engine', 'lifecycle', 'many-caches', 'memory-of-many'],
  'engine/stack': ['stack'],
  'engine/wasm': ['mutants/trials', 'engine', 'hosts', 'growth.columns', 'growth'],
  'entries/entries': [
    ...['crossings', 'throwing', 'crowding', 'callbacks', 'hosts', 'growth', 'columns.model'],
    ...['sizes', 'growth.columns', 'ttl', 'prototypes'],
  ],
  'entries/lookaside': ['lookaside'],
  'entries/outcome': ['growth', 'callbacks'],
  'entries/sample': ['sample'],
  'common/check': ['call-options', 'errors', 'options', 'sizes', 'extras'],
  'common/errors': ['errors'],
  'cache/freshness': ['freshness', 'loads.scheduler'],
  'expiry/host-time': ['clock-host', 'fake-timers', 'lost-timers'],
  'stores/headroom': ['stores.stack'],
  'api/inspect': ['dist'],
  'api/iterable': ['iteration', 'callbacks', 'extras', 'loads', 'fetch-many'],
  'loads/load': ['loads', 'loads.abort', 'loads.failure', 'fetch-many', 'loads.report'],
  'api/loading': [
    ...['loads.memo', 'loads.report', 'loads', 'extras', 'loads.failure', 'fetch-many', 'status'],
  ],
  'loads/loads': [
    'loads',
    'loads.abort',
    'freshness',
    'loads.failure',
    'loads.report',
    'fetch-many',
    'clock-host',
  ],
  'cache/many': ['many'],
  'cache/lookups': ['crossings', 'status', 'stale', 'ttl'],
  'api/lru': [
    ...['crossings', 'extras', 'resize', 'hosts', 'options', 'callbacks', 'channels'],
    ...['subclass', 'status', 'ttl', 'sizes', 'stale', 'model', 'keys', 'autopurge'],
  ],
  'cache/measure': ['sizes', 'errors', 'ttl'],
  'memoize/memoized': ['memoize', 'cached'],
  'numbers/bind': ['numbers', 'numbers.trouble'],
  'numbers/js': ['numbers', 'numbers.trouble'],
  'numbers/number-lru': ['numbers', 'numbers.trouble'],
  'numbers/options': ['numbers.trouble'],
  'numbers/table': ['numbers', 'numbers.trouble'],
  'numbers/wasm': ['numbers', 'numbers.trouble'],
  'api/check-options': [
    'errors',
    'lifecycle',
    'clock-host',
    'sizes',
    'options',
    'ttl',
    'resize',
    'autopurge',
  ],
  'engine/provide': ['core'],
  'entries/tags': ['tags'],
  'stores/read-through': [
    'stores',
    'stores.dict',
    'stores.hostile',
    'stores.refresh',
    'stores.write-back',
    'stores.scheduler',
  ],
  'cache/settings': ['lifecycle', 'options'],
  'cache/snapshot': ['snapshot', 'crossings', 'ttl', 'clock-host'],
  'cache/stats': ['extras', 'loads.report'],
  'cache/status': ['status', 'channels', 'loads.report'],
  'cache/store': [
    ...['crossings', 'clock-host', 'extras', 'status', 'stale', 'sizes', 'callbacks'],
    ...['reentrancy.columns', 'loads', 'loads.report', 'autopurge'],
  ],
  'stores/turns': ['turns', 'stores', 'stores.write-back', 'stores.scheduler', 'stores.stack'],
  'cache/walk': ['iteration', 'stale', 'lifecycle'],
  'api/warning': ['hosts'],
  'stores/write-back': [
    'stores.write-back',
    'stores',
    'stores.refresh',
    'stores.scheduler',
    'stores.fuzz',
  ],
  'stores/write-through': ['stores.write-through', 'stores', 'stores.refresh', 'stores.fuzz'],
  'stores/writer': ['stores.write-back', 'stores.hostile', 'stores.scheduler', 'stores.fuzz'],
};

/** Files of the engines. All others do the same on each, and are judged on the JavaScript one. */
export const ENGINES = /^(engine\/|core)/;

/** Files whose mutants leave promises unsettled: a test that waits for one has found it. */
export const PROMISES = /^(batch|cached|dict|load|memoized|read-through|turns|writ)/;

/** Files that name things and do nothing: there is nothing in them to change. */
export const NOTHING_TO_CHANGE = [
  'cache/in-flight',
  'common/options',
  'common/types',
  'engine/engine',
  'index',
  'memoize',
  'numbers',
  'numbers/engine',
  'stores',
  'wasm.d',
];
