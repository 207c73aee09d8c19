// A cache that writes later: many changes of a few keys become a few writes of many keys.
//
// Run it after `npm run build` with `node examples/stores.mjs`.

import { WriteBackCache } from 'wasm-lru/stores';

const rows = new Map();
let isDown = false;

const store = {
  get: async (key) => rows.get(key),
  set: async (key, value) => store.setMany([[key, value]]),
  delete: async (key) => rows.delete(key),
  setMany: async (entries) => {
    if (isDown) throw new Error('The database is down');
    console.log(`write of ${entries.map(([key]) => key).join(', ')}`);
    for (const [key, value] of entries) rows.set(key, value);
  },
};

const counters = new WriteBackCache({
  store,
  max: 1000,
  retries: 0,
  onWriteError: (error, key) => console.log(`${key} is still dirty: ${error.message}`),
});

for (let i = 0; i < 500; i++) {
  const key = i % 2 === 0 ? 'even' : 'odd';
  await counters.set(key, ((await counters.get(key)) ?? 0) + 1);
}
await counters.sync();

isDown = true;
await counters.set('even', 0);
await counters.sync().catch((error) => console.log(`sync: ${error.message}`));
console.log(await counters.get('even'), rows.get('even'));

isDown = false;
await counters[Symbol.asyncDispose]();
console.log(rows.get('even'));
