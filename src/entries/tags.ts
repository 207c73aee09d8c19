// The tags: which entries and loads have a tag, and are invalidated together.
//
// A cache that was never given a tag has no such object; it is behind one field of `Entries`.
//
// TG1  A tag is known only as long as an entry or a load has it: every operation that removes or
//      replaces an entry takes its slot out of all its tags.
// TG2  An invalidation takes time in proportion to what it removes.
// TG3  The result of a load that began before the invalidation of one of its tags is not stored.
//      Its loader may name the tags as late as with the result, so the last REMEMBERED_MAX
//      invalidations are remembered; the tags of a load that is older than all of these cannot be
//      checked.

import { show } from '../common/check.js';
import { LRUCacheTypeError } from '../common/errors.js';

const REMEMBERED_MAX = 1000;

/** An owner of tags: a slot, or a load. */
type Holder = number | object;

/** The given tags without duplicates; undefined if there are none. Throws `INVALID_TAGS`. */
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
  /**
   * The number of invalidations; that of the latest one of each tag, in their order; and that of
   * the latest forgotten one.
   */
  #count = 0;
  readonly #invalidated = new Map<string, number>();
  #forgotten = 0;

  /** A number for the present, with which later calls find out what was invalidated since. */
  get count(): number {
    return this.#count;
  }

  /** Sets the tags of a slot or a load. */
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

  /** Removes the tags of a slot or a load. */
  forget(holder: Holder): void {
    for (const tag of this.of(holder)) {
      const holders = this.#holders.get(tag) as Set<Holder>;
      holders.delete(holder);
      if (holders.size === 0) this.#holders.delete(tag);
    }
    this.#tags.delete(holder);
  }

  /** Removes the tags of all slots, but not of loads, which may still be in flight. */
  clear(): void {
    for (const holder of this.#tags.keys()) if (typeof holder === 'number') this.forget(holder);
  }

  /** The tags of a slot or a load. */
  of(holder: Holder): readonly string[] {
    return [...(this.#tags.get(holder) ?? [])];
  }

  /** Invalidates a tag; returns the slots and loads that have it. */
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
