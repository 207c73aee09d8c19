// Lets the process end with entries in a cache that has a ttl, and reports what held it up.
//
// Argument: `ttl`, `resolution` for a clock that is read once in twenty seconds, `autopurge`, or
// `bare` for a host that has no `performance`.

const mode = process.argv[2];
/** Should a timer keep the process alive, this is for how long. */
const TTL = 20_000;

if (mode === 'bare') delete globalThis.performance;
const { LRUCache } = await import('../../dist/src/index.js');

const cache = new LRUCache({
  max: 5,
  ttl: TTL,
  ttlResolution: mode === 'resolution' ? TTL : 1,
  ttlAutopurge: mode === 'autopurge' || mode === 'resolution',
});
for (const key of [1, 2, 3]) cache.set(key, key);
for (const key of [1, 2, 3]) cache.get(key);
const active = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
const perf = cache.perf === Date ? 'Date' : cache.perf.constructor.name;

process.on('exit', () => {
  console.log(JSON.stringify({ active, sizeAtExit: cache.size, perf }));
});
