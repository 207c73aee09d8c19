// The two parts of the generated documents: tables, and blocks between two marks.
//
// JavaScript, so that programs which run as they stand can use it as well as what is compiled.

// @ts-check
import { markdownTable } from 'markdown-table';

/**
 * A Markdown table. The first `texts` columns are texts, the others figures. Columns are not padded
 * to one width: a figure that becomes longer would change every line.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 * @param {number} texts
 * @returns {string}
 */
export function table(head, rows, texts) {
  const align = head.map((_, i) => (i < texts ? null : 'right'));
  return markdownTable([head, ...rows], { align, alignDelimiters: false });
}

/**
 * @param {string} document
 * @param {string} name
 */
function placeOf(document, name) {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document needs ${begin} and its end`);
  return { from: from + begin.length, to };
}

/**
 * What stands between the two marks of a block.
 *
 * @param {string} document
 * @param {string} name
 * @returns {string}
 */
export function blockOf(document, name) {
  const { from, to } = placeOf(document, name);
  return document.slice(from, to).trim();
}

/**
 * A document with what stands between the two marks of a block replaced.
 *
 * @param {string} document
 * @param {string} name
 * @param {string} block
 * @returns {string}
 */
export function withBlock(document, name, block) {
  const { from, to } = placeOf(document, name);
  return `${document.slice(0, from)}\n\n${block}\n\n${document.slice(to)}`;
}
