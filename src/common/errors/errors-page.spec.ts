import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from './error-codes';
import { renderErrorsPage } from './errors-page';

describe('docs/errors.md', () => {
  it('is what the registry says (npm run docs:generate writes it)', () => {
    expect(readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8')).toBe(renderErrorsPage());
  });

  it('has a row for every code', () => {
    const page = renderErrorsPage();
    for (const code of Object.keys(ERROR_CODES)) expect(page).toContain(`| \`${code}\` `);
  });

  it('keeps a pipe inside its cell', () => {
    expect(renderErrorsPage({ A: { status: 400, title: 'a|b', remedy: 'c' } })).toMatch(/\| a\\\|b +\| c +\|/);
  });
});
