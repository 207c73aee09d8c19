// A track: the hits of one policy, and how its hit ratio went.

/** Requests that a ratio is taken over; fewer at the start. */
export const WINDOW = 200;

/** The hits of a policy. Every operation is O(1). */
export class Track {
  /** Hits of all requests. */
  hits = 0;
  /** After each request, the share of hits among the last WINDOW; null once there is none. */
  readonly ratios: (number | null)[] = [];
  readonly #recent = new Uint8Array(WINDOW);
  #recentHits = 0;
  #isOver = false;

  /** Counts a request. */
  add(isHit: boolean): void {
    const place = this.ratios.length % WINDOW;
    this.#recentHits += Number(isHit) - (this.#recent[place] as number);
    this.#recent[place] = Number(isHit);
    this.hits += Number(isHit);
    const count = Math.min(this.ratios.length + 1, WINDOW);
    this.ratios.push(this.#isOver ? null : this.#recentHits / count);
  }

  /** Says that from now on the policy has no hits to show. */
  end(): void {
    this.#isOver = true;
  }

  get isOver(): boolean {
    return this.#isOver;
  }
}
