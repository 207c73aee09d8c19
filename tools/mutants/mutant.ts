// Mutants of the compiled core: one instruction changed, in the text that asc writes beside it.
//
// asc prints the core one instruction a line, and binaryen assembles that text to the very bytes
// that ship (mutants.test.ts), so a change of a line is a change of the shipped code. Functions
// have their names in the text; nothing here counts on a place.
//
// MU1  A mutant is a valid module: every change leaves the types on the stack as they were.
// MU2  Its key says the function, the instruction, which of the equal ones in that function, and
//      the change, so that it survives changes of other functions.
// MU3  Every module under test, the original too, has fuel, taken by each round of a loop, and a
//      bound of its memory that a trial may set. A loop without end traps, a growth without end is
//      refused, and no clock is needed.

import binaryen from 'binaryen';

/** One change of one instruction. */
export interface Mutant {
  readonly key: string;
  /** Index of the line. */
  readonly line: number;
  /** What stands there instead. */
  readonly lines: readonly string[];
}

/** Rounds of loops an instance may make. The trials of the original take a twentieth of it. */
const FUEL = 20_000_000;
/** Pages of memory an instance may have, unless a trial sets its exported global `pages`. */
export const PAGES_MAX = 16;

const GLOBALS = [
  `(global $fuel (mut i32) (i32.const ${FUEL}))`,
  `(global $pages (export "pages") (mut i32) (i32.const ${PAGES_MAX}))`,
  '(global $more (mut i32) (i32.const 0))',
];
const BURN = [
  ...['global.get $fuel', 'i32.eqz', 'if', 'unreachable', 'end'],
  ...['global.get $fuel', 'i32.const 1', 'i32.sub', 'global.set $fuel'],
];

const GROW_BOUNDED = [
  ...['global.set $more', 'global.get $more', 'memory.size', 'i32.add', 'global.get $pages'],
  ...['i32.gt_u', 'if (result i32)', 'i32.const -1', 'else', 'global.get $more', 'memory.grow'],
  'end',
];

/** Other instructions of the same type, for each instruction that has some. */
const SWAPS: Readonly<Record<string, readonly string[]>> = {
  'i32.add': ['i32.sub'],
  'i32.sub': ['i32.add'],
  'i32.mul': ['i32.add'],
  'i32.shl': ['i32.shr_u'],
  'i32.shr_u': ['i32.shl', 'i32.shr_s'],
  'i32.and': ['i32.or'],
  // Not i32.xor: what the core joins are bits of their own, always.
  'i32.or': ['i32.and'],
  'i32.xor': ['i32.or'],
  'i32.eq': ['i32.ne'],
  'i32.ne': ['i32.eq'],
  'i32.lt_u': ['i32.le_u', 'i32.ge_u'],
  'i32.le_u': ['i32.lt_u', 'i32.gt_u'],
  'i32.gt_u': ['i32.ge_u', 'i32.le_u'],
  'i32.ge_u': ['i32.gt_u', 'i32.lt_u'],
  'i32.lt_s': ['i32.le_s', 'i32.ge_s'],
  'i32.le_s': ['i32.lt_s', 'i32.gt_s'],
  'i32.gt_s': ['i32.ge_s', 'i32.le_s'],
  'i32.ge_s': ['i32.gt_s', 'i32.lt_s'],
  'i32.clz': ['i32.ctz'],
  'i32.ctz': ['i32.clz'],
  'i64.mul': ['i64.add'],
  'i64.shr_u': ['i64.shl'],
  'f64.add': ['f64.sub'],
  'f64.sub': ['f64.add'],
  'f64.mul': ['f64.add'],
  'f64.eq': ['f64.ne'],
  'f64.ne': ['f64.eq'],
  'f64.lt': ['f64.le', 'f64.ge'],
  'f64.le': ['f64.lt', 'f64.gt'],
  'f64.gt': ['f64.ge', 'f64.le'],
  'f64.ge': ['f64.gt', 'f64.lt'],
  'f64.min': ['f64.max'],
  'f64.max': ['f64.min'],
};

const NO_VALUE: Readonly<Record<string, string>> = { i32: 'i32.const 0', f64: 'f64.const 0' };

interface Signature {
  readonly params: number;
  readonly result: string | undefined;
}

/** Type of a function, of the line that begins or imports it. */
function signatureIn(line: string): Signature {
  const params = [...line.matchAll(/\(param ([^)]*)\)/g)].flatMap(([, types]) =>
    (types as string).split(' ').filter((type) => !type.startsWith('$')),
  );
  return { params: params.length, result: /\(result (\w+)\)/.exec(line)?.[1] };
}

function signaturesOf(lines: readonly string[]): ReadonlyMap<string, Signature> {
  const signatures = new Map<string, Signature>();
  for (const line of lines) {
    const name = /^ (?:\(import .*)?\(func (\S+)/.exec(line)?.[1];
    if (name !== undefined) signatures.set(name, signatureIn(line));
  }
  return signatures;
}

type Change = readonly [what: string, lines: readonly string[]];

/** A constant, one more and one less. */
function changedConstants(opcode: string, value: string): Change[] {
  if (value === 'inf') return [['0', [`${opcode} 0`]]];
  if (opcode === 'f64.const') return [['1 more', [`${opcode} ${Number(value) + 1}`]]];
  const near = [Number(value) + 1, Number(value) - 1].map((number) => number | 0);
  return near.map((number) => [`${number}`, [`${opcode} ${number}`]]);
}

/** The field before and the field after; a store is left out, too. */
function changedAccess(opcode: string, rest: string): Change[] {
  const bytes = opcode.startsWith('f64') ? 8 : 4;
  const offset = Number(/offset=(\d+)/.exec(rest)?.[1] ?? 0);
  const offsets = [offset + bytes, offset - bytes].filter((other) => other >= 0);
  const moved = offsets.map((other): Change => [`${other}`, [`${opcode} offset=${other}`]]);
  return opcode.endsWith('store') ? [...moved, ['left out', ['drop', 'drop']]] : moved;
}

function changedCall(callee: string, signatures: ReadonlyMap<string, Signature>): Change[] {
  const signature = signatures.get(callee);
  if (signature === undefined) throw new Error(`no function ${callee}`);
  const { params, result } = signature;
  const value = result === undefined ? [] : [NO_VALUE[result] as string];
  return [['left out', [...Array<string>(params).fill('drop'), ...value]]];
}

/** Every change of one instruction. */
function changesOf(text: string, signatures: ReadonlyMap<string, Signature>): Change[] {
  const [opcode = '', operand = ''] = text.split(' ');
  const swaps = SWAPS[opcode];
  if (swaps !== undefined) return swaps.map((swap) => [swap, [swap]]);
  if (/^(i32|i64|f64)\.const$/.test(opcode)) return changedConstants(opcode, operand);
  if (/^(i32|f64)\.(load|store)$/.test(opcode)) return changedAccess(opcode, text);
  if (['if', 'br_if', 'select'].includes(opcode)) return [['negated', ['i32.eqz', text]]];
  if (opcode === 'i32.eqz') return [['left out', ['i32.const 0', 'i32.ne']]];
  if (opcode === 'call') return changedCall(operand, signatures);
  if (opcode === 'local.set' || opcode === 'global.set') return [['left out', ['drop']]];
  if (opcode === 'local.tee') return [['left out', []]];
  if (opcode === 'memory.fill' || opcode === 'memory.copy') {
    return [['left out', ['drop', 'drop', 'drop']]];
  }
  if (opcode === 'memory.grow') return [['refused', ['drop', 'i32.const -1']]];
  return [];
}

/** Every mutant of the core with this text, in the order of the text. */
export function mutantsOf(wat: string): Mutant[] {
  const lines = wat.split('\n');
  const signatures = signaturesOf(lines);
  const mutants: Mutant[] = [];
  const seen = new Map<string, number>();
  let name: string | undefined;
  lines.forEach((line, index) => {
    // A function begins one space in and ends with a line of its own; the rest declares.
    if (line.startsWith(' ('))
      name = /^ \(func \$(\S+)/
        .exec(line)?.[1]
        ?.replace('assembly/', '')
        .replace(/\.(js|wasm)/, '');
    if (name === undefined || /^ [()]|^\s+\(/.test(line)) return;
    const text = line.trim();
    // What is left of an assert that this build does not have: a load whose value goes nowhere.
    if (lines[index + 1]?.trim() === 'drop') return;
    const place = `${name}: ${text}`;
    const ordinal = (seen.get(place) ?? 0) + 1;
    seen.set(place, ordinal);
    for (const [what, changed] of changesOf(text, signatures)) {
      mutants.push({ key: `${place} #${ordinal} -> ${what}`, line: index, lines: changed });
    }
  });
  return mutants;
}

/** A line with what bounds it. */
function bounded(line: string): readonly string[] {
  const text = line.trim();
  if (text === 'memory.grow') return GROW_BOUNDED;
  return text.startsWith('loop ') ? [line, ...BURN] : [line];
}

/** The module of a mutant, or of the original, with fuel and a bound of its memory. */
export function assemble(wat: string, mutant?: Mutant): Uint8Array<ArrayBuffer> {
  const lines = wat.split('\n').flatMap((line, index) => {
    if (line.startsWith(' (memory ')) return [...GLOBALS, line];
    const own = mutant?.line === index ? mutant.lines : [line];
    return own.flatMap(bounded);
  });
  return assembled(lines.join('\n'));
}

/** The bytes of a text, as binaryen assembles it. */
export function assembled(wat: string): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(wat);
  try {
    return new Uint8Array(module.emitBinary());
  } finally {
    module.dispose();
  }
}
