// The page: wires its controls to a session, and shows what comes of it.
//
// It owns the current session. Whatever happens changes the session at once, and the page when the
// browser draws next, so that thousands of requests a second cost one drawing a frame.

import { LRUCache } from 'wasm-lru';
import { Chart } from './chart.js';
import { startComparison } from './comparison-view.js';
import { byId, make } from './elements.js';
import { countText, shareText } from './format.js';
import { Player } from './player.js';
import { type Outcome, policyNames, Session } from './session.js';
import { Shelf } from './shelf.js';
import { checkStreamName, type StreamName } from './streams.js';

/** Requests a second that the slider goes through. */
const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const;
/** Above this, boxes would be on their way all the time. */
const ANIMATED_SPEED_MAX = 5;
/** Keys that are remembered as evicted. */
const GONE_MAX = 8;

const OVER = 'The stream is over. Play starts it again.';

const hints: Readonly<Record<StreamName, string>> = {
  zipf: 'Drawn at random: key 1 most often, key 2 half as often, key 3 a third as often.',
  scan: 'As Zipf, but every 500 requests there is a sweep of 100 keys that come only once.',
  loop: 'All keys in turn, again and again. One key more than fits, and LRU hits nothing.',
};

const controls = byId('controls', HTMLFormElement);
const capacity = byId('capacity', HTMLInputElement);
const keyCount = byId('keys', HTMLInputElement);
const speed = byId('speed', HTMLInputElement);
const play = byId('play', HTMLButtonElement);
const typed = byId('typed', HTMLFormElement);
const typedKey = byId('key', HTMLInputElement);
const last = byId('last', HTMLElement);
const announcer = byId('announcer', HTMLElement);
const shelf = new Shelf(byId('shelf', HTMLElement));
const chart = new Chart(byId('chart', HTMLElement), byId('legend', HTMLElement));
const calm = matchMedia('(prefers-reduced-motion: reduce)');

let session: Session;
let latest: Outcome | undefined;
let gone: string[] = [];
/** What the line below the entries says. */
let note: string;
let isDrawingDue = false;

const player = new Player((count) => {
  for (let i = 0; i < count; i++) {
    if (!step()) {
      pause();
      say(OVER);
      return;
    }
  }
});

function streamName(): StreamName {
  return checkStreamName(new FormData(controls).get('stream'));
}

/** A new session, by the controls. */
function reset(): void {
  pause();
  session = new Session({
    capacity: capacity.valueAsNumber,
    stream: streamName(),
    keyCount: keyCount.valueAsNumber,
  });
  latest = undefined;
  gone = [];
  say('Nothing requested yet.');
}

function take(outcome: Outcome): void {
  latest = outcome;
  note = textOf(outcome);
  remember(outcome.evicted);
  draw();
}

function remember(evicted: readonly string[]): void {
  gone = [...evicted.toReversed(), ...gone].slice(0, GONE_MAX);
}

/** Plays the next request of the stream; false if it is over. */
function step(): boolean {
  const outcome = session.next();
  if (outcome !== undefined) take(outcome);
  return outcome !== undefined;
}

function pause(): void {
  player.stop();
  play.textContent = 'Play';
}

/** Tells everybody, screen readers too. */
function say(text: string): void {
  note = text;
  announcer.textContent = text;
  draw();
}

function textOf({ key, isHit, evicted }: Outcome): string {
  if (isHit) return `${key}: hit`;
  return evicted.length === 0
    ? `${key}: miss, stored`
    : `${key}: miss, stored; ${evicted} fell out`;
}

function draw(): void {
  if (isDrawingDue) return;
  isDrawingDue = true;
  requestAnimationFrame(() => {
    isDrawingDue = false;
    drawNow();
  });
}

function drawNow(): void {
  const { cache, requests, tracks } = session;
  const isSlow = !player.isPlaying || player.rate <= ANIMATED_SPEED_MAX;
  const keys = [...cache.keys()];
  shelf.show({ keys, capacity: cache.max, isHit: latest?.isHit }, isSlow && !calm.matches);
  byId('gone', HTMLElement).replaceChildren(...gone.map((key) => make('li', key)));
  last.textContent = note;

  const { hits, misses, evictions } = cache.stats();
  for (const [id, count] of Object.entries({ requests, hits, misses, evictions })) {
    byId(id, HTMLElement).textContent = countText(count);
  }
  byId('ratio', HTMLElement).textContent = shareText(hits, requests);
  for (const name of policyNames) {
    const { hits, isOver } = tracks[name];
    byId(`${name}-ratio`, HTMLElement).textContent = isOver ? '–' : shareText(hits, requests);
  }
  chart.show(session);
}

function showSettings(): void {
  player.rate = SPEEDS[speed.valueAsNumber] ?? 1;
  const rateText = `${countText(player.rate)} a second`;
  speed.ariaValueText = rateText;
  byId('speed-text', HTMLElement).textContent = rateText;
  byId('capacity-text', HTMLElement).textContent = capacity.value;
  byId('keys-text', HTMLElement).textContent = keyCount.value;
  byId('stream-hint', HTMLElement).textContent = hints[streamName()];
}

function showEngine(): void {
  const line = byId('engine', HTMLElement);
  const isWasm = LRUCache.engine === 'wasm';
  line.classList.toggle('pure', !isWasm);
  const name = make('strong', isWasm ? 'WebAssembly' : 'pure JavaScript engine');
  const reason = isWasm
    ? '.'
    : ': this browser, or the content security policy of this page, refuses WebAssembly.';
  line.replaceChildren(isWasm ? 'Running on ' : 'Running on the ', name, reason);
}

controls.addEventListener('submit', (event) => event.preventDefault());
controls.addEventListener('input', ({ target }) => {
  showSettings();
  if (target === capacity) {
    remember(session.resize(capacity.valueAsNumber));
    draw();
  } else if (target !== speed) {
    reset();
  }
});
play.addEventListener('click', () => {
  if (player.isPlaying) {
    pause();
    return;
  }
  if (session.isOver) reset();
  player.start();
  play.textContent = 'Pause';
});
byId('step', HTMLButtonElement).addEventListener('click', () => {
  pause();
  say(step() ? note : OVER);
});
byId('reset', HTMLButtonElement).addEventListener('click', reset);
typed.addEventListener('submit', (event) => {
  event.preventDefault();
  const keys = typedKey.value.split(/\s+/).filter((key) => key !== '');
  const outcomes = keys.map((key) => session.type(key));
  for (const outcome of outcomes) take(outcome);
  say(outcomes.map(textOf).join('. '));
  typedKey.select();
});

showEngine();
showSettings();
reset();
startComparison();
document.documentElement.classList.add('ready');
