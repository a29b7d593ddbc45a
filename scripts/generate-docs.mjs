// Writes what is derived from the code into the documentation: .env.example, the README's table, docs/errors.md.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { renderEnvExample, renderVariableTable } = require('../dist/config/env-docs.js');
const { errorDefinitions } = require('../dist/common/errors/error-definition.js');
const { renderErrorsPage } = require('../dist/common/errors/errors-page.js');
const { nameVariables } = require('../dist/common/settings/option-names.js');
const { OPTION_VARIABLES } = require('../dist/option-variables.js');

const root = new URL('../', import.meta.url);
const write = (file, text) => writeFileSync(new URL(file, root), text);

write('.env.example', renderEnvExample());
for (const file of globSync('dist/**/*.errors.js', { cwd: fileURLToPath(root) })) require(`../${file}`);
nameVariables(OPTION_VARIABLES);
write('docs/errors.md', renderErrorsPage(errorDefinitions()));

const readme = readFileSync(new URL('README.md', root), 'utf8');
const table = /(<!-- variables -->\n)[\s\S]*?(<!-- \/variables -->)/;
if (!table.test(readme)) throw new Error('README.md has lost its <!-- variables --> marks');
write(
  'README.md',
  readme.replace(table, (_, open, close) => `${open}\n${renderVariableTable()}\n\n${close}`),
);
