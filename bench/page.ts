// The answer for a trace as a page: `npm start -- --trace FILE --html PAGE`.
//
// One file that needs nothing else, on light and dark screens; it runs no script.

import type { TopLevelSpec } from 'vega-lite';
import { libraryNames } from './adapters/index.js';
import type { Advice } from './advice.js';
import { draw, type Palette, type Theme } from './plots.js';
import { grouped, type Report } from './report.js';
import {
  choiceOf,
  legendOf,
  libraryHeads,
  multiplesOf,
  showNs,
  showRatio,
  showSpread,
  summaryOf,
  verdictOf,
} from './show-replay.js';

const PLOT_TITLE = 'Hits of an LRU cache, by its number of entries';

const STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #1f2328; --faint: #59636e; --line: #d8dee4 }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --text: #e6edf3; --faint: #9198a1; --line: #3d444d }
}
body { background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
  margin: 2rem auto; max-width: 46rem; padding: 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25 }
h2 { font-size: 1.15rem; margin-top: 2rem }
.verdict { font-size: 1.15rem }
img { height: auto; max-width: 100% }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .7rem; text-align: right }
small, .note { color: var(--faint) }
.note { font-size: .9rem }
`;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<"]/g, (character) => ESCAPES[character] as string);
}

/** Powers of ten up to a number: on a logarithmic axis, all that needs a line. */
function decadesTo(end: number): number[] {
  const decades = Array.from({ length: Math.floor(Math.log10(end)) + 1 }, (_, i) => 10 ** i);
  return decades.filter((decade) => decade <= end);
}

function curveSpec({ curve, advised, most }: Advice, { text, hues }: Palette): TopLevelSpec {
  const [line] = hues as [string];
  // Beside its line, where there is more room.
  const isLeft = advised !== undefined && advised.entries ** 2 < most.entries;
  const x = {
    field: 'entries',
    type: 'quantitative',
    scale: { type: 'log', nice: false },
    axis: { title: 'entries (log scale)', format: ',', values: decadesTo(most.entries) },
  } as const;
  const y = {
    field: 'hitRatio',
    type: 'quantitative',
    scale: { domainMin: 0, domainMax: 1 },
    axis: { title: 'hits', format: '%' },
  } as const;
  return {
    // As wide as a phone shows it without making its text small.
    width: 420,
    height: 240,
    data: { values: [...curve] },
    layer: [
      { mark: { type: 'line', color: line, point: { color: line } }, encoding: { x, y } },
      {
        data: { values: advised === undefined ? [] : [advised] },
        encoding: { x },
        layer: [
          { mark: { type: 'rule', color: text, strokeDash: [4, 4] } },
          {
            mark: {
              ...{ type: 'text', text: ['large', 'enough'], color: text, fontSize: 12, y: 205 },
              ...{ align: isLeft ? 'left' : 'right', dx: isLeft ? 6 : -6 },
            },
          },
        ],
      },
    ],
  };
}

async function pictureOf(advice: Advice): Promise<string> {
  const address = async (theme: Theme): Promise<string> => {
    const svg = await draw((palette) => curveSpec(advice, palette), PLOT_TITLE, theme);
    return `data:image/svg+xml,${encodeURIComponent(svg)}`;
  };
  return `<picture>
<source media="(prefers-color-scheme: dark)" srcset="${await address('dark')}">
<img alt="${PLOT_TITLE}" src="${await address('light')}">
</picture>`;
}

function rowOf(cells: readonly string[], tag: 'td' | 'th'): string {
  return `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
}

function curveTable({ curve, advised }: Advice): string {
  const rows = curve.map(({ entries, hits, hitRatio }) => {
    const note = entries === advised?.entries ? ' <small>large enough</small>' : '';
    return rowOf([`${grouped(entries)}${note}`, grouped(hits), showRatio(hitRatio)], 'td');
  });
  const head = rowOf(['entries', 'hits', 'of all requests'], 'th');
  return `<details><summary>The plot in figures</summary><div class="wide">
<table>${head}${rows.join('\n')}</table></div></details>`;
}

function timesOf(report: Report): string {
  const rows = report.rows.map(({ capacity, libraries }) => {
    const cells = libraryNames.map((name) => {
      const { nsPerRequest, timesNaive } = libraries[name];
      const rest = `${showSpread(libraries[name])}<br>${timesNaive.toFixed(1)}×`;
      return `${showNs(nsPerRequest)}<small>${rest}</small>`;
    });
    return rowOf([grouped(capacity), ...cells], 'td');
  });
  const head = rowOf(['entries', ...libraryNames.map((name) => libraryHeads[name])], 'th');
  return `<h2>Which library</h2>
<p>${escaped(choiceOf(report))}</p>
<div class="wide"><table>${head}${rows.join('\n')}</table></div>
<p class="note">${escaped(legendOf(report))}</p>`;
}

async function sizesOf(advice: Advice): Promise<string> {
  return `<h2>How large</h2>
${await pictureOf(advice)}
<p>${multiplesOf(advice)}</p>
${curveTable(advice)}`;
}

/** The page; without a report, nothing was measured. */
export async function makePage(advice: Advice, report: Report | undefined): Promise<string> {
  const title = escaped(`Would a cache help ${advice.trace}?`);
  const plot = advice.verdict === 'none' ? '' : await sizesOf(advice);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<p>${escaped(summaryOf(advice))}</p>
<p class="verdict">${escaped(verdictOf(advice))}</p>
${plot}
${report === undefined ? '' : timesOf(report)}
<p class="note">Made by <code>npm start -- --trace</code> of wasm-lru. The hits are exact.</p>
</html>
`;
}
