// Memory refused by the host: pages of WebAssembly memory, and address space, over a range of each.
//
// Each limit has a process of its own, test/children/besiege.mjs. Every cache in it must work, on
// the pure engine or smaller than was asked for, or throw a typed error; one that was there before
// must go on. Under limits of address space that Node itself does not live with, nothing is shown.

import { grouped } from '../../bench/report.js';
import { type Conditions, runChild } from '../../test/support/child.js';
import { figure, note } from '../../test/support/figures.js';

/** A hungry cache of this many entries takes some 24 MB. */
const OFFERED = 1e6;
const LATE = 200;
const PAGES = [
  ...Array.from({ length: 40 }, (_, i) => i + 1),
  ...[48, 64, 96, 128, 192, 256, 320, 384, 448, 512, 768, 1024],
];
const MIB = 1024;
/** Address space in MiB: what Node needs to start, up to more than its guards reserve. */
const SPACES = [
  ...Array.from({ length: 24 }, (_, i) => 750 + i * 250),
  ...[8000, 12_000, 16_000, 24_000],
];
/** What a host says that comes to its end for want of memory; no JavaScript sees it coming. */
const HOST_ENDS = /FATAL ERROR|out of memory|Fatal|std::bad_alloc|failed to reserve/i;
/** How the outcome of a cache may be called. */
const ALLOWED = /^(wasm|pure)( at less than its max)?$|^OUT_OF_MEMORY$/;

interface Report {
  readonly isElderRight: boolean;
  readonly outcomes: Readonly<Record<string, number>>;
}

const totals = new Map<string, number>();

/** Runs the siege under a limit; returns whether the host lived, and throws if a cache failed. */
function besiege(limit: string, conditions: Conditions): boolean {
  const args = [`${OFFERED}`, `${LATE}`];
  const { status, stderr, report } = runChild<Report>('besiege.mjs', { ...conditions, args });
  if (report === null) {
    if (status === null || HOST_ENDS.test(stderr)) return false;
    throw new Error(`${limit}: ended with ${status}: ${stderr}`);
  }
  if (!report.isElderRight) throw new Error(`${limit}: the cache that was there did not go on`);
  for (const [outcome, count] of Object.entries(report.outcomes)) {
    if (!ALLOWED.test(outcome)) throw new Error(`${limit}: ${outcome}`);
    totals.set(outcome, (totals.get(outcome) ?? 0) + count);
  }
  return true;
}

for (const pages of PAGES) {
  const flags = [`--wasm-max-mem-pages=${pages}`];
  if (!besiege(`${pages} pages`, { flags })) throw new Error(`${pages} pages: Node did not live`);
}
figure('limits of pages', PAGES.length);

const lived = SPACES.filter((space) => besiege(`${space} MiB`, { addressSpaceKiB: space * MIB }));
figure('limits of address space', lived.length);
if (lived.length < SPACES.length / 2) throw new Error(`Node lived under ${lived} MiB only`);
note(`Node lives from ${lived[0]} MiB on`);
const outcomes = [...totals].map(([outcome, count]) => `${grouped(count)} ${outcome}`);
note(`caches: ${outcomes.join(', ')}`);
