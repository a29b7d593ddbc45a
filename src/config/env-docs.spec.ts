import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from './load-config';
import { renderEnvExample, renderVariableTable, variables } from './env-docs';

const read = (file: string) => readFileSync(join(__dirname, '../..', file), 'utf8');

describe('the documentation of the variables', () => {
  it('.env.example is what the schema says (npm run docs:generate)', () => {
    expect(read('.env.example')).toBe(renderEnvExample());
  });

  it('the table of the README is what the schema says (npm run docs:generate)', () => {
    expect(read('README.md')).toContain(`<!-- variables -->\n\n${renderVariableTable()}\n\n<!-- /variables -->`);
  });

  it('shows defaults that are accepted and change nothing', () => {
    const shown = Object.fromEntries(variables().map(({ name, defaultText }) => [name, defaultText]));
    expect(loadConfig(shown)).toEqual(loadConfig({}));
  });
});
