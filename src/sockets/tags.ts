// The times at which tags were revalidated, which the handlers for Next check before they return an
// entry.
//
// TR1  An entry is expired if one of its tags expired after the entry was made, and stale if one
//      was marked as stale after that. Equal times count as after: an unnecessary miss is safe, a
//      wrong hit is not.
// TR2  An expiry may be in the future (`dueMs`). From then on, entries made before the tag was
//      marked are expired; entries made later are not. Of several future expiries of a tag, the
//      first one counts for all, which is never too late.
// TR3  The number of tags is bounded. Forgetting a tag raises the floor, which applies to every
//      unknown tag: it costs misses, and never causes a wrong hit.

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

/** @internal The state of an entry by its tags. */
export type Freshness = 'fresh' | 'stale' | 'expired';

/** The marks at a time: an expiry that is due has happened. */
function settled(marks: Marks, nowMs: number): Marks {
  return marks.dueMs > nowMs ? marks : { ...marks, expiredMs: marks.staleMs, dueMs: Infinity };
}

/** The combination of two marks. */
const merged = (one: Marks, other: Marks): Marks => ({
  expiredMs: Math.max(one.expiredMs, other.expiredMs),
  staleMs: Math.max(one.staleMs, other.staleMs),
  dueMs: Math.min(one.dueMs, other.dueMs),
});

/** @internal The marks of a bounded number of tags. */
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
   * Marks tags: as expired if `durations` is undefined; otherwise as stale, and as expired after
   * `durations.expire` seconds, if given.
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

  /** The state, by its tags, of an entry that was made at a time. */
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

  /**
   * The time until which entries with one of these tags are expired; 0 if no tag was ever expired.
   */
  expirationOf(tags: readonly string[]): number {
    const nowMs = this.#now();
    return Math.max(0, ...tags.map((tag) => this.#marksOf(tag, nowMs).expiredMs));
  }
}
