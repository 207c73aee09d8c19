// The player: asks for so many requests a second, a few each time the browser draws.
//
// It owns the time. In a tab that is not shown it stands still, and does not catch up later.

/** Longest pause between two frames that is made up for, in ms. */
const PAUSE_MAX_MS = 200;

/** Plays at a rate until it is stopped. */
export class Player {
  /** Requests a second. */
  rate = 1;
  readonly #advance: (count: number) => void;
  #frame: number | undefined;
  #lastMs = 0;
  /** Requests due; the part below one waits for the next frame. */
  #due = 0;

  /** `advance` is called with the number of requests that are due. */
  constructor(advance: (count: number) => void) {
    this.#advance = advance;
  }

  get isPlaying(): boolean {
    return this.#frame !== undefined;
  }

  /** Starts; the first request is due at once. */
  start(): void {
    if (this.isPlaying) return;
    this.#due = 1;
    this.#lastMs = performance.now();
    this.#frame = requestAnimationFrame(this.#draw);
  }

  stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
  }

  readonly #draw = (nowMs: number): void => {
    // Next first, so that `advance` may stop it.
    this.#frame = requestAnimationFrame(this.#draw);
    const passedMs = Math.min(Math.max(0, nowMs - this.#lastMs), PAUSE_MAX_MS);
    this.#lastMs = nowMs;
    this.#due += (passedMs / 1000) * this.rate;
    const count = Math.floor(this.#due);
    this.#due -= count;
    if (count > 0) this.#advance(count);
  };
}
