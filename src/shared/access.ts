// Access to a shared cache: keys and values into this thread's frame and out of it.
//
// A value that has no room in the frame moves in pieces. Between them the entry may be replaced:
// then it is looked for again.

import {
  ABSENT,
  BUFFER_BYTES,
  FOUND,
  FRAME_BORN,
  FRAME_BUFFER,
  FRAME_IS_WIDE,
  FRAME_KEY_BYTES,
  FRAME_KIND,
  LOCATE,
  TOUCH,
} from '../../assembly/bytes/layout.js';
import { NIL } from '../../assembly/layout.js';
import {
  BUSY,
  FRAME_CLAIM,
  FRAME_CLAIM_ENDED,
  FRAME_ENDED,
  FRAME_LOAD,
  FRAME_OWNER,
  FRAME_TTL,
  GONE,
  REFUSALS_MAX,
  RENEWS_LATER,
} from '../../assembly/shared/layout.js';
import type { Entry } from '../bytes/access.js';
import { sliceOf } from '../bytes/codec.js';
import { FrameAccess } from '../bytes/frame.js';
import type { SharedMemory } from './memory.js';

/** How often a value that is being replaced is looked for. */
const TRIES_MAX = 8;

/** The record of a load that a thread has begun, or waits for. */
export interface LoadRecord {
  readonly load: number;
  readonly ended: number;
  /** The thread that has begun it, or taken it over last. */
  readonly owner: number;
}

const NO_LOAD: LoadRecord = { load: 0, ended: 0, owner: 0 };

/** The entries of a shared cache, by keys and bytes. */
export class SharedAccess extends FrameAccess<SharedMemory> {
  /** The value that was located last, if it has no room in the frame. */
  #long = new Uint8Array(0);

  /** Copies the value that was located last out of its chain: FOUND, GONE, BUSY or STUCK. */
  #gather(insists: boolean): number {
    const { core, frame, bytes } = this.region;
    const length = this.foundBytes;
    const long = new Uint8Array(length);
    for (let at = 0; at < length; at += BUFFER_BYTES) {
      const part = Math.min(BUFFER_BYTES, length - at);
      const take = () => core.piece(frame, at, part);
      const code = insists ? this.insist(take) : take();
      if (code !== FOUND) return code;
      long.set(bytes.subarray(FRAME_BUFFER, FRAME_BUFFER + part), at);
    }
    this.#long = long;
    return FOUND;
  }

  /** Looks until the value is there as a whole. */
  #locate(look: (mode: number) => number, insists: boolean): number {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const found = look(tries === 0 ? TOUCH : 0);
      if (found !== FOUND || this.address() !== 0) return found;
      const code = this.#gather(insists);
      if (code !== GONE) return code;
    }
    return ABSENT;
  }

  override look(key: string | Uint8Array, now: number, mode: number): number {
    if ((mode & LOCATE) === 0) return super.look(key, now, mode);
    const look = (touch: number) => super.look(key, now, (mode & ~TOUCH) | (mode & touch));
    return this.#locate(look, false);
  }

  /**
   * Looks at the entry of a key; if there is none, or it has to be renewed, begins its load or says
   * who does. It can take over a load that it has said of before, unless others have meanwhile.
   * The first look of all is counted.
   */
  claim(
    key: string | Uint8Array,
    now: number,
    isFirst: boolean,
    late: LoadRecord | undefined,
    renews: number,
  ): number {
    const { core, store, frame } = this.region;
    const text = typeof key === 'string' ? key : '';
    const record = late ?? NO_LOAD;
    const look = (touch: number) => {
      // Anew for each look: pieces of the value have the key's place.
      const length = this.writeKey(key, FRAME_BUFFER);
      const wide = this.isWide;
      const mode = LOCATE | (isFirst ? touch : 0);
      const how = [now, mode, record.owner, renews] as const;
      return this.insist(() => core.claim(store, frame, text, FRAME_BUFFER, length, wide, ...how));
    };
    return this.about(record, () => this.#locate(look, true));
  }

  /** The load that `claim` has begun or found. */
  get claimed(): LoadRecord {
    return {
      load: this.word(FRAME_LOAD),
      ended: this.word(FRAME_ENDED),
      owner: this.word(FRAME_OWNER),
    };
  }

  /** Which entry is outdated for who has seen what `claim` has, and waits for a load. */
  get renewed(): number {
    const hasEntry = this.slot >>> 0 !== NIL;
    return hasEntry ? this.word(FRAME_BORN) >>> 0 : RENEWS_LATER;
  }

  #name({ load, ended }: LoadRecord): void {
    this.region.words[FRAME_CLAIM >> 2] = load;
    this.region.words[FRAME_CLAIM_ENDED >> 2] = ended;
  }

  /** Runs a call about a load. A write as its result is GONE if it has ended. */
  about<R>(record: LoadRecord, write: () => R): R {
    this.#name(record);
    try {
      return write();
    } finally {
      this.#name(NO_LOAD);
    }
  }

  /** Ends a load without a result: FOUND, BUSY or STUCK. */
  settle(record: LoadRecord): number {
    const { core, store, frame } = this.region;
    return this.about(record, () => this.insist(() => core.settle(store, frame)));
  }

  /**
   * Repeats one call of the core that finds the lock held in a thread that may not wait. What makes
   * several calls insists on each, and never as a whole: that would be a million times a million.
   * The core says STUCK sooner, unless the holder goes on.
   */
  insist(call: () => number): number {
    let code = call();
    for (let i = 0; code === BUSY && i < REFUSALS_MAX; i++) code = call();
    return code;
  }

  /** Removes the entry of a key: FOUND, STALE, ABSENT, GONE, BUSY or STUCK. */
  remove(key: string | Uint8Array, now: number): number {
    const { core, store, frame } = this.region;
    const length = this.writeKey(key, FRAME_BUFFER);
    if (length < 0) return ABSENT;
    const text = typeof key === 'string' ? key : '';
    const wide = this.isWide;
    return this.insist(() => core.remove(store, frame, text, FRAME_BUFFER, length, wide, now));
  }

  /** Stores the value that was written: ADDED, FOUND, REFUSED, GONE, BUSY or STUCK. */
  override put(
    key: string | Uint8Array,
    long: Uint8Array | undefined,
    now: number,
    ttl: number,
  ): number {
    if (long !== undefined) return super.put(key, long, now, ttl);
    return this.insist(() => super.put(key, long, now, ttl));
  }

  protected override copyLong(target: Uint8Array, offset: number): void {
    target.set(this.#long, offset);
  }

  protected override putLong(
    key: string | Uint8Array,
    value: Uint8Array,
    now: number,
    ttl: number,
  ): number {
    const { core, store, frame, bytes } = this.region;
    const { valueBytes, kind } = this;
    const text = typeof key === 'string' ? key : '';
    const length = this.writeKey(key, FRAME_BUFFER);
    const wide = this.isWide;
    let code = this.insist(() =>
      core.begin(store, frame, text, FRAME_BUFFER, length, wide, valueBytes, ttl),
    );
    for (let at = 0; code === FOUND && at < valueBytes; at += BUFFER_BYTES) {
      const part = Math.min(BUFFER_BYTES, valueBytes - at);
      bytes.set(value.subarray(at, at + part), FRAME_BUFFER);
      code = this.insist(() => core.fill(frame, at, part));
    }
    if (code !== FOUND) return code;
    this.writeKey(key, FRAME_BUFFER);
    return this.insist(() =>
      core.finish(
        ...([store, frame, text, FRAME_BUFFER, length, wide, valueBytes, kind, now, ttl] as const),
      ),
    );
  }

  /** The next fresh entry of a shard, from a slot on; ABSENT if there is none, BUSY or STUCK. */
  next(shard: number, from: number, now: number): Entry | number {
    const { core, store, frame, bytes, words } = this.region;
    let start = from;
    for (;;) {
      const begin = start;
      const found = this.insist(() => core.next(store, frame, shard, begin, now));
      if (found !== FOUND) return found;
      start = this.slot + 1;
      const end = FRAME_BUFFER + this.word(FRAME_KEY_BYTES);
      const key = {
        bytes: sliceOf(bytes, FRAME_BUFFER, end),
        isWide: this.word(FRAME_IS_WIDE) !== 0,
      };
      const kind = this.word(FRAME_KIND);
      const ttl = new Float64Array(words.buffer, words.byteOffset + FRAME_TTL, 1)[0] as number;
      if (this.address() !== 0) return { key, value: this.copy(), kind, ttl };
      // An entry that is replaced while it is read is not one that was there all the time.
      const code = this.#gather(true);
      if (code === FOUND) return { key, value: this.#long, kind, ttl };
      if (code !== GONE) return code;
    }
  }
}
