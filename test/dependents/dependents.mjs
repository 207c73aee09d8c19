// The packages under test: which job uses which of them, and which of them asks for lru-cache.

/**
 * `job` is a file in jobs/, `packages` are installed in their newest versions, and `asks` is the
 * one of them that depends on lru-cache.
 */
export const DEPENDENTS = [
  { job: 'glob', packages: ['glob', 'path-scurry'], asks: 'path-scurry' },
  { job: 'hosted-git-info', packages: ['hosted-git-info'], asks: 'hosted-git-info' },
  { job: 'lru-memoizer', packages: ['lru-memoizer'], asks: 'lru-memoizer' },
  {
    job: 'keyvaluecache',
    packages: ['@apollo/utils.keyvaluecache'],
    asks: '@apollo/utils.keyvaluecache',
  },
];
