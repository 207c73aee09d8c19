// What hosted-git-info makes of repository addresses of all kinds, parsed and from its cache.

import HostedGitInfo from 'hosted-git-info';

const ADDRESSES = [
  'npm/cli',
  'npm/cli#main',
  'npm/cli#semver:^1.0.0',
  'github:npm/cli',
  'github:user:password@npm/cli',
  'gist:11081aaa281',
  'gist:user/11081aaa281#abc',
  'bitbucket:some/project',
  'gitlab:group/sub/project#v1',
  'sourcehut:~user/project',
  'https://github.com/npm/cli',
  'https://github.com/npm/cli.git',
  'https://github.com/npm/cli/tree/release/v9',
  'https://github.com/npm/cli/issues',
  'https://www.github.com/npm/cli#readme',
  'https://user:password@github.com/npm/cli.git#main',
  'http://github.com/npm/cli.git',
  'git://github.com/npm/cli.git#abc',
  'git+ssh://git@github.com/npm/cli.git',
  'git+ssh://git@github.com:npm/cli.git#semver:~2',
  'ssh://git@github.com/npm/cli',
  'git+https://github.com/npm/cli.git',
  'git+https://token@github.com/npm/cli.git',
  'git@github.com:npm/cli.git',
  'git@github.com:npm/cli.git#with:colon@and',
  'git:github.com:npm/cli',
  'https://gist.github.com/user/11081aaa281',
  'https://gist.github.com/11081aaa281.git',
  'git@gist.github.com:11081aaa281.git',
  'https://bitbucket.org/some/project',
  'git+ssh://git@bitbucket.org/some/project.git',
  'https://bitbucket.org/some/project/get/archive.tgz',
  'https://gitlab.com/group/sub/project.git',
  'https://gitlab.com/group/project/-/tree/main',
  'git@gitlab.com:group/sub/project.git',
  'https://git.sr.ht/~user/project',
  'git@git.sr.ht:~user/project#abc',
  'https://example.com/some/project.git',
  'https://github.com/%E0%A4%A/broken',
  'npm/näme#ünï',
  './local/folder',
  '@scope/name',
  'constructor/__proto__',
  '__proto__',
  'toString',
  'one',
  ' ',
  '',
];
const NO_ADDRESSES = [undefined, null, 1, {}, []];
const OPTIONS = [undefined, {}, { noGitPlus: true }, { noCommittish: true }];

const MANIFESTS = [
  { repository: 'npm/cli' },
  { repository: 'https://github.com/npm/cli.git' },
  { repository: { type: 'git', url: 'git+https://github.com/npm/cli.git' } },
  { repository: { type: 'git', url: 'git+ssh://git@gitlab.com/group/project.git' } },
  { repository: 'https://example.com/some/project.git' },
  { repository: 'git+http://example.com/some/project' },
  { repository: 'no address' },
  { repository: {} },
  {},
  null,
  'text',
];

/** The cache of hosted-git-info holds 1000 addresses. */
const CACHE_MAX = 1000;

/** Not every way exists for every host, and some throw with some options. */
function outcomeOf(action) {
  try {
    return action();
  } catch (error) {
    return { threw: error.name, message: error.message };
  }
}

function describe(host) {
  if (host === undefined || host === null || typeof host === 'string') return host;
  const { type, user, auth, project, committish, opts, domain } = host;
  const ways = ['ssh', 'sshurl', 'https', 'git', 'shortcut', 'path', 'tarball', 'docs', 'bugs'];
  return {
    fields: { type, user, auth, project, committish, opts, domain },
    ways: ways.map((way) => outcomeOf(() => host[way]())),
    file: [host.browse('a/b.md', 'Some Title!'), host.file('a/b.md'), host.edit('a/b.md')],
    short: [host.hash(), host.toString(), host.getDefaultRepresentation()],
  };
}

function parseTwice(address, options) {
  const first = HostedGitInfo.fromUrl(address, options);
  const second = HostedGitInfo.fromUrl(address, options);
  return { address, options, same: first === second, host: describe(first) };
}

function parseAll() {
  return [...ADDRESSES, ...NO_ADDRESSES].flatMap((address) =>
    OPTIONS.map((options) => parseTwice(address, options)),
  );
}

function parseManifests() {
  const parse = (manifest) => outcomeOf(() => describe(HostedGitInfo.fromManifest(manifest)));
  return [...MANIFESTS, ...MANIFESTS].map(parse);
}

function parseUrls() {
  return ADDRESSES.map((address) => outcomeOf(() => HostedGitInfo.parseUrl(address)?.href));
}

/** Of more addresses than the cache holds, the ones that are still known, some kept in use. */
function parseMany() {
  const addressOf = (i) => `owner/project-${i}`;
  const seen = [];
  for (let i = 0; i < CACHE_MAX + 500; i++) {
    seen.push(HostedGitInfo.fromUrl(addressOf(i)));
    if (i % 3 === 0) HostedGitInfo.fromUrl(addressOf(i >> 2));
  }
  // From new to old: what is not known any more pushes out what has not been looked at yet.
  const known = [];
  for (let i = seen.length - 1; i >= 0; i--) {
    if (HostedGitInfo.fromUrl(addressOf(i)) === seen[i]) known.push(i);
  }
  return known;
}

/** The scenarios of this job, by name. */
export const scenarios = {
  addresses: ({ counted }) => counted(parseAll),
  manifests: ({ counted }) => counted(parseManifests),
  parseUrl: parseUrls,
  'many addresses': ({ counted }) => counted(parseMany),
  'addresses after many': ({ counted }) => counted(parseAll),
};
