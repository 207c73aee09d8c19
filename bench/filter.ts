// The filter of `npm run bench`: which cells and libraries a user's words select.
//
// Words are separated by spaces or commas. Each is a label of a cell or of a library: all words
// for the same thing are alternatives, and words for different things must all hold. Cells of a
// kind of their own have to be named.

import type { Contender } from './adapters/contenders.js';
import { Failure } from './failure.js';
import type { PlannedCell } from './profiles.js';
import type { Cell } from './results.js';

/** What a label is about. */
const aspects = ['workload', 'keys', 'size', 'caches', 'trace', 'kind', 'library'] as const;

type Aspect = (typeof aspects)[number];

/** A library's name as one word. */
export function labelOf(library: string): string {
  return library.toLowerCase().replace(/[^a-z0-9._]+/g, '-');
}

function sizeLabels(size: number): string[] {
  const short = size % 1_000_000 === 0 ? [`${size / 1_000_000}m`] : [];
  return [`${size}`, ...(size % 1000 === 0 && short.length === 0 ? [`${size / 1000}k`] : short)];
}

function labelsOf(cell: Cell, { library, group }: Contender): Record<Aspect, string[]> {
  return {
    workload: [cell.workload],
    keys: [cell.keys],
    size: sizeLabels(cell.size),
    caches: [`caches${cell.caches}`],
    trace: cell.trace === undefined ? [] : [cell.trace],
    kind: [cell.ttl ? 'ttl' : cell.pauses ? 'pauses' : PLAIN],
    library: [labelOf(library), group],
  };
}

const PLAIN = 'plain';

/** The words of a filter, each under what it is about. Throws `Failure` for an unknown one. */
function sortWords(text: string, plan: readonly PlannedCell[]): Map<Aspect, Set<string>> {
  const known = new Map<string, Aspect>();
  for (const { cell, contenders } of plan) {
    for (const contender of contenders) {
      const labels = labelsOf(cell, contender);
      for (const aspect of aspects) for (const label of labels[aspect]) known.set(label, aspect);
    }
  }
  const sorted = new Map<Aspect, Set<string>>();
  for (const word of text.toLowerCase().split(/[\s,]+/)) {
    if (word === '') continue;
    const aspect = known.get(word);
    if (aspect === undefined) {
      const words = [...known.keys()].join(' ');
      throw new Failure(`nothing in this profile is called '${word}'; there is: ${words}`);
    }
    sorted.set(aspect, (sorted.get(aspect) ?? new Set()).add(word));
  }
  if (!sorted.has('kind')) sorted.set('kind', new Set([PLAIN]));
  return sorted;
}

/** The part of a plan that a filter selects. Throws `Failure` if that is nothing. */
export function filterPlan(plan: readonly PlannedCell[], text: string): PlannedCell[] {
  const words = sortWords(text, plan);
  const isSelected = (cell: Cell, contender: Contender): boolean => {
    const labels = labelsOf(cell, contender);
    for (const [aspect, wanted] of words) {
      if (!labels[aspect].some((label) => wanted.has(label))) return false;
    }
    return true;
  };
  const selected = plan
    .map(({ cell, contenders }) => ({
      cell,
      contenders: contenders.filter((contender) => isSelected(cell, contender)),
    }))
    .filter(({ contenders }) => contenders.length > 0);
  if (selected.length > 0) return selected;
  throw new Failure(`the filter '${text}' matches nothing: no cell has all of it; see --list`);
}
