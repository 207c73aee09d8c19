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

interface ThreadState {
  readonly at: number;
  readonly answers: readonly number[];
  /** How many operations took the lock. */
  readonly held: number;
  readonly isAsleep: boolean;
  readonly isDead: boolean;
}

interface State {
  readonly words: readonly number[];
  readonly threads: readonly ThreadState[];
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
  /** Number of a thread that may die anywhere. */
  readonly mortal?: number;
  /** Number of a thread that begins when that one is dead. */
  readonly reaper?: number;
  /**
   * Checks a state in which nobody can go on: the words, and how often each thread had the lock.
   */
  onEnd(words: readonly number[], held: readonly number[], isComplete: boolean): void;
}

/** An explorer of all orders. */
class Explorer {
  readonly #how: Exploration;
  readonly #met = new Set<string>();
  readonly #open: State[] = [];
  /** The answers that first led an operation to the head of its loop, with the same variables. */
  readonly #loops = new Map<string, readonly number[]>();

  constructor(how: Exploration) {
    this.#how = how;
  }

  run(): number {
    const { programs, words, timeouts, mortal } = this.#how;
    const thread = { at: 0, answers: [], held: 0, isAsleep: false, isDead: false };
    const deaths = Number(mortal !== undefined);
    this.#meet({ words, threads: programs.map(() => thread), timeouts, deaths });
    for (let state = this.#open.pop(); state !== undefined; state = this.#open.pop()) {
      this.#goOn(state);
    }
    return this.#met.size;
  }

  #meet(state: State): void {
    const key = keyOf(state);
    if (this.#met.has(key)) return;
    this.#met.add(key);
    this.#open.push(state);
  }

  /** Meets all states that follow a state, or ends there. */
  #goOn(state: State): void {
    const { mortal, reaper, programs, sleepsEnd, onEnd } = this.#how;
    const live = state.threads.flatMap(({ isDead, at }, i) =>
      isDead || at === programs[i]?.length || (i === reaper && state.deaths > 0) ? [] : [i],
    );
    let next = live.flatMap((i) => this.#stepsOf(state, i, state.timeouts > 0));
    if (next.length === 0 && sleepsEnd) next = live.flatMap((i) => this.#stepsOf(state, i, true));
    for (const one of next) this.#meet(one);
    if (mortal !== undefined && state.deaths > 0 && live.includes(mortal)) {
      const dead = { ...(state.threads[mortal] as ThreadState), isDead: true, isAsleep: false };
      this.#meet({ ...state, deaths: 0, threads: put(state.threads, mortal, dead) });
    }
    if (next.length > 0) return;
    onEnd(
      state.words,
      state.threads.map(({ held }) => held),
      live.length === 0,
    );
  }

  /** The operation of a thread, as far as its answers lead. */
  #resume(i: number, { at, answers }: ThreadState) {
    const steps = ((this.#how.programs[i] as Program)[at] as Program[number])();
    let step = steps.next();
    for (const answer of answers) step = steps.next(answer);
    return step;
  }

  /** The threads after one was answered, which may complete its operation. */
  #answer(threads: readonly ThreadState[], i: number, answer: number): readonly ThreadState[] {
    const old = threads[i] as ThreadState;
    let thread = { ...old, answers: [...old.answers, answer], isAsleep: false };
    let step = this.#resume(i, thread);
    while (!step.done && step.value[0] === 'loop') {
      const key = `${i} ${old.at} ${step.value.join()}`;
      const answers = this.#loops.get(key) ?? thread.answers;
      this.#loops.set(key, answers);
      thread = { ...thread, answers: [...answers, 0] };
      step = this.#resume(i, thread);
    }
    if (!step.done) return put(threads, i, thread);
    const held = old.held + Number(step.value);
    return put(threads, i, { ...thread, at: old.at + 1, answers: [], held });
  }

  /** The states to which one step of a thread leads. */
  #stepsOf(state: State, i: number, mayTimeOut: boolean): State[] {
    const { threads, words } = state;
    const thread = threads[i] as ThreadState;
    const answer = (after: readonly number[], value: number, among = threads): State[] => [
      { ...state, words: after, threads: this.#answer(among, i, value) },
    ];
    if (thread.isAsleep) {
      const timeouts = Math.max(0, state.timeouts - 1);
      return mayTimeOut ? answer(words, 1).map((next) => ({ ...next, timeouts })) : [];
    }
    const [name, at, a = 0, b = 0] = this.#resume(i, thread).value as Call;
    const word = words[at >> 2] as number;
    const after = (value: number) => put(words, at >> 2, value);
    if (name === 'atomicGet') return answer(words, word);
    if (name === 'atomicSet') return answer(after(a), 0);
    if (name === 'exchange') return answer(after(a), word);
    if (name === 'exchangeIf') return answer(word === a ? after(b) : words, word);
    if (name === 'sleep' && word !== a) return answer(words, 0);
    if (name === 'sleep') {
      return [{ ...state, threads: put(threads, i, { ...thread, isAsleep: true }) }];
    }
    if (name !== 'wakeOne') throw new Error(`the lock calls ${name}`);
    const sleepers = threads.flatMap(({ isAsleep }, j) => (isAsleep ? [j] : []));
    if (sleepers.length === 0) return answer(words, 0);
    // Any of them.
    return sleepers.flatMap((j) => answer(words, 0, this.#answer(threads, j, 0)));
  }
}

function keyOf({ words, threads, timeouts, deaths }: State): string {
  const parts = threads.map(({ at, answers, held, isAsleep, isDead }) =>
    [at, held, Number(isAsleep) + Number(isDead) * 2, ...answers].join(),
  );
  return `${words.join()}|${parts.join('|')}|${timeouts}|${deaths}`;
}

function put<T>(list: readonly T[], at: number, value: T): readonly T[] {
  return list.map((old, i) => (i === at ? value : old));
}

/** Explores all orders; the number of states. */
export function explore(how: Exploration): number {
  return new Explorer(how).run();
}
