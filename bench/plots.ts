// The plots of the documents: SVG as text, each for a light and for a dark background.
//
// Deterministic: without a canvas, vega estimates how wide a text is, and asks no font of the
// machine; and numbers are rounded. So the same figures give the same bytes.

import * as vega from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import { keysText } from './markdown.js';
import type { WorkloadName } from './results.js';
import {
  type CellFigures,
  families,
  familyOf,
  largestChurn,
  memoryPerEntry,
  OURS,
  PURE,
  ratiosOf,
  ratioToBest,
} from './tables.js';

/** Backgrounds that a plot is made for. */
export const themes = ['light', 'dark'] as const;

/** Name of a theme. */
export type Theme = (typeof themes)[number];

/** Names of the plots. */
export const plotNames = ['ratios', 'sizes', 'memory'] as const;

/** Name of a plot. */
export type PlotName = (typeof plotNames)[number];

/** The colours of a theme. */
export interface Palette {
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  /** Colours that also differ to the colour-blind (Okabe and Ito), lighter ones on dark. */
  readonly hues: readonly string[];
}

const palettes: Readonly<Record<Theme, Palette>> = {
  light: {
    text: '#1f2328',
    faint: '#59636e',
    grid: '#d8dee4',
    hues: ['#0072b2', '#d55e00', '#009e73', '#aa4499', '#8a6d00', '#56b4e9', '#59636e'],
  },
  dark: {
    text: '#e6edf3',
    faint: '#9198a1',
    grid: '#3d444d',
    hues: ['#58a6ff', '#ff8c42', '#2dcfa0', '#e58ad0', '#e3c341', '#9fd8ff', '#9198a1'],
  },
};

/** What a plot shows, for those who do not see it. */
export const plotTitles: Readonly<Record<PlotName, string>> = {
  ratios: 'How many times as fast as the best other exact cache wasm-lru is, in every cell',
  sizes: 'Nanoseconds per operation by the size of the cache, for each exact library',
  memory: 'Resident memory per entry at the largest size, by library',
};

const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif';

function configOf({ text, faint, grid }: Palette): Config {
  const labels = { labelColor: text, titleColor: text, titleFontWeight: 'normal' } as const;
  return {
    aria: false,
    font: FONT,
    background: 'transparent',
    view: { stroke: grid },
    axis: {
      ...labels,
      labelFontSize: 12,
      titleFontSize: 13,
      gridColor: grid,
      domainColor: grid,
      tickColor: grid,
    },
    legend: { ...labels, labelFontSize: 12, titleFontSize: 13, symbolStrokeColor: faint },
    header: { ...labels, labelFontSize: 13, titleFontSize: 13, labelFontWeight: 'bold' },
    title: { color: text, fontSize: 14, fontWeight: 'normal', anchor: 'start' },
  };
}

/** Each value once, in the order of its first. */
function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

const RATIO_TICKS = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16];
const SIZE_TICKS = [100, 1000, 10_000, 100_000, 1_000_000];
const TIME_TICKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** A plot needs at least one value; vega would draw an empty one, or none. */
function need(values: readonly unknown[], what: string): void {
  if (values.length === 0) throw new Error(`nothing to plot, the results have no ${what}`);
}

function ratioValues(cells: readonly CellFigures[]) {
  return ratiosOf(cells, ratioToBest).map(({ cell, ratio }) => ({
    workload: cell.workload,
    keys: keysText(cell),
    family: familyOf(cell.keys),
    size: cell.size,
    ratio: ratio.value,
  }));
}

/** Dots for round sizes, between the least and the largest. */
function sizeLegend(sizes: readonly number[], { faint }: Palette) {
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return {
    title: 'entries',
    orient: 'bottom',
    direction: 'horizontal',
    format: ',',
    values: SIZE_TICKS.filter((size) => least <= size && size <= most),
    symbolFillColor: faint,
  } as const;
}

function ratioSpec(cells: readonly CellFigures[], palette: Palette): TopLevelSpec {
  const values = ratioValues(cells);
  need(values, 'cell with wasm-lru and an exact library');
  const used = families.filter((family) => values.some((value) => value.family === family));
  return {
    data: { values },
    facet: {
      row: {
        field: 'workload',
        sort: distinct(values.map(({ workload }) => workload)),
        header: { title: null, labelOrient: 'top', labelAnchor: 'start', labelPadding: 4 },
      },
    },
    spacing: 12,
    spec: {
      // As wide as a phone shows it without making its text small.
      width: 370,
      height: { step: 14 },
      layer: [
        {
          data: { values: [{}] },
          mark: { type: 'rule', color: palette.text, strokeWidth: 1 },
          encoding: { x: { datum: 1, type: 'quantitative' } },
        },
        {
          mark: { type: 'point', filled: true, opacity: 0.8 },
          encoding: {
            x: {
              field: 'ratio',
              type: 'quantitative',
              scale: { type: 'log', nice: false, padding: 10 },
              axis: {
                title: 'times as fast as the best other exact cache',
                values: RATIO_TICKS,
                format: '~g',
                labelOverlap: true,
                grid: true,
              },
            },
            y: {
              field: 'keys',
              type: 'nominal',
              sort: distinct(values.map(({ keys }) => keys)),
              axis: { title: null, grid: true, domain: false, ticks: false, labelFontSize: 11 },
            },
            color: {
              field: 'family',
              type: 'nominal',
              scale: { domain: [...used], range: palette.hues.slice(0, used.length) },
              legend: { title: null, orient: 'top', columns: 2 },
            },
            size: {
              field: 'size',
              type: 'quantitative',
              scale: { type: 'log', nice: false, range: [24, 130] },
              legend: sizeLegend(
                values.map(({ size }) => size),
                palette,
              ),
            },
          },
        },
      ],
    },
    resolve: { scale: { y: 'independent' } },
  };
}

const SIZE_WORKLOADS: readonly WorkloadName[] = ['hit', 'zipf', 'churn'];

function sizeSpec(cells: readonly CellFigures[], palette: Palette): TopLevelSpec {
  const shown = cells.filter(
    ({ workload, keys, caches }) =>
      SIZE_WORKLOADS.includes(workload) && (keys === 'int' || keys === 'fresh16') && caches === 1,
  );
  const values = shown.flatMap(({ workload, keys, size, measured }) =>
    measured
      .filter(({ library, group }) => library === OURS || group === 'exact')
      .map(({ library, nsPerOp: { median } }) => ({
        workload,
        keys: `${keys} keys`,
        size,
        library,
        ns: median,
      })),
  );
  const libraries = distinct(values.map(({ library }) => library));
  const own = `datum.library === '${OURS}'`;
  need(values, `${SIZE_WORKLOADS.join(' or ')} with int or fresh16 keys`);
  return {
    data: { values },
    facet: {
      column: { field: 'workload', sort: [...SIZE_WORKLOADS], header: { title: null } },
      row: { field: 'keys', sort: ['int keys', 'fresh16 keys'], header: { title: null } },
    },
    spacing: 14,
    spec: {
      width: 200,
      height: 200,
      mark: { type: 'line', point: { filled: true, size: 30 } },
      encoding: {
        x: {
          field: 'size',
          type: 'quantitative',
          scale: { type: 'log', nice: false, padding: 8 },
          axis: { title: 'entries', format: '~s', values: distinct(shown.map((c) => c.size)) },
        },
        y: {
          field: 'ns',
          type: 'quantitative',
          scale: { type: 'log', nice: false, padding: 8 },
          axis: { title: 'ns per operation', format: '~g', values: TIME_TICKS },
        },
        color: {
          field: 'library',
          type: 'nominal',
          scale: { domain: libraries, range: palette.hues.slice(0, libraries.length) },
          legend: { title: null, orient: 'top', symbolType: 'circle', columns: 4 },
        },
        strokeWidth: { condition: { test: own, value: 3 }, value: 1.5 },
      },
    },
  };
}

function memorySpec(cells: readonly CellFigures[], palette: Palette): TopLevelSpec {
  const values = largestChurn(cells)
    .filter(({ keys }) => keys === 'int' || keys === 'string' || keys === 'fresh16')
    .flatMap((cell) =>
      cell.measured
        .filter(({ group }) => group !== 'bound')
        .map((measured) => ({
          library: measured.library,
          keys: cell.keys,
          bytes: memoryPerEntry(cell, measured).rss,
        })),
    );
  need(values, 'churn of the largest size with int, string or fresh16 keys');
  const own = `datum.library === '${OURS}' || datum.library === '${PURE}'`;
  const [first, , , , , , plain] = palette.hues;
  const y = {
    field: 'library',
    type: 'nominal',
    sort: distinct(values.map(({ library }) => library)),
    axis: { title: null, domain: false, ticks: false, labelLimit: 200 },
  } as const;
  const x = {
    field: 'bytes',
    type: 'quantitative',
    // Room for the number beside the longest bar.
    scale: { domainMax: 1.2 * Math.max(...values.map(({ bytes }) => bytes)), nice: false },
    axis: { title: 'bytes per entry', tickCount: 4 },
  } as const;
  return {
    data: { values },
    facet: { column: { field: 'keys', sort: ['int', 'string', 'fresh16'], title: null } },
    spacing: 14,
    spec: {
      width: 185,
      height: { step: 18 },
      layer: [
        {
          mark: { type: 'bar', height: 11 },
          encoding: {
            x,
            y,
            color: { condition: { test: own, value: first ?? '' }, value: plain ?? '' },
          },
        },
        {
          mark: { type: 'text', align: 'left', dx: 4, fontSize: 11, color: palette.text },
          encoding: { x, y, text: { field: 'bytes', format: '.0f' } },
        },
      ],
    },
  };
}

const specs: Readonly<
  Record<PlotName, (cells: readonly CellFigures[], palette: Palette) => TopLevelSpec>
> = { ratios: ratioSpec, sizes: sizeSpec, memory: memorySpec };

/** A number with at most one decimal. */
function rounded(number: string): string {
  const value = Math.round(Number(number) * 10) / 10;
  return String(value === 0 ? 0 : value);
}

/** What vega writes for single marks; a picture as a whole has one role. */
const NEEDLESS =
  / (?:role="graphics-[^"]*"|aria-[a-z]+="[^"]*"|pointer-events="none"|opacity="1")/g;

/** The SVG with its numbers rounded, its title in it, and said to be a picture. */
function tidied(svg: string, title: string): string {
  const short = svg.replace(/<[^>]*>/g, (tag) =>
    tag.replace(NEEDLESS, '').replace(/-?\d*\.\d+(?:e[-+]?\d+)?|-?\d+e-\d+/g, rounded),
  );
  return `${short.replace(
    /<svg([^>]*)>/,
    (_, attributes: string) =>
      `<svg role="img" aria-label="${title}"${attributes}><title>${title}</title>`,
  )}\n`;
}

/** Draws a plot as SVG, with a title for those who do not see it. */
export async function draw(
  specOf: (palette: Palette) => TopLevelSpec,
  title: string,
  theme: Theme,
): Promise<string> {
  vega.resetSVGDefIds();
  const palette = palettes[theme];
  const spec: TopLevelSpec = { ...specOf(palette), config: configOf(palette), padding: 8 };
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  try {
    return tidied(await view.toSVG(), title);
  } finally {
    view.finalize();
  }
}

/** A plot of the documents as SVG. */
export function plot(name: PlotName, results: CellFigures[], theme: Theme): Promise<string> {
  return draw((palette) => specs[name](results, palette), plotTitles[name], theme);
}

/** The name of the file of a plot, in docs/benchmarks. */
export function plotFile(name: PlotName, theme: Theme): string {
  return `${name}-${theme}.svg`;
}
