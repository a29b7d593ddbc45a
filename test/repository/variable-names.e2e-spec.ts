import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '../..');
const ROOMS = ['pools', 'database', 'cache', 'monitoring', 'alerting', 'benchmark', 'performance'];

/** Every environment variable of the service; `PORT` and `HOST` are also other things. */
const VARIABLES = new Set(
  Array.from(
    readFileSync(join(ROOT, '.env.example'), 'utf8').matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm),
    ([, name]) => name!,
  ),
);
const NAMES = new RegExp(`\\b(${[...VARIABLES].filter((name) => name.includes('_')).join('|')})\\b`);

/** What an operator may read: strings and templates, but not the rows of a table of settings, which are data. */
function texts(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isRow = ts.isCallExpression(node) && node.expression.getText(source) === 'setting';
    if (isRow) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('the texts of the rooms', () => {
  it('name options, never environment variables, which other applications do not read', () => {
    expect(VARIABLES.size).toBeGreaterThan(30);
    const files = globSync(`src/{${ROOMS.join(',')}}/**/*.ts`, { cwd: ROOT }).filter(
      (file) => !file.endsWith('.spec.ts'),
    );
    expect(files.length).toBeGreaterThan(200);
    const named = files.flatMap((file) =>
      texts(file)
        .filter((text) => NAMES.test(text))
        .map((text) => `${file}: ${text}`),
    );
    expect(named).toEqual([]);
  });
});
