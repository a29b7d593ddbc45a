// Runs Jest with what Nest's ES modules need; arguments are passed on (`npm test -- src/cache`, `npm run test:unit -- src/cache`).
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { requireRuntime } from './runtime.mjs';

requireRuntime();

const config = join(import.meta.dirname, '..', 'jest.config.mjs');
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const given = process.argv.slice(2);
const at = given.indexOf('--selectProjects');
// Jest takes every word behind this option for the name of a project, also the paths: it gets one name, then another flag.
const project = at === -1 ? [] : given.splice(at, 2);

const child = spawn(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', jest, ...project, '--config', config, ...given],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
