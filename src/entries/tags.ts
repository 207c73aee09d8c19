// The tags: which entries, and which loads, belong to a group that is invalidated as one.
//
// A cache that was never given a tag has none of this; `Entries` has it behind one field.
//
// TG1  A tag is known as long as an entry or a load has it, and no longer: whatever removes or
//      replaces an entry takes its slot out of every tag it had.
// TG2  An invalidation takes time in proportion to what it removes.
// TG3  The result of a load that began before the invalidation of one of its tags is not stored.
//      Its loader may name the tags as late as it likes, so invalidations are remembered, the last
//      REMEMBERED_MAX of them; a load that is older than those has tags that cannot be trusted.

import { show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';

const REMEMBERED_MAX = 1000;

/** What has tags: a slot, or a load. */
type Holder = number | object;

/** The tags given, each once; undefined if there are none. Throws `INVALID_TAGS`. */
export function checkTags(given: unknown): ReadonlySet<string> | undefined {
  if (given === undefined || given === null) return undefined;
  const isList = typeof given === 'object' && Symbol.iterator in given;
  const tags = isList ? new Set(given as Iterable<unknown>) : new Set([Number.NaN]);
  for (const tag of tags) {
    if (typeof tag === 'string') continue;
    const got = isList ? `one with ${show(tag)} in it` : show(given);
    throw new LRUCacheTypeError('INVALID_TAGS', `tags must be a list of strings, not ${got}`);
  }
  return tags.size === 0 ? undefined : (tags as ReadonlySet<string>);
}

/** The tags of one cache. */
export class Tags {
  readonly #holders = new Map<string, Set<Holder>>();
  readonly #tags = new Map<Holder, ReadonlySet<string>>();
  /** How many invalidations there were; that of each tag, the latest last; the latest forgotten. */
  #count = 0;
  readonly #invalidated = new Map<string, number>();
  #forgotten = 0;

  /** A number for now, to tell later what was invalidated since. */
  get count(): number {
    return this.#count;
  }

  /** Notes what a slot or a load has, in place of what it had. */
  note(holder: Holder, tags: ReadonlySet<string> | undefined): void {
    this.forget(holder);
    if (tags === undefined) return;
    this.#tags.set(holder, tags);
    for (const tag of tags) {
      const holders = this.#holders.get(tag);
      if (holders === undefined) this.#holders.set(tag, new Set([holder]));
      else holders.add(holder);
    }
  }

  /** Forgets what a slot or a load had. */
  forget(holder: Holder): void {
    for (const tag of this.of(holder)) {
      const holders = this.#holders.get(tag) as Set<Holder>;
      holders.delete(holder);
      if (holders.size === 0) this.#holders.delete(tag);
    }
    this.#tags.delete(holder);
  }

  /** Forgets what all slots had; not the loads, which may still be there. */
  clear(): void {
    for (const holder of this.#tags.keys()) if (typeof holder === 'number') this.forget(holder);
  }

  /** The tags of a slot or a load. */
  of(holder: Holder): readonly string[] {
    return [...(this.#tags.get(holder) ?? [])];
  }

  /** Invalidates a tag; returns what has it. */
  invalidate(tag: string): readonly Holder[] {
    this.#invalidated.delete(tag);
    this.#invalidated.set(tag, ++this.#count);
    if (this.#invalidated.size > REMEMBERED_MAX) {
      const [oldest, count] = this.#invalidated.entries().next().value as [string, number];
      this.#invalidated.delete(oldest);
      this.#forgotten = count;
    }
    return [...(this.#holders.get(tag) ?? [])];
  }

  /** Whether one of these tags was invalidated since, or may have been. */
  isOutdated(tags: ReadonlySet<string>, since: number): boolean {
    if (since < this.#forgotten) return true;
    for (const tag of tags) if ((this.#invalidated.get(tag) ?? 0) > since) return true;
    return false;
  }
}
