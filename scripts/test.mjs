// Runs Jest with what Nest's ES modules need; arguments are passed on (`npm test -- src/cache`, `npm run test:unit -- src/cache`).
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { requireRuntime } from './runtime.mjs';

requireRuntime();

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const FLAGS = [
  // Real servers start in these tests, on machines that do other things too; what must be fast has bounds of its own.
  '--testTimeout=30000',
  // A test that fails half-way may leave a server open; the run has to end all the same.
  '--forceExit',
  // Modules of finished tests stay in memory, some 2 GB in the end, and a test that collects the heap then takes seconds:
  // the tests run in a process of their own, which is replaced by a new one when it has grown to this.
  '--workerIdleMemoryLimit=1GB',
];

const given = process.argv.slice(2);
const at = given.indexOf('--selectProjects');
// Jest takes every word behind this option for the name of a project, also the paths: it gets one name, then the flags.
const project = at === -1 ? [] : given.splice(at, 2);

const child = spawn(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', jest, ...project, ...FLAGS, ...given],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
