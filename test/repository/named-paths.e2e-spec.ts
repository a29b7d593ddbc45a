import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Text that is checked whole. The changelog is left out: it may name what no longer exists. */
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'bench/README.md',
  '{docs,examples,deploy}/**/*.{md,yml,yaml,html,css,js}',
  'dashboard/{index.html,vite.config.mjs,src/**/*.{ts,tsx,css}}',
  '{Dockerfile,docker-compose.yml,package.json,.env.example,*.config.mjs,.ci/*}',
  'scripts/*.{mjs,sh}',
];
/** Code, of which only the comments count: what it imports the compiler checks. */
const CODE = '{src,test,bench,examples}/**/*.{ts,mjs}';

const COMMENT = /\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/.*/g;
const PATH = /(?<![\w/.@*-])(?:src|test|bench|scripts|docs)\/[\w./*{},@-]*/g;

/** The paths that a text names, without the punctuation behind them. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(PATH)].map(([path]) => path.replace(/[.,/]+$/, ''));
}

/** A file, a folder, a pattern that matches some, or the beginning of a name, as Jest takes it. */
const exists = (path: string): boolean => globSync([path, `${path}*`], { cwd: root }).length > 0;

/** A code span that is a path from `src` on, such as `pools/pool.ts`, or the name of a file alone. */
function shortPathsIn(text: string): string[] {
  const rooms = globSync('*/', { cwd: join(root, 'src') }).join('|');
  const spans = [...text.matchAll(/`([\w./-]+)`/g)].map(([, span]) => span!);
  return spans.filter((span) => new RegExp(`^(${rooms})/`).test(span) || /^[\w-]+[\w.-]*\.(ts|mjs)$/.test(span));
}

const existsShort = (path: string): boolean =>
  globSync([`src/${path}`, `{src,test,bench,scripts,examples}/**/${path}`, path], { cwd: root }).length > 0;

const sources = (pattern: string | string[]): string[] =>
  globSync(pattern, { cwd: root, exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path) });

function missing(): string[] {
  const documents = sources(DOCUMENTS).map((file) => [file, read(file)] as const);
  const comments = sources(CODE).map((file) => [file, (read(file).match(COMMENT) ?? []).join('\n')] as const);
  return [...documents, ...comments].flatMap(([file, text]) =>
    pathsIn(text)
      .filter((path) => !exists(path))
      .map((path) => `${file} names ${path}, which does not exist`),
  );
}

describe('the paths that documents, scripts and comments name', () => {
  it('exist', () => expect(missing()).toEqual([]));

  it('exist also where they are short for a path below src', () => {
    const documents = sources(['*.md', 'docs/**/*.md', 'bench/README.md']).filter((file) => file !== 'CHANGELOG.md');
    const gone = documents.flatMap((file) =>
      shortPathsIn(read(file))
        .filter((path) => !existsShort(path))
        .map((path) => `${file}: ${path}`),
    );
    expect(documents.length).toBeGreaterThan(5);
    expect(gone).toEqual([]);
  });

  it('are found in text, in code spans and as patterns', () => {
    const text =
      'See `src/pools/pool.ts`, [it](docs/errors.md) and src/**/*.errors.ts. Not https://a.b/docs/c or dist/src/d.';
    expect(pathsIn(text)).toEqual(['src/pools/pool.ts', 'docs/errors.md', 'src/**/*.errors.ts']);
    expect(exists('src/**/*.errors.ts')).toBe(true);
    expect(exists('test/cache/histories')).toBe(true);
    expect(exists('src/pools/gone.ts')).toBe(false);
    expect(shortPathsIn('`pools/pool.ts`, `gone.ts`, `cache.stats()`, `/performance/cache`')).toEqual([
      'pools/pool.ts',
      'gone.ts',
    ]);
    expect(['pools/pool.ts', 'gone.ts', 'common/gone'].map(existsShort)).toEqual([true, false, false]);
  });
});
