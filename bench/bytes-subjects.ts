// What `npm run bench:bytes` compares.

/** What is measured. */
export const subjects = [
  'ByteLRU',
  "ByteLRU, codec 'buffer'",
  "ByteLRU, codec 'string'",
  'ByteLRU, read',
  'ByteLRU, getInto',
  'lru-cache, Buffers',
  'lru-cache, strings',
  'LRUCache, Buffers',
  'Map, Buffers',
] as const;
export type Subject = (typeof subjects)[number];

/** Those that differ from `ByteLRU` in how a value is looked at, and in nothing else. */
export const readings: readonly Subject[] = ['ByteLRU, read', 'ByteLRU, getInto'];

/** Time of an operation in ns. */
export interface Times {
  readonly least: number;
  readonly median: number;
}
