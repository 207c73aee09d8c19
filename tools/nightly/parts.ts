// The parts of the night: what each shows, and the processes that it is made of.
//
// A part uses one processor, so that two run at once. Whatever it draws at random, it draws from
// the seed. How many of what it does is here; how it is done is in the test or program it runs.

/** What can be chosen for a night. */
export interface Knobs {
  readonly seed: number;
  /** Minutes that the soak takes. */
  readonly minutes: number;
}

/** One process of a part. */
export interface Step {
  readonly label: string;
  /** Arguments of Node. */
  readonly args: readonly string[];
  /** Variables of the environment, beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A part of the night. */
export interface Part {
  readonly name: string;
  /** What is true if it passes. */
  readonly shows: string;
  steps(knobs: Knobs): readonly Step[];
}

const CONFIG = 'tools/nightly/vitest.config.ts';
const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--config', CONFIG];
const BUILT = 'build/js/tools/nightly';

/** Test files, as `npm test` runs them, but for the variables given. */
function tests(files: string, env: Record<string, string> = {}): Step {
  const paths = files.split(' ').map((file) => `test/${file}`);
  return { label: files, args: [...VITEST, ...paths], env };
}

/** So many runs of a test of random runs. */
function runs(
  file: string,
  count: number,
  { seed }: Knobs,
  env: Record<string, string> = {},
): Step {
  return tests(file, { WASM_LRU_RUNS: `${count}`, WASM_LRU_SEED: `${seed}`, ...env });
}

/** Of a step of tests, those whose names match a pattern. */
function only(pattern: string, { label, args, ...rest }: Step): Step {
  return { label: `${label}, only ${pattern}`, args: [...args, '-t', pattern], ...rest };
}

/** A program of this folder. */
function program(name: string, args: readonly (string | number)[] = []): Step {
  const label = [name, ...args].join(' ');
  return { label, args: ['--expose-gc', `${BUILT}/${name}.js`, ...args.map(String)] };
}

function soak(kind: string, minutes: number, seed: number, ...more: (string | number)[]): Step {
  return program('soak', ['--engine', kind, '--minutes', minutes, '--seed', seed, ...more]);
}

/** The same with a flag of Node. */
function withFlag(flag: string, { label, args }: Step): Step {
  return { label: `${label} with ${flag}`, args: [flag, ...args] };
}

/**
 * What makes V8 collect more, and move what it collects. In a release of Node, `--gc-interval` and
 * `--random-gc-interval` do nothing, as `--trace-gc` shows.
 */
const GC_FLAGS = ['--stress-compaction', '--stress-incremental-marking'];

/** All of them; those that take longest come first, so that the last ones are short. */
export const parts: readonly Part[] = [
  {
    name: 'schedules',
    shows: 'in every order in which loads and stores settle, a cache equals its model (B4)',
    steps: (knobs) => [
      runs('loads/scheduler.test.ts', 200_000, knobs),
      runs('stores/scheduler.test.ts', 20_000, knobs),
    ],
  },
  {
    name: 'models',
    shows: 'after random commands, a cache equals its model, and lru-cache',
    steps: (knobs) => [
      only('runs, plain', runs('random/model.test.ts', 100_000, knobs)),
      only('runs, ttls and sizes', runs('random/model.test.ts', 20_000, knobs)),
      runs('differential/differential.test.ts', 20_000, knobs),
      runs('differential/autopurge.test.ts', 5000, knobs),
      runs('loads/differential.test.ts', 10_000, knobs),
    ],
  },
  {
    name: 'soak',
    shows:
      'after minutes of mixed use, order, ages, sizes and callbacks are correct, and memory ' +
      'has grown by an eighth at most (C12, I4, I5)',
    steps: ({ minutes, seed }) => [
      soak('wasm', (minutes * 2) / 3, seed),
      soak('pure', minutes / 3, seed),
    ],
  },
  {
    name: 'mutants',
    shows: 'how many defects put into the core the tests detect: `mutation.md` lists the others',
    steps: () => [
      {
        label: 'every mutant',
        args: ['--expose-gc', 'build/js/tools/mutants/run.js', '--threads', '1', '--least', '0'],
      },
    ],
  },
  {
    name: 'exhaustive',
    shows: 'all sequences of six operations equal the model, and of five with ages and sizes (C1)',
    steps: () =>
      ['exhaustive/sequences.test.ts', 'exhaustive/sequences.columns.test.ts'].map((file) =>
        tests(file, { WASM_LRU_LENGTH: '6' }),
      ),
  },
  {
    name: 'walks',
    shows: 'changes during iteration, and steps of the clock, break no promise (F1, E2)',
    steps: (knobs) => [
      runs('random/iteration.test.ts', 100_000, knobs),
      runs('unit/clock.test.ts', 100_000, knobs),
    ],
  },
  {
    name: 'raw',
    shows: 'no call of the core writes outside the arena, whatever its arguments are',
    steps: (knobs) => [runs('unit/guard.fuzz.test.ts', 10_000, knobs)],
  },
  {
    name: 'threads',
    shows:
      'the lock is correct in every order of four turns of three threads; 10^8 reads of a ' +
      'cache that four threads share are whole and of their own key; and threads that are ' +
      'killed for ten minutes do not stop the others',
    steps: (knobs) => [
      tests('shared/lock.test.ts', { WASM_LRU_LENGTH: '2' }),
      runs('shared/threads.test.ts', 12_500, knobs, { WASM_LRU_KILL_MINUTES: '10' }),
    ],
  },
  {
    name: 'gc',
    shows:
      'results stay the same if the garbage collector runs all the time, or moves every ' +
      'object',
    steps: ({ seed }) => [
      soak('wasm', 1, seed, '--collect', 200),
      ...GC_FLAGS.map((flag) => withFlag(flag, soak('wasm', 1, seed))),
    ],
  },
  {
    name: 'stack',
    shows: 'a stack overflow at any word of an operation leaves a working cache (B7)',
    steps: () => [tests('hostile/stack.test.ts', { WASM_LRU_PADDINGS: '16' })],
  },
  {
    name: 'size',
    shows: 'a cache works at the largest `max`, which is twice the capacity of a `Map` (C3)',
    steps: ({ seed }) => [program('size', ['release', seed]), program('size', ['debug', seed])],
  },
  {
    name: 'peer',
    shows: 'for comparison: how lru-cache and we behave at nine million entries, and beyond 2^24',
    steps: () => [program('peer-size')],
  },
  {
    name: 'colliders',
    shows: 'all of 10^7 keys that are made to collide are found (A10)',
    steps: () => [program('colliders')],
  },
  {
    name: 'refusals',
    shows:
      'no cache breaks if memory is refused at any growth, by pages or by address space ' +
      '(C4, C8)',
    steps: () => [
      tests('hostile/growth.test.ts hostile/growth.columns.test.ts unit/engine.test.ts'),
      program('refusals'),
    ],
  },
  {
    name: 'browser',
    shows:
      'a page that has taken every memory that Chromium grants still gets a new cache, and ' +
      'its old one works (C6)',
    steps: () => [{ label: 'Chromium', args: ['tools/nightly/browser.mjs'] }],
  },
];
