// The comparison's part of the page: a button, progress, and a table for each kind of keys.

import { compare, type Figures, type Results, ROUNDS, WARM_ROUNDS } from './comparison.js';
import {
  CAPACITY,
  type ContenderName,
  contenderNames,
  KEYS_PER_ENTRY,
  type KeyKind,
  keyKinds,
  labels,
  REQUESTS,
} from './contenders.js';
import { byId, make } from './elements.js';
import { countText } from './format.js';

const captions: Readonly<Record<KeyKind, string>> = {
  numbers: 'Keys are numbers',
  strings: 'Keys are strings, built for each request',
};

/** What all figures are compared with. */
const BASELINE: ContenderName = 'lru-cache';

function cell(text: string, note = ''): HTMLTableCellElement {
  return make('td', [new Text(text), make('small', note)]);
}

function rowOf(name: ContenderName, figures: Figures | undefined, results: Results) {
  const bar = make('span');
  const title = make('th', [new Text(labels[name]), bar]);
  title.scope = 'row';
  if (figures === undefined) {
    return make('tr', [title, cell('–', 'refused here'), cell('–')]);
  }
  const { medianNs, leastNs, mostNs } = figures;
  const fastestNs = Math.min(...Object.values(results).map((other) => other.medianNs));
  bar.className = 'bar';
  bar.style.width = `${(100 * fastestNs) / medianNs}%`;
  const baseline = results[BASELINE];
  const row = make('tr', [
    title,
    cell(countText(medianNs), `${countText(leastNs)} to ${countText(mostNs)}`),
    cell(baseline === undefined ? '–' : `${(baseline.medianNs / medianNs).toFixed(2)}×`),
  ]);
  row.classList.toggle('ours', name === 'wasm' || name === 'pure');
  return row;
}

function headOf(texts: readonly string[]): HTMLTableSectionElement {
  const cells = texts.map((text) => {
    const head = make('th', text);
    head.scope = 'col';
    return head;
  });
  return make('thead', [make('tr', cells)]);
}

function tableOf(keys: KeyKind, results: Results): HTMLTableElement {
  return make('table', [
    make('caption', captions[keys]),
    headOf(['cache', 'ns a request', `vs ${BASELINE}`]),
    make(
      'tbody',
      contenderNames.map((name) => rowOf(name, results[name], results)),
    ),
  ]);
}

const caption = `Nanoseconds a request: the median of ${ROUNDS} rounds, and the least and most; \
the longer a bar, the faster. A round is ${countText(REQUESTS)} requests to each cache, Zipf over \
${countText(CAPACITY * KEYS_PER_ENTRY)} keys, with room for ${countText(CAPACITY)} entries; \
${WARM_ROUNDS} rounds before are not counted. Each cache has a worker of its own, one works at a \
time, in random order, and all had the same hits. Building the keys is not timed. This is your \
machine with all else it is doing: trust the ratios more than the times, and small differences \
not at all.`;

const button = byId('compare', HTMLButtonElement);
const progress = byId('compare-progress', HTMLProgressElement);
const text = byId('compare-text', HTMLElement);
const tables = byId('compare-results', HTMLElement);

let isRunning = false;

/** Runs one part of the comparison; undefined if it was stopped. */
async function runPart(keys: KeyKind, part: number): Promise<Results | undefined> {
  const running = compare(keys);
  for (;;) {
    const { done, value } = await running.next();
    if (done) return value;
    progress.value = (part + value) / keyKinds.length;
    if (!isRunning) {
      await running.return({});
      return undefined;
    }
  }
}

async function runAll(): Promise<void> {
  tables.replaceChildren();
  for (const [part, keys] of keyKinds.entries()) {
    text.textContent = `Comparing with ${keys} as keys`;
    const results = await runPart(keys, part);
    if (results === undefined) {
      text.textContent = 'Stopped.';
      return;
    }
    tables.append(tableOf(keys, results));
    byId('compare-caption', HTMLElement).textContent = caption;
    byId('compare-caption', HTMLElement).hidden = false;
  }
  text.textContent = 'Done.';
}

function show(running: boolean): void {
  isRunning = running;
  button.textContent = running ? 'Stop' : 'Compare';
  progress.hidden = !running;
  progress.value = 0;
}

async function toggle(): Promise<void> {
  if (isRunning) {
    isRunning = false;
    return;
  }
  show(true);
  try {
    await runAll();
  } catch (error) {
    const isOnDisk = location.protocol === 'file:';
    text.textContent = isOnDisk
      ? 'A page that was opened from disk may start no workers. Serve it: npm run playground'
      : `The comparison failed: ${error instanceof Error ? error.message : error}`;
  } finally {
    show(false);
  }
}

/** Makes the button work. */
export function startComparison(): void {
  button.addEventListener('click', () => void toggle());
}
