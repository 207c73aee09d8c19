// A table in Markdown, aligned so that it can be read in a terminal, too.

const width = (cells) => Math.max(...cells.map((cell) => cell.length));

/** The table of these heads and rows, all of them texts. */
export function markdownTable(heads, rows) {
  const widths = heads.map((head, i) => width([head, ...rows.map((row) => row[i])]));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(heads), line(widths.map((n) => '-'.repeat(n))), ...rows.map(line)].join('\n');
}
