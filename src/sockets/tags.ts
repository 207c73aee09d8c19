// When tags were revalidated: what the handlers for Next ask before they return an entry.
//
// T1  An entry is expired if one of its tags was expired after the entry was made, and stale if one
//     was only marked so. Equal times count as after: a miss too many is safe, a hit is not.
// T2  An expiry may lie ahead (`dueMs`). From then on, what was made before the tag was marked is
//     expired; what was made later is not. Of several such expiries of a tag, the first one
//     counts for all, which is never too late.
// T3  The number of tags is bounded. A tag that is forgotten raises the floor, which stands for
//     every tag that is not known: forgetting one costs misses, and never a wrong hit.

import { LRUCache } from '../api/lru.js';

/** The marks of a tag, in ms since 1970. */
interface Marks {
  /** Entries made until then are expired. */
  readonly expiredMs: number;
  /** Entries made until then are stale. */
  readonly staleMs: number;
  /** When those that are stale will be expired. */
  readonly dueMs: number;
}

const NEVER: Marks = { expiredMs: -Infinity, staleMs: -Infinity, dueMs: Infinity };

/** @internal What the tags of an entry say of it. */
export type Freshness = 'fresh' | 'stale' | 'expired';

/** The marks as they are at a time: an expiry that has become due has happened. */
function settled(marks: Marks, nowMs: number): Marks {
  return marks.dueMs > nowMs ? marks : { ...marks, expiredMs: marks.staleMs, dueMs: Infinity };
}

/** Marks of which both hold. */
const merged = (one: Marks, other: Marks): Marks => ({
  expiredMs: Math.max(one.expiredMs, other.expiredMs),
  staleMs: Math.max(one.staleMs, other.staleMs),
  dueMs: Math.min(one.dueMs, other.dueMs),
});

/** @internal The marks of tags, of at most so many. */
export class Tags {
  readonly #marks: LRUCache<string, Marks>;
  readonly #now: () => number;
  #floor = NEVER;

  /** Throws `INVALID_MAX`. The clock gives ms since 1970. */
  constructor(maxTags: number, now: () => number) {
    this.#now = now;
    this.#marks = new LRUCache<string, Marks>({
      max: maxTags,
      dispose: (marks, _tag, reason) => {
        if (reason !== 'evict') return;
        this.#floor = merged(settled(this.#floor, now()), settled(marks, now()));
      },
    });
  }

  #marksOf(tag: string, nowMs: number): Marks {
    return settled(this.#marks.get(tag) ?? this.#floor, nowMs);
  }

  /**
   * Marks tags: as expired, if `durations` is undefined; else as stale, and as expired after
   * `durations.expire` seconds, if that is given.
   */
  update(tags: readonly string[], durations?: { expire?: number | undefined }): void {
    const nowMs = this.#now();
    const seconds = durations === undefined ? 0 : durations.expire;
    for (const tag of tags) {
      const { expiredMs, dueMs } = this.#marksOf(tag, nowMs);
      const nextMs = seconds === undefined ? Infinity : nowMs + seconds * 1000;
      const marks = { expiredMs, staleMs: nowMs, dueMs: Math.min(dueMs, nextMs) };
      this.#marks.set(tag, settled(marks, nowMs));
    }
  }

  /** What tags say of an entry that was made at a time. */
  freshnessOf(tags: Iterable<string>, madeMs: number): Freshness {
    const nowMs = this.#now();
    let freshness: Freshness = 'fresh';
    for (const tag of tags) {
      const { expiredMs, staleMs } = this.#marksOf(tag, nowMs);
      if (madeMs <= expiredMs) return 'expired';
      if (madeMs <= staleMs) freshness = 'stale';
    }
    return freshness;
  }

  /** Until when entries with one of these tags are expired; 0 if none ever was. */
  expirationOf(tags: readonly string[]): number {
    const nowMs = this.#now();
    return Math.max(0, ...tags.map((tag) => this.#marksOf(tag, nowMs).expiredMs));
  }
}
