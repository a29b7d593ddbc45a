// Makes of a checkout what is published: `stage FOLDER` lays it out there, for the examples in package/; `write` puts it
// in the checkout's own place, before `npm pack` packs that, and `restore` puts the checkout back.
//
// The checkout installs what the service and its tests need. An application that uses one room should not, so there all
// of that is an optional peer, and what only a checkout has is left out: workspaces, scripts, what serves development.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const FOR_EXAMPLES = join(root, 'package');
const DIST = join(root, 'dist');
const STAGED = join(root, '.package.staged');
const SET_ASIDE = join(root, '.package.checkout');

/** What every room needs. */
const NEEDED = new Set(['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs']);
/** What of the manifest is for those who use the package. */
const PUBLISHED = ['name', 'version', 'description', 'license', 'engines', 'files', 'bin', 'exports', 'types'];

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The manifest that is published, made of the checkout's. */
export function publishedManifest(manifest = manifestOf(root)) {
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

/** That of package/, which npm reads before there is anything else: it says how the rest is made. */
export function checkoutManifest() {
  const { name, version, description, license, ...rest } = publishedManifest();
  const scripts = { prepare: 'node ../scripts/published-package.mjs stage .' };
  return { name, version, private: true, description, license, scripts, ...rest };
}

const sorted = (record) => Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));

async function stage(target) {
  requirePackages();
  const { buildIfStale } = await import('./build-if-stale.mjs');
  buildIfStale();
  if (isStaged(target)) return;
  // Beside its place until it is whole, since another installation may be reading that.
  const making = join(target, `.making-${process.pid}`);
  mkdirSync(making, { recursive: true });
  for (const part of manifestOf(root).files.filter((file) => file !== 'dist'))
    cpSync(join(root, part), join(making, part), { recursive: true, filter: isNoBuild });
  for (const manifest of globSync('examples/*/package.json', { cwd: making })) {
    const text = readFileSync(join(making, manifest), 'utf8');
    writeFileSync(join(making, manifest), text.replace('file:../../package', 'file:../..'));
  }
  await stageDist(join(making, 'dist'));
  if (target !== FOR_EXAMPLES)
    writeFileSync(join(making, 'package.json'), `${JSON.stringify(publishedManifest(), undefined, 2)}\n`);
  for (const part of readdirSync(making)) {
    rmSync(join(target, part), { recursive: true, force: true });
    renameSync(join(making, part), join(target, part));
  }
  rmSync(making, { recursive: true });
}

/** Whether nothing has changed since it was laid out there. */
function isStaged(target) {
  const staged = join(target, 'dist');
  if (!existsSync(staged)) return false;
  const { mtimeMs } = statSync(staged);
  const exclude = ['examples/*/{node_modules,dist,.data}'];
  const inputs = manifestOf(root).files.flatMap((part) => globSync([part, `${part}/**/*.*`], { cwd: root, exclude }));
  const stats = inputs.filter(isNoBuild).map((file) => statSync(join(root, file)));
  // A folder is as new as what npm puts into it.
  return stats.filter((each) => each.isFile()).every((each) => each.mtimeMs < mtimeMs);
}

/** A checkout that nobody has installed yet installs itself, as npm does with packages from git. */
function requirePackages() {
  if (!existsSync(join(root, 'src')) || existsSync(join(root, 'node_modules/typescript'))) return;
  const { status } = spawnSync('npm', ['ci'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}

/** What npm and the compiler have put into the examples stays there. */
const isNoBuild = (path) => !/(^|\/)examples\/[^/]+\/(node_modules|dist|\.data)(\/|$)/.test(path);

/** The build as it is published. */
async function stageDist(making) {
  const { default: ts } = await import('typescript');
  const types = new Set(usedTypes(Object.values(manifestOf(root).exports)));
  for (const file of readdirSync(DIST, { recursive: true }).filter((name) => /\.(js|json|d\.ts)$/.test(name))) {
    const source = join(DIST, file);
    if (file.endsWith('.d.ts') && !types.has(source)) continue;
    mkdirSync(dirname(join(making, file)), { recursive: true });
    const code = readFileSync(source, 'utf8');
    const published = file.endsWith('.js')
      ? withOptionalSwagger(source, shortened(code, ts))
      : code.replaceAll(/^ +/gm, '');
    writeFileSync(join(making, file), published);
  }
}

/** The declarations that something an application can import leads to. */
function usedTypes(entries) {
  const used = new Set();
  const queue = entries.flatMap(({ types }) => (types ? [resolve(root, types)] : []));
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (used.has(file)) continue;
    used.add(file);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*["'](\.[^"']+)["']/g)) {
      const target = resolve(dirname(file), path);
      queue.push([`${target}.d.ts`, join(target, 'index.d.ts')].find((each) => existsSync(each)));
    }
  }
  return used;
}

/** The code without comments, which are in the declarations, and without blanks that mean nothing; lines stay lines. */
export function shortened(code, ts) {
  const source = ts.createSourceFile('file.js', code, ts.ScriptTarget.ES2023);
  let text = '';
  let end = 0;
  const visit = (node) => {
    if (ts.isJSDoc(node)) return;
    const parts = node.getChildren(source);
    if (parts.length > 0) return parts.forEach(visit);
    const [from, to] = [node.getStart(source), node.end];
    if (from === to) return;
    const gap = code.slice(end, from);
    if (gap.includes('\n')) text += text === '' ? '' : '\n';
    else if (gap !== '' && wouldJoin(text.at(-1), code[from])) text += ' ';
    text += code.slice(from, to);
    end = to;
  };
  visit(source);
  return `${text}\n`;
}

const WORD = /[\w$\u0080-\uffff]/;
const OPERATOR = /[+\-/.*<!\d]/;

/** Whether two tokens side by side could read as another: words, `a + +b`, `1 .toFixed`, `a / /b/`, `a < !--b`. */
const wouldJoin = (before = '', after) =>
  [WORD, OPERATOR].some((joining) => joining.test(before) && joining.test(after));

/** The routes are described only where the application has Swagger; the service always has it. */
function withOptionalSwagger(file, code) {
  const isOfRoom = ['performance', 'benchmark', 'http'].some((room) => file.startsWith(join(DIST, room)));
  if (!isOfRoom) return code;
  const path = relative(dirname(file), join(DIST, 'common/openapi'));
  return code.replaceAll('require("@nestjs/swagger")', `require("${path}")`);
}

/** What `npm pack` takes from the checkout's place in it. */
const SWAPPED = ['dist', 'examples', 'package.json'];

async function write() {
  restore();
  await stage(STAGED);
  mkdirSync(SET_ASIDE);
  for (const part of SWAPPED) {
    renameSync(join(root, part), join(SET_ASIDE, part));
    renameSync(join(STAGED, part), join(root, part));
  }
  rmSync(STAGED, { recursive: true });
}

function restore() {
  for (const part of SWAPPED.filter((each) => existsSync(join(SET_ASIDE, each)))) {
    rmSync(join(root, part), { recursive: true, force: true });
    renameSync(join(SET_ASIDE, part), join(root, part));
  }
  rmSync(SET_ASIDE, { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [command, folder] = process.argv.slice(2);
  if (command === 'stage') await stage(resolve(folder));
  if (command === 'write') await write();
  if (command === 'restore') restore();
}
