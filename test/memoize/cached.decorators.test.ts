// Shows that @cached works with both kinds of decorators that TypeScript has, as it compiles them,
// and that memoized functions and methods keep their types: overloads, type parameters, `this`.

import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as library from '../../src/memoize.js';

const root = new URL('../..', import.meta.url).pathname;
const name = join(root, 'test/memoize/decorated.virtual.ts');
/** What compiling may take on a slow machine. */
const COMPILE_MS_MAX = 300_000;

const kinds = [
  ['the standard', { experimentalDecorators: false }],
  ['TypeScript, older', { experimentalDecorators: true }],
] as const;

const METHODS = `
import { cached, memoize, memoizedOf } from '../../src/memoize.js';
export const calls: string[] = [];
export class Users {
  @cached({ max: 100 })
  find(name: string): string {
    calls.push(name);
    return name + calls.length;
  }
  @cached()
  list<T>(item: T): T[] {
    return [item];
  }
  @cached({ key: (name: string) => name.toLowerCase() })
  keyed(name: string): string {
    return this.find(name);
  }
  @cached()
  static count(a: number, b: string): string {
    calls.push(b);
    return b + a;
  }
}
export { memoizedOf };
`;

/** What compiles, given these. */
const TYPES = `
const users = new Users();
export const found: string = users.find('a');
export const items: number[] = users.list(1);
memoizedOf(users, users.find).delete('a');

function either(a: string): string;
function either(a: number): number;
function either(a: string | number): string | number {
  return a;
}
const both = memoize(either);
export const text: string = both('a');
export const number: number = both(1);

const same = memoize(<T>(value: T): T => value);
export const literal: 'x' = same('x' as const);

const query = memoize((id: number) => ({ then: () => id }) as unknown as PromiseLike<string>);
export const rows: Promise<string> = query(1);
const load = memoize(async (id: number) => (id > 0 ? 'a' : undefined));
export const loaded: Promise<string | undefined> = load(1);

const scale = memoize(function (this: { by: number }, a: number) {
  return this.by * a;
});
export const scaled: number = scale.call({ by: 1 }, 2);
const withProperty = memoize(Object.assign((a: number) => a, { extra: 1 }));
export const plain: number = withProperty(1);
memoize((a: number) => a, { dispose: (value) => void value.toFixed() });
`;

/** Lines that do not. */
const MISTAKES = [
  'both(true);',
  "export const wrong: number = both('a');",
  'users.find(1);',
  'scale(1);',
  'withProperty.extra;',
  'query(1).limit(2);',
  'memoize((a: number) => a, { lifetimeMs: 1 });',
  'memoizedOf(users, users.find).delete(1);',
  'class A { @cached({ key: (a: number) => a }) m(a: string) { return a; } } export { A };',
  'class B { @cached() field = 1; } export { B };',
];

const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const parsed = new Map<string, ts.SourceFile | undefined>();

/** The lines of a program on which the compiler finds a mistake. */
function mistakesIn(text: string, more: ts.CompilerOptions): string[] {
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === name || fileExists(file);
  host.getSourceFile = (file, ...rest) => {
    if (file === name) return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022);
    if (!parsed.has(file)) parsed.set(file, getSourceFile(file, ...rest));
    return parsed.get(file);
  };
  const program = ts.createProgram(
    ['assembly/portable.d.ts', name],
    { ...options, ...more, noUnusedLocals: false },
    host,
  );
  const lines = text.split('\n');
  return ts.getPreEmitDiagnostics(program).map(({ file, start }) => {
    const position = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line;
    return file?.fileName === name ? (lines[position] as string) : String(file?.fileName);
  });
}

interface Compiled {
  readonly calls: string[];
  readonly Users: {
    new (): { find(name: string): string; keyed(name: string): string };
    count(a: number, b: string): string;
  };
  readonly memoizedOf: typeof library.memoizedOf;
}

/** Runs the methods as TypeScript compiles them. */
function compile(text: string, more: ts.CompilerOptions): Compiled {
  const module = ts.ModuleKind.CommonJS;
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { ...more, module, target: ts.ScriptTarget.ES2022 },
  });
  const exports = {};
  new Function('exports', 'require', outputText)(exports, () => library);
  return exports as Compiled;
}

describe.each(kinds)('decorators of %s', (_, more) => {
  it('memoize methods, for each object by itself', () => {
    const { calls, Users, memoizedOf } = compile(METHODS, more);
    const [a, b] = [new Users(), new Users()];
    expect([a.find('x'), a.find('x'), b.find('x')]).toEqual(['x1', 'x1', 'x2']);
    expect([a.keyed('Y'), a.keyed('y')]).toEqual(['Y3', 'Y3']);
    expect([Users.count(1, 'z'), Users.count(1, 'z')]).toEqual(['z1', 'z1']);
    expect(calls).toEqual(['x', 'x', 'Y', 'z']);
    expect([a.find.name, a.find.length]).toEqual(['find', 1]);
    memoizedOf(a, a.find).clear();
    expect([a.find('x'), b.find('x')]).toEqual(['x5', 'x2']);
    expect(memoizedOf(Users, Users.count).stats()).toMatchObject({ hits: 1, misses: 1 });
  });

  it.each([
    '@cached() field = 1;',
    '@cached() get field() { return 1; }',
    '@cached() accessor a = 1;',
  ])('refuse what is not a method: %s', (member) => {
    const text = `import { cached } from 'wasm-lru/memoize'; export class A { ${member} }`;
    // The older kind has no accessors of this form; they come as a getter and a setter.
    expect(() => compile(text, more)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        message: expect.stringMatching(/methods only/),
      }),
    );
  });

  it(
    'keep the types of methods: the compiler finds every mistake, and nothing else',
    () => {
      const found = new Set(mistakesIn(`${METHODS}${TYPES}${MISTAKES.join('\n')}`, more));
      // What the older kind tells a decorator of a method is not enough to know its arguments.
      const known = more.experimentalDecorators
        ? MISTAKES.filter((line) => !line.startsWith('class A'))
        : MISTAKES;
      expect([...found]).toEqual(known);
    },
    COMPILE_MS_MAX,
  );
});
