// `npm start`: checks the runtime, builds if the sources are newer than the build, and becomes the service.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireRuntime } from './runtime.mjs';

requireRuntime();

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(root, 'dist', 'main.js');

if (isStale()) build();
await import(entry);

/** A published package or an image has a build and no sources. */
function isStale() {
  if (!existsSync(join(root, 'src'))) return false;
  if (!existsSync(entry)) return true;
  const builtAt = statSync(entry).mtimeMs;
  const sources = readdirSync(join(root, 'src'), { recursive: true }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'),
  );
  const inputs = [
    'tsconfig.json',
    'tsconfig.build.json',
    'nest-cli.json',
    'package-lock.json',
    ...sources.map((file) => join('src', file)),
  ];
  return inputs.some((file) => existsSync(join(root, file)) && statSync(join(root, file)).mtimeMs > builtAt);
}

function build() {
  process.stderr.write('Building (the sources are newer than dist/) …\n');
  const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  if (!existsSync(nest)) {
    process.stderr.write('There is no build and nothing to build with. Run: npm ci\n');
    process.exit(1);
  }
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
