// Modules that compile in one version and must not in another: `$` stands for what differs.
//
// Ours lets null and undefined be keys, and null a value, as Map does; so nothing here asks for
// their refusal. The right version shows that the wrong one is refused for what is wrong in it.

/** A module: `code` with `right` in place of `$` compiles, with `wrong` it does not. */
export interface Snippet {
  code: string;
  right: string;
  wrong: string;
}

const PRELUDE = [
  "import { LRUCache } from 'lru-cache';",
  'export declare const cache: LRUCache<string, number>;',
  'export declare const loader: LRUCache<string, number, { user: string }>;',
  'export declare const plain: LRUCache<string, number, undefined>;',
  'export declare const status: LRUCache.Status<string, number>;',
  '',
].join('\n');

function snippets(code: string, right: string, ...wrong: string[]): Snippet[] {
  return wrong.map((text) => ({ code: PRELUDE + code, right, wrong: text }));
}

const IMPORTS = [
  { code: "import $ from 'lru-cache';\nexport { L };", right: '{ LRUCache as L }', wrong: 'L' },
  { code: "import { $ } from 'lru-cache';", right: 'LRUCache', wrong: 'Cache' },
  { code: "import type { $ } from 'lru-cache';", right: 'Perf', wrong: 'Options' },
];

const TYPE_ARGUMENTS = [
  ...snippets('export type T = LRUCache<string, number$>;', ', 1', ', 1, 2'),
  ...snippets('export type T = LRUCache.$<string, number, 1>;', 'Options', 'Nonsense'),
  ...snippets('export type T = LRUCache.Options<string, number$>;', ', unknown', ''),
  ...snippets('export const c: LRUCache<$> = cache;', 'string, number', 'string, string'),
  ...snippets(
    'export const c: LRUCache<string, number, $> = loader;',
    '{ user: string }',
    '{ user: number }',
  ),
];

const CONSTRUCTOR = [
  ...snippets('export const c = new LRUCache<string, number>($);', '{ max: 1 }', '', '{}', '1'),
  ...snippets('export const c = new LRUCache<string, number>($);', 'cache', 'new Map()'),
  ...snippets('export const c = $LRUCache<string, number>({ max: 1 });', 'new ', ''),
  ...snippets(
    'export const c = new LRUCache<string, number>({ $ });',
    'ttl: 1, ttlAutopurge: true',
    'ttl: 1',
    'ttlAutopurge: true',
    'maxEntrySize: 1',
    'allowStale: true',
    "max: '1'",
    'max: undefined',
    'max: null',
  ),
  ...snippets(
    'export const c = new LRUCache<string, number>({ max: 1, $ });',
    'perf: Date',
    'perf: {}',
    'maxage: 1',
    'length: () => 1',
    'stale: true',
    "ttl: '1'",
    'allowStale: 1',
    'fetchContext: 1',
  ),
  ...snippets(
    'export const c = new LRUCache<string, number>({ max: 1, $ });',
    'dispose: (value: number, key: string) => [value, key]',
    'dispose: (key: string, value: number) => [value, key]',
    "dispose: (_value, _key, reason) => reason === 'gone'",
    "onInsert: (_value, _key, reason) => reason === 'evict'",
    "sizeCalculation: () => '1'",
    "fetchMethod: () => 'one'",
    "fetchMethod: async () => 'one'",
    'memoMethod: async () => 1',
    'memoMethod: () => undefined',
    'memoMethod: () => {}',
  ),
  ...snippets(
    'export const c = new LRUCache<string, number, 1>({ max: 1, fetchMethod: (k, v, o) => $ });',
    'o.context + k.length + (v ?? 0)',
    'k.length + v',
    'o.context.length',
    'o.signal',
    'o.options.start',
  ),
];

const MEMBERS = [
  ...snippets('cache.$ = 1;', 'ttl', 'max', 'maxSize', 'size', 'calculatedSize'),
  ...snippets('$ = performance;', 'export const x', 'cache.perf'),
  ...snippets('cache.allowStale = $;', 'true', '1', 'undefined'),
  ...snippets('cache.ttl = $;', '1', "'1'", 'undefined'),
  ...snippets('cache.sizeCalculation = $;', '(v, k) => v + k.length', "() => '1'"),
  ...snippets('export const x = cache.$;', 'size', 'length', 'itemCount', 'del', 'reset'),
  ...snippets('export const x = LRUCache.$;', 'prototype', 'nonsense'),
  ...['dispose', 'disposeAfter', 'onInsert', 'fetchMethod', 'memoMethod'].flatMap((name) =>
    snippets(`$ = cache.${name};`, 'export const x', `cache.${name}`),
  ),
];

const METHODS = [
  ...snippets("cache.set('a', $);", '1', "'one'", 'null', '', 'Promise.resolve(1)'),
  ...snippets('cache.set($, 1);', "'a'", '1', 'undefined', "['a']"),
  ...['get', 'peek', 'has', 'delete', 'info', 'getRemainingTTL', 'fetch', 'memo'].flatMap((name) =>
    snippets(`cache.${name}($);`, "'a'", '1', ''),
  ),
  ...['get', 'peek', 'memo'].flatMap((name) =>
    snippets(`cache.${name}('a', { $ });`, 'allowStale: true', 'size: 1', 'signal: null'),
  ),
  ...snippets("cache.get('a', { $ });", 'status', 'forceRefresh: true', "status: { op: 'none' }"),
  ...snippets("cache.has('a', { $ });", 'updateAgeOnHas: true', 'updateAgeOnGet: true'),
  ...snippets("cache.set('a', 1, { $ });", 'start: 1', 'allowStale: true', "size: '1'"),
  ...snippets("cache.fetch('a', { $ });", 'size: 1', 'start: 1', 'signal: new AbortController()'),
  ...snippets("export const x: $ = cache.get('a');", 'number | undefined', 'number'),
  ...snippets("export const x: $ = cache.peek('a');", 'number | undefined', 'number'),
  ...snippets('export const x: $ = cache.pop();', 'number | undefined', 'number'),
  ...snippets("export const x: $ = cache.memo('a');", 'number', 'string', 'Promise<number>'),
  ...snippets("export const x: $ = cache.has('a');", 'boolean', 'string', 'true'),
  ...snippets("export const x: Promise<$> = cache.fetch('a');", 'number | undefined', 'number'),
  ...snippets("export const x: Promise<$> = cache.forceFetch('a');", 'number', 'string'),
  ...snippets('export const x: Iterable<$> = cache.keys();', 'string', 'number'),
  ...snippets('export const x: Iterable<$> = cache.values();', 'number', 'string'),
  ...snippets('export const x: Iterable<$> = cache.rvalues();', 'number | undefined', 'string'),
  ...snippets('export const x: Iterable<$> = cache;', '[string, number]', '[number, string]'),
  ...snippets("export const x = cache.info('a')$.value;", '?', ''),
  ...snippets(
    'cache.load([$]);',
    "['a', { value: 1 }]",
    "['a', 1]",
    "['a', {}]",
    '[1, { value: 1 }]',
  ),
  ...snippets('cache.load($);', 'cache.dump()', '', 'cache', '{ a: { value: 1 } }'),
  ...snippets('cache.find(() => $);', 'true', '1', 'undefined'),
  ...snippets('cache.find(() => true, { $ });', 'allowStale: true', 'ttl: 1'),
  ...snippets('cache.forEach(($) => [v, k]);', 'v: number, k: string', 'k: string, v: number'),
];

const CONTEXTS = ['fetch', 'forceFetch', 'memo'].flatMap((name) => [
  ...snippets(
    `loader.${name}('a'$);`,
    ", { context: { user: 'me' } }",
    '',
    ', {}',
    ', { context: { user: 1 } }',
    ', { context: undefined }',
    ', { forceRefresh: true }',
  ),
  ...snippets(
    `export const x: $ = loader.${name}('a', { context: { user: 'me' } });`,
    name === 'memo'
      ? 'number'
      : name === 'fetch'
        ? 'Promise<number | undefined>'
        : 'Promise<number>',
    name === 'memo' ? 'Promise<number>' : 'Promise<string>',
    'number[]',
  ),
  ...snippets(`plain.${name}('a', { $ });`, 'ttl: 1', 'context: 1', "context: { user: 'me' }"),
]);

/** All of them. */
export const SNIPPETS: readonly Snippet[] = [
  ...IMPORTS,
  ...TYPE_ARGUMENTS,
  ...CONSTRUCTOR,
  ...MEMBERS,
  ...METHODS,
  ...CONTEXTS,
];
