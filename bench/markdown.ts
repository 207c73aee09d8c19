// How figures are written in the documents: digits, units, names of cells.

import { grouped } from './report.js';
import type { Cell } from './results.js';
import type { CellFigures, Figure, Mean } from './tables.js';

export { table, withBlock } from '../tools/markdown.mjs';

/** What stands where nothing was measured. */
export const NOTHING = '–';

/** A time or an amount: a decimal below ten, none above. */
export function short(value: number): string {
  return value.toFixed(value < 9.95 ? 1 : 0);
}

/** Decimals that a value bears: the last one is unsure by less than five. */
function decimalsOf(value: number, spread: number | undefined): number {
  // Of one round it is not known how sure it is: not very.
  if (spread === undefined) return 1;
  if (spread * value < 0.05) return 2;
  return spread * value < 0.5 || value < 1 ? 1 : 0;
}

/**
 * A ratio with the decimals that its spread bears, and at least so many, or a dash. Rounded down,
 * so that no loss and no missed target looks like none.
 */
export function ratioText(
  ratio: Pick<Mean, 'value' | 'spread'> | undefined,
  decimalsMin = 0,
): string {
  if (ratio === undefined) return NOTHING;
  const decimals = Math.max(decimalsMin, decimalsOf(ratio.value, ratio.spread));
  const scale = 10 ** decimals;
  // What binary fractions add or lack is no reason to round down.
  return (Math.floor(ratio.value * scale + 1e-9) / scale).toFixed(decimals);
}

/** A spread, or a dash. */
export function spreadText(spread: number | undefined): string {
  return spread === undefined ? NOTHING : `±${(spread * 100).toFixed(0)} %`;
}

/** A median with its spread, if it has one. */
export function withSpread({ median, spread }: Figure): string {
  return spread === undefined ? short(median) : `${short(median)} ${spreadText(spread)}`;
}

/** A ratio with its spread, if it has one; see `ratioText`. */
export function ratioWithSpread(
  ratio: Pick<Mean, 'value' | 'spread'> | undefined,
  decimalsMin = 0,
): string {
  const text = ratioText(ratio, decimalsMin);
  return ratio?.spread === undefined ? text : `${text} ${spreadText(ratio.spread)}`;
}

/** The keys of a cell, with what else it differs in from other cells of its workload. */
export function keysText({ keys, caches, trace, ttl }: Cell): string {
  const of = trace === undefined ? keys : `${trace}, ${keys}`;
  const many = caches === 1 ? of : `${of}, ${caches} caches`;
  return ttl === true ? `${many}, ttl` : many;
}

/** A cell in a sentence. */
export function cellText(cell: Cell): string {
  return `${cell.workload}, ${keysText(cell)}, ${grouped(cell.size)}`;
}

/** A part that is closed until one asks for it. */
export function details(summary: string, content: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

/** The libraries in the order given that are in at least one of the cells. */
export function present(cells: readonly CellFigures[], libraries: readonly string[]): string[] {
  const known = new Set(cells.flatMap(({ measured }) => measured.map(({ library }) => library)));
  return libraries.filter((library) => known.has(library));
}

/** Texts as a list in a sentence. */
export function listed(texts: readonly string[]): string {
  if (texts.length < 2) return texts.join('');
  return `${texts.slice(0, -1).join(', ')} and ${texts[texts.length - 1]}`;
}
