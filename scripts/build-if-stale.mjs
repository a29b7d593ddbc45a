// Builds when the sources are newer than the build; used by `npm start` and before the end-to-end tests.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the service starts with. */
export const entry = join(root, 'dist', 'main.js');

/** What is built of what, by which program. */
const BUILDS = [
  {
    what: 'the service',
    built: entry,
    sources: join(root, 'src'),
    isSource: (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'),
    inputs: ['tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json'],
    program: ['@nestjs', 'cli', 'bin', 'nest.js'],
    arguments: ['build'],
  },
  {
    what: 'the dashboard',
    built: join(root, 'dashboard', 'dist', 'index.html'),
    sources: join(root, 'dashboard', 'src'),
    // The types of the API are made of the build and leave nothing in it.
    isSource: (file) => /\.(?:tsx?|css)$/.test(file) && !file.endsWith('openapi.ts'),
    inputs: ['dashboard/index.html', 'dashboard/vite.config.mjs', 'package-lock.json'],
    program: ['vite', 'bin', 'vite.js'],
    arguments: ['build', 'dashboard'],
  },
];

/** Makes the builds what the sources say; ends the process where that fails. */
export function buildIfStale() {
  for (const build of BUILDS) if (isStale(build)) run(build);
}

function run({ what, built, program, arguments: words }) {
  const reason = existsSync(built) ? 'its sources are newer' : 'there is none yet';
  process.stderr.write(`Building ${what} (${reason}) …\n`);
  const script = join(root, 'node_modules', ...program);
  if (!existsSync(script)) {
    process.stderr.write('There is no build and nothing to build with. Run: npm ci\n');
    process.exit(1);
  }
  const { status } = spawnSync(process.execPath, [script, ...words], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** A published package or an image has a build and no sources. */
function isStale({ built, sources, isSource, inputs }) {
  if (!existsSync(sources)) return false;
  if (!existsSync(built)) return true;
  const builtAt = statSync(built).mtimeMs;
  const changed = (file) => existsSync(file) && statSync(file).mtimeMs > builtAt;
  return inputs.some((file) => changed(join(root, file))) || sourcesOf(sources, isSource).some(changed);
}

function sourcesOf(folder, isSource) {
  return readdirSync(folder, { recursive: true })
    .filter(isSource)
    .map((file) => join(folder, file));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) buildIfStale();
