// Makes of a built checkout what is published: `npm pack` calls it with "write" before and with "restore" after.
//
// The checkout installs what the service and its tests need. An application that uses one room should not, so there all
// of that is an optional peer, and what only a checkout has is left out: workspaces, scripts, what serves development.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = process.cwd();
const MANIFEST = join(root, 'package.json');
const CHECKOUT_MANIFEST = join(root, '.package.json.checkout');
const DIST = join(root, 'dist');

/** What every room needs. */
const NEEDED = new Set(['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs']);
/** What of the manifest is for those who use the package. */
const PUBLISHED = ['name', 'version', 'description', 'license', 'engines', 'files', 'bin', 'exports', 'types'];

/** The manifest that is published, made of the checkout's. */
export function publishedManifest(manifest) {
  const peers = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
  const { tslib, ...peerDependencies } = peers;
  const optional = Object.keys(peerDependencies).filter((name) => !NEEDED.has(name));
  return {
    ...Object.fromEntries(PUBLISHED.filter((key) => key in manifest).map((key) => [key, manifest[key]])),
    dependencies: { tslib },
    peerDependencies: sorted(peerDependencies),
    peerDependenciesMeta: sorted(Object.fromEntries(optional.map((name) => [name, { optional: true }]))),
  };
}

const sorted = (record) => Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));

function write() {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  leaveOutUnusedTypes(Object.values(manifest.exports).flatMap(({ types }) => (types ? [resolve(root, types)] : [])));
  for (const file of filesOf(DIST, '.js'))
    writeFileSync(file, withOptionalSwagger(file, shortened(readFileSync(file, 'utf8'))));
  renameSync(MANIFEST, CHECKOUT_MANIFEST);
  writeFileSync(MANIFEST, `${JSON.stringify(publishedManifest(manifest), undefined, 2)}\n`);
}

function restore() {
  if (existsSync(CHECKOUT_MANIFEST)) renameSync(CHECKOUT_MANIFEST, MANIFEST);
}

const filesOf = (folder, ending) =>
  readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));

/** Deletes the declarations that nothing an application can import leads to. */
function leaveOutUnusedTypes(entries) {
  const used = new Set();
  const queue = [...entries];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (used.has(file)) continue;
    used.add(file);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*["'](\.[^"']+)["']/g)) {
      const target = resolve(dirname(file), path);
      queue.push([`${target}.d.ts`, join(target, 'index.d.ts')].find((each) => existsSync(each)));
    }
  }
  for (const file of filesOf(DIST, '.d.ts')) if (!used.has(file)) rmSync(file);
}

/** The code without comments, which are in the declarations, and without indentation; its lines stay lines. */
function shortened(code) {
  const options = { removeComments: true, target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.CommonJS };
  const { outputText } = ts.transpileModule(code, { compilerOptions: options });
  const source = ts.createSourceFile('file.js', outputText, ts.ScriptTarget.ES2023);
  const texts = [];
  const visit = (node) => {
    if (ts.isTemplateLiteralToken(node)) texts.push([node.getStart(source), node.end]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  let at = 0;
  return outputText.replaceAll(/^ +/gm, (blanks, offset) => {
    while (texts[at] !== undefined && texts[at][1] <= offset) at++;
    const isText = texts[at] !== undefined && texts[at][0] < offset;
    return isText ? blanks : '';
  });
}

/** The routes are described only where the application has Swagger; the service always has it. */
function withOptionalSwagger(file, code) {
  const isOfRoom = ['performance', 'benchmark', 'http'].some((room) => file.startsWith(join(DIST, room)));
  if (!isOfRoom) return code;
  const path = relative(dirname(file), join(DIST, 'common/openapi'));
  return code.replaceAll('require("@nestjs/swagger")', `require("${path}")`);
}

const command = process.argv[2];
if (command === 'write') write();
if (command === 'restore') restore();
