// The marks of tags, against a model that forgets nothing.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tags } from '../../src/sockets/tags.js';

/** A call of `update`: when, and when what was made before expires; Infinity if never. */
interface Mark {
  readonly tag: string;
  readonly atMs: number;
  readonly dueMs: number;
}

/** What all marks there ever were say of an entry with a tag. */
function freshnessIn(marks: readonly Mark[], tag: string, madeMs: number, nowMs: number) {
  const after = marks.filter((mark) => mark.tag === tag && mark.atMs >= madeMs);
  if (after.some(({ dueMs }) => dueMs <= nowMs)) return 'expired';
  return after.length > 0 ? 'stale' : 'fresh';
}

const SEVERITY = ['fresh', 'stale', 'expired'];
const tag = fc.constantFrom('a', 'b', 'c', 'd');
const seconds = fc.constantFrom(undefined, 'none' as const, 0, 1, 2, 5, Infinity);
const command = fc.oneof(
  fc.record({ tag, seconds }),
  fc.record({ tag, ageMs: fc.constantFrom(0, 1, 500, 1000, 2500, 6000) }),
  fc.record({ passMs: fc.constantFrom(0, 1, 500, 999, 1000, 3000) }),
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** Runs commands on both; gives what each says at each question. */
function answers(maxTags: number, commands: readonly Command[], isSimple: boolean) {
  let nowMs = 1_000_000;
  const tags = new Tags(maxTags, () => nowMs);
  const marks: Mark[] = [];
  const said: [ours: string, model: string][] = [];
  for (const given of commands) {
    if ('passMs' in given) nowMs += given.passMs;
    else if ('ageMs' in given) {
      const madeMs = nowMs - given.ageMs;
      const ours = tags.freshnessOf([given.tag], madeMs);
      said.push([ours, freshnessIn(marks, given.tag, madeMs, nowMs)]);
      expect(tags.expirationOf([given.tag]) >= madeMs).toBe(ours === 'expired');
    } else {
      // Of an expiry to come and another mark, ours keeps one time.
      const outstanding = marks.some((mark) => mark.tag === given.tag && mark.dueMs > nowMs);
      if (isSimple && outstanding && given.seconds !== undefined && given.seconds !== 0) continue;
      const isNow = given.seconds === undefined;
      const expire = given.seconds === 'none' ? undefined : given.seconds;
      tags.update([given.tag], isNow ? undefined : { expire });
      marks.push({
        tag: given.tag,
        atMs: nowMs,
        dueMs: nowMs + (isNow ? 0 : (expire ?? Infinity)) * 1000,
      });
    }
  }
  return said;
}

describe('the marks of tags', () => {
  it('say what all marks say, if none is forgotten and no two are to come', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        for (const [ours, model] of answers(4, commands, true)) expect(ours).toBe(model);
      }),
      { numRuns: 2000 },
    );
  });

  it('never let an entry through that all marks would not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(command, { maxLength: 40 }),
        (max, list) => {
          for (const [ours, model] of answers(max, list, false)) {
            expect(SEVERITY.indexOf(ours)).toBeGreaterThanOrEqual(SEVERITY.indexOf(model));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('forget the tag that was asked for least recently', () => {
    let nowMs = 10;
    const tags = new Tags(2, () => nowMs);
    tags.update(['a', 'b']);
    nowMs = 20;
    tags.freshnessOf(['a'], 15);
    tags.update(['c']);
    const made = (ms: number) => tags.freshnessOf(['unknown'], ms);
    expect([made(9), made(10), made(11)]).toEqual(['expired', 'expired', 'fresh']);
    expect(tags.freshnessOf(['a', 'c'], 21)).toBe('fresh');
    expect(tags.freshnessOf([], 1)).toBe('fresh');
    expect([tags.expirationOf([]), tags.expirationOf(['a', 'c'])]).toEqual([0, 20]);
  });
});
