import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPTION_VARIABLES } from '../../option-variables';
import { nameVariables } from '../settings/option-names';
import { errorDefinitions } from './error-definition';
import { renderErrorsPage } from './errors-page';

const SRC = join(__dirname, '../..');

describe('docs/errors.md', () => {
  it('has every error of the *.errors.ts files (npm run docs:generate writes it)', async () => {
    for (const file of globSync('**/*.errors.ts', { cwd: SRC })) await import(join(SRC, file));
    nameVariables(OPTION_VARIABLES);
    const page = readFileSync(join(SRC, '../docs/errors.md'), 'utf8');
    expect(page).toBe(renderErrorsPage(errorDefinitions()));
    expect(errorDefinitions().length).toBeGreaterThan(60);
  });

  it('misses none: errors are defined in those files only', () => {
    const elsewhere = globSync('**/*.ts', { cwd: SRC })
      .filter((file) => !/\.(errors|spec)\.ts$/.test(file) && !file.endsWith('error-definition.ts'))
      .filter((file) => readFileSync(join(SRC, file), 'utf8').includes('defineError('));
    expect(elsewhere).toEqual([]);
  });

  it('keeps a pipe inside its cell', () => {
    const page = renderErrorsPage([{ code: 'A', status: 400, title: 'a|b', remedy: 'c' }]);
    expect(page).toMatch(/\| a\\\|b +\| c +\|/);
  });
});
