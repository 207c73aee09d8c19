// The links in the documents lead somewhere: to a file that is there, and to a heading that it has.
// What GitHub makes forms of is what it wants.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';
import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const parser = new MarkdownIt({ html: true });

const tracked = execaSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  { cwd: ROOT, lines: true },
);
const documents = tracked.stdout.filter((file) => existsSync(join(ROOT, file)));

type Token = ReturnType<MarkdownIt['parse']>[number];

const tokensOf = (document: string): Token[] =>
  parser.parse(read(document), {}).flatMap((token) => [token, ...(token.children ?? [])]);

/** Where the links and pictures of a document lead, but for those to other sites. */
function targetsOf(document: string): string[] {
  const targets = tokensOf(document).flatMap((token) => {
    const attribute = token.attrGet('href') ?? token.attrGet('src');
    if (attribute !== null) return [attribute];
    if (!token.type.startsWith('html')) return [];
    const attributes = token.content.matchAll(/\b(?:href|src|srcset)="([^"]*)"/g);
    return [...attributes].map(([, target = '']) => target);
  });
  return targets.filter((target) => !/^[a-z]+:/.test(target)).map(decodeURI);
}

const anchors = new Map<string, Set<string>>();

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(document: string): Set<string> {
  const known = anchors.get(document) ?? readAnchors(document);
  anchors.set(document, known);
  return known;
}

function readAnchors(document: string): Set<string> {
  const slugger = new GithubSlugger();
  const tokens = tokensOf(document);
  const headings = tokens.filter((_, i) => tokens[i - 1]?.type === 'heading_open');
  const textOf = ({ children }: Token) =>
    (children ?? []).map(({ type, content }) => (type.startsWith('html') ? '' : content)).join('');
  return new Set(headings.map((heading) => slugger.slug(textOf(heading))));
}

describe('the links', () => {
  it.each(documents)('of %s lead somewhere', (document) => {
    const broken = targetsOf(document).filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== undefined && !anchorsOf(file).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('are found', () => {
    expect(documents.length).toBeGreaterThan(15);
    expect(targetsOf('README.md')).toContain('docs/benchmarks.md#where-we-lose');
    expect(anchorsOf('docs/benchmarks.md')).toContain('where-we-lose');
  });
});

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: { readonly label?: string; readonly value?: string };
}

describe('the forms for issues', () => {
  const folder = '.github/ISSUE_TEMPLATE';
  const forms = readdirSync(join(ROOT, folder)).filter((name) => name !== 'config.yml');

  it.each(forms)('%s has what GitHub wants', (name) => {
    const form = parse(read(join(folder, name)));
    expect(form).toEqual({
      name: expect.any(String),
      description: expect.any(String),
      body: expect.any(Array),
    });
    const fields = form.body as Field[];
    const inputs = fields.filter(({ type }) => type !== 'markdown');
    expect(inputs.length).toBeGreaterThan(0);
    for (const { type } of fields) expect(type).toMatch(/^(markdown|textarea|input|dropdown)$/);
    for (const { attributes } of inputs) expect(attributes.label).toMatch(/\w/);
    expect(new Set(inputs.map(({ id }) => id)).size).toBe(inputs.length);
  });
});
