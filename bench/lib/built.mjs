import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '..', '..');
const dist = join(root, 'dist');

/**
 * A module of the built service, e.g. `built('cache/cache.service')`: benchmarks measure what runs in production.
 * Builds it when there is no `dist` yet; after a change, build again.
 */
export function built(path) {
  if (!existsSync(dist)) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
  const file = join(dist, `${path}.js`);
  if (!existsSync(file)) throw new Error(`${file} does not exist: run "npm run build" first`);
  return require(file);
}
