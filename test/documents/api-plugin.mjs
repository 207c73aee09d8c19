// What docs/api leaves out: from which class inside of the library a member comes.

import { MarkdownPageEvent } from 'typedoc-plugin-markdown';

const ORIGIN = /^#+ (?:Inherited from|Overrides)\n\n.*\n\n?/gm;

/** Called by TypeDoc. */
export function load(app) {
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = page.contents?.replaceAll(ORIGIN, '');
  });
}
