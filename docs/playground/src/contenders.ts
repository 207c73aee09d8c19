// What is compared, and what a worker is asked and answers.

/** Names of the caches that are compared. */
export const contenderNames = ['wasm', 'pure', 'lru-cache', 'naive'] as const;

/** Name of a cache that is compared. */
export type ContenderName = (typeof contenderNames)[number];

/** How the contenders are called on the page. */
export const labels: Readonly<Record<ContenderName, string>> = {
  wasm: 'wasm-lru, WebAssembly',
  pure: 'wasm-lru, pure JavaScript',
  'lru-cache': 'lru-cache',
  naive: 'a plain Map, naively',
};

/** Kinds of keys that they are compared with. */
export const keyKinds = ['numbers', 'strings'] as const;

/** Kind of keys. */
export type KeyKind = (typeof keyKinds)[number];

/** Entries that each cache holds. */
export const CAPACITY = 2000;
/** Different keys, for each entry. */
export const KEYS_PER_ENTRY = 8;
/** Requests of one pass. */
export const REQUESTS = 100_000;

/** A request to a worker. The first says, for good, which cache and which keys it has. */
export interface PassRequest {
  readonly contender: ContenderName;
  readonly keys: KeyKind;
  /** Number of the round; in the same round, all contenders get the same requests. */
  readonly round: number;
}

/** The answer: what a pass took and found, or that this browser cannot run the contender. */
export type PassAnswer =
  | {
      readonly isAvailable: true;
      readonly nsPerRequest: number;
      readonly hits: number;
      readonly checksum: number;
    }
  | { readonly isAvailable: false };
