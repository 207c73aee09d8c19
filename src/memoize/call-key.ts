// The key of a call: one value for a list of arguments, equal if and only if they are the same.
//
// Arguments are compared as keys of a Map are: objects by identity, NaN with itself, -0 as 0. One
// argument is its own key. Any other number of them makes a string in which each argument has a tag
// and, where its end could be mistaken, a length or a terminator, so that no two lists collide; it
// names objects by number, and so keeps none alive.

/**
 * The beginning of the string of a list. A single argument that begins like this is made a list,
 * too.
 */
const LIST = '\0';

/** The numbers of objects, functions and symbols; no number is used twice. */
const numbers = new WeakMap<WeakKey, number>();
let numbered = 0;

/** The key of a call with these arguments. Takes time in proportion to the strings in them. */
export function callKey(args: readonly unknown[]): unknown {
  if (args.length === 1) {
    const [only] = args;
    if (typeof only !== 'string' || !only.startsWith(LIST)) return only;
  }
  let key = LIST;
  for (const arg of args) key += partOf(arg);
  return key;
}

function partOf(arg: unknown): string {
  switch (typeof arg) {
    case 'string':
      return `s${arg.length}:${arg}`;
    case 'number':
      return `n${arg};`;
    case 'bigint':
      return `i${arg};`;
    case 'boolean':
      return arg ? 't' : 'f';
    case 'undefined':
      return 'u';
    case 'symbol': {
      // A symbol of the global registry lives for ever, and cannot be a key of a WeakMap.
      const name = Symbol.keyFor(arg);
      return name === undefined ? `o${numberOf(arg)};` : `y${name.length}:${name}`;
    }
    default:
      return arg === null ? 'z' : `o${numberOf(arg as WeakKey)};`;
  }
}

function numberOf(object: WeakKey): number {
  let number = numbers.get(object);
  if (number === undefined) {
    numbered += 1;
    number = numbered;
    numbers.set(object, number);
  }
  return number;
}
