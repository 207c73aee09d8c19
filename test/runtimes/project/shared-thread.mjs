// A thread of shared.mjs, in any host: it does what it is sent, and sends back what came of it.

import { churn } from './shared-values.mjs';

/** The caches that this thread has, by name. */
const caches = new Map();

const TASKS = {
  async attach({ entry, name, handle, options }) {
    const { SharedLRU } = await import(entry);
    caches.set(name, SharedLRU.attach(handle, options));
  },
  get: ({ name, key }) => caches.get(name).get(key),
  set: ({ name, key, value, options }) => caches.get(name).set(key, value, options),
  churn: ({ name, ...how }) => churn(caches.get(name), how),
  now: () => performance.timeOrigin + performance.now(),
  dispose: ({ name }) => caches.get(name)[Symbol.dispose](),

  /** Asks for a key several times at once, and says how often this thread had to load it. */
  async load({ name, key }) {
    let loads = 0;
    const loader = async () => {
      loads += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return 'loaded';
    };
    const asked = [1, 2, 3].map(() => caches.get(name).getOrLoad(key, loader));
    const values = await Promise.all(asked);
    return { loads, values };
  },

  /** Takes a lock, as if this thread were in the midst of an operation; it does not give it up. */
  hold: ({ words, at, holder }) => void Atomics.store(new Int32Array(words), at, holder),
};

async function answer({ id, task, ...how }, post) {
  try {
    post({ id, result: await TASKS[task](how) });
  } catch (error) {
    post({ id, error: `${error.code ?? ''} ${error.stack ?? error}` });
  }
}

const port = globalThis.process?.getBuiltinModule?.('node:worker_threads')?.parentPort;
if (port) port.on('message', (message) => answer(message, (said) => port.postMessage(said)));
else addEventListener('message', ({ data }) => answer(data, (said) => postMessage(said)));
