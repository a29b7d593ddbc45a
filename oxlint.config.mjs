import { readdirSync } from 'node:fs';

/**
 * What each room of `src` may import besides itself; everything else is refused. The table is the rule. `pools/index`
 * stands for what that room offers to others, its `index.ts` and its `internal.ts`, instead of all of its files.
 */
const ROOMS = {
  common: [],
  testing: ['common', 'pools', 'cache'],
  http: ['common'],
  jobs: ['common'],
  pools: ['common'],
  database: ['common', 'pools'],
  copies: ['common', 'jobs', 'pools', 'database'],
  cache: ['common', 'jobs', 'pools', 'database'],
  monitoring: ['common', 'jobs', 'pools', 'database', 'copies', 'cache'],
  alerting: ['common', 'jobs', 'pools', 'database', 'copies', 'cache', 'monitoring'],
  benchmark: ['common', 'pools', 'database', 'copies', 'cache', 'monitoring', 'alerting'],
  performance: [
    'common',
    'http/index',
    'copies/index',
    'pools/index',
    'cache/index',
    'monitoring/index',
    'alerting/index',
    'benchmark/index',
  ],
  health: ['common', 'http', 'pools', 'cache', 'monitoring'],
  security: ['common', 'http', 'pools', 'monitoring'],
  config: ['common', 'copies', 'pools', 'cache', 'monitoring', 'alerting', 'benchmark', 'health', 'security'],
};

/** The same for the folders of a room: what each may import besides itself from the same room. */
const FOLDERS = {
  monitoring: {
    registry: [],
    series: [],
    exposition: ['registry'],
    promql: ['series'],
    'remote-write': ['series'],
    sampling: ['registry', 'series', 'remote-write'],
    collectors: ['registry', 'series', 'promql', 'remote-write', 'sampling'],
  },
};

const DEEPEST_FOLDER = 6;
const INDEX = '/index';
const OFFERED = ['index', 'internal'];

/** What lies in a room and is not offered. A list, since the linter's regular expressions know no "anything but". */
function insidesOf(room) {
  const names = readdirSync(new URL(`src/${room}`, import.meta.url)).map((name) => name.replace(/\.ts$/, ''));
  return names.filter((name) => !OFFERED.includes(name)).map((name) => name.replaceAll('.', '\\.'));
}

/**
 * What files of a room that lie `depth` folders below `src` must not import: from there a path that goes up that often
 * leaves the room, and a shorter one is a folder inside it, whatever it is called.
 */
function forbiddenIn(room, depth, spec) {
  const allowed = ROOMS[room];
  const offering = allowed.filter((entry) => entry.endsWith(INDEX)).map((entry) => entry.slice(0, -INDEX.length));
  const mayImport = [room, ...allowed, ...offering, ...(spec ? ['testing'] : [])];
  const forbidden = Object.keys(ROOMS).filter((other) => !mayImport.includes(other));
  return [
    {
      regex: `^(\\.\\./){${depth}}(${forbidden.join('|')})(/|$)`,
      message: `${room} imports only ${allowed.join(', ') || 'itself'} (docs/architecture.md)`,
    },
    ...offering.map((other) => ({
      regex: `^(\\.\\./){${depth}}${other}/(${insidesOf(other).join('|')})(/|$)`,
      message: `${room} imports ${other} by its index.ts or internal.ts (docs/architecture.md)`,
    })),
    {
      regex: `^(\\.\\./){${depth}}(app\\.module|app-setup)$`,
      message: 'only main and the tests import the composition root',
    },
  ];
}

/** What a folder of a room must not import from that room, for files `depth` folders below `src`. */
function forbiddenFolders(room, folder, depth) {
  const allowed = FOLDERS[room][folder];
  const forbidden = Object.keys(FOLDERS[room]).filter((other) => other !== folder && !allowed.includes(other));
  return {
    regex: `^(\\.\\./){${depth - 1}}(${forbidden.join('|')})(/|$)`,
    message: `${room}/${folder} imports only ${allowed.join(', ') || 'itself'} of ${room} (docs/architecture.md)`,
  };
}

function importRule(folder, depth, spec, patterns) {
  return {
    files: [`src/${folder}${'/*'.repeat(depth)}${spec ? '.spec' : ''}.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
}

const depths = Array.from({ length: DEEPEST_FOLDER }, (_, index) => index + 1);
const roomRules = Object.keys(ROOMS).flatMap((room) =>
  depths.flatMap((depth) => [false, true].map((spec) => importRule(room, depth, spec, forbiddenIn(room, depth, spec)))),
);
// After those of the rooms, which they repeat: of two rules for a file the linter takes the last.
const folderRules = Object.entries(FOLDERS).flatMap(([room, folders]) =>
  Object.keys(folders).flatMap((folder) =>
    depths
      .slice(1)
      .flatMap((depth) =>
        [false, true].map((spec) =>
          importRule(`${room}/${folder}`, depth - 1, spec, [
            ...forbiddenIn(room, depth, spec),
            ...(spec ? [] : [forbiddenFolders(room, folder, depth)]),
          ]),
        ),
      ),
  ),
);

export default {
  plugins: ['typescript', 'import', 'unicorn', 'oxc'],
  categories: { correctness: 'error', suspicious: 'warn', perf: 'warn' },
  env: { node: true, es2024: true },
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'typescript/no-explicit-any': 'error',
    'typescript/no-extraneous-class': 'off',
    'typescript/consistent-type-imports': 'off',
    'no-await-in-loop': 'off',
    // What says which packages are missing has to come before what needs them.
    'import/no-unassigned-import': ['warn', { allow: ['./packages', 'reflect-metadata', '**/*.css'] }],
  },
  overrides: [...roomRules, ...folderRules],
  ignorePatterns: ['dist', 'node_modules'],
};
