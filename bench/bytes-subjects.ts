// What `npm run bench:bytes` compares.

/** What is measured. */
export const subjects = [
  'ByteLRU',
  "ByteLRU, codec 'buffer'",
  "ByteLRU, codec 'string'",
  'lru-cache, Buffers',
  'lru-cache, strings',
  'LRUCache, Buffers',
  'Map, Buffers',
] as const;
export type Subject = (typeof subjects)[number];

/** Time of an operation in ns. */
export interface Times {
  readonly least: number;
  readonly median: number;
}
