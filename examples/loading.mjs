// Many keys, one query: fetchMany loads the missing keys once, for all callers at the same time.
//
// Run it after `npm run build` with `node examples/loading.mjs`.

import { LRUCache } from 'wasm-lru';

const table = new Map([
  [1, 'Ada'],
  [2, 'Grace'],
  [3, 'Edsger'],
]);

const users = new LRUCache({
  max: 1000,
  // In place of: SELECT id, name FROM users WHERE id IN (…)
  fetchManyMethod: async (ids) => {
    console.log(`query for ${ids.join(', ')}`);
    return new Map(ids.filter((id) => table.has(id)).map((id) => [id, table.get(id)]));
  },
});

const [some, more] = await Promise.all([users.fetchMany([1, 2]), users.fetchMany([2, 3, 4])]);
console.log([...some.values()].join(', '));
console.log([...more.values()].join(', '));
console.log(users.get(3));
