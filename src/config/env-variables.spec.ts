import { rowsOf, variableName } from '../common/settings/setting';
import { ENV_VARIABLES } from './env-variables';
import { SETTINGS } from './settings';

const names = ENV_VARIABLES.map(({ name }) => name);

describe('the variables of the tables of settings', () => {
  it('are each in one row, with a line of help', () => {
    expect(names.length).toBeGreaterThan(40);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, row } of ENV_VARIABLES) expect([name, row.help]).toEqual([name, expect.stringMatching(/\w/)]);
  });

  it('hide their values in messages where these may hold a secret', () => {
    const secret = ENV_VARIABLES.filter(({ kind }) => kind.secret).map(({ name }) => name);
    expect(secret).toEqual(
      names.filter(
        (name) => /URL|UPSTREAMS|HTTPS?_PROXY|TOKEN|KEY|PASSWORD|SECRET/.test(name) && !name.endsWith('_FILE'),
      ),
    );
  });

  it('are there for every option that says it is set by one', () => {
    for (const [path, row] of rowsOf(SETTINGS)) {
      const name = variableName(row);
      if (name !== undefined) expect([path.join('.'), names]).toEqual([path.join('.'), expect.arrayContaining([name])]);
    }
  });

  it.each(['atMost', 'cappedBy', 'sameAs'] as const)('with %s name an option beside them', (relation) => {
    const paths = [...rowsOf(SETTINGS)].map(([path]) => path.join('.'));
    const related = [...rowsOf(SETTINGS)].filter(([, row]) => row[relation] !== undefined);
    expect(related).not.toEqual([]);
    for (const [path, row] of related) expect(paths).toContain([...path.slice(0, -1), row[relation]].join('.'));
  });
});
