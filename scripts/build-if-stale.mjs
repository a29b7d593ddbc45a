// Builds when the sources are newer than the build; used by `npm start` and before the end-to-end tests.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const INPUTS = ['tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json'];

/** What the service starts with. */
export const entry = join(root, 'dist', 'main.js');

/** Makes `dist/` what the sources say; ends the process where that fails. */
export function buildIfStale() {
  if (!isStale()) return;
  const reason = existsSync(entry) ? 'the sources are newer than dist/' : 'there is no dist/ yet';
  process.stderr.write(`Building (${reason}) …\n`);
  const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  if (!existsSync(nest)) {
    process.stderr.write('There is no build and nothing to build with. Run: npm ci\n');
    process.exit(1);
  }
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** A published package or an image has a build and no sources. */
function isStale() {
  const src = join(root, 'src');
  if (!existsSync(src)) return false;
  if (!existsSync(entry)) return true;
  const builtAt = statSync(entry).mtimeMs;
  const changed = (file) => existsSync(file) && statSync(file).mtimeMs > builtAt;
  return INPUTS.some((file) => changed(join(root, file))) || sourcesOf(src).some(changed);
}

function sourcesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => join(folder, file));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) buildIfStale();
