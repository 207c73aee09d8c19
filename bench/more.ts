// When a cell is measured once more, and who in it: until its ratio is sure enough.
//
// Rounds of all libraries come first. What they leave open is only how we compare to the best exact
// peer, so in a further round are those that may be it, and lru-cache, which means are given to.

import { type CellFigures, groupIn, measuredIn, OURS, ratioTo, ratioToBest } from './tables.js';

/** Spread of a cell's ratio that is narrow enough, as a share of the ratio. */
export const SPREAD_MAX = 0.1;
/** Rounds that a narrow spread is believed of; two may agree by chance. */
const ROUNDS_BELIEVED = 3;
/** A peer may be the best one if its ratio is at most so many times that of the best. */
const RIVAL_RATIO = 1.3;
const ALWAYS = 'lru-cache';

/** Whether no further round is wanted; there is none to want without a ratio. */
export function isSettled(cell: CellFigures): boolean {
  const ratio = ratioToBest(cell);
  if (ratio === undefined) return true;
  return ratio.rounds >= ROUNDS_BELIEVED && spreadOf(cell) <= SPREAD_MAX;
}

/** Spread of the cell's ratio; infinite while it is unknown. */
export function spreadOf(cell: CellFigures): number {
  return ratioToBest(cell)?.spread ?? Number.POSITIVE_INFINITY;
}

/** The libraries of a further round. */
export function librariesOfMore(cell: CellFigures): string[] {
  const best = ratioToBest(cell)?.value ?? Number.POSITIVE_INFINITY;
  const rivals = groupIn(cell, 'exact').filter((peer) => {
    const ratio = ratioTo(cell, peer)?.value ?? Number.POSITIVE_INFINITY;
    return peer.library === ALWAYS || ratio <= best * RIVAL_RATIO;
  });
  const ours = measuredIn(cell, OURS);
  return [...(ours === undefined ? [] : [ours]), ...rivals].map(({ library }) => library);
}
