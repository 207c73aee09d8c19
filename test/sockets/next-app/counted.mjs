// What Next asks of a handler, and whether it was given something.

export const calls = [];
globalThis.nextHandlerCalls = calls;

/** The same handler, whose calls are noted. */
export function counted(kind, handler) {
  const note = (name, found) => calls.push(`${kind}: ${name}${found}`);
  return new Proxy(handler, {
    get(target, name) {
      const method = target[name];
      if (typeof method !== 'function') return method;
      return async (...given) => {
        const result = await method.apply(target, given);
        note(name, name === 'get' ? (result ? ' hit' : ' miss') : '');
        return result;
      };
    },
  });
}
