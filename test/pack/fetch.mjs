// What README's examples load from: every address answers with the same list.

globalThis.fetch = async () => Response.json(['read', 'write']);
