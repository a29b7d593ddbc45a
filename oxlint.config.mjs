/** What each room of `src` may import besides itself; everything else is refused. The table is the rule. */
const ROOMS = {
  common: [],
  testing: ['common'],
  http: ['common'],
  config: ['common'],
  jobs: ['common'],
  pools: ['common'],
  database: ['common', 'pools'],
  cache: ['common', 'jobs', 'pools', 'database'],
  monitoring: ['common', 'jobs', 'pools', 'database', 'cache'],
  alerting: ['common', 'jobs', 'pools', 'database', 'cache', 'monitoring'],
  benchmark: ['common', 'pools', 'database', 'cache', 'monitoring', 'alerting'],
  performance: ['common', 'http', 'pools', 'database', 'cache', 'monitoring', 'alerting', 'benchmark'],
  health: ['common', 'http', 'pools', 'cache'],
  security: ['common', 'http', 'config', 'pools'],
};

const DEEPEST_FOLDER = 6;

/**
 * The rule for the files of a room that lie `depth` folders below `src`: from there a path that goes up that often
 * leaves the room, and a shorter one is a folder inside it, whatever it is called.
 */
function importRule(room, allowed, depth, spec) {
  const mayImport = [room, ...allowed, ...(spec ? ['testing'] : [])];
  const forbidden = Object.keys(ROOMS).filter((other) => !mayImport.includes(other));
  return {
    files: [`src/${room}${'/*'.repeat(depth)}${spec ? '.spec' : ''}.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./){${depth}}(${forbidden.join('|')})(/|$)`,
              message: `${room} imports only ${allowed.join(', ') || 'itself'} (docs/architecture.md)`,
            },
            {
              regex: `^(\\.\\./){${depth}}(app\\.module|app-setup)$`,
              message: 'only main and the tests import the composition root',
            },
          ],
        },
      ],
    },
  };
}

const depths = Array.from({ length: DEEPEST_FOLDER }, (_, index) => index + 1);
const importRules = Object.entries(ROOMS).flatMap(([room, allowed]) =>
  depths.flatMap((depth) => [false, true].map((spec) => importRule(room, allowed, depth, spec))),
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
  },
  overrides: importRules,
  ignorePatterns: ['dist', 'node_modules'],
};
