// What the benchmark of shared caches tells its processes, and what they answer.

/** What is compared. */
export const kinds = [
  'SharedLRU',
  'ByteLRU, one each',
  'lru-cache, one each',
  'lru-cache behind a MessageChannel',
  'Redis on loopback',
] as const;
export type Kind = (typeof kinds)[number];

/** One cell. */
export interface SharedJob {
  readonly kind: Kind;
  readonly trace: string;
  readonly requests: number;
  readonly threads: number;
  /** Bytes of all caches together. */
  readonly bytes: number;
  /** Where Redis listens, and which process it is. */
  readonly redis?: { readonly port: number; readonly pid: number };
}

/** What came of it. */
export interface SharedResult {
  readonly hits: number;
  readonly requests: number;
  /** From the first request to the last of the slowest thread. */
  readonly ms: number;
  /** What this process, and Redis, have grown by. */
  readonly residentBytes: number;
}
