// An explorer of the lock: it runs the text of assembly/shared/lock.ts, one atomic operation at a
// time, in every order that threads can have.
//
// The text is made into generators that yield before each call of words.js. A state is the memory,
// and of each thread what it has left to do and what its operation has been answered so far, or
// since the head of its loop: that decides how the operation goes on. So a state is met once,
// however many orders lead to it.

import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { LINE_LOCK, LINE_STUCK, LINE_TURN } from '../../assembly/shared/layout.js';

/** A call of words.js that a thread is about to make. */
type Call = readonly [name: string, at: number, a?: number, b?: number];
type Steps<R> = Generator<Call, R, number>;

/** The functions of the lock, as generators. */
export interface Lock {
  acquire(line: number, thread: number, mayWait: boolean): Steps<number>;
  release(line: number): Steps<void>;
  seize(line: number, dead: number, thread: number): Steps<boolean>;
}

/** Makes every function a generator and every call `yield*`. */
function asGenerators(text: string): string {
  const transform: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const { factory } = context;
    const visit = (node: ts.Node): ts.Node => {
      const seen = ts.visitEachChild(node, visit, context);
      if (ts.isCallExpression(seen)) {
        const star = factory.createToken(ts.SyntaxKind.AsteriskToken);
        return factory.createParenthesizedExpression(factory.createYieldExpression(star, seen));
      }
      if (!ts.isFunctionDeclaration(seen)) return seen;
      const { modifiers, name, parameters, body } = seen;
      const star = factory.createToken(ts.SyntaxKind.AsteriskToken);
      return factory.createFunctionDeclaration(
        ...([modifiers, star, name, undefined, parameters, undefined, body] as const),
      );
    };
    return (file) => ts.visitNode(file, visit) as ts.SourceFile;
  };
  const { outputText } = ts.transpileModule(text, {
    transformers: { before: [transform] },
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  return outputText;
}

/** The lock with other limits, so that it comes to its rare paths soon; or with a defect. */
export function loadLock(looks: number, edit: (text: string) => string = (text) => text): Lock {
  const path = new URL('../../assembly/shared/lock.ts', import.meta.url);
  const limits = { LOOKS_MAX: looks, SLEEPS_MAX: 2 };
  let text = edit(readFileSync(path, 'utf8'));
  for (const [name, limit] of Object.entries(limits)) {
    const pattern = new RegExp(`(const ${name}: u32 = )\\d+`);
    if (!pattern.test(text)) throw new Error(`the lock has no ${name}`);
    text = text.replace(pattern, `$1${limit}`);
  }
  // What an operation was answered before its loop is in these variables.
  text = text.replace(/(?<=let sleeps[\s\S]*?)while \(true\) \{/, '$&\n    loop(turn, sleeps);');
  function* call(name: string, at: number, a?: number, b?: number): Steps<number> {
    return yield [name, at, a ?? 0, b ?? 0];
  }
  const words = new Proxy(
    {},
    {
      get: (_, name: string) => (at: number, a?: number, b?: number) => call(name, at, a, b),
    },
  );
  const layout = { LINE_LOCK, LINE_STUCK, LINE_TURN };
  const require = (name: string) => (name.includes('words') ? words : layout);
  const exports = {};
  const loop = (turn: number, sleeps: number) => call('loop', turn, sleeps);
  new Function('exports', 'require', 'loop', asGenerators(text))(exports, require, loop);
  return exports as Lock;
}

/**
 * What a thread does: a generator for each of its operations, made anew whenever it is replayed.
 */
export type Program = readonly (() => Steps<unknown>)[];

/** What a thread has done so far. */
interface ThreadState {
  readonly at: number;
  readonly answers: readonly number[];
  /** How many operations took the lock. */
  readonly held: number;
  readonly isAsleep: boolean;
  readonly isDead: boolean;
}

/** What the threads have in common. */
interface World {
  readonly words: readonly number[];
  readonly timeouts: number;
  readonly deaths: number;
}

/** How to explore. */
export interface Exploration {
  readonly programs: readonly Program[];
  /** Words of the memory at first. */
  readonly words: readonly number[];
  /** How many sleeps may end by their time at any moment, in all. */
  readonly timeouts: number;
  /** Whether sleeps end by their time when nobody can go on otherwise. */
  readonly sleepsEnd: boolean;
  /** Address of a word that stays as it is, as nothing depends on what it is set to. */
  readonly frozen?: number;
  /** Number of a thread that may die anywhere. */
  readonly mortal?: number;
  /** Number of a thread that begins when that one is dead. */
  readonly reaper?: number;
  /**
   * Checks a state in which nobody can go on: the words, and how often each thread had the lock.
   */
  onEnd(words: readonly number[], held: readonly number[], isComplete: boolean): void;
}

/** Values that are met again and again, each by a number. */
class Numbered<T> {
  readonly #numbers = new Map<string, number>();
  readonly #values: T[] = [];
  readonly #keyOf: (value: T) => string;

  constructor(keyOf: (value: T) => string) {
    this.#keyOf = keyOf;
  }

  numberOf(value: T): number {
    const key = this.#keyOf(value);
    const number = this.#numbers.get(key) ?? this.#values.push(value) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  at(number: number): T {
    return this.#values[number] as T;
  }
}

/** States, each once, in the order in which they were met: so many numbers each. */
class States {
  readonly #width: number;
  #numbers = new Int32Array(1 << 16);
  /** Open addressing: the place of a state, and 1. */
  #table = new Int32Array(1 << 15);
  size = 0;

  constructor(width: number) {
    this.#width = width;
  }

  at(place: number): Int32Array {
    return this.#numbers.slice(place * this.#width, (place + 1) * this.#width);
  }

  add(state: Int32Array): void {
    const cell = this.#find(state);
    if (this.#table[cell] !== 0) return;
    const begin = this.size * this.#width;
    if (begin + this.#width > this.#numbers.length) {
      const longer = new Int32Array(this.#numbers.length * 2);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    this.#numbers.set(state, begin);
    this.size += 1;
    this.#table[cell] = this.size;
    if (this.size * 2 > this.#table.length) this.#grow();
  }

  #grow(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let place = 0; place < this.size; place++) {
      this.#table[this.#find(this.at(place))] = place + 1;
    }
  }

  /** The cell of a state, or the one where it belongs. */
  #find(state: Int32Array): number {
    let hash = 0;
    for (const number of state) hash = Math.imul(hash ^ number, 0x9e3779b1) ^ (hash >>> 15);
    const mask = this.#table.length - 1;
    for (let cell = (hash ^ (hash >>> 16)) & mask; ; cell = (cell + 1) & mask) {
      const place = this.#table[cell] as number;
      if (place === 0 || this.#isAt(place - 1, state)) return cell;
    }
  }

  #isAt(place: number, state: Int32Array): boolean {
    const begin = place * this.#width;
    for (let i = 0; i < this.#width; i++) {
      if (this.#numbers[begin + i] !== state[i]) return false;
    }
    return true;
  }
}

/** What a thread does next: a call, nothing as it sleeps, or nothing any more. */
type Next = Call | 'asleep' | 'over';

/** A thread: the states it may be in, by their numbers, and what it does in each. */
class Thread {
  readonly #program: Program;
  readonly #states = new Numbered<ThreadState>(({ at, answers, held, isAsleep, isDead }) =>
    [at, held, Number(isAsleep) + Number(isDead) * 2, ...answers].join(),
  );
  readonly #next: Next[] = [];
  /** The states to which answers lead, by the state and the answer. */
  readonly #answered = new Map<number, number>();
  /** The answers that first led an operation to the head of its loop, with the same variables. */
  readonly #loops = new Map<string, readonly number[]>();
  readonly first: number;

  constructor(program: Program) {
    this.#program = program;
    const first = { at: 0, answers: [], held: 0, isAsleep: false, isDead: false };
    this.first = this.#states.numberOf(first);
  }

  at(state: number): ThreadState {
    return this.#states.at(state);
  }

  /** What it does next in a state. */
  next(state: number): Next {
    this.#next[state] ??= this.#findNext(this.at(state));
    return this.#next[state];
  }

  #findNext(state: ThreadState): Next {
    if (state.isDead || state.at === this.#program.length) return 'over';
    return state.isAsleep ? 'asleep' : (this.#resume(state).value as Call);
  }

  /** Its operation, as far as its answers lead. */
  #resume({ at, answers }: ThreadState) {
    const steps = (this.#program[at] as Program[number])();
    let step = steps.next();
    for (const answer of answers) step = steps.next(answer);
    return step;
  }

  sleep(state: number): number {
    return this.#states.numberOf({ ...this.at(state), isAsleep: true });
  }

  die(state: number): number {
    return this.#states.numberOf({ ...this.at(state), isDead: true, isAsleep: false });
  }

  /** The state after an answer, which may complete its operation. */
  answer(state: number, answer: number): number {
    const key = state * ANSWERS_MAX + answer;
    const known = this.#answered.get(key);
    if (known !== undefined) return known;
    const after = this.#states.numberOf(this.#findAnswered(this.at(state), answer));
    this.#answered.set(key, after);
    return after;
  }

  #findAnswered(old: ThreadState, answer: number): ThreadState {
    let thread = { ...old, answers: [...old.answers, answer], isAsleep: false };
    let step = this.#resume(thread);
    while (!step.done && step.value[0] === 'loop') {
      const key = `${old.at} ${step.value.join()}`;
      const answers = this.#loops.get(key) ?? thread.answers;
      this.#loops.set(key, answers);
      thread = { ...thread, answers: [...answers, 0] };
      step = this.#resume(thread);
    }
    if (!step.done) return thread;
    return { ...thread, at: old.at + 1, answers: [], held: old.held + Number(step.value) };
  }
}

/** More than any word of the memory holds. */
const ANSWERS_MAX = 1 << 12;

/** An explorer of all orders. */
class Explorer {
  readonly #how: Exploration;
  readonly #threads: readonly Thread[];
  readonly #worlds = new Numbered<World>(
    ({ words, timeouts, deaths }) => `${words.join()}|${timeouts}|${deaths}`,
  );
  /** The worlds to which writes of a word lead, by the world, the word and its value. */
  readonly #written = new Map<number, number>();
  /** Of each state the number of its world, then those of its threads' states. */
  readonly #met: States;
  /** The state that is met next. */
  readonly #next: Int32Array;

  constructor(how: Exploration) {
    this.#how = how;
    this.#threads = how.programs.map((program) => new Thread(program));
    this.#met = new States(this.#threads.length + 1);
    this.#next = new Int32Array(this.#threads.length + 1);
  }

  run(): number {
    const { words, timeouts, mortal } = this.#how;
    const world = { words, timeouts, deaths: Number(mortal !== undefined) };
    const threads = this.#threads.map(({ first }) => first);
    this.#met.add(Int32Array.of(this.#worlds.numberOf(world), ...threads));
    for (let place = 0; place < this.#met.size; place++) this.#goOn(this.#met.at(place));
    return this.#met.size;
  }

  /** Meets the state after a thread and the world have changed, and maybe another thread. */
  #meet(state: Int32Array, world: number, i: number, to: number, j = i, too = to): void {
    this.#next.set(state);
    this.#next[0] = world;
    this.#next[i + 1] = to;
    this.#next[j + 1] = too;
    this.#met.add(this.#next);
  }

  /** Meets all states that follow a state, or ends there. */
  #goOn(state: Int32Array): void {
    const { mortal, reaper, sleepsEnd, onEnd } = this.#how;
    const number = state[0] as number;
    const world = this.#worlds.at(number);
    const isLive = (i: number) =>
      this.#threads[i]?.next(state[i + 1] as number) !== 'over' &&
      (i !== reaper || world.deaths === 0);
    const step = (mayTimeOut: boolean) => {
      let steps = 0;
      for (let i = 0; i < this.#threads.length; i++) {
        if (isLive(i) && this.#step(state, number, i, mayTimeOut)) steps += 1;
      }
      return steps > 0;
    };
    const goesOn = step(world.timeouts > 0) || (sleepsEnd && step(true));
    if (mortal !== undefined && world.deaths > 0 && isLive(mortal)) {
      const dead = (this.#threads[mortal] as Thread).die(state[mortal + 1] as number);
      this.#meet(state, this.#worlds.numberOf({ ...world, deaths: 0 }), mortal, dead);
    }
    if (goesOn) return;
    const held = this.#threads.map((thread, i) => thread.at(state[i + 1] as number).held);
    onEnd(world.words, held, !this.#threads.some((_, i) => isLive(i)));
  }

  /** The world after a write. */
  #write(world: number, at: number, value: number): number {
    const { words, ...rest } = this.#worlds.at(world);
    if (words[at >> 2] === value || at === this.#how.frozen) return world;
    const key = (world * words.length + (at >> 2)) * ANSWERS_MAX + value;
    const known = this.#written.get(key);
    if (known !== undefined) return known;
    const after = this.#worlds.numberOf({ ...rest, words: words.with(at >> 2, value) });
    this.#written.set(key, after);
    return after;
  }

  /** Meets the states to which one step of a thread leads; false if there is none. */
  #step(state: Int32Array, world: number, i: number, mayTimeOut: boolean): boolean {
    const thread = this.#threads[i] as Thread;
    const own = state[i + 1] as number;
    const next = thread.next(own);
    if (next === 'asleep') {
      if (mayTimeOut) this.#meet(state, this.#timeOut(world), i, thread.answer(own, 1));
      return mayTimeOut;
    }
    const [name, at, a = 0, b = 0] = next as Call;
    const word = this.#worlds.at(world).words[at >> 2] as number;
    const go = (value: number, answer: number) =>
      this.#meet(state, this.#write(world, at, value), i, thread.answer(own, answer));
    if (name === 'atomicGet') go(word, word);
    else if (name === 'atomicSet') go(a, 0);
    else if (name === 'exchange') go(a, word);
    else if (name === 'exchangeIf') go(word === a ? b : word, word);
    else if (name === 'sleep' && word !== a) go(word, 0);
    else if (name === 'sleep') this.#meet(state, world, i, thread.sleep(own));
    else if (name === 'wakeOne') this.#wake(state, world, i, thread.answer(own, 0));
    else throw new Error(`the lock calls ${name}`);
    return true;
  }

  /** The world after a sleep has ended by its time. */
  #timeOut(number: number): number {
    const world = this.#worlds.at(number);
    const timeouts = Math.max(0, world.timeouts - 1);
    return this.#worlds.numberOf({ ...world, timeouts });
  }

  /** Meets the states after one of those who sleep was woken, any of them. */
  #wake(state: Int32Array, world: number, waker: number, to: number): void {
    let isAlone = true;
    for (const [j, thread] of this.#threads.entries()) {
      const own = state[j + 1] as number;
      if (thread.next(own) !== 'asleep') continue;
      isAlone = false;
      this.#meet(state, world, waker, to, j, thread.answer(own, 0));
    }
    if (isAlone) this.#meet(state, world, waker, to);
  }
}

/** Explores all orders; the number of states. */
export function explore(how: Exploration): number {
  return new Explorer(how).run();
}
