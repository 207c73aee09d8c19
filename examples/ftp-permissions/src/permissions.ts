// What a user may do where: an ordered list of rules, and the question that every command asks.
//
// The first rule whose pattern matches the path decides, and a path that no rule matches is closed.
// Patterns are compiled once, when the set is made. That takes longer than the query that read
// them, and is why what is cached is this object and not its rows.

import picomatch from 'picomatch';

/** `l`ist (be seen), `r`ead, `w`rite, `d`elete. */
export type Right = 'l' | 'r' | 'w' | 'd';

/** A glob over absolute paths (`/projects/**`), and the rights it gives: some of `lrwd`, or none. */
export interface Rule {
  readonly pattern: string;
  readonly rights: string;
}

/** The rules of one user, compiled. Immutable: a change of rules makes another set. */
export class PermissionSet {
  readonly #rules: { matches: (path: string) => boolean; rights: string }[];

  constructor(readonly rules: readonly Rule[]) {
    this.#rules = rules.map(({ pattern, rights }) => ({
      matches: picomatch(pattern, { dot: true }),
      rights,
    }));
  }

  /** Whether the first rule that matches has this right. Costs a regular expression a rule. */
  allows(right: Right, path: string): boolean {
    return this.#rules.find(({ matches }) => matches(path))?.rights.includes(right) ?? false;
  }
}
