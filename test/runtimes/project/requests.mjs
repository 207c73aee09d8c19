// What a cache of the whole isolate does over several requests, in a worker: a load that died with
// the request that began it is not joined for ever.

let cache;
let loads = 0;

/** A cache whose first load ends with its request: the timer that it waits for is forgotten. */
function open(LRUCache) {
  cache ??= new LRUCache({
    max: 10,
    loadTimeout: 200,
    fetchMethod: () => {
      loads += 1;
      return loads === 1
        ? new Promise((resolve) => setTimeout(resolve, 100, 'of a dead request'))
        : `load ${loads}`;
    },
  });
  return cache;
}

/** Answers `/begin` at once, while its load goes on, and `/join` with what `fetch` gives. */
export async function answer(LRUCache, path) {
  const promise = open(LRUCache).fetch('k');
  promise.catch(() => {});
  return path === '/begin' ? 'begun' : promise;
}
