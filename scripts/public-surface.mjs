// Writes what other applications can import to test/repository/public-surface.txt: every export of each room that
// package.json exports, with its kind and the public members of its class or type. `--print` writes it to the screen.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const LIST = 'test/repository/public-surface.txt';
const root = fileURLToPath(new URL('../', import.meta.url));
const { name: packageName, exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const entries = Object.entries(exports).flatMap(([subpath, target]) => {
  const [, file] = /^\.\/dist\/(.*index)\.js$/.exec(target.default ?? '') ?? [];
  return file === undefined ? [] : [{ entry: packageName + subpath.slice(1), file: `${root}src/${file}.ts` }];
});

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config,
  ts.sys,
  root,
);
const program = ts.createProgram(
  entries.map(({ file }) => file),
  options,
);
const checker = program.getTypeChecker();

const isOurs = (declaration) => declaration.getSourceFile().fileName.startsWith(`${root}src/`);

const isHidden = (declaration) =>
  (ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0 ||
  (declaration.name !== undefined && ts.isPrivateIdentifier(declaration.name));

/** A member as one line; undefined where it is private or comes from another package. */
function memberLine(symbol, before = '') {
  const declarations = symbol.declarations ?? [];
  if (declarations.some(isHidden)) return undefined;
  if (declarations.length > 0 && !declarations.some(isOurs)) return undefined;
  // Symbols of the language, such as Symbol.asyncDispose, have a number behind their name that changes.
  const name = symbol.name.replace(/^__@(\w+)@\d+$/, '[Symbol.$1]');
  const called = checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0;
  const optional = symbol.flags & ts.SymbolFlags.Optional ? '?' : '';
  return `    ${before}${name}${optional}${called ? '()' : ''}`;
}

const membersOf = (type, before) =>
  checker
    .getPropertiesOfType(type)
    .filter(({ name }) => name !== 'prototype')
    .map((symbol) => memberLine(symbol, before))
    .filter((line) => line !== undefined)
    .toSorted();

/** What every error of ours has; it is listed once, at DomainError itself. */
const ERROR_MEMBERS = new Set(['code', 'definition', 'detail', 'getResponse()', 'retryAfterSeconds']);

function isError(type) {
  const bases = type.isClassOrInterface() ? checker.getBaseTypes(type) : [];
  return bases.some((base) => base.symbol?.name === 'DomainError' || isError(base));
}

function describe(exported) {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  const typeOnly = (exported.declarations ?? []).some(ts.isTypeOnlyImportOrExportDeclaration);
  const { flags } = symbol;
  const { name } = exported;
  if (flags & ts.SymbolFlags.Class) {
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    const instance = membersOf(type, '');
    if (isError(type)) return [`  error ${name}`, ...instance.filter((line) => !ERROR_MEMBERS.has(line.trim()))];
    if (typeOnly) return [`  type of class ${name}`, ...instance];
    return [`  class ${name}`, ...membersOf(checker.getTypeOfSymbol(symbol), 'static '), ...instance];
  }
  if (flags & ts.SymbolFlags.Function) return [`  function ${name}()`];
  if (flags & ts.SymbolFlags.Variable) return [`  const ${name}`];
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const isShape = type.isClassOrInterface() || (type.flags & ts.TypeFlags.Object) !== 0;
  return [`  type ${name}`, ...(isShape ? membersOf(type, '') : [])];
}

function surfaceOf({ entry, file }) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const symbols = checker.getExportsOfModule(module).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return [entry, ...symbols.flatMap(describe), ''];
}

const text = entries.flatMap(surfaceOf).join('\n');
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(root + LIST, text);
