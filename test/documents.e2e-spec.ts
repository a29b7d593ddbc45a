import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import * as ts from 'typescript';
import { resolveCacheOptions } from '../src/cache/options/cache.options';
import { parseExpression } from '../src/monitoring/promql/syntax/expression-parser';
import { MONITORING_SETTINGS } from '../src/monitoring/monitoring-settings';
import type { SettingsTable } from '../src/common/settings/setting';
import { HTTP_DEFAULTS } from '../src/pools/http/http.options';
import { LEASE_POOL_DEFAULTS } from '../src/pools/lease-pool.options';
import { POOLS_SETTINGS } from '../src/pools/pools-settings';
import { DEFAULT_ENTRY_OPTIONS, ENTRY_OPTION_RULES } from '../src/cache/options/entry.options';

const root = resolve(__dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What an example without imports presupposes: a cache, pools, and a function around the example. */
const GIVEN = `import type { CacheService } from 'performance-gateway/cache';
import type { Pools } from 'performance-gateway/pools';
declare const cache: CacheService;
declare const pools: Pools;
declare function write(rows: readonly object[]): Promise<void>;
declare function nightlyReport(): Promise<void>;
declare function loadUsers(keys: readonly string[]): Promise<{ readonly id: number }[]>;
async function example() {
`;

const inside = (code: string): string => `${GIVEN}${code}}`;

/** An example in a list stands behind blanks. */
const unindented = (code: string): string =>
  code.replaceAll(new RegExp(`^ {${/^ */.exec(code)![0].length}}`, 'gm'), '');

/** The TypeScript examples of a document, by the name of a file beside it. */
function examplesOf(file: string): Map<string, string> {
  const blocks = [...read(file).matchAll(/^ *```ts\n([\s\S]*?)^ *```$/gm)].map(([, code]) => unindented(code!));
  return new Map(
    blocks.map((code, at) => [join(root, `${file}.${at + 1}.ts`), code.startsWith('import ') ? code : inside(code)]),
  );
}

/** What the compiler says of examples that import the package by the names it exports. */
function problemsOf(examples: ReadonlyMap<string, string>): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    { ...(ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config as object), files: [] },
    ts.sys,
    root,
  );
  const compilerOptions: ts.CompilerOptions = {
    ...options,
    noEmit: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
    paths: {
      'performance-gateway': [join(root, 'src/index.ts')],
      'performance-gateway/*': [join(root, 'src/*/index.ts')],
    },
  };
  const host = ts.createCompilerHost(compilerOptions);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => examples.has(file) || fileExists.call(host, file);
  host.readFile = (file) => examples.get(file) ?? readFile.call(host, file);
  host.getSourceFile = (file, target, ...rest) => {
    const code = examples.get(file);
    return code === undefined
      ? getSourceFile.call(host, file, target, ...rest)
      : ts.createSourceFile(file, code, target);
  };
  const program = ts.createProgram([...examples.keys()], compilerOptions, host);
  return [...examples.keys()]
    .flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)))
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

describe('the examples of the documentation', () => {
  it('compile against what the package exports', () => {
    const guides = readdirSync(join(root, 'docs'))
      .filter((name) => /-guide\.md$|^from-/.test(name))
      .map((name) => `docs/${name}`);
    const examples = new Map(['README.md', ...guides].flatMap((file) => Array.from(examplesOf(file))));
    expect(guides.length).toBeGreaterThan(3);
    expect(examples.size).toBeGreaterThan(16);
    expect(problemsOf(examples)).toEqual([]);
  }, 120_000);

  it('would not, if they called what there is not', () => {
    const wrong = new Map([[join(root, 'docs/wrong.ts'), inside(`cache.fetch('a');`)]]);
    expect(problemsOf(wrong)).toEqual([expect.stringContaining("Property 'fetch' does not exist")]);
  }, 120_000);
});

/** The options of monitoring that the guide lists with a number. */
describe('the tables of the monitoring guide', () => {
  it('have queries that can be asked', () => {
    const lines = read('docs/monitoring-guide.md').split('\n## PromQL in eleven questions\n')[1]!.split('\n## ')[0]!;
    const queries = [...lines.matchAll(/^\|[^|`]+\| `(.+?)` +\|$/gm)].map(([, query]) => query!);
    expect(queries).toHaveLength(11);
    for (const query of queries) expect(() => parseExpression(query)).not.toThrow();
  });

  it('have every option of the module with its default', () => {
    const table = optionsIn(
      read('docs/monitoring-guide.md').split('\n## Options of the module\n')[1]!.split('\n## ')[0]!,
      2,
    );
    expect([...table.keys()].toSorted()).toEqual(Object.keys(MONITORING_SETTINGS).toSorted());
    for (const [name, row] of Object.entries(MONITORING_SETTINGS)) {
      if (!('default' in row) || row.default === undefined || typeof row.default === 'object') continue;
      expect([name, table.get(name)]).toEqual([name, row.default.toLocaleString('en')]);
    }
  });
});

/** The options a table has, each with the text of one of its columns, the name's being the first. */
function optionsIn(text: string, column: number): ReadonlyMap<string, string> {
  const rows = [...text.matchAll(/^\| `(\w+)` .*$/gm)].map(
    ([row, name]) => [name!, row.split(' | ')[column]!] as const,
  );
  return new Map(rows.map(([name, value]) => [name, value.replace(/\s*\|$/, '').trim()]));
}

const guide = read('docs/cache-guide.md');
const poolsGuide = read('docs/pools-guide.md');

/** What stands below a heading, until the next of any level. */
const section = (document: string, title: string): string =>
  document.split(new RegExp(`\n#+ ${title}\n`))[1]!.split(/\n#+ /)[0]!;

/** The options a table has, each with its default. */
function defaultsIn(title: string, document = guide): ReadonlyMap<string, string> {
  const rows = section(document, title).matchAll(/^\| `(\w+)` +\| [^|]+? +\| ([^|]+?) +\|/gm);
  return new Map([...rows].map(([, name, value]) => [name!, value!]));
}

/** A default as the guide writes it. */
const written = (value: unknown): string =>
  typeof value === 'string' ? `\`${value}\`` : (value as number | boolean).toLocaleString('en');

describe('the tables of the cache guide', () => {
  it('have every option of an entry with its default', () => {
    const table = defaultsIn('Options of an entry');
    const {
      tags: _tags,
      tagsOf: _tagsOf,
      memory: _memory,
      redis: _redis,
      refreshAheadRatio: _ratio,
      memoryTtlMs: _memoryTtlMs,
      ...plain
    } = DEFAULT_ENTRY_OPTIONS;
    expect([...table.keys()].toSorted()).toEqual(Object.keys(ENTRY_OPTION_RULES).toSorted());
    for (const [name, value] of Object.entries(plain)) expect([name, table.get(name)]).toEqual([name, written(value)]);
  });

  it('have every option of the module with its default', () => {
    const table = defaultsIn('Options of the module');
    const { defaults: _defaults, ...plain } = resolveCacheOptions({});
    expect([...table.keys()].toSorted()).toEqual(
      [...Object.keys(resolveCacheOptions({})), 'lockTimeoutMs', 'shards'].toSorted(),
    );
    // Each application has another default prefix.
    expect(plain.prefix).toBe('pg-performance-gateway');
    const defaults = { ...plain, prefix: 'pg-<name>' };
    for (const [name, value] of Object.entries(defaults)) {
      expect([name, table.get(name)]).toEqual([name, written(value)]);
    }
  });
});

describe('the guide to the pools', () => {
  const { postgres, redis, http, qdrant, ...all } = POOLS_SETTINGS;
  const leaseDefaults: Readonly<Record<string, unknown>> = LEASE_POOL_DEFAULTS;
  const httpDefaults: Readonly<Record<string, unknown>> = HTTP_DEFAULTS;

  it.each([
    ['all pools', all, {}],
    ['postgres', postgres, leaseDefaults],
    ['redis', redis, leaseDefaults],
    ['http', http, httpDefaults],
    ['qdrant', qdrant, {}],
  ])('has every option of %s with its default', (name, settings, defaults) => {
    const table = defaultsIn(`Options of ${name}`, poolsGuide);
    expect([...table.keys()].toSorted()).toEqual(Object.keys(settings).toSorted());
    for (const [option, row] of Object.entries(settings as SettingsTable)) {
      const value = (row as { default?: unknown }).default ?? (defaults as Record<string, unknown>)[option];
      if (value !== undefined && typeof value !== 'object')
        expect([option, table.get(option)]).toEqual([option, written(value)]);
    }
  });

  it('has every method of the pools and every error, and ten recipes', () => {
    const surface = read('test/repository/public-surface.txt')
      .split('\nperformance-gateway/pools\n')[1]!
      .split('\n\n')[0]!;
    const membersOf = (type: string): string[] => {
      const [members] = surface.split(`  class ${type}\n`)[1]!.split(/^ {2}\S/m);
      return [...members!.matchAll(/^ {4}([\w]+)/gm)].map(([, member]) => member!);
    };
    const members = ['PostgresPool', 'PostgresLease', 'RedisPool', 'HttpPool', 'QdrantPool', 'PoolRegistry'].flatMap(
      membersOf,
    );
    const errors = [...surface.matchAll(/^ {2}(?:error|class) (\w+Error)$/gm)].map(([, error]) => error!);
    expect([members.length, errors.length].every((count) => count > 20)).toBe(true);
    expect([...members, ...errors].filter((name) => !new RegExp(`\\b${name}\\b`).test(poolsGuide))).toEqual([]);
    expect([...poolsGuide.matchAll(/^### \d+\. /gm)]).toHaveLength(10);
  });
});

/** The name GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

describe('the links of the documents', () => {
  const { files: packed } = JSON.parse(read('package.json')) as { files: string[] };
  const isPacked = (file: string): boolean => packed.some((part) => file === part || file.startsWith(`${part}/`));
  const documents = ['README.md', ...globSync('docs/**/*.md', { cwd: root })];
  const links = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target]) => [document, target!] as const),
  );

  it.each(links)('%s: %s leads somewhere, in the package as well', (document, target) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? document : normalize(join(dirname(document), path));
    expect([file, existsSync(join(root, file)), isPacked(file)]).toEqual([file, true, true]);
    if (anchor === undefined) return;
    const headings = [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));
    expect(headings).toContain(anchor);
  });

  it('of the benchmarks, which are not packed, lead somewhere in the repository', () => {
    const targets = [...read('bench/README.md').matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, target]) => target!);
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((target) => !existsSync(join(root, 'bench', target)))).toEqual([]);
  });
});
