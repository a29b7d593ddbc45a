import { globSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** The only words that a dot may introduce: roles that Nest developers know, and the kinds of tests. */
const ROLES = [
  'module',
  'module-definition',
  'service',
  'controller',
  'guard',
  'pipe',
  'filter',
  'interceptor',
  'decorator',
  'schemas',
  'errors',
  'options',
  'entity',
  'migration',
  'metrics',
];
const TESTS = ['spec', 'e2e-spec', 'test'];
const WORD = '[a-z0-9]+(-[a-z0-9]+)*';
/** `.d` marks a file that declares types only. */
const FILE = new RegExp(`^${WORD}(\\.(${ROLES.join('|')}))?(\\.(${TESTS.join('|')}|d))?\\.(ts|mjs|sh)$`);
const FOLDER = new RegExp(`^${WORD}$`);

/** What is wrong with the name of a file or of a folder on the way to it; undefined: nothing. */
function problemOf(path: string): string | undefined {
  const parts = path.split('/');
  const file = parts.pop()!;
  const folder = parts.find((part) => !FOLDER.test(part));
  if (folder !== undefined) return `${path}: the folder "${folder}" is not kebab-case`;
  return FILE.test(file) ? undefined : `${path}: not kebab-case.ts with a dot only before ${ROLES.join(', ')}`;
}

describe('the names of files', () => {
  const files = globSync('{src,test,bench,scripts}/**/*.{ts,mts,cts,tsx,js,mjs,cjs,sh}', {
    cwd: root,
    exclude: (path) => path.endsWith('node_modules'),
  });

  it('are kebab-case, with a dot only before a role', () => {
    expect(files.length).toBeGreaterThan(500);
    expect(files.map(problemOf).filter((problem) => problem !== undefined)).toEqual([]);
  });

  it.each(['src/cache/cacheCore.ts', 'src/cache/cache.core.ts', 'src/Cache/core.ts', 'bench/lib/rows.js'])(
    'the rule refuses %s',
    (path) => expect(problemOf(path)).toContain(path),
  );

  it.each(['src/cache/cache.service.spec.ts', 'src/a/b.module-definition.ts', 'bench/lib/rows.test.mjs'])(
    'the rule allows %s',
    (path) => expect(problemOf(path)).toBeUndefined(),
  );
});
