// The chart: the hit ratios over time, drawn by uPlot.
//
// Its colours are those of the legend beside it, which the style sheet gives for light and dark.

import uPlot from 'uplot';
import { shareText } from './format.js';
import { type PolicyName, policyNames, type Session } from './session.js';

const lines: Readonly<Record<PolicyName, Pick<uPlot.Series, 'label' | 'width' | 'dash'>>> = {
  lru: { label: 'LRU', width: 2.5 },
  fifo: { label: 'FIFO', width: 1.5, dash: [7, 4] },
  optimal: { label: 'Optimal', width: 1.5, dash: [2, 3] },
};

/** Room for the numbers of the axes, in CSS pixels. */
const REQUESTS_AXIS_HEIGHT = 30;
const PERCENT_AXIS_WIDTH = 54;
/** The least number of requests that the chart has room for. */
const REQUESTS_MIN = 100;

/** What is drawn: the number of each request, and the ratios after it. */
type Columns = [number[], ...(number | null)[][]];

function columnsOf({ tracks }: Session): Columns {
  const requests = tracks.lru.ratios.map((_, i) => i + 1);
  return [requests, ...policyNames.map((name) => tracks[name].ratios)];
}

/** A chart in an element, which it fills. */
export class Chart {
  readonly #element: HTMLElement;
  readonly #legend: HTMLElement;
  #plot: uPlot | undefined;
  #session: Session | undefined;

  constructor(element: HTMLElement, legend: HTMLElement) {
    this.#element = element;
    this.#legend = legend;
    new ResizeObserver(() => this.#plot?.setSize(this.#size)).observe(element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#renew());
  }

  /** Draws the ratios of a session so far. O(requests). */
  show(session: Session): void {
    this.#session = session;
    if (this.#plot === undefined) this.#renew();
    else this.#plot.setData(columnsOf(session));
    const { lru } = session.tracks;
    const latest = shareText(lru.ratios.at(-1) ?? 0, session.requests && 1);
    this.#element.ariaLabel = `Hit ratio over ${session.requests} requests; of LRU now ${latest}`;
  }

  get #size(): { width: number; height: number } {
    return { width: this.#element.clientWidth, height: this.#element.clientHeight };
  }

  /** The colour of a policy in the legend. */
  #colorOf(name: PolicyName): string {
    return getComputedStyle(this.#legend.querySelector(`.${name} .swatch`) as Element).color;
  }

  #renew(): void {
    if (this.#session === undefined) return;
    this.#plot?.destroy();
    const { color, borderColor, fontFamily } = getComputedStyle(this.#element);
    const axis = {
      stroke: color,
      font: `13px ${fontFamily}`,
      grid: { stroke: borderColor, width: 1 },
      ticks: { show: false },
    };
    const options: uPlot.Options = {
      ...this.#size,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: (_, __, max) => [0, Math.max(REQUESTS_MIN, max)] },
        y: { range: [0, 1] },
      },
      axes: [
        {
          ...axis,
          size: REQUESTS_AXIS_HEIGHT,
          values: (_, values) => values.map((value) => value.toLocaleString('en')),
        },
        {
          ...axis,
          size: PERCENT_AXIS_WIDTH,
          values: (_, values) => values.map((value) => `${Math.round(value * 100)}%`),
        },
      ],
      series: [
        {},
        ...policyNames.map((name) => ({
          ...lines[name],
          stroke: this.#colorOf(name),
          points: { show: false },
        })),
      ],
    };
    this.#plot = new uPlot(options, columnsOf(this.#session), this.#element);
  }
}
